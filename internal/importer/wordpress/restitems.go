package wordpress

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/importer/web"
)

// A section is what a site has of one kind, by a route of its API.
type section struct {
	// name is the last part of the route and of marks, kind the post type, or the taxonomy.
	name, route, kind string
	of                sectionKind
	// ids are sorted.
	ids []int64
	// heads are the items of authors and terms, by their IDs; they are known from the survey.
	heads map[int64]importer.Item
}

type sectionKind uint8

const (
	ofHeads sectionKind = iota
	ofPosts
	ofFiles
	ofBlocks
)

// postFields are those that the survey asks of each post, fileFields those of each media file.
const (
	postFields = "id,link,guid,type,status,slug,date,date_gmt,lang,translations,wpml_current_locale,wpml_translations"
	fileFields = "id,source_url,alt_text,caption,title,post,link,guid,date,date_gmt"
)

// Survey asks for the IDs of all that the site has, and where its posts stand on the web.
func (s *Site) Survey(ctx context.Context, sv *importer.Survey) error {
	home, lang, zone := s.x.site.home, s.x.site.lang, s.x.site.zone
	if err := s.x.Close(); err != nil {
		return err
	}
	s.x.index, s.x.site = newIndex(s.x.opt.Scratch), newSite(s.x.opt)
	s.x.site.export, s.x.site.home, s.x.site.lang, s.x.site.zone = true, home, lang, zone
	s.sections, s.terms, s.taxonomies, s.comments, s.orphans = nil, make(map[int64]term), make(map[string]string), make(map[int64][]int64), 0
	for _, survey := range []func(context.Context) error{s.languages, s.users, s.vocabularies, s.types, s.surveyComments} {
		if err := survey(ctx); err != nil {
			return err
		}
	}
	if err := s.x.index.seal(); err != nil {
		return err
	}
	s.x.site.settle()
	if sv.Has == nil {
		sv.Has = make(map[string]int)
	}
	s.count(sv.Has)
	if sv.Moved == nil {
		return nil
	}
	return s.x.moved(ctx, sv.Moved)
}

// count counts what the site has by kind: itself, and what the sections have.
func (s *Site) count(has map[string]int) {
	has["site"]++
	for _, sec := range s.sections {
		for _, id := range sec.ids {
			if head, ok := sec.heads[id]; ok {
				has[head.Kind]++
			} else {
				has[s.x.site.kind(sec.kind)]++
			}
		}
	}
	for _, ids := range s.comments {
		has[importer.KindComment] += len(ids)
	}
	if s.orphans > 0 {
		has[importer.KindComment] += s.orphans
	}
}

// languages asks which languages Polylang has.
func (s *Site) languages(ctx context.Context) error {
	var langs []struct{ Slug, Locale string }
	err := s.ask(ctx, "pll/v1/languages", nil, &langs)
	for _, l := range langs {
		s.x.site.langs[l.Slug] = l.Locale
	}
	return s.unlessBroken(err, "")
}

// unlessHidden returns nil where the site does not show something, and keeps a note where that is of use.
func (s *Site) unlessHidden(err error, note string) error {
	if err == nil || !forbids(err) {
		return err
	}
	if note != "" && !slices.Contains(s.notes, note) {
		s.notes = append(s.notes, note)
	}
	return nil
}

// unlessBroken is unlessHidden for what an import can do without: the site may stumble at it too.
func (s *Site) unlessBroken(err error, note string) error {
	if err != nil && stumbles(err) {
		err = &web.StatusError{Status: http.StatusForbidden}
	}
	return s.unlessHidden(err, note)
}

// add lists what a route has into a section.
func (s *Site) add(ctx context.Context, sec *section, fields string, query url.Values, each func(row)) error {
	met := make(map[int64]bool)
	err := s.list(ctx, sec.route, fields, query, func(r row) {
		if r.ID > 0 && !met[r.ID] {
			met[r.ID] = true
			sec.ids = append(sec.ids, r.ID)
			each(r)
		}
	})
	if err != nil {
		note := fmt.Sprintf("it does not show %q", sec.route)
		if sec.of == ofHeads {
			return s.unlessBroken(err, note)
		}
		return s.unlessHidden(err, note)
	}
	slices.Sort(sec.ids)
	s.sections = append(s.sections, sec)
	return nil
}

func (s *Site) users(ctx context.Context) error {
	sec := &section{name: "users", route: "wp/v2/users", heads: make(map[int64]importer.Item)}
	before := len(s.sections)
	err := s.add(ctx, sec, "id,name", nil, func(r row) {
		s.x.site.authors[strconv.FormatInt(r.ID, 10)] = r.Name
		sec.heads[r.ID] = importer.Item{Kind: "author", At: s.at(sec, r.Name)}
	})
	s.embed = len(s.sections) == before
	return err
}

// at returns the place of a thing for people.
func (s *Site) at(sec *section, item string) importer.Place {
	return importer.Place{File: s.api.Host + "/" + sec.route, Item: item}
}

