package storetest

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"time"

	"coranto/internal/news"
	"coranto/internal/store"
)

// A model is the simplest thing that behaves as a store: it works everything out anew from all that was put.
type model struct {
	languages, topics []string
	stories           map[string]news.Story
	// places are the stories that ever stood in a list, by place.
	places map[store.List][]string
	// record are the corrections that readers were shown, by story and language.
	record map[[2]string][]news.Correction
	// comments are by story and then by their IDs.
	comments map[string]map[string]news.Comment
	ledger   ledger
	// moved are the articles that stood at addresses.
	moved map[string]store.ArticleID
}

func newModel(languages, topics []string) *model {
	return &model{languages: languages, topics: topics, stories: map[string]news.Story{}, places: map[store.List][]string{},
		record: map[[2]string][]news.Correction{}, comments: map[string]map[string]news.Comment{}, ledger: newLedger(),
		moved: map[string]store.ArticleID{}}
}

func (m *model) put(s news.Story) store.PutResult {
	var result store.PutResult
	old := m.stories[s.ID]
	if s.Sources == nil {
		s.Sources = old.Sources
	}
	if s.Claims == nil {
		s.Claims = old.Claims
	}
	s.Address = old.Address
	given := s.Articles
	s.Articles = slices.Clone(old.Articles)
	for _, a := range given {
		a.Revision.Corrections = m.keep(s.ID, a)
		i, found := slices.BinarySearchFunc(s.Articles, a.Lang, func(b news.Article, lang string) int { return cmp.Compare(b.Lang, lang) })
		if !found {
			a.Number = 1
			s.Articles = slices.Insert(s.Articles, i, a)
			result.New = append(result.New, a.Lang)
			m.ledger.revise(s.ID, a)
			continue
		}
		a.Number = s.Articles[i].Number
		if reflect.DeepEqual(a, s.Articles[i]) {
			result.Unchanged = append(result.Unchanged, a.Lang)
			continue
		}
		a.Number++
		s.Articles[i] = a
		m.ledger.revise(s.ID, a)
		result.Changed = append(result.Changed, a.Lang)
	}
	m.stories[s.ID] = s
	return result
}

func (m *model) comment(story string, c news.Comment) {
	if m.comments[story] == nil {
		m.comments[story] = map[string]news.Comment{}
	}
	m.comments[story][c.ID] = c
}

// commentsOf returns the comments of a story, oldest first, then by ID.
func (m *model) commentsOf(story string) []news.Comment {
	return slices.SortedFunc(maps.Values(m.comments[story]), func(a, b news.Comment) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID))
	})
}

// keep returns an article's corrections with those that readers were shown.
func (m *model) keep(id string, a news.Article) []news.Correction {
	all := slices.Clone(a.Revision.Corrections)
	shown := slices.SortedFunc(slices.Values(m.record[[2]string{id, a.Lang}]), func(a, b news.Correction) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Text, b.Text))
	})
	for _, c := range shown {
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b news.Correction) int { return a.Time.Compare(b.Time) })
	return all
}

// settle returns what a snapshot must hold at a time. addresses tells where the store put the stories: the model gives
// a story its day, and takes its slug from there once.
func (m *model) settle(asOf time.Time, addresses map[string]news.Story) content {
	c := newContent()
	for id, s := range m.stories {
		s.Articles = slices.DeleteFunc(slices.Clone(s.Articles), func(a news.Article) bool { return !a.Public(asOf) })
		if len(s.Articles) == 0 {
			continue
		}
		if s.Address == (news.Address{}) {
			first := slices.MinFunc(s.Articles, func(a, b news.Article) int { return a.Published.Compare(b.Published) })
			s.Address = news.Address{Day: first.Published.Format(time.DateOnly), Slug: addresses[id].Address.Slug}
			kept := m.stories[id]
			kept.Address = s.Address
			m.stories[id] = kept
		}
		s.Slug = ""
		c.Stories[id] = s.ForReaders()
		c.Counts[0]++
		c.Counts[1] += len(s.Articles)
	}
	c.Order = slices.SortedFunc(maps.Keys(c.Stories), func(a, b string) int {
		x, y := c.Stories[a].Address, c.Stories[b].Address
		return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Slug, y.Slug))
	})
	for _, lang := range m.languages {
		m.settleLanguage(&c, lang)
		m.settleRecord(&c, lang, asOf)
	}
	m.ledger.settle(newsOf(c.Stories), asOf)
	for _, lang := range m.languages {
		c.Packs[lang] = m.ledger.packs(lang, c.Stories)
		for _, h := range allHeadlines(c.Stories, lang) {
			for at, to := range m.moved {
				if to.Story == h.Story && to.Lang == lang {
					c.Old = append(c.Old, store.OldAddress{At: at, Headline: h})
				}
			}
		}
	}
	slices.SortFunc(c.Old, byAddress)
	for _, o := range c.Old {
		if path := store.OldPath(o.At); path != "" {
			c.OldPaths = append(c.OldPaths, path)
		}
	}
	slices.Sort(c.OldPaths)
	c.OldPaths = slices.Compact(c.OldPaths)
	return c
}

