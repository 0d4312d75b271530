package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"coranto/edition"
	"coranto/internal/durable"
	"coranto/internal/keys"
	"coranto/reader"
)

// begin makes a newsroom in an empty folder, with the trust that the masthead leads to. One that was begun goes on.
func (r *recovery) begin(ctx context.Context) error {
	dir := r.o.newDir
	if _, err := os.Stat(filepath.Join(dir, configFile)); err == nil {
		return nil
	}
	if _, err := checkEmpty(dir); err != nil {
		return err
	}
	m, err := r.firstMasthead(ctx)
	if err != nil {
		return err
	}
	own, err := r.provedMasthead(ctx, m)
	if err != nil {
		return err
	}
	return makeIn(dir, func(root *os.Root) error {
		if err := r.adoptTrust(ctx, root, m.Root); err != nil {
			return err
		}
		if err := createStore(ctx, dir); err != nil {
			return err
		}
		return writeConfig(root, own)
	})
}

// firstMasthead returns the masthead to begin with: the one that was given, or the first mirror's, after its words were
// compared.
func (r *recovery) firstMasthead(ctx context.Context) (m edition.Masthead, err error) {
	if r.o.masthead != "" {
		given, err := openMasthead(ctx, r.o.masthead)
		if err != nil || !given.fromAfar() {
			return given.whole, err
		}
		return r.e.contact(ctx, given, reader.Memory(1<<20), r.sources, r.o.yes)
	}
	for _, src := range r.sources {
		var b []byte
		if b, err = src.Fetch(ctx, edition.MastheadPath, edition.MaxMasthead); err == nil {
			m, err = edition.ParseMasthead(b)
		}
		if err == nil {
			break
		}
	}
	if err != nil {
		return m, withHint(&codeError{exitNoMirror, err}, "give the newsroom's masthead with --masthead")
	}
	c := edition.NewComparison(m.ID())
	r.e.say("no masthead was given, and the mirror's proves nothing. Compare these with what readers were given:")
	r.e.say("  words   %s\n  digits  %s", c.Words, c.Digits)
	return m, r.e.confirm(ctx, "Are they the newsroom's?", r.o.yes)
}

// provedMasthead returns the masthead that the newest edition itself has.
func (r *recovery) provedMasthead(ctx context.Context, m edition.Masthead) (edition.Masthead, error) {
	rd, err := reader.Open(m, reader.Options{Sources: r.sources, Only: true})
	if err != nil {
		return m, &codeError{exitUnverified, err}
	}
	defer rd.Close()
	report, err := rd.Refresh(ctx)
	if err != nil {
		return m, explainRead(err, report)
	}
	p, err := rd.Get(ctx, edition.MastheadPath)
	if err != nil {
		return m, explainRead(err, report)
	}
	return edition.ParseMasthead(p.Body)
}

// adoptTrust writes the trust as the first mirror has it whose trust the masthead leads to.
func (r *recovery) adoptTrust(ctx context.Context, dir *os.Root, root []byte) (err error) {
	for _, src := range r.sources {
		if _, err = keys.Adopt(ctx, dir, root, src.Fetch); err == nil || ctx.Err() != nil {
			break
		}
		err = fmt.Errorf("%s: %w", src.Name(), err)
	}
	return err
}

// writeConfig writes the configuration of a newsroom as far as its masthead tells. It makes the folder a newsroom.
func writeConfig(root *os.Root, m edition.Masthead) error {
	text := newConfig(m.Name, m.Languages)
	quoted := make([]string, len(m.Mirrors))
	for i, u := range m.Mirrors {
		quoted[i] = quote(u)
	}
	text = strings.Replace(text, "\nmirrors = []\n", "\nmirrors = ["+strings.Join(quoted, ", ")+"]\n", 1)
	return durable.WriteSynced(root, configFile, []byte(text))
}
