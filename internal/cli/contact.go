package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"strings"

	xterm "golang.org/x/term"

	"coranto/edition"
	"coranto/internal/term"
	"coranto/reader"
)

// A givenMasthead is a masthead as a reader was given it: whole, in a file or at a URL, or as its short form, of which
// the root has yet to be fetched.
type givenMasthead struct {
	whole edition.Masthead
	short *edition.Short
	url   string // where it came from, when that was the web
}

// id names the root that the masthead begins with.
func (g givenMasthead) id() edition.Hash {
	if g.short != nil {
		return g.short.Root
	}
	return g.whole.ID()
}

// name is what the masthead says of itself; nobody signed it.
func (g givenMasthead) name() string {
	if g.short != nil {
		return g.short.Name
	}
	return g.whole.Name
}

// mirrors are the addresses that it names.
func (g givenMasthead) mirrors() []string {
	if g.short != nil {
		return []string{g.short.Mirror}
	}
	return g.whole.Mirrors
}

// fromAfar says whether it is worth showing the words each time: a file was taken over once, and looked at then.
func (g givenMasthead) fromAfar() bool { return g.short != nil || g.url != "" }

// liesIn says whether the masthead comes from the mirror at an address, and so proves nothing about it.
func (g givenMasthead) liesIn(mirror string) bool {
	return g.url != "" && strings.HasPrefix(g.url, strings.TrimSuffix(mirror, "/")+"/")
}

// openMasthead takes a masthead in any of its forms: a line, a URL or a file. Nothing is asked for a line.
func openMasthead(ctx context.Context, where string) (g givenMasthead, err error) {
	switch {
	case strings.HasPrefix(where, "coranto:"):
		s, err := edition.ParseShort(strings.TrimSpace(where))
		if err != nil {
			return g, withHint(&codeError{exitUnverified, err}, "take the whole line over, from coranto: to its last character, in quotes")
		}
		g.short = &s
		return g, nil
	case strings.HasPrefix(where, "http://"), strings.HasPrefix(where, "https://"):
		g.url = where
		g.whole, err = fetchMasthead(ctx, where)
		return g, err
	}
	g.whole, err = readMasthead(where)
	if errors.Is(err, os.ErrNotExist) {
		return g, withHint(fmt.Errorf("there is no file %s", where),
			"a masthead is the newsroom's public/masthead.json, its URL, or the line that begins with coranto:")
	}
	var bad *edition.InvalidError
	if errors.As(err, &bad) {
		err = &codeError{exitUnverified, err}
	}
	return g, err
}

// fetchMasthead gets a masthead.json from the web.
func fetchMasthead(ctx context.Context, where string) (m edition.Masthead, err error) {
	u, err := url.Parse(where)
	if err != nil {
		return m, &usageError{err}
	}
	file := path.Base(u.Path)
	if strings.HasSuffix(u.Path, "/") || u.Path == "" {
		file = edition.MastheadPath
	} else {
		u = u.JoinPath("..")
	}
	src, err := reader.HTTP(nil, u.String())
	if err != nil {
		return m, &usageError{err}
	}
	defer src.Close()
	b, err := src.Fetch(ctx, file, edition.MaxMasthead)
	if err != nil {
		return m, withHint(&codeError{exitNoMirror, fmt.Errorf("masthead at %s: %w", where, err)},
			"once you have it, save it as a file: then its address need not be reached any more")
	}
	if m, err = edition.ParseMasthead(b); err != nil {
		return m, withHint(&codeError{exitUnverified, fmt.Errorf("%s: %w", where, err)}, "that address has no masthead.json of a newsroom")
	}
	return m, nil
}

// contact returns the whole masthead. At the first contact, when keep knows nothing of its newsroom, the reader is told
// what to compare before any mirror is asked, and may go back. Of a short form the root comes from keep or a source.
func (e *env) contact(ctx context.Context, g givenMasthead, keep reader.Keep, sources []reader.Source, yes bool) (m edition.Masthead, err error) {
	name := g.id().String()[:16] + "/root"
	root, _ := keep.Get(name) // what can't be had is compared and fetched anew
	known := edition.Sum(root) == g.id()
	if !known {
		if err := e.compare(ctx, g, yes); err != nil {
			return m, err
		}
	}
	switch {
	case g.short == nil:
		m = g.whole
	case known:
		m, err = g.short.With(root)
	default:
		m, err = fetchRoot(ctx, *g.short, sources)
	}
	if err != nil || known {
		return m, err
	}
	if err := keep.Put(name, m.Root); err != nil {
		e.say("the first contact is not remembered: %v", err)
	}
	return m, nil
}