func (m *model) settleLanguage(c *content, lang string) {
	if len(allHeadlines(c.Stories, lang)) > 0 {
		c.Languages = append(c.Languages, lang)
	}
	c.Days[lang] = map[string][]store.Headline{}
	for _, h := range headlinesOf(c.Stories, store.List{Lang: lang}) {
		day := h.Published.Format(time.DateOnly)
		c.Days[lang][day] = append(c.Days[lang][day], h)
	}
	c.Topics[lang], c.Places[lang], c.Authors[lang] = nil, nil, nil
	for _, l := range listsOf(lang, m.topics) {
		listed := headlinesOf(c.Stories, l)
		c.Lists[l] = m.number(l, listed)
		if len(listed) == 0 {
			continue
		}
		name := listName(c.Stories[listed[0].Story], l)
		switch {
		case l.Topic != "":
			c.Topics[lang] = append(c.Topics[lang], news.Topic{Slug: l.Topic, Name: name})
		case l.Place != "":
			c.Places[lang] = append(c.Places[lang], news.Place{Slug: l.Place, Name: name})
		case l.Author != "":
			c.Authors[lang] = append(c.Authors[lang], news.Byline{Slug: l.Author, Name: name})
		}
	}
}

// settleRecord notes what is breaking news in a language, and what was corrected.
func (m *model) settleRecord(c *content, lang string, asOf time.Time) {
	c.Bars[lang], c.Record[lang] = nil, nil
	for _, h := range allHeadlines(c.Stories, lang) {
		i := slices.IndexFunc(c.Stories[h.Story].Articles, func(a news.Article) bool { return a.Lang == lang })
		a := c.Stories[h.Story].Articles[i]
		if a.BreakingAt(asOf) {
			c.Bars[lang] = append(c.Bars[lang], store.Breaking{Headline: h, Until: a.Breaking})
		}
		m.record[[2]string{h.Story, lang}] = a.Revision.Corrections
		for _, k := range a.Revision.Corrections {
			c.Record[lang] = append(c.Record[lang], store.Correction{Headline: h, Time: k.Time, Text: k.Text})
		}
	}
	slices.SortFunc(c.Record[lang], func(a, b store.Correction) int {
		return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(a.Story, b.Story), cmp.Compare(a.Text, b.Text))
	})
}

// number gives new headlines their places, and returns the list.
func (m *model) number(l store.List, listed []store.Headline) (c listContent) {
	newest := listed
	if len(newest) > store.FrontSize {
		newest = newest[:store.FrontSize]
	}
	c.Newest = slices.Clone(newest)
	fresh := slices.DeleteFunc(slices.Clone(listed), func(h store.Headline) bool { return slices.Contains(m.places[l], h.Story) })
	slices.SortFunc(fresh, func(a, b store.Headline) int {
		return cmp.Or(a.Published.Compare(b.Published), cmp.Compare(a.Story, b.Story))
	})
	m.places[l] = append(m.places[l], ids(fresh)...)
	for page := range slices.Chunk(m.places[l], store.PerPage) {
		on := slices.DeleteFunc(slices.Clone(listed), func(h store.Headline) bool { return !slices.Contains(page, h.Story) })
		if len(on) == 0 {
			on = nil
		}
		c.Pages = append(c.Pages, on)
	}
	return c
}

