package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"coranto/internal/check"
	"coranto/internal/lang"
	"coranto/internal/preview"
	"coranto/internal/site"
	"coranto/internal/store"
	"coranto/internal/term"
)

var checkCommand = command{
	name:  "check",
	usage: "[--only KINDS] [--json] [STORY…]",
	short: "lists what an editor should look at before a story goes out",
	long: `
Looks at the stories in the newsroom's store, drafts and embargoed ones among them, or at those that are named by their
IDs, and lists what is wrong with each by file and line: a picture without words for who can't see it, a claim without
a source, a link that leads nowhere. It changes nothing. Import first what you have written since. Links to base_url are looked
up among the pages of the last edition, and stories among all.

  alt        a figure without words for who can't see it     link       a link or related story that readers can't follow
  caption    a figure without a caption                      origin     a translation that doesn't say of what
  credit     a figure that doesn't say who made it           lang       words in another script without their language
  source     a story that names no source                    heading    headings that skip a level
  evidence   a claim with nothing kept to stand by it        word       a word too long for a phone
  wording    an unverified claim that reads as a fact        catalogue  a language that the site's own words lack
  breaking   breaking news whose time is over                subtitles  a video without subtitles or a transcript
  reason     an anonymous source without a reason            width      a picture that is too narrow
  missing    a file that an import could not have

Those that [check] in coranto.toml names as fatal keep a story from being published: fatal = ["alt", "source"]. Without
it, alt is fatal. Nothing keeps a takedown back. --only missing,alt lists those kinds alone, as of an archive that was
imported. The exit code is 3 when there are problems, and 1 when one is fatal.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		fs.BoolVar(&e.json, "json", false, "print the problems as JSON")
		only := fs.String("only", "", "list problems of some `KINDS` alone, as missing,alt")
		return func(ctx context.Context, ids []string) error {
			kinds, err := checkKinds(*only)
			if err != nil {
				return err
			}
			return e.check(ctx, ids, kinds)
		}
	},
}

// checkConfig says which problems keep a story from being published.
type checkConfig struct {
	// Fatal is nil where the newsroom says nothing.
	Fatal *[]check.Code `toml:"fatal"`
}

func (c checkConfig) check() error {
	for _, code := range c.fatal() {
		if !slices.Contains(check.Codes(), code) {
			return fmt.Errorf("[check] fatal: %q is no kind of problem; there are %s", code, list(check.Codes()))
		}
	}
	return nil
}

// checkKinds reads a list of kinds of problems; without any, all count.
func checkKinds(only string) ([]check.Code, error) {
	if only == "" {
		return check.Codes(), nil
	}
	var kinds []check.Code
	for name := range strings.SplitSeq(only, ",") {
		if !slices.Contains(check.Codes(), check.Code(name)) {
			return nil, usagef("--only %q is no kind of problem; there are %s", name, list(check.Codes()))
		}
		kinds = append(kinds, check.Code(name))
	}
	return kinds, nil
}

func (c checkConfig) fatal() []check.Code {
	if c.Fatal == nil {
		return check.DefaultFatal()
	}
	return *c.Fatal
}

func list(codes []check.Code) string {
	words := make([]string, len(codes))
	for i, c := range codes {
		words[i] = string(c)
	}
	return strings.Join(words, ", ")
}

// checkReport is what coranto check --json prints.
type checkReport struct {
	Stories  int             `json:"stories"`
	Fatal    int             `json:"fatal"`
	Problems []check.Problem `json:"problems"`
}

func (e *env) check(ctx context.Context, ids []string, kinds []check.Code) error {
	n, err := openNewsroom(ctx, e.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	c, err := n.checker(time.Now())
	if err != nil {
		return err
	}
	stories := n.store.IDs(ctx)
	if len(ids) > 0 {
		stories = some(ids)
	}
	look := func(ctx context.Context, id string) ([]check.Problem, error) {
		found, err := c.Story(ctx, id)
		return slices.DeleteFunc(found, func(p check.Problem) bool { return !slices.Contains(kinds, p.Code) }), err
	}
	r, err := checkAll(ctx, look, stories)
	if errors.Is(err, store.ErrNotFound) {
		return withHint(err, "name a story by its ID, which is its folder's name")
	}
	if err != nil {
		return err
	}
	if e.json {
		err = e.printJSON(r)
	} else {
		err = printProblems(e.stdout, r)
	}
	switch {
	case err != nil:
		return err
	case r.Fatal > 0:
		return &codeError{code: exitFailure}
	case len(r.Problems) > 0:
		return &codeError{code: exitPartial}
	}
	return nil
}

// some yields some IDs.
func some(ids []string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, id := range ids {
			if !yield(id, nil) {
				return
			}
		}
	}
}

// checkAll looks at stories one by one.
func checkAll(ctx context.Context, look func(context.Context, string) ([]check.Problem, error), stories iter.Seq2[string, error]) (checkReport, error) {
	r := checkReport{Problems: []check.Problem{}}
	for id, err := range stories {
		if err != nil {
			return r, err
		}
		found, err := look(ctx, id)
		if err != nil {
			return r, err
		}
		r.Stories++
		for _, p := range found {
			if p.Fatal {
				r.Fatal++
			}
		}
		r.Problems = append(r.Problems, found...)
	}
	return r, nil
}

// printProblems prints problems by file, one a line, and how many there are.
func printProblems(w io.Writer, r checkReport) error {
	group := ""
	for _, p := range r.Problems {
		whole := p
		whole.Line = 0
		if g := whole.Place(); g != group {
			group = g
			fmt.Fprintf(w, "%s\n", term.Clean(g))
		}
		fmt.Fprintf(w, "  %s\n", problemLine(p))
	}
	_, err := fmt.Fprintf(w, "%s: %s, %d fatal\n", plural(r.Stories, "story", "stories"),
		plural(len(r.Problems), "problem", "problems"), r.Fatal)
	return err
}

// problemLine writes a problem for people: line, code, what and what to do.
func problemLine(p check.Problem) string {
	line, mark := "-", ""
	if p.Line > 0 {
		line = fmt.Sprint(p.Line)
	}
	if p.Fatal {
		mark = "FATAL: "
	}
	return term.Clean(fmt.Sprintf("%5s  %-9s  %s%s (hint: %s)", line, p.Code, mark, p.Text, p.Hint))
}

// checker returns what looks at the newsroom's stories as they are at a time.
func (n *newsroom) checker(now time.Time) (*check.Checker, error) {
	catalogue, err := lang.Load()
	if err != nil {
		return nil, err
	}
	return &check.Checker{
		Store: n.store, Languages: n.config.Languages, Catalogue: catalogue, Fatal: n.config.Check.fatal(), Now: now, Read: n.readSource,
		BaseURL: n.config.BaseURL, Has: n.pages(),
	}, nil
}

// pages returns what says whether the site has a file at a path, as the store stood when it was last published from or, during
// publish, stands. The site is made when that is first asked, which few newsrooms' links do.
func (n *newsroom) pages() func(context.Context, string) (bool, error) {
	made := sync.OnceValues(n.site)
	return func(ctx context.Context, path string) (bool, error) {
		st, err := made()
		if err != nil {
			return false, err
		}
		snap, err := n.store.Snapshot(ctx)
		if err != nil {
			return false, err
		}
		defer snap.Close()
		r := preview.Room{Config: site.Config{Languages: n.config.Languages}, Site: st, Snap: snap, Open: n.store.OpenRendition}
		return r.Has(ctx, path)
	}
}

// maxSource is the size in bytes up to which a source's file is read to find a line in it.
const maxSource = 8 << 20

// readSource reads the file that an article came from.
func (n *newsroom) readSource(file string) ([]byte, error) {
	return readSmall(n.path(file), maxSource)
}

// gate refuses an edition whose stories have fatal problems.
func (n *newsroom) gate(ctx context.Context, snap store.Snapshot, stories iter.Seq2[string, error]) error {
	if len(n.config.Check.fatal()) == 0 {
		return nil
	}
	c, err := n.checker(snap.AsOf())
	if err != nil {
		return err
	}
	r, err := checkAll(ctx, func(ctx context.Context, id string) ([]check.Problem, error) {
		found, err := c.Public(ctx, id)
		if errors.Is(err, store.ErrNotFound) { // erased
			err = nil
		}
		return slices.DeleteFunc(found, func(p check.Problem) bool { return !p.Fatal }), err
	}, stories)
	if err != nil || r.Fatal == 0 {
		return err
	}
	return &fatalError{r.Problems}
}

// A fatalError lists what keeps stories from being published.
type fatalError struct{ problems []check.Problem }

func (e *fatalError) Error() string {
	const most = 50
	var b strings.Builder
	fmt.Fprintf(&b, "%s must be mended before anything is published", plural(len(e.problems), "problem", "problems"))
	for i, p := range e.problems {
		if i == most {
			fmt.Fprintf(&b, "\n  and %d more", len(e.problems)-most)
			break
		}
		fmt.Fprintf(&b, "\n  %s: %s: %s", term.Clean(p.Place()), p.Code, term.Clean(p.Text))
	}
	return b.String()
}
