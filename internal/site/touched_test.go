package site_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/site"
	"coranto/internal/store"
	"coranto/internal/store/sqlite"
)

// A newsroom is a real store, the site of it, and the files that were published so far: those of the last edition,
// with what the units that were touched since made of them.
type newsroom struct {
	t     *testing.T
	site  *site.Site
	store store.Store
	now   time.Time
	seq   int64
	files map[string]site.File
	// rendered counts the files that the last publish made.
	rendered int
}

func newNewsroom(t *testing.T) *newsroom {
	t.Helper()
	st, err := sqlite.Create(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	// The store has stories in a language that the site does not: ka.
	s := newSite(t, site.Config{Name: "N", Languages: []string{"en", "ru", "fa"}, OldSites: oldSites})
	return &newsroom{t: t, site: s, store: st, now: at(1, 0, 0), files: map[string]site.File{}}
}

func (n *newsroom) put(stories ...news.Story) {
	n.t.Helper()
	if _, err := n.store.PutMany(n.t.Context(), stories); err != nil {
		n.t.Fatal(err)
	}
}

func (n *newsroom) moved(all ...store.Moved) {
	n.t.Helper()
	if err := n.store.PutMoved(n.t.Context(), all); err != nil {
		n.t.Fatal(err)
	}
}

// publish settles the store and renders what changed over what there was, as a publisher does. It returns the units.
func (n *newsroom) publish() []site.Unit {
	n.t.Helper()
	ctx := n.t.Context()
	snap := n.settle()
	defer snap.Close()
	var units []site.Unit
	var err error
	if n.seq == 0 {
		for u, err := range n.site.All(ctx, snap) {
			if err != nil {
				n.t.Fatal(err)
			}
			units = append(units, u)
		}
	} else if units, err = n.site.Touched(ctx, snap, snap.Changes(ctx, n.seq)); err != nil {
		n.t.Fatal(err)
	}
	n.seq, n.rendered = snap.Seq(), 0
	for _, u := range units {
		out, err := n.site.Render(ctx, snap, u)
		if err != nil {
			n.t.Fatalf("%s: %v", u, err)
		}
		n.apply(out)
	}
	return units
}

func (n *newsroom) settle() store.Snapshot {
	n.t.Helper()
	if err := n.store.Settle(n.t.Context(), n.now); err != nil {
		n.t.Fatal(err)
	}
	snap, err := n.store.Snapshot(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	return snap
}

func (n *newsroom) apply(out site.Output) {
	for p := range n.files {
		if out.Owned != "" && strings.HasPrefix(edition.Key(p), out.Owned) && !slices.Contains(out.Kept, p) {
			delete(n.files, p)
		}
	}
	for _, p := range out.Gone {
		delete(n.files, p)
	}
	for _, f := range out.Files {
		n.files[f.Path] = f
		n.rendered++
	}
}

// check compares the files with those of the whole site rendered anew.
func (n *newsroom) check(what string) {
	n.t.Helper()
	snap := n.settle()
	defer snap.Close()
	want := renderAll(n.t, n.site, snap)
	for _, p := range slices.Sorted(maps.Keys(want)) {
		got, ok := n.files[p]
		switch {
		case !ok:
			n.t.Errorf("%s: %s is missing", what, p)
		case !bytes.Equal(got.Body, want[p].Body) || got.Rendition != want[p].Rendition || got.Loose != want[p].Loose:
			n.t.Errorf("%s: %s is stale:\n%s", what, p, difference(got.Body, want[p].Body))
		}
	}
	for _, p := range slices.Sorted(maps.Keys(n.files)) {
		if _, ok := want[p]; !ok {
			n.t.Errorf("%s: %s should be gone", what, p)
		}
	}
	if n.t.Failed() {
		n.t.FailNow()
	}
}

// difference returns the first line in which two pages differ.
func difference(got, want []byte) string {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("got  %.300s\nwant %.300s", g[i], w[i])
		}
	}
	return fmt.Sprintf("got %d lines, want %d", len(g), len(w))
}