// listName returns what a story calls the topic, place or author of a list; "" when it does not stand in it.
func listName(s news.Story, l store.List) string {
	for _, a := range s.Articles {
		if a.Lang != l.Lang {
			continue
		}
		for _, t := range a.Revision.Topics {
			if t.Slug == l.Topic {
				return t.Name
			}
		}
		for _, p := range a.Revision.Places {
			if p.Slug == l.Place {
				return p.Name
			}
		}
		for _, b := range a.Revision.Bylines {
			if b.Slug != "" && b.Slug == l.Author {
				return b.Name
			}
		}
	}
	return ""
}

// isIn says whether an article of a story is in a list of its language.
func isIn(s news.Story, a news.Article, l store.List) bool {
	if a.Revision.Standing || l.Standing {
		return a.Revision.Standing && l.Standing
	}
	return l.All() || listName(s, l) != ""
}

// newsOf returns the stories without their articles that stand.
func newsOf(stories map[string]news.Story) map[string]news.Story {
	news := maps.Clone(stories)
	for id, s := range news {
		s.Articles = slices.DeleteFunc(slices.Clone(s.Articles), stands)
		news[id] = s
	}
	return news
}

func stands(a news.Article) bool { return a.Revision.Standing }

// headlinesOf returns the headlines of a list, newest first, then by story ID.
func headlinesOf(stories map[string]news.Story, l store.List) []store.Headline {
	var out []store.Headline
	for id, s := range stories {
		for _, a := range s.Articles {
			if a.Lang == l.Lang && isIn(s, a, l) {
				out = append(out, store.Headline{Story: id, Address: s.Address, Lang: a.Lang, Kicker: a.Revision.Kicker,
					Headline: a.Revision.Headline, Standfirst: a.Revision.Standfirst, Published: a.Published, Updated: a.Updated})
			}
		}
	}
	slices.SortFunc(out, func(a, b store.Headline) int {
		return cmp.Or(b.Published.Compare(a.Published), cmp.Compare(a.Story, b.Story))
	})
	return out
}

// allHeadlines returns the headlines of a language's news, and those of its pages that stand.
func allHeadlines(stories map[string]news.Story, lang string) []store.Headline {
	stand := headlinesOf(stories, store.List{Lang: lang, Standing: true})
	return append(headlinesOf(stories, store.List{Lang: lang}), stand...)
}

// A difference is what lies between two contents, from which follows what the change log must say, no more and no less.
type difference struct {
	model         *model
	before, after content
	changes       []store.Change
}

func (d *difference) run() []store.Change {
	moved, retold := map[string]bool{}, map[string]bool{}
	for id := range d.model.stories {
		if !slices.Equal(tags(d.before.Stories[id]), tags(d.after.Stories[id])) {
			moved[id] = true
		}
	}
	for lang := range d.after.Days {
		old := map[string]store.Headline{}
		for _, h := range allHeadlines(d.before.Stories, lang) {
			old[h.Story] = h
		}
		for _, h := range allHeadlines(d.after.Stories, lang) {
			was, ok := old[h.Story]
			retold[h.Story] = retold[h.Story] || ok && was != h
		}
	}
	reworded := map[string]map[string]bool{} // languages by story
	for id := range d.model.stories {
		reworded[id] = d.story(id, moved, retold)
	}
	for l := range d.after.Lists {
		d.list(l, reworded)
	}
	for lang := range d.after.Days {
		d.days(lang)
		d.bars(lang)
		d.packs(lang, moved)
		if !reflect.DeepEqual(d.before.Record[lang], d.after.Record[lang]) {
			d.changes = append(d.changes, store.Change{Kind: store.CorrectionsChanged, List: store.List{Lang: lang}})
		}
	}
	d.oldPaths()
	return sortedChanges(d.changes)
}

