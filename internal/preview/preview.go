// Package preview shows a newsroom to its own editors as it would be published, drafts and embargoed stories included,
// with what is wrong on the page that it is wrong on. It renders only what is asked for, and writes nothing.
//
//	s, err := preview.NewServer(listener, rand.Reader, open, state, log)
//	fmt.Println(s.URL())
//	err = s.Run(ctx)
//
// Pages are the site's own, and below what a preview puts around them they are what will be published. Around them are a
// panel at their top, dashed lines about what leads to an article that waits, and a few lines of script that load them anew
// when something has changed. The policy that a page carries is sent as a header instead, which lets in these and no more.
package preview

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"coranto/internal/check"
	"coranto/internal/news"
	"coranto/internal/site"
	"coranto/internal/store"
)

// A Room is a newsroom at one moment, as it would be published. Its functions may be called at the same time.
type Room struct {
	// Config is what Site was made of.
	Config site.Config
	Site   *site.Site
	Snap   site.Snapshot
	// Open opens the bytes of a rendition by their SHA-256 in hex.
	Open func(ctx context.Context, sha256 string) (io.ReadCloser, error)
	// Check returns the problems of a story; nil has none.
	Check func(ctx context.Context, id string) ([]check.Problem, error)
	// Waiting are the articles that readers don't see yet, as of Now.
	Waiting []Waiting
	Now     time.Time
	// Refused is what of the folders could not be taken at all, one a line.
	Refused []string
	// Close lets go of the room; it may be nil.
	Close func() error

	mu       sync.Mutex // guards what follows
	rendered map[site.Unit]site.Output
	last     *stand // of the page of components
	waiting  map[string][]heldBack
}

// mostRendered is how many units a room remembers: a page's pictures are asked for right after it.
const mostRendered = 64

// file renders the file at a path, or returns fs.ErrNotExist.
func (r *Room) file(ctx context.Context, path string) (site.File, string, error) {
	id, u, err := r.unit(ctx, path)
	if err != nil {
		return site.File{}, "", err
	}
	if u.Kind != "" {
		if f, err := r.in(ctx, u, path); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return f, id, err
		}
	}
	f, err := r.search(ctx, path)
	return f, "", err
}

