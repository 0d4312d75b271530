package ghost

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"coranto/internal/importer"
)

// maxComments is the size of all comments of an export together, in bytes: they wait in memory for their posts.
const maxComments = 128 << 20

// An index is what the first pass over an export keeps: all but the posts' words.
type index struct {
	// has counts what the export has by kind.
	has map[string]int
	// others are the items that are no posts.
	others []importer.Item
	// first holds the number of the first post that has an ID, counted from 0.
	first map[id]int
	tags  map[id]tag
	users map[id]user
	// tagged and written hold a post's tags and authors, in their order.
	tagged, written map[id][]relation
	metas           map[id]meta
	comments        map[id][]comment
	// held is the size of the comments.
	held int64
	// moved are the addresses that lead to posts.
	moved []address
	posts []head
	// left counts the rows of tables that are left out.
	left map[string]int
}

// An address leads to an article.
type address struct{ url, story, lang string }

// leftOut returns what the rows of a table are called that is left out, and why. Of other tables nothing is said: they
// are settings.
func leftOut(table string) (kind, why string) {
	switch table {
	case "members":
		return "member", "members are not read"
	case "newsletters":
		return "newsletter", "newsletters are not taken"
	case "mobiledoc_revisions", "post_revisions":
		return "revision", "older versions of a post are not taken"
	case "snippets":
		return "snippet", "snippets are for writing in Ghost"
	}
	return "", ""
}

// read returns the index of the export, which it makes once.
func (s *Source) read(ctx context.Context) (*index, error) {
	if s.index != nil {
		return s.index, nil
	}
	x := &index{has: make(map[string]int), first: make(map[id]int), tags: make(map[id]tag), users: make(map[id]user),
		tagged: make(map[id][]relation), written: make(map[id][]relation), metas: make(map[id]meta),
		comments: make(map[id][]comment), left: make(map[string]int)}
	if err := s.readRoutes(); err != nil {
		return nil, err
	}
	if err := s.scan(ctx, isRead, func(r row) error { s.note(x, r); return nil }); err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	if len(x.posts) == 0 {
		return nil, fmt.Errorf("%s: has no posts: no export of Ghost (hint: Ghost writes it under Settings, Import/Export)", s.name)
	}
	for _, rs := range []map[id][]relation{x.tagged, x.written} {
		for _, r := range rs {
			slices.SortStableFunc(r, func(a, b relation) int { return cmp.Compare(a.Order, b.Order) })
		}
	}
	s.orphans(x)
	s.count(x)
	s.addresses(x)
	s.redirects(x)
	s.index = x
	return x, nil
}

// isRead says whether the rows of a table are read at all.
func isRead(table string) bool {
	return slices.Contains([]string{"posts", "pages", "posts_meta", "posts_tags", "posts_authors", "tags", "users", "authors",
		"comments"}, table)
}

// note keeps what the index needs of a row.
func (s *Source) note(x *index, r row) {
	switch r.table {
	case "posts", "pages":
		var p post
		err := decode(r, &p) // its item says what is wrong with it
		h := p.head
		if _, ok := x.first[h.ID]; !ok && err == nil {
			x.first[h.ID] = len(x.posts)
		}
		if r.table == "pages" {
			h.Page = true
		}
		x.posts = append(x.posts, h)
		x.has[h.kind()]++
	case "tags":
		s.tag(x, r)
	case "users", "authors":
		var u user
		err := decode(r, &u)
		if err == nil {
			x.users[u.ID] = u
		}
		x.add(importer.Item{At: s.place(r, u.Name), Kind: "author", Err: err})
	case "posts_meta":
		keep(r, func(m meta) { x.metas[m.PostID] = m })
	case "posts_tags":
		keep(r, func(t relation) { x.tagged[t.Post] = append(x.tagged[t.Post], t) })
	case "posts_authors":
		keep(r, func(a relation) { x.written[a.Post] = append(x.written[a.Post], a) })
	case "comments":
		s.comment(x, r)
	default:
		if kind, _ := leftOut(r.table); kind != "" {
			x.left[r.table]++
		}
	}
}

// keep hands on a row that only ties others together. One that can't be read ties nothing.
func keep[T any](r row, use func(T)) {
	var v T
	if decode(r, &v) == nil {
		use(v)
	}
}

