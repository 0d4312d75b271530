package reader

import (
	"context"
	"errors"
	"html/template"
	"slices"
	"strings"
	"time"

	"coranto/internal/lang"
)

// A newsroom writes what readers may face, place by place, and its pages show all places. Who reads may choose one:
// nobody but this program learns of it, and it is written down only if that was asked for, since it says where somebody
// lives.

// Place returns the place whose risk notice alone the user wants to see, and whether it is kept. Empty means all.
func (r *Reader) Place() (place string, kept bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.place, r.placeKept
}

// SetPlace sets Place, and keeps it where Usage says if keep is set and things are saved there. What was kept of an
// earlier choice goes.
func (r *Reader) SetPlace(place string, keep bool) error {
	if place != "" && !isPlace(place) {
		return errors.New("no place has that name")
	}
	keep = keep && place != "" && r.Saving()
	err := r.keep.Remove(r.state.prefix + statePlace)
	if keep {
		err = r.keep.Put(r.state.prefix+statePlace, []byte(place+"\n"))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.place, r.placeKept = place, keep && err == nil
	return err
}

// place returns the place that is kept, if any.
func (s state) place() string {
	if lines := s.lines(statePlace); len(lines) == 1 && isPlace(lines[0]) {
		return lines[0]
	}
	return ""
}

// riskEdits leave in a page the notice of the user's place alone, if it has that, and lead to where one is chosen. A
// page with one notice stays as it is.
func (s *Server) riskEdits(a admitted, p parts, t tongue) (edits []edit) {
	if len(p.notices) < 2 {
		return nil
	}
	word := "place_one"
	place, _ := s.r.Place()
	if slices.ContainsFunc(p.notices, func(n notice) bool { return n.Place == place }) {
		word = "place_all"
		for _, n := range p.notices {
			if n.Place != place {
				edits = append(edits, edit{span: n.span})
			}
		}
	}
	var link strings.Builder
	to := address(a.prefix, ownPath, "lang", t.Tag()) + "#place"
	if err := chooseTemplate.Execute(&link, struct{ Lang, Dir, To, Word string }{t.Tag(), t.Dir(), to, t.W(word)}); err != nil {
		panic(err) // a template that is part of the program, and plain data
	}
	return append(edits, edit{span{p.choose, p.choose}, []byte(link.String())})
}

var chooseTemplate = template.Must(template.New("choose").Parse(
	`<p lang="{{.Lang}}" dir="{{.Dir}}"><a href="{{.To}}">{{.Word}}</a></p>`))

// frontWait is how long the reader's own page waits for the front of the newsroom.
const frontWait = time.Second

// front returns what a reader finds in the newsroom's front in the language of some words, or else in its first
// language, and which language that is.
func (s *Server) front(ctx context.Context, t tongue) (parts, string) {
	head, ok := s.r.Head()
	if !ok {
		return parts{}, ""
	}
	language := head.Manifest.Languages[0]
	for _, l := range head.Manifest.Languages {
		if s.words.tongue(l).Tag() == t.Tag() {
			language = l
			break
		}
	}
	ctx, cancel := context.WithTimeout(ctx, frontWait)
	defer cancel()
	p, err := s.r.Get(ctx, language+"/")
	if err != nil {
		s.r.opt.Log.Info("front", "error", err)
		return parts{}, language
	}
	found := readParts(p.Body, readHead(p.Body).body)
	s.noteExit(found.exit)
	return found, language
}

// An ownNotice is a risk notice as the reader's own page shows it.
type ownNotice struct {
	notice
	Chosen bool
}

// takeFront puts onto the own page what it has of the newsroom's front: the risk notices, and the way out.
func (p *ownPage) takeFront(front parts, language, place string) {
	p.All = true
	for _, n := range front.notices {
		if n.Lang == "" {
			n.Lang, n.Dir = language, lang.Dir(language)
		}
		p.Notices = append(p.Notices, ownNotice{n, n.Place == place})
		p.All = p.All && n.Place != place
	}
}