// media puts a picture into the store and returns its ID.
func (n *newsroom) media(name string) string {
	n.t.Helper()
	original, rendition := sha256.Sum256([]byte("original "+name)), []byte("rendition "+name)
	sum := sha256.Sum256(rendition)
	m := news.Media{ID: hex.EncodeToString(original[:]), Name: name + ".jpg", Renditions: []news.Rendition{
		{Name: "640.jpg", MediaType: "image/jpeg", Width: 640, Height: 480, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(rendition))},
	}}
	if err := n.store.PutMedia(n.t.Context(), m, map[string][]byte{"640.jpg": rendition}); err != nil {
		n.t.Fatal(err)
	}
	return m.ID
}

// TestTouchedIsExact is the promise of Touched: after any edits, the files that it names, rendered over those that
// were there, are the files of the whole site rendered anew.
func TestTouchedIsExact(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 6
	}
	for seed := range uint64(2) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			n := newNewsroom(t)
			if seed == 1 { // with sitemaps
				n.site = newSite(t, site.Config{Name: "N", Languages: []string{"en", "ru", "fa"}, BaseURL: base, OldSites: oldSites})
			}
			e := &editor{rand: rand.New(rand.NewPCG(seed, 7)), media: []string{n.media("one"), n.media("two")}, stories: map[string]news.Story{}}
			var first []news.Story
			for range 70 {
				first = append(first, e.write(n.now))
			}
			n.put(first...)
			n.publish()
			n.check("at first")
			e.log = nil
			for round := range rounds {
				n.now = n.now.Add(time.Duration(e.rand.IntN(30)) * time.Hour)
				for range 1 + e.rand.IntN(4) {
					n.put(e.edit(n.now))
				}
				n.moved(e.moved()...)
				n.publish()
				n.check(fmt.Sprintf("round %d, %v", round, e.log))
				e.log = nil
			}
		})
	}
}

// An editor writes stories and changes them at random, in every way that shows on a page.
type editor struct {
	rand    *rand.Rand
	media   []string
	stories map[string]news.Story
	log     []string
}

var editorLangs = []string{"en", "fa", "ka", "ru"}

func (e *editor) chance(percent int) bool { return e.rand.IntN(100) < percent }

func (e *editor) pick() news.Story {
	ids := slices.Sorted(maps.Keys(e.stories))
	return e.stories[ids[e.rand.IntN(len(ids))]]
}

func (e *editor) put(s news.Story, what string) news.Story {
	slices.SortFunc(s.Articles, func(a, b news.Article) int { return strings.Compare(a.Lang, b.Lang) })
	e.stories[s.ID] = s
	e.log = append(e.log, what+" "+s.ID)
	return s
}

// write makes a new story in some languages, most of it of the past month, some to come out later.
func (e *editor) write(now time.Time) news.Story {
	s := news.Story{
		ID:      fmt.Sprintf("s%03d", len(e.stories)),
		Sources: []news.Source{{ID: "a", Kind: news.Official, Name: map[string]string{"": "A minister"}}},
		Claims:  []news.Claim{{ID: "c", Source: "a", Check: news.Attributed}},
	}
	for _, tag := range editorLangs {
		if tag == "en" || e.chance(40) {
			s.Articles = append(s.Articles, e.article(s.ID, tag, now))
		}
	}
	return e.put(s, "new")
}

func (e *editor) article(id, tag string, now time.Time) news.Article {
	a := news.Article{
		Lang: tag, Status: news.Published, Published: now.Add(time.Duration(e.rand.IntN(800)-760) * time.Hour),
		Revision: news.Revision{Headline: "Headline of " + id, Body: []news.Block{paragraph("Words of " + id + " in " + tag)}},
	}
	if e.chance(15) {
		a.Status = news.Draft
	}
	if tag != "en" && e.chance(50) {
		a.Revision.Origin = &news.Origin{Lang: "en", Number: 1}
	}
	a.Revision.Topics = e.topics(tag)
	a.Revision.Standing = e.chance(10)
	e.sign(&a.Revision)
	return a
}

