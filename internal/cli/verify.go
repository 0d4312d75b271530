package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"coranto/edition"
	"coranto/internal/keys"
	"coranto/reader"
)

var verifyCommand = command{
	name:  "verify",
	usage: "WHERE [--masthead MASTHEAD] [--json]",
	short: "checks a whole mirror, a folder or a URL, byte by byte",
	long: `
Checks every file of a mirror against the newsroom's masthead: that it is the newsroom's own (authentic), that nothing
is missing (whole), and how fresh it is. The masthead must come from elsewhere than the mirror: from --masthead, or from
the newsroom's folder that the mirror stands in. One that lies inside the mirror proves nothing.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		masthead := fs.String("masthead", "", "the newsroom's `MASTHEAD`: a file, a URL, or the line that begins with coranto:")
		fs.BoolVar(&e.json, "json", false, "print the result as JSON")
		return func(ctx context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("verify needs the mirror, a folder or a URL, and only that")
			}
			return e.verify(ctx, args[0], *masthead)
		}
	},
}

// auditJSON is what verify --json prints; later work relies on its names.
type auditJSON struct {
	Authentic  *bool             `json:"authentic"`
	Whole      bool              `json:"whole"`
	Fresh      edition.Freshness `json:"fresh"`
	Edition    uint64            `json:"edition"`
	AsOf       string            `json:"as_of"`
	AgeSeconds int64             `json:"age_seconds"`
	Objects    int               `json:"objects"`
	Bytes      int64             `json:"bytes"`
	Problems   []reader.Problem  `json:"problems"`
}

func (e *env) verify(ctx context.Context, where, masthead string) error {
	src, err := openSource(where)
	if err != nil {
		return err
	}
	m, proved, err := e.findMasthead(ctx, src, where, masthead)
	if err != nil {
		return err
	}
	bar := e.bar("verify")
	a, err := reader.Verify(ctx, src, m, reader.VerifyOptions{Progress: bar.of})
	bar.done()
	if err != nil {
		return err
	}
	if err := e.printAudit(a, where, proved); err != nil {
		return err
	}
	if !proved || !a.Authentic || !a.Whole {
		return &codeError{code: exitUnverified}
	}
	return nil
}

// openSource opens a mirror for people: an error says what it should have been.
func openSource(where string) (reader.Source, error) {
	src, err := reader.OpenSource(nil, where)
	if errors.Is(err, os.ErrNotExist) {
		return nil, withHint(fmt.Errorf("there is no folder %s", where), "give a mirror's folder, or its URL with https://")
	}
	return src, err
}

// findMasthead returns the masthead to verify by, and whether it came from elsewhere than the mirror.
func (e *env) findMasthead(ctx context.Context, src reader.Source, where, given string) (m edition.Masthead, proved bool, err error) {
	if given != "" {
		g, err := openMasthead(ctx, given)
		if err == nil && g.fromAfar() {
			g.whole, err = e.contact(ctx, g, reader.Memory(0), []reader.Source{src}, true)
		}
		return g.whole, !g.liesIn(where), err
	}
	if dir := newsroomAround(where); dir != "" {
		m, err = ownMasthead(dir)
		return m, true, err
	}
	b, err := src.Fetch(ctx, edition.MastheadPath, edition.MaxMasthead)
	if err != nil {
		return m, false, withHint(fmt.Errorf("no masthead to verify by: %w", err), "give the newsroom's with --masthead FILE")
	}
	m, err = edition.ParseMasthead(b)
	return m, false, err
}

// readMasthead reads a masthead that the newsroom handed out.
func readMasthead(file string) (edition.Masthead, error) {
	info, err := os.Stat(file)
	if err != nil {
		return edition.Masthead{}, err
	}
	if info.Size() > edition.MaxMasthead {
		return edition.Masthead{}, fmt.Errorf("%s is too large for a masthead", file)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return edition.Masthead{}, err
	}
	m, err := edition.ParseMasthead(b)
	if err != nil {
		return m, withHint(fmt.Errorf("%s: %w", file, err), "a masthead is the file masthead.json that the newsroom hands out")
	}
	return m, nil
}

// newsroomAround returns the folder of the newsroom that a folder stands in, or "".
func newsroomAround(where string) string {
	if strings.Contains(where, "://") {
		return ""
	}
	dir, err := filepath.Abs(where)
	if err != nil {
		return ""
	}
	for dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
		if _, err := os.Stat(filepath.Join(dir, configFile)); err == nil {
			return dir
		}
	}
	return ""
}

// ownMasthead returns the masthead of a newsroom's own keys.
func ownMasthead(dir string) (edition.Masthead, error) {
	c, err := readConfig(dir)
	if err != nil {
		return edition.Masthead{}, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return edition.Masthead{}, err
	}
	defer root.Close()
	k, err := keys.Open(root)
	if err != nil {
		return edition.Masthead{}, err
	}
	return k.Masthead(c.Name, c.Languages, c.Mirrors), nil
}

func (e *env) printAudit(a reader.Audit, where string, proved bool) error {
	if e.json {
		return e.printJSON(auditToJSON(a, proved))
	}
	for _, p := range a.Problems {
		fmt.Fprintf(e.stdout, "%s: %s\n", p.File, p.Reason)
	}
	authentic := yesNo(a.Authentic)
	if !proved {
		authentic = "unknown: its masthead lies inside it; compare with --masthead FILE"
	}
	_, err := fmt.Fprintf(e.stdout, "%s: edition %d\n  authentic  %s\n  whole      %s\n  fresh      %s\n  %d objects, %s read, %d problems\n",
		where, a.Edition, authentic, yesNo(a.Whole), freshness(a.Verdict), a.Objects, size(a.Bytes), len(a.Problems))
	return err
}

func auditToJSON(a reader.Audit, proved bool) auditJSON {
	out := auditJSON{
		Whole: a.Whole, Fresh: a.Fresh, Edition: a.Edition, AgeSeconds: int64(a.Age / time.Second),
		Objects: a.Objects, Bytes: a.Bytes, Problems: a.Problems,
	}
	if proved {
		out.Authentic = &a.Authentic
	}
	if !a.AsOf.IsZero() {
		out.AsOf = a.AsOf.UTC().Format(time.RFC3339)
	}
	if out.Problems == nil {
		out.Problems = []reader.Problem{}
	}
	return out
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "NO"
}

// freshness says how fresh a verdict is, for people.
func freshness(v edition.Verdict) string {
	if v.Fresh == "" {
		return "unknown"
	}
	s := string(v.Fresh)
	if v.Fresh == edition.Fresh || v.Fresh == edition.Aged {
		s += ", " + age(v.Age) + " old"
	}
	if v.Word != "" {
		s += " (" + v.Word + ")"
	}
	return s
}

// age writes a duration for people, in its largest unit.
func age(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}