// Has says whether the newsroom would have a file at a path, as fa/topic/courts/index.html.
func (r *Room) Has(ctx context.Context, path string) (bool, error) {
	_, _, err := r.file(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// in returns the file at a path that a unit renders, or fs.ErrNotExist.
func (r *Room) in(ctx context.Context, u site.Unit, path string) (site.File, error) {
	out, err := r.render(ctx, u)
	if err != nil {
		return site.File{}, err
	}
	for _, f := range out.Files {
		if f.Path == path {
			return f, nil
		}
	}
	return site.File{}, fs.ErrNotExist
}

func (r *Room) render(ctx context.Context, u site.Unit) (site.Output, error) {
	r.mu.Lock()
	out, ok := r.rendered[u]
	r.mu.Unlock()
	if ok {
		return out, nil
	}
	out, err := r.Site.Render(ctx, r.Snap, u)
	if err != nil {
		return out, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.rendered) >= mostRendered || r.rendered == nil {
		r.rendered = map[site.Unit]site.Output{}
	}
	r.rendered[u] = out
	return out, nil
}

// search looks for a path that does not name its unit, as that of a standing page, among the units of which there are
// few: it leaves out stories, days, packs, and the numbered pages of lists.
func (r *Room) search(ctx context.Context, path string) (site.File, error) {
	for u, err := range r.Site.All(ctx, r.Snap) {
		if err != nil {
			return site.File{}, err
		}
		switch u.Kind {
		case site.Story: // they come last
			return site.File{}, fs.ErrNotExist
		case site.Topic, site.Numbered, site.Day, site.Month, site.Pack, site.Seed:
			continue
		}
		if tag := u.List.Lang; tag != "" && !strings.HasPrefix(path, tag+"/") {
			continue
		}
		if f, err := r.in(ctx, u, path); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return site.File{}, fs.ErrNotExist
}

// unit returns the unit that a path is of, and the story's ID where it is a story's; the zero Unit where the path does
// not say.
func (r *Room) unit(ctx context.Context, path string) (id string, u site.Unit, err error) {
	if path == "index.html" {
		return "", site.Unit{Kind: site.Choice}, nil
	}
	at := strings.Split(path, "/")
	if at[0] != "media" && !slices.Contains(r.Config.Languages, at[0]) {
		return "", site.Unit{Kind: site.Stub, Path: path}, nil
	}
	l := store.List{Lang: at[0]}
	name := func(i int) string {
		if i < len(at) {
			return at[i]
		}
		return ""
	}
	switch name(1) {
	case "index.html":
		return "", site.Unit{Kind: site.Front, List: l}, nil
	case "topic", "place", "author":
		return "", site.Unit{Kind: site.Topic, List: of(l, name(1), name(2))}, nil
	case "topics":
		return "", site.Unit{Kind: site.Topics, List: l}, nil
	case "archive":
		return "", archived(l, at[2:]), nil
	case "story":
		if len(at) < 7 { // fa/story/2026/11/22/border/index.html
			return "", u, nil
		}
		a := news.Address{Day: at[2] + "-" + at[3] + "-" + at[4], Slug: at[5]}
		if id, err = r.at(ctx, a); id == "" || err != nil {
			return "", u, err
		}
		if l.Lang == "media" {
			l.Lang = ""
		}
		return id, site.Unit{Kind: site.Story, Story: id, Address: a, List: l}, nil
	}
	return "", u, nil
}

// of returns the list of a topic, a place or an author.
func of(l store.List, kind, slug string) store.List {
	switch kind {
	case "topic":
		l.Topic = slug
	case "place":
		l.Place = slug
	case "author":
		l.Author = slug
	}
	return l
}

// at returns the ID of the story at an address; "" where there is none. One of its articles came out on the address's day or
// stands, unless that was taken back since: then all stories are looked through.
func (r *Room) at(ctx context.Context, a news.Address) (string, error) {
	for _, tag := range r.Config.Languages {
		day, err := r.Snap.Day(ctx, tag, a.Day)
		if err != nil {
			return "", err
		}
		stand, err := site.PagesThatStand(ctx, r.Snap, tag)
		if err != nil {
			return "", err
		}
		for _, h := range append(day, stand...) {
			if h.Address == a {
				return h.Story, nil
			}
		}
	}
	for id, err := range r.Snap.Stories(ctx) {
		if err != nil {
			return "", err
		}
		if st, err := r.Snap.Story(ctx, id); err != nil || st.Address == a {
			return id, err
		}
	}
	return "", nil
}

// archived returns the unit of a page of the archive, by what follows fa/archive/.
func archived(l store.List, rest []string) site.Unit {
	number := func(s string) int {
		n, err := strconv.Atoi(strings.TrimSuffix(s, ".html"))
		if err != nil {
			return 0
		}
		return n
	}
	switch {
	case len(rest) == 1:
		return site.Unit{Kind: site.Archive, List: l}
	case len(rest) == 2 && rest[0] == "page":
		return site.Unit{Kind: site.Numbered, List: l, Page: number(rest[1])}
	case len(rest) == 3 && (rest[0] == "topic" || rest[0] == "place" || rest[0] == "author"):
		return site.Unit{Kind: site.Numbered, List: of(l, rest[0], rest[1]), Page: number(rest[2])}
	case len(rest) == 3:
		return site.Unit{Kind: site.Month, List: l, Day: rest[0] + "-" + rest[1]}
	case len(rest) == 4:
		return site.Unit{Kind: site.Day, List: l, Day: rest[0] + "-" + rest[1] + "-" + rest[2]}
	}
	return site.Unit{}
}