// oldPaths notes the paths of old addresses that lead elsewhere, or say something else.
func (d *difference) oldPaths() {
	type seen struct {
		at, headline string
		store.ArticleID
	}
	paths := func(c content) map[string][]seen {
		m := map[string][]seen{}
		for _, o := range c.Old {
			path := store.OldPath(o.At)
			m[path] = append(m[path], seen{o.At, o.Headline.Headline, store.ArticleID{Story: o.Story, Lang: o.Lang}})
		}
		delete(m, "")
		return m
	}
	old, now := paths(d.before), paths(d.after)
	both := maps.Clone(now)
	maps.Copy(both, old)
	for path := range both {
		if !slices.Equal(old[path], now[path]) {
			d.changes = append(d.changes, store.Change{Kind: store.OldPathChanged, Path: path})
		}
	}
}

func tags(s news.Story) []string {
	var out []string
	for _, a := range s.Articles {
		out = append(out, a.Lang)
	}
	return out
}

// story notes whether a story changed, and returns the languages in which it says something else.
func (d *difference) story(id string, moved, retold map[string]bool) map[string]bool {
	old, now := d.before.Stories[id], d.after.Stories[id]
	whole := !reflect.DeepEqual(old.Sources, now.Sources) || !reflect.DeepEqual(old.Claims, now.Claims)
	for _, a := range d.model.stories[id].Articles {
		for s := range a.Revision.Spans() {
			whole = whole || s.Link != "" && moved[s.Link[len("story:"):]]
		}
		for _, other := range a.Revision.Related {
			whole = whole || moved[other] || retold[other]
		}
	}
	if len(old.Articles)+len(now.Articles) == 0 || !whole && reflect.DeepEqual(old, now) {
		return nil
	}
	words := map[string]bool{}
	var differing []string
	for _, a := range now.Articles {
		i := slices.IndexFunc(old.Articles, func(b news.Article) bool { return a.Lang == b.Lang })
		if words[a.Lang] = whole || i < 0 || !reflect.DeepEqual(a, old.Articles[i]); words[a.Lang] {
			differing = append(differing, a.Lang)
		}
	}
	if whole || len(differing) != 1 || !slices.Equal(tags(old), tags(now)) {
		differing = []string{""}
	}
	d.changes = append(d.changes, articleChange(id, differing[0], d.model.stories[id].Address))
	return words
}

func (d *difference) list(l store.List, reworded map[string]map[string]bool) {
	old, now := d.before.Lists[l], d.after.Lists[l]
	renamed := false
	if len(old.Newest) > 0 && len(now.Newest) > 0 {
		renamed = listName(d.before.Stories[old.Newest[0].Story], l) != listName(d.after.Stories[now.Newest[0].Story], l)
	}
	newest := renamed || !slices.Equal(ids(old.Newest), ids(now.Newest)) ||
		l.All() && !slices.Equal(d.before.Topics[l.Lang], d.after.Topics[l.Lang])
	for _, h := range now.Newest {
		newest = newest || reworded[h.Story][l.Lang]
	}
	if newest {
		d.changes = append(d.changes, store.Change{Kind: store.NewestChanged, List: l})
	}
	for i, page := range now.Pages {
		var was []store.Headline
		if i < len(old.Pages) {
			was = old.Pages[i]
		}
		if renamed || !reflect.DeepEqual(page, was) {
			d.changes = append(d.changes, store.Change{Kind: store.PlaceChanged, List: l, Page: i + 1,
				First: (len(was) == 0) != (len(page) == 0)})
		}
	}
}

// bars notes, for each bar that differs, the first day of stories that carry it.
func (d *difference) bars(lang string) {
	days := map[string]bool{}
	for _, pair := range [][2][]store.Breaking{{d.before.Bars[lang], d.after.Bars[lang]}, {d.after.Bars[lang], d.before.Bars[lang]}} {
		for _, b := range pair[0] {
			if !slices.Contains(pair[1], b) {
				days[news.BarFrom(b.Until).Format(time.DateOnly)] = true
			}
		}
	}
	for day := range days {
		d.changes = append(d.changes, store.Change{Kind: store.BreakingChanged, List: store.List{Lang: lang}, Day: day})
	}
}

func (d *difference) days(lang string) {
	old, now := d.before.Days[lang], d.after.Days[lang]
	both := maps.Clone(now)
	maps.Copy(both, old)
	for day := range both {
		if !reflect.DeepEqual(old[day], now[day]) {
			d.changes = append(d.changes, dayChange(lang, day, (len(old[day]) == 0) != (len(now[day]) == 0)))
		}
	}
}
