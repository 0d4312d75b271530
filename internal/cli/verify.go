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
	"coranto/internal/term"
	"coranto/reader"
)

var verifyCommand = command{
	name:  "verify",
	usage: "WHERE [--masthead MASTHEAD] [--json]",
	short: "checks a whole mirror, a folder or a URL, byte by byte",
	long: `
Checks every file of a mirror against the newsroom's masthead: that it is the newsroom's own (authentic), that nothing
is missing (whole), and how fresh it is. The masthead must come from elsewhere than the mirror: from --masthead, or from
the newsroom's folder that the mirror stands in. One that lies inside the mirror proves nothing.

A folder is FRESH by no clock: whoever filled it may have chosen what suits one that is wrong. It is AGE UNKNOWN, with the
time of which it is, or older than that. A mirror's URL is asked now, and can be FRESH.`,
	apart: true,
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
	a, err := reader.Verify(ctx, src, m, reader.VerifyOptions{NotBefore: buildTime(), Progress: bar.of})
	bar.done()
	if err != nil {
		return err
	}
	a.Whole = a.Whole && a.Edition > 0
	if err := e.printAudit(a, where, proved); err != nil {
		return err
	}
	if !a.Authentic && a.Edition == 0 {
		e.sayWhose(ctx, src, m)
	}
	if !proved || !a.Authentic || !a.Whole {
		return &codeError{code: exitUnverified}
	}
	return nil
}

// sayWhose tells of a mirror that nothing was proved of, when it says itself that it is another newsroom's.
func (e *env) sayWhose(ctx context.Context, src reader.Source, m edition.Masthead) {
	b, err := src.Fetch(ctx, edition.MastheadPath, edition.MaxMasthead)
	if err != nil {
		return
	}
	if its, err := edition.ParseMasthead(b); err == nil && its.ID() != m.ID() {
		e.say("hint: the masthead is that of %q, and the mirror says that it is another newsroom's, %q: give that one's "+
			"masthead with --masthead FILE", term.Clean(m.Name), term.Clean(its.Name))
	}
}

// openSource opens a mirror for people: an error says what it should have been.
func openSource(where string) (reader.Source, error) {
	const hint = "give a mirror's folder, or its URL with https:// or http://"
	scheme, _, isURL := strings.Cut(where, "://")
	if where == "" || isURL && scheme != "http" && scheme != "https" {
		return nil, withHint(&usageError{fmt.Errorf("%q is no mirror", where)}, hint)
	}
	src, err := reader.OpenSource(nil, where)
	if err != nil && isURL {
		return nil, withHint(&usageError{err}, hint)
	}
	if err != nil {
		return nil, withHint(folderError(where, err), hint)
	}
	return src, nil
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
	const hint = "give the newsroom's masthead, from elsewhere, with --masthead FILE"
	if dir := newsroomAround(where); dir != "" {
		m, err = ownMasthead(dir)
		return m, true, withHint(err, hint)
	}
	b, err := src.Fetch(ctx, edition.MastheadPath, edition.MaxMasthead)
	if err == nil {
		m, err = edition.ParseMasthead(b)
	}
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("it has no %s", edition.MastheadPath)
	}
	if err != nil {
		err = &codeError{exitUnverified, fmt.Errorf("%s: no masthead to verify by: %w", where, err)}
	}
	if c, configErr := readConfig(where); err != nil && configErr == nil {
		return m, false, withHint(err, "this is a newsroom; what it publishes is in "+filepath.Join(where, c.Targets[0].Path))
	}
	return m, false, withHint(err, hint)
}

// readMasthead reads a masthead that the newsroom handed out.
func readMasthead(file string) (edition.Masthead, error) {
	const hint = "a masthead is the file masthead.json that the newsroom hands out"
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return edition.Masthead{}, withHint(err, hint)
	case info.IsDir():
		return edition.Masthead{}, withHint(fmt.Errorf("%s is a folder, not a masthead", file), hint)
	case info.Size() > edition.MaxMasthead:
		return edition.Masthead{}, withHint(&codeError{exitUnverified, fmt.Errorf("%s is too large for a masthead", file)}, hint)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return edition.Masthead{}, err
	}
	m, err := edition.ParseMasthead(b)
	if err != nil {
		return m, withHint(&codeError{exitUnverified, fmt.Errorf("%s: %w", file, err)}, hint)
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
		fmt.Fprintln(e.stdout, term.Clean(p.File+": "+p.Reason))
	}
	authentic := yesNo(a.Authentic)
	switch {
	case !proved:
		authentic = "unknown: its masthead lies inside it; compare with --masthead FILE"
	case a.Authentic && a.Edition == 0:
		authentic = "unknown: there was nothing to prove"
	}
	_, err := fmt.Fprintf(e.stdout, "%s: edition %d\n  authentic  %s\n  whole      %s\n  fresh      %s\n  %s, %s read, %s\n",
		where, a.Edition, authentic, yesNo(a.Whole), freshness(a.Verdict), plural(a.Objects, "object", "objects"),
		size(a.Bytes), plural(len(a.Problems), "problem", "problems"))
	return err
}

func auditToJSON(a reader.Audit, proved bool) auditJSON {
	out := auditJSON{
		Whole: a.Whole, Fresh: a.Fresh, Edition: a.Edition, AgeSeconds: int64(a.Age / time.Second),
		Objects: a.Objects, Bytes: a.Bytes, Problems: a.Problems,
	}
	if proved && (a.Edition > 0 || !a.Authentic) {
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

// freshness says how fresh a verdict is, for people.
func freshness(v edition.Verdict) string {
	if v.Fresh == "" {
		return "unknown"
	}
	s := string(v.Fresh)
	switch v.Fresh {
	case edition.Fresh, edition.Aged:
		s += ", " + age(v.Age) + " old"
	case edition.AgeUnknown:
		s += ": of " + v.AsOf.UTC().Format("2 January 2006, 15:04 UTC") + ", " + age(v.Age) + " old if this device's clock is right"
	}
	if v.Word != "" {
		s += " (" + v.Word + ")"
	}
	return s
}