// add keeps an item that is no post.
func (x *index) add(it importer.Item) {
	x.has[it.Kind] += max(it.Count, 1)
	x.others = append(x.others, it)
}

func (s *Source) tag(x *index, r row) {
	var t tag
	err := decode(r, &t)
	if err == nil {
		x.tags[t.ID] = t
	}
	it := importer.Item{At: s.place(r, t.Name), Kind: "tag", Err: err}
	if err == nil && t.internal() {
		it.Left = "readers of Ghost don't see it: its name begins with #"
	}
	x.add(it)
}

// comment keeps a comment for its post, as long as there is room.
func (s *Source) comment(x *index, r row) {
	var c comment
	err := decode(r, &c)
	if err == nil && x.held+r.size > maxComments {
		err = fmt.Errorf("the comments are over the limit of %d bytes", int64(maxComments))
	}
	if err != nil {
		x.add(importer.Item{At: s.place(r, string(c.ID)), Kind: "comment", Err: err})
		return
	}
	if c.Status == "deleted" {
		x.add(importer.Item{At: s.place(r, string(c.ID)), Kind: "comment", Left: "it was deleted"})
		return
	}
	x.held += r.size
	x.has["comment"]++
	x.comments[c.Post] = append(x.comments[c.Post], c)
}

// orphans refuses the comments under posts that the export does not have.
func (s *Source) orphans(x *index) {
	for _, post := range slices.Sorted(maps.Keys(x.comments)) {
		if _, ok := x.first[post]; ok {
			continue
		}
		n := len(x.comments[post])
		x.has["comment"] -= n
		x.add(importer.Item{At: importer.Place{File: s.name, Item: string(post)}, Kind: "comment", Count: n,
			Err: fmt.Errorf("the post %q that they stand under is not in the export", post)})
		delete(x.comments, post)
	}
}

// count makes an item of each table that is left out, and of each file that was not opened.
func (s *Source) count(x *index) {
	for _, table := range []string{"members", "newsletters", "mobiledoc_revisions", "post_revisions", "snippets"} {
		if n := x.left[table]; n > 0 {
			kind, why := leftOut(table)
			x.add(importer.Item{At: importer.Place{File: s.name, Item: table}, Kind: kind, Count: n, Left: why})
		}
	}
	for _, r := range s.files.Refused() {
		x.add(importer.Item{At: importer.Place{File: r.Name}, Kind: "file", Err: errors.New(r.Reason)})
	}
}

// addresses lists where the posts stood that had an address.
func (s *Source) addresses(x *index) {
	for i, h := range x.posts {
		lang, err := s.language(x, h)
		if first, ok := x.first[h.ID]; !ok || first != i || h.Status == "draft" || h.Status == "sent" || bool(x.metas[h.ID].EmailOnly) || err != nil {
			continue
		}
		for _, url := range s.addressesOf(x, h) {
			x.moved = append(x.moved, address{url, h.story(), lang})
		}
	}
}

// language returns a post's language: its own, that of an internal tag as #fa, or the one to take otherwise.
func (s *Source) language(x *index, h head) (string, error) {
	if h.Locale != "" {
		return importer.AllowedLanguage(h.Locale, s.opt.Languages)
	}
	for _, t := range x.tagsOf(h) {
		name, ok := strings.CutPrefix(t.Name, "#")
		if !ok {
			continue
		}
		name = strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(name), "lang-"), "lang:")
		if tag, err := importer.AllowedLanguage(name, s.opt.Languages); err == nil {
			return tag, nil
		}
	}
	if s.opt.Language == "" {
		return "", fmt.Errorf("it names no language (hint: say which with --language, or give it a tag as #fa)")
	}
	return importer.AllowedLanguage(s.opt.Language, s.opt.Languages)
}

// tagsOf returns a post's tags, the primary one first.
func (x *index) tagsOf(h head) []tag {
	tags := h.Tags
	for _, r := range x.tagged[h.ID] {
		if t, ok := x.tags[r.Tag]; ok {
			tags = append(tags, t)
		}
	}
	return tags
}

// place says where a row stands.
func (s *Source) place(r row, item string) importer.Place {
	return importer.Place{File: fmt.Sprintf("%s:%d", s.name, r.line), Item: item}
}