// vocabularies asks for all terms.
func (s *Site) vocabularies(ctx context.Context) error {
	var all map[string]struct {
		Base string `json:"rest_base"`
	}
	if err := s.ask(ctx, "wp/v2/taxonomies", nil, &all); err != nil {
		return s.unlessBroken(err, "it does not show its categories and tags")
	}
	for _, name := range sorted(all) {
		base := all[name].Base
		if base == "" || strings.ContainsAny(base, "/?#") || name == "nav_menu" || name == "wp_pattern_category" {
			continue
		}
		s.taxonomies[base] = name
		sec := &section{name: "terms-" + base, route: "wp/v2/" + base, kind: name, heads: make(map[int64]importer.Item)}
		err := s.add(ctx, sec, "id,name,slug", nil, func(r row) {
			s.terms[r.ID] = term{domain: name, slug: r.Slug, name: r.Name}
			sec.heads[r.ID] = headOf(name, r, s.at(sec, r.Name))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// headOf makes the item of a term. It comes in with the posts that name it.
func headOf(taxonomy string, r row, at importer.Place) importer.Item {
	item := importer.Item{Kind: "term", At: at}
	switch taxonomy {
	case "category":
		item.Kind = "category"
		if uncategorized(r.Slug, r.Name) {
			item.Left = "it says that a post has no category"
		}
	case "post_tag":
		item.Kind = "tag"
	default:
		item.Left = technical(taxonomy)
	}
	return item
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// types asks for the posts of all types, and for the media library.
func (s *Site) types(ctx context.Context) error {
	var all map[string]struct {
		Base  string `json:"rest_base"`
		Space string `json:"rest_namespace"`
	}
	if err := s.ask(ctx, "wp/v2/types", nil, &all); err != nil {
		return err
	}
	for _, kind := range sorted(all) {
		base := all[kind].Base
		if base == "" || strings.ContainsAny(base, "/?#(") || kind != "wp_block" && leftType(kind) != "" || kind == "wp_block" && s.login == (Login{}) {
			continue
		}
		sec := &section{name: base, route: cmp.Or(all[kind].Space, "wp/v2") + "/" + base, kind: kind, of: ofPosts}
		if err := s.addPosts(ctx, sec); err != nil {
			return err
		}
	}
	return nil
}

// addPosts lists the posts of a type, the media files, or the reusable blocks.
func (s *Site) addPosts(ctx context.Context, sec *section) error {
	s.x.site.kinds[sec.kind] = true
	query, fields := s.query(), postFields
	read := func(r row) *post { return s.post(r, sec.kind) }
	switch sec.kind {
	case "attachment":
		sec.of, query, fields, read = ofFiles, nil, fileFields, s.file
	case "wp_block":
		sec.of, fields = ofBlocks, "id,content"
	}
	var failed error
	err := s.add(ctx, sec, fields, query, func(r row) {
		p := read(r)
		failed = errors.Join(failed, s.x.remember(spot{off: r.ID}, p, p.status == "trash"))
	})
	if err != nil {
		return err
	}
	return failed
}

// query asks for what a login may read.
func (s *Site) query() url.Values {
	if s.login == (Login{}) {
		return nil
	}
	return url.Values{"status": {"publish,future,draft,pending,private"}, "context": {"edit"}}
}

// surveyComments asks under what the comments stand.
func (s *Site) surveyComments(ctx context.Context) error {
	posts := make(map[int64]bool)
	for _, sec := range s.sections {
		if sec.of == ofPosts {
			for _, id := range sec.ids {
				posts[id] = true
			}
		}
	}
	met := make(map[int64]bool)
	err := s.list(ctx, "wp/v2/comments", "id,post", nil, func(r row) {
		switch {
		case met[r.ID]:
		case posts[r.Post]:
			s.comments[r.Post] = append(s.comments[r.Post], r.ID)
		default:
			s.orphans++
		}
		met[r.ID] = true
	})
	if err != nil {
		s.comments, s.orphans = make(map[int64][]int64), 0
	}
	return s.unlessBroken(err, "it does not show its comments")
}

// Items yields the site, its authors and terms, its posts by type and ID with their comments, and its media files.
func (s *Site) Items(ctx context.Context, after string) iter.Seq2[importer.Item, error] {
	return func(yield func(importer.Item, error) bool) {
		from, err := parseSiteMark(after)
		if err == nil && s.x.index == nil {
			err = s.Survey(ctx, &importer.Survey{})
		}
		if err != nil {
			yield(importer.Item{}, err)
			return
		}
		start := slices.IndexFunc(s.sections, func(sec *section) bool { return sec.name == from.section })
		if from.section == "" {
			for i, item := range s.own()[min(from.n, len(s.own())):] {
				item.Mark = siteMark{n: from.n + i + 1}.String()
				if !yield(item, nil) {
					return
				}
			}
			from = siteMark{}
		}
		for i, sec := range s.sections[max(0, start):] {
			if i > 0 {
				from = siteMark{}
			}
			if !s.section(ctx, sec, from, yield) {
				return
			}
		}
	}
}

// own returns the items of the site itself, and of the comments under what it does not show.
func (s *Site) own() []importer.Item {
	at := importer.Place{File: s.api.Host}
	items := []importer.Item{{At: at, Kind: "site", Notes: s.notes}}
	if s.orphans > 0 {
		items = append(items, importer.Item{At: at, Kind: importer.KindComment, Count: s.orphans, Left: "what they stand under does not come in"})
	}
	return items
}

// A siteMark is a section, the ID of a thing in it, and how many of its items were brought in.
type siteMark struct {
	section string
	id      int64
	n       int
}

// String writes the mark.
func (m siteMark) String() string { return fmt.Sprintf("%s %d %d", cmp.Or(m.section, "-"), m.id, m.n) }

func parseSiteMark(mark string) (m siteMark, err error) {
	if mark == "" {
		return m, nil
	}
	if _, err = fmt.Sscanf(mark, "%s %d %d", &m.section, &m.id, &m.n); err != nil {
		return m, fmt.Errorf("%q is no mark of a site", mark)
	}
	if m.section == "-" {
		m.section = ""
	}
	return m, nil
}

// section yields what is in a section after a mark, a hundred at a time.
func (s *Site) section(ctx context.Context, sec *section, from siteMark, yield func(importer.Item, error) bool) bool {
	ids := sec.ids
	i, _ := slices.BinarySearch(ids, from.id)
	for ids = ids[i:]; len(ids) > 0; {
		n := min(len(ids), perAsk)
		made, err := s.bring(ctx, sec, ids[:n])
		if err != nil {
			yield(importer.Item{}, err)
			return false
		}
		for _, id := range ids[:n] {
			for j, item := range made[id] {
				if id == from.id && j < from.n {
					continue
				}
				item.Mark = siteMark{sec.name, id, j + 1}.String()
				if !yield(item, nil) {
					return false
				}
			}
		}
		ids = ids[n:]
	}
	return true
}

// bring makes the items of some things of a section, by their IDs.
func (s *Site) bring(ctx context.Context, sec *section, ids []int64) (map[int64][]importer.Item, error) {
	made := make(map[int64][]importer.Item, len(ids))
	if sec.of == ofPosts {
		return s.posts(ctx, sec, ids)
	}
	for _, id := range ids {
		item := importer.Item{Kind: sec.kind, At: s.at(sec, strconv.FormatInt(id, 10))}
		switch sec.of {
		case ofHeads:
			item = sec.heads[id]
		case ofFiles:
			a, _ := s.x.index.attachment(id)
			s.x.file(&item, &post{file: a.URL})
		case ofBlocks:
			item.Left = leftType(sec.kind)
		}
		made[id] = []importer.Item{item}
	}
	return made, nil
}

// posts makes the items of some posts: each, and those of its comments that are left out.
func (s *Site) posts(ctx context.Context, sec *section, ids []int64) (map[int64][]importer.Item, error) {
	query := url.Values{}
	for k, v := range s.query() {
		query[k] = v
	}
	if s.embed {
		query.Set("_embed", "author")
	}
	rows, failed, err := s.fetch(ctx, sec.route, query, ids)
	if err != nil {
		return nil, err
	}
	comments, err := s.fetchComments(ctx, ids)
	if err != nil {
		return nil, err
	}
	made := make(map[int64][]importer.Item, len(ids))
	for _, id := range ids {
		item := importer.Item{Kind: s.x.site.kind(sec.kind), At: s.at(sec, strconv.FormatInt(id, 10)), Err: failed[id]}
		r, ok := rows[id]
		if !ok && item.Err == nil {
			item.Left = "it went away while the site was read"
		}
		made[id] = s.postItems(item, s.post(r, sec.kind), s.comments[id], comments)
	}
	return made, nil
}

// postItems makes the item of a post, unless something is wrong with it already, and those of its comments that are left out.
func (s *Site) postItems(item importer.Item, p *post, under []int64, comments map[int64]row) []importer.Item {
	gone := 0
	for _, n := range under {
		if c, ok := comments[n]; ok {
			p.comments = append(p.comments, c.comment())
		} else {
			gone++
		}
	}
	switch {
	case item.Err != nil || item.Left != "":
	case p.password != "" && p.content == "":
		item.Left = "a password protects it there (hint: with an application password it comes in as a draft: --auth-file)"
	case p.leftOut() != "":
		item.Left = p.leftOut()
	default:
		s.x.article(&item, p)
	}
	more := s.x.comments(&item, p)
	if gone > 0 {
		more = append(more, importer.Item{At: item.At, Kind: importer.KindComment, Count: gone, Left: "they could not be read"})
	}
	return append([]importer.Item{item}, more...)
}

// fetchComments asks for the comments under some posts.
func (s *Site) fetchComments(ctx context.Context, posts []int64) (map[int64]row, error) {
	var ids []int64
	for _, p := range posts {
		ids = append(ids, s.comments[p]...)
	}
	rows, _, err := s.fetch(ctx, "wp/v2/comments", nil, ids)
	return rows, s.unlessHidden(err, "it does not show its comments")
}
