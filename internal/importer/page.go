package importer

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

// About says of a report's page what it is of.
type About struct {
	// Kind is that of the import, as wordpress, and Sources are what it read, as the user named it.
	Kind    string
	Sources []string
}

// An Entry is one entry of a report's lists, as a script reads it: Kind names the list: ListProblems and so on.
type Entry struct {
	Kind   string `json:"list"`
	File   string `json:"file"`
	Item   string `json:"item,omitempty"`
	Media  string `json:"media,omitempty"`
	Reason string `json:"reason"`
}

//go:embed page.html
var pageHTML string

// WritePage writes a report as a page to read: one file, without scripts, that asks for nothing. What needs doing comes
// first, and entries of the same reason stand together.
func WritePage(w io.Writer, r Report, about About) error {
	t, err := template.New("report").Funcs(template.FuncMap{"count": grouped, "join": strings.Join}).Parse(pageHTML)
	if err != nil {
		return err
	}
	return t.Execute(w, newPage(r, about))
}

// A page is a report as its page shows it.
type page struct {
	Report
	About
	Whole        bool
	MissingFiles int
	Kinds        []pageKind
	Lists        []pageList
}

type pageKind struct {
	Name string
	Tally
	Odd string // what does not add up
}

// A pageList is one list of a report, its entries by reason.
type pageList struct {
	ID, Title, Why string
	Count          int
	Open           bool
	Reasons        []pageReason
	Unlisted       int
}

type pageReason struct {
	Reason  string
	Count   int
	Entries []pageEntry
	Cut     int // entries beyond those
}

type pageEntry struct{ Place, Media string }

// maxOfReason is the number of entries that the page shows of one reason: after some hundred an editor asks for the list.
const maxOfReason = 500

func newPage(r Report, about About) page {
	p := page{Report: r, About: about, Whole: r.Whole(),
		MissingFiles: len(r.Missing) + r.Unlisted[ListMissing]}
	for _, name := range r.KindNames() {
		k := pageKind{Name: name, Tally: r.Kinds[name]}
		if !k.AddsUp() {
			k.Odd = fmt.Sprintf("The source says that it has %s, and %s were met.", grouped(k.Has), grouped(k.Met()))
		}
		p.Kinds = append(p.Kinds, k)
	}
	add := func(id, title, why string, open bool, reasons *byReason) {
		if n := reasons.total + r.Unlisted[id]; n > 0 {
			p.Lists = append(p.Lists, pageList{id, title, why, n, open, reasons.sorted(), r.Unlisted[id]})
		}
	}
	problems, missing, left, notes := &byReason{}, &byReason{}, &byReason{}, &byReason{}
	problems.addAll(r.Problems)
	left.addAll(r.Left)
	notes.addAll(r.Notes)
	for _, m := range r.Missing {
		missing.add(m.Reason, pageEntry{m.Place.String(), m.Media})
	}
	add(ListProblems, "Refused", "These did not come in. Mend them in the source, and import again.", true, problems)
	add(ListMissing, "Missing files", "The articles are in; readers are told that the file is missing. The next import asks again.", true, missing)
	add(ListLeft, "Left out", "Nothing is wrong with these: a newspaper has no place for them.", false, left)
	add(ListNotes, "Notes", "These came in, and something in them was changed or left out.", false, notes)
	return p
}

// byReason puts entries of the same reason together.
type byReason struct {
	total   int
	reasons []*pageReason
	index   map[string]*pageReason
}

func (b *byReason) addAll(problems []Problem) {
	for _, p := range problems {
		b.add(p.Reason, pageEntry{Place: p.Place.String()})
	}
}

func (b *byReason) add(reason string, e pageEntry) {
	if b.index == nil {
		b.index = make(map[string]*pageReason)
	}
	r, ok := b.index[reason]
	if !ok {
		r = &pageReason{Reason: reason}
		b.index[reason] = r
		b.reasons = append(b.reasons, r)
	}
	b.total++
	if r.Count++; r.Count > maxOfReason {
		r.Cut++
		return
	}
	r.Entries = append(r.Entries, e)
}

// sorted returns the reasons: those with most entries first.
func (b *byReason) sorted() []pageReason {
	slices.SortStableFunc(b.reasons, func(x, y *pageReason) int { return y.Count - x.Count })
	out := make([]pageReason, len(b.reasons))
	for i, r := range b.reasons {
		out[i] = *r
	}
	return out
}

// grouped writes a number with commas between the thousands.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
