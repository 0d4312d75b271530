package reader

import (
	"cmp"
	"crypto/subtle"
	_ "embed" // for the page and its style
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"coranto/edition"
	"coranto/internal/lang"
)

// ownStyle is the style of the reader's own page.
//
//go:embed own.css
var ownStyle string

//go:embed own.html
var ownText string

var ownTemplate = template.Must(template.New("own").Parse(ownText))

// frameEvery is the number of seconds after which the bar's frame is asked for again.
const frameEvery = 60

// own sends what is the reader's own, below ownPath.
func (s *Server) own(w http.ResponseWriter, a admitted) {
	name, isEvidence := strings.CutPrefix(a.path, evidencePath)
	proof, isKept := s.r.Evidence(name)
	switch {
	case a.path == barPath:
		send(w, a.Request, "text/css", []byte(barStyle))
	case a.path == ownStylePath:
		send(w, a.Request, "text/css", []byte(ownStyle))
	case a.path == paperStylePath:
		send(w, a.Request, "text/css", []byte(paperStyle))
	case a.path == framePath:
		s.write(w, a, http.StatusOK, frameTemplate, s.frame(a))
	case a.path == laidPath:
		s.write(w, a, http.StatusOK, laidTemplate, s.laidFrame(a))
	case a.path == ownPath:
		s.write(w, a, http.StatusOK, ownTemplate, s.ownPage(a))
	case isEvidence && isKept:
		w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.txt"`)
		send(w, a.Request, "text/plain", proof)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// frame says whether there is a newer edition than that of the page around it.
func (s *Server) frame(a admitted) frame {
	q := a.URL.Query()
	t := s.tongue(a)
	shown, _ := strconv.ParseUint(q.Get("edition"), 10, 64) // of our own page; 0 is older than all
	newest := s.r.Verdict().Edition
	return frame{
		tongue: t, Style: address(a.prefix, barPath), Self: address(a.prefix, ownPath, "lang", t.Tag()),
		Page: address(a.prefix, q.Get("page")), Edition: newest, Newer: newest > shown, Every: frameEvery,
	}
}

// An ownPage is what the reader's own page shows.
type ownPage struct {
	tongue
	judgement
	Style, Home, Do, Token string
	Tongues                []lang.Language
	Said                   string // what the last action came to
	Comparison             edition.Comparison
	Mirrors                []ownMirror
	Usage                  Usage
	Saving                 bool
	Evidence               []ownEvidence
	Traffic                Traffic
	// Notices are the newsroom's risk notices; All says that pages show all of them, PlaceKept that the
	// choice is kept.
	Notices        []ownNotice
	All, PlaceKept bool
	// Exit is where the newsroom's link to leave quickly leads, Leave its word; Risks is the word for the notices.
	Exit, Leave, Risks string
}

// An ownMirror is a row of the table of mirrors.
type ownMirror struct {
	MirrorReport
	Address string // set when the user added it
}

type ownEvidence struct{ Name, Address string }

func (s *Server) ownPage(a admitted) ownPage {
	t := s.tongue(a)
	_, token := s.secrets()
	usage, err := s.r.Usage()
	if err != nil {
		s.r.opt.Log.Warn("keep", "error", err)
	}
	p := ownPage{
		tongue: t, judgement: judgement{t, s.r.masthead.Name, s.r.Verdict()}, Tongues: s.words.all(),
		Style: address(a.prefix, ownStylePath), Home: a.prefix + "/", Do: address(a.prefix, doPath), Token: token,
		Comparison: s.comparison(), Usage: usage, Saving: s.r.Saving(), Traffic: s.r.Traffic(),
	}
	front, language := s.front(a.Context(), t)
	p.Exit, p.Leave = s.wayOut(t)
	p.Risks, _ = t.Word("risks")
	place, kept := s.r.Place()
	p.PlaceKept = kept
	p.takeFront(front, language, place)
	if said := a.URL.Query().Get("did"); slices.Contains(outcomes, said) {
		p.Said = t.W(said)
	}
	added := s.r.AddedMirrors()
	for _, m := range s.r.Mirrors() {
		p.Mirrors = append(p.Mirrors, ownMirror{m, added[m.Mirror]})
	}
	for _, name := range s.r.EvidenceNames() {
		p.Evidence = append(p.Evidence, ownEvidence{name, address(a.prefix, evidencePath+name)})
	}
	return p
}

// Kept says how much is kept, and where.
func (p ownPage) Kept() template.HTML {
	key := "kept_memory"
	switch {
	case p.Usage.Encrypted:
		key = "kept_sealed"
	case p.Usage.Place != "":
		key = "kept_plain"
	}
	return p.Say(key, "size", p.Size(p.Usage.Bytes), "limit", p.Size(p.Usage.Limit), "place", p.Usage.Place)
}

// Met says what the reader made of a mirror.
func (p ownPage) Met(m ownMirror) string {
	return p.W(cmp.Or(map[State]string{
		Good: "state_good", Old: "state_old", Incomplete: "state_incomplete", Slow: "state_slow", Blocked: "state_blocked",
		Endless: "state_endless", Lied: "state_lied", Forked: "state_fork", Shunned: "state_shunned",
	}[m.State], "state_unasked"))
}

// Took says how long a mirror took to answer; empty when it didn't.
func (p ownPage) Took(m ownMirror) string {
	if m.Duration <= 0 {
		return ""
	}
	return p.Digits(fmt.Sprintf("%.1f", m.Duration.Round(100*time.Millisecond).Seconds())) + "\u00a0s"
}

// outcomes are what an action can come to.
var outcomes = []string{
	"did_newer", "did_same", "did_offline", "did_added", "did_bad_mirror", "did_forgotten", "did_not_saving", "did_saving",
	"did_removed", "did_failed", "did_place",
}

// maxForm is the size of the largest form.
const maxForm = 4 << 10

// do carries out what a form of the own page asks for, and leads back to that page.
func (s *Server) do(w http.ResponseWriter, a admitted) {
	a.Body = http.MaxBytesReader(w, a.Body, maxForm)
	prefix, token := s.secrets()
	if err := a.ParseForm(); err != nil || subtle.ConstantTimeCompare([]byte(a.PostForm.Get("token")), []byte(token)) != 1 {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	did := s.act(a, a.PostForm)
	w.Header().Set("Location", address(prefix, ownPath, "lang", a.PostForm.Get("lang"), "did", did))
	w.WriteHeader(http.StatusSeeOther)
}

// act does what a form asks for and returns which outcome it had.
func (s *Server) act(a admitted, form url.Values) string {
	switch form.Get("action") {
	case "refresh":
		return s.refreshed(a)
	case "add":
		if err := s.r.AddMirror(strings.TrimSpace(form.Get("mirror"))); err != nil {
			return "did_bad_mirror"
		}
		return "did_added"
	case "forget":
		return s.outcome("did_forgotten", s.r.ForgetMirror(form.Get("mirror")))
	case "stop":
		return s.outcome("did_not_saving", s.r.Save(false))
	case "save":
		return s.outcome("did_saving", s.r.Save(true))
	case "place":
		return s.outcome("did_place", s.r.SetPlace(form.Get("place"), form.Get("keep") != ""))
	case "remove":
		return s.outcome("did_removed", s.r.RemoveAll())
	}
	return "did_failed"
}

func (s *Server) outcome(did string, err error) string {
	if err != nil {
		s.r.opt.Log.Warn("action", "did", did, "error", err)
		return "did_failed"
	}
	return did
}

// refreshed asks the mirrors now.
func (s *Server) refreshed(a admitted) string {
	report, err := s.r.Refresh(a.Context())
	switch {
	case err != nil || report.Offline:
		return "did_offline"
	case report.New:
		return "did_newer"
	}
	return "did_same"
}