// compare shows what to compare, and on a terminal asks whether it is the same.
func (e *env) compare(ctx context.Context, g givenMasthead, yes bool) error {
	c := edition.NewComparison(g.id())
	e.say("first contact with %s: compare these words with the newsroom's own, by a way that you trust:", term.Clean(g.name()))
	e.say("  words   %s", c.Words)
	e.say("  digits  %s", c.Digits)
	if g.url != "" {
		e.say("a masthead from a URL is only as good as that URL: whoever answers at %s chose it", term.Clean(g.url))
	}
	if yes || e.quiet || !isTerminal(os.Stdin) || !isTerminal(e.stderr) {
		return nil
	}
	same, err := ask(ctx, os.Stdin, e.stderr, "Are they the same? [y/N] ")
	if err == nil && !same {
		err = withHint(&codeError{exitUnverified, errors.New("the words were not found to be the same")},
			"ask the newsroom for its words; coranto masthead prints them there")
	}
	return err
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && xterm.IsTerminal(int(f.Fd()))
}

// ask asks a question and returns whether the answer was yes. When ctx ends first the goroutine that reads stays behind
// until the program ends: a read of a terminal can't be interrupted.
func ask(ctx context.Context, in io.Reader, out io.Writer, question string) (bool, error) {
	fmt.Fprint(out, question)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n') // no answer is no
		answer <- line
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(out)
		return false, ctx.Err()
	case a := <-answer:
		a = strings.ToLower(strings.TrimSpace(a))
		return a == "y" || a == "yes", nil
	}
}

// fetchRoot returns the masthead of a short form with a root from one of the sources, or from the line's own mirror. A
// source that gives another root is passed over, and is the error when no other has it.
func fetchRoot(ctx context.Context, s edition.Short, sources []reader.Source) (edition.Masthead, error) {
	own, err := reader.HTTP(nil, s.Mirror)
	if err != nil {
		return edition.Masthead{}, err
	}
	defer own.Close()
	var failed, lied error
	for _, src := range append(sources[:len(sources):len(sources)], own) {
		m, err := s.Masthead(ctx, src.Fetch)
		if err == nil || ctx.Err() != nil {
			return m, err
		}
		err = fmt.Errorf("%s: %w", src.Name(), err)
		var lie *edition.InvalidError
		if errors.As(err, &lie) {
			lied = errors.Join(lied, err)
		}
		failed = errors.Join(failed, err)
	}
	if lied != nil {
		return edition.Masthead{}, withHint(&codeError{exitUnverified, lied}, "compare the line with the newsroom's, or try another mirror with --mirror")
	}
	return edition.Masthead{}, withHint(&codeError{exitNoMirror, failed}, "try other mirrors with --mirror")
}

// rename returns the reader, opened again under the name that the edition itself gives when the short form gave another:
// nobody signed that one.
func (e *env) rename(ctx context.Context, r *reader.Reader, opt reader.Options) (*reader.Reader, error) {
	m := r.Masthead()
	p, err := r.Get(ctx, edition.MastheadPath)
	if err != nil {
		return r, nil // out of reach, or not there: the name stays unproved
	}
	own, err := edition.ParseMasthead(p.Body)
	if err != nil || own.Name == m.Name {
		return r, nil
	}
	e.say("the newsroom calls itself %s, and not %s as the line says", term.Clean(own.Name), term.Clean(m.Name))
	m.Name = own.Name
	renamed, err := reader.Open(m, opt)
	if err != nil {
		return r, err
	}
	if _, ok := renamed.Head(); !ok { // opt.Keep has lost the edition: the wrong name is less
		return r, renamed.Close()
	}
	return renamed, r.Close()
}