// sign says where an article comes from and who wrote it; the second of each is rare, and one changes its name now and then.
func (e *editor) sign(r *news.Revision) {
	r.Places, r.Bylines = nil, nil
	for i, percent := range []int{30, 3} {
		name := fmt.Sprint("Name ", i)
		if e.chance(10) {
			name += ", renamed"
		}
		if e.chance(percent) {
			r.Places = append(r.Places, news.Place{Slug: fmt.Sprint("place-", i), Name: name})
		}
		if e.chance(percent) {
			r.Bylines = append(r.Bylines, news.Byline{Slug: fmt.Sprint("author-", i), Name: name})
		}
	}
}

// topics picks topics; the last is so rare that it comes and goes, and one changes its name now and then.
func (e *editor) topics(tag string) []news.Topic {
	var topics []news.Topic
	for i, percent := range []int{50, 20, 2} {
		if e.chance(percent) {
			name := fmt.Sprintf("Topic %d in %s", i, tag)
			if i == 1 && e.chance(10) {
				name += ", renamed"
			}
			topics = append(topics, news.Topic{Slug: fmt.Sprintf("topic-%d", i), Name: name})
		}
	}
	return topics
}

// oldSites are those of newNewsroom.
var oldSites = []string{"lantern.example", "older.example"}

// moved says of some addresses, among them those that sites share and such as no path can have, which articles stood there.
func (e *editor) moved() (all []store.Moved) {
	for range e.rand.IntN(4) {
		host := []string{"lantern.example", "older.example", "another.example"}[e.rand.IntN(3)]
		path := []string{"/%d", "/2014/%d.html", "/en/%d", "/مرز/%d", "?p=%d"}[e.rand.IntN(5)]
		all = append(all, store.Moved{Address: host + fmt.Sprintf(path, e.rand.IntN(5)), ArticleID: store.ArticleID{
			Story: e.pick().ID, Lang: editorLangs[e.rand.IntN(len(editorLangs))]}})
	}
	return all
}

// edit changes one story, or writes a new one.
func (e *editor) edit(now time.Time) news.Story {
	if e.chance(20) {
		return e.write(now)
	}
	s := e.pick()
	s.Articles = slices.Clone(s.Articles)
	i := e.rand.IntN(len(s.Articles))
	a := s.Articles[i]
	r := &a.Revision
	what := ""
	switch e.rand.IntN(19) {
	case 0:
		what = "headline"
		r.Headline += "!"
	case 1:
		what = "body"
		r.Body = append(slices.Clone(r.Body), paragraph("More."))
	case 2:
		what = "correction"
		r.Corrections = append(slices.Clone(r.Corrections), news.Correction{Time: now, Text: "It was wrong."})
		a.Updated = now
	case 3:
		what = "withdraw"
		a.Status = news.Withdrawn
	case 4:
		what = "publish"
		a.Status = news.Published
	case 5:
		what = "topics"
		r.Topics = e.topics(a.Lang)
	case 6:
		what = "link"
		to := []news.Span{{Text: "See", Link: "story:" + e.pick().ID, Claim: "c"}}
		r.Body = append(slices.Clone(r.Body), news.Block{Kind: news.Paragraph, Text: to})
	case 7:
		what = "picture"
		r.Lead = &news.Figure{Media: e.media[e.rand.IntN(len(e.media))], Alt: "A picture"}
	case 8:
		what = "sources"
		name := fmt.Sprint("Minister ", e.rand.IntN(9))
		s.Sources = []news.Source{{ID: "a", Kind: news.Official, Name: map[string]string{
			[]string{"", "de", "fa"}[e.rand.IntN(3)]: name, "ru": "Министр"}}}
	case 9:
		what = "date"
		a.Published = now.Add(time.Duration(e.rand.IntN(800)-700) * time.Hour)
	case 10:
		what = "translation"
		for _, tag := range editorLangs {
			if !slices.ContainsFunc(s.Articles, func(a news.Article) bool { return a.Lang == tag }) {
				s.Articles = append(s.Articles, e.article(s.ID, tag, now))
				return e.put(s, what)
			}
		}
	case 11:
		what = "claims"
		s.Claims = []news.Claim{{ID: "c", Source: "a", Check: news.Disputed, Evidence: []news.Evidence{{Retrieved: now}}}}
	case 12:
		what = "byline"
		r.Bylines = []news.Byline{{Name: fmt.Sprint("Writer ", e.rand.IntN(9)), Protected: e.chance(50)}}
	case 14:
		what = "places and authors"
		e.sign(r)
	case 15:
		what = "related"
		r.Related = []string{e.pick().ID}
		if r.Related[0] == s.ID {
			r.Related = nil
		}
	case 16, 17:
		what = "breaking"
		a.Updated, a.Breaking = now, now.Add(time.Duration(1+e.rand.IntN(47))*time.Hour)
		if !a.Published.Before(now) {
			a.Published = now.Add(-time.Hour)
		}
		r.Standing = false
	case 18:
		what = "page that stands, or not"
		r.Standing = !r.Standing
		a.Breaking = time.Time{}
	case 13:
		what = "withdraw all of"
		for i := range s.Articles {
			s.Articles[i].Status = news.Withdrawn
		}
		return e.put(s, what)
	}
	s.Articles[i] = a
	return e.put(s, what+" "+a.Lang)
}

// TestTouchedOneByOne names what each kind of edit touches, and nothing else: a correction in an old story its own
// pages, a new story a constant number.
func TestTouchedOneByOne(t *testing.T) {
	n := newNewsroom(t)
	n.now = at(28, 0, 0)
	var first []news.Story
	for i := range 65 {
		first = append(first, plainStory(i))
	}
	n.put(first...)
	n.publish()

	old := plainStory(0)
	old.Articles[0].Revision.Body = []news.Block{paragraph("Other words.")}
	n.put(old)
	wantUnits(t, "the body of an old story", n.publish(), `story "second"`)

	old.Articles[0].Revision.Headline = "Another headline"
	n.put(old)
	wantUnits(t, "the headline of an old story", n.publish(), "day en 2026-11-01", "en/archive/page/1.html", `story "second"`)

	late := plainStory(64)
	late.Articles[0].Revision.Body = []news.Block{paragraph("Other words.")}
	n.put(late)
	wantUnits(t, "the body of a new story", n.publish(), "feeds en", "front en ", `story "plain-64"`)

	n.put(plainStory(65))
	wantUnits(t, "a new story", n.publish(), "day en 2026-11-22", "feeds en", "front en ", "en/archive/page/4.html", `story "plain-65"`)

	wantUnits(t, "nothing", n.publish())
	n.check("at last")
}

// TestTouchedPages makes a page that stands of a story: what it leaves and what leads to it then are touched.
func TestTouchedPages(t *testing.T) {
	n := newNewsroom(t)
	n.site = newSite(t, site.Config{Name: "N", Languages: []string{"en", "ru", "fa"}, BaseURL: base})
	n.now = at(28, 0, 0)
	n.put(plainStory(0), plainStory(1), plainStory(2))
	n.publish()
	s := plainStory(0)
	s.Articles[0].Revision.Standing = true
	n.put(s)
	wantUnits(t, "a page that stands", n.publish(), "archive en ", "day en 2026-11-01", "feeds en", "front en ",
		"newsmap en ", "newsmap fa ", "newsmap ru ", "en/archive/page/1.html", "sitemap en 2026-11", "sitemap en pages", "sitemaps en ", `story "second"`)
	s.Articles[0].Revision.Headline = "About us"
	n.put(s)
	wantUnits(t, "its headline", n.publish(), "archive en ", "newsmap en ", "newsmap fa ", "newsmap ru ", "sitemap en pages", `story "second"`)
	n.check("at last")
	path := "en/story/2026/11/01/second/index.html"
	archive := string(n.files["en/archive/index.html"].Body)
	if !strings.Contains(archive, `<h2 id="pages"><bdi>Pages</bdi></h2>`) || !strings.Contains(archive, `/story/2026/11/01/second/index.html">About us</a>`) {
		t.Errorf("the archive does not lead to it:\n%s", archive)
	}
	for p, f := range n.files {
		if !strings.HasPrefix(p, "en/") {
			continue // in Persian it is news
		}
		named := strings.Contains(string(f.Body), "/2026/11/01/second/")
		if may := strings.Contains(p, "/second/") || p == "en/archive/index.html" || p == "en/sitemap-pages.xml"; named && !may {
			t.Errorf("%s names %s", p, path)
		}
	}
	s.Articles[0].Status = news.Withdrawn
	n.put(s)
	n.publish()
	n.check("withdrawn")
	if strings.Contains(string(n.files["en/archive/index.html"].Body), "pages") || n.files["en/sitemap-pages.xml"].Path != "" {
		t.Error("the archive still has a heading for pages")
	}
}

// TestLateArrival brings in a story that is older than all that the fronts show, and the first on its numbered page:
// the fronts link to that page.
func TestLateArrival(t *testing.T) {
	n := newNewsroom(t)
	n.now = at(28, 0, 0)
	topics := []news.Topic{{Slug: "t", Name: "T"}}
	var first []news.Story
	for i := range 40 {
		s := plainStory(3*i + 1)
		s.Articles[0].Published = at(20, 0, i)
		s.Articles[0].Revision.Topics = topics
		first = append(first, s)
	}
	n.put(first...)
	n.publish()
	late := plainStory(2)
	late.Articles[0].Revision.Topics = topics
	n.put(late)
	wantUnits(t, "a late arrival", n.publish(), "archive en ", "day en 2026-11-01", "front en ", "month en 2026-11",
		"en/archive/page/2.html", "en/archive/page/3.html", "en/archive/topic/t/2.html", "en/archive/topic/t/3.html",
		`story "plain-02"`, "en/topic/t/index.html")
	n.check("a late arrival")
}

// wantUnits fails the test unless the units are the wanted ones, but for those of packs.
func wantUnits(t *testing.T, what string, got []site.Unit, want ...string) {
	t.Helper()
	var names []string
	for _, u := range got {
		if !ofPacks(u) {
			names = append(names, u.String())
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("%s touches %q, want %q", what, names, want)
	}
}

// wantPacks fails the test unless the units of packs are the wanted ones.
func wantPacks(t *testing.T, what string, got []site.Unit, want ...string) {
	t.Helper()
	var names []string
	for _, u := range got {
		if ofPacks(u) {
			names = append(names, u.String())
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("%s touches the packs %q, want %q", what, names, want)
	}
}

func ofPacks(u site.Unit) bool {
	return u.Kind == site.Pack || u.Kind == site.PackIndex || u.Kind == site.Seed
}

// TestShuffledImport makes sure that the order in which stories came into the store leaves no trace.
func TestShuffledImport(t *testing.T) {
	var all []map[string]site.File
	for seed := range uint64(2) {
		n := newNewsroom(t)
		n.now = at(28, 0, 0)
		var stories []news.Story
		for i := range 50 {
			stories = append(stories, plainStory(i))
		}
		r := rand.New(rand.NewPCG(seed, 1))
		r.Shuffle(len(stories), func(i, j int) { stories[i], stories[j] = stories[j], stories[i] })
		n.put(stories...)
		n.publish()
		all = append(all, n.files)
	}
	same := func(a, b site.File) bool { return bytes.Equal(a.Body, b.Body) && a.Rendition == b.Rendition }
	if !maps.EqualFunc(all[0], all[1], same) {
		t.Error("the files differ")
	}
}

// TestTouchedStops makes sure that an error of the change log is not lost.
func TestTouchedStops(t *testing.T) {
	s := newSite(t, specimenConfig)
	for _, c := range []struct {
		change store.Change
		err    error
	}{{err: context.Canceled}, {change: store.Change{Kind: "odd", List: store.List{Lang: "en"}}}} {
		changes := func(yield func(store.Change, error) bool) { yield(c.change, c.err) }
		if _, err := s.Touched(t.Context(), specimen(), changes); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
}
