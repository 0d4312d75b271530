package cli

import (
	"context"
	"flag"
	"fmt"
	"slices"

	"coranto/edition"
	"coranto/internal/term"
)

var evidenceCommand = command{
	name:  "evidence",
	usage: "FILE… [--masthead MASTHEAD] [--from MIRROR] [--json]",
	short: "checks evidence that a newsroom's log has forked, and says what it proves",
	apart: true,
	long: `
Checks files of evidence, which readers, mirrors, witnesses and the newsroom itself write when they meet two signed heads of
one log that can't both be true. Each is checked by itself, without a network. With a masthead it also says whether the key
that signed both is the newsroom's own, for which a mirror is asked.

Exit code 0 when all of it is proved, 4 when a file proves nothing.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		masthead := fs.String("masthead", "", "the newsroom's `MASTHEAD`: a file, a URL, or the line that begins with coranto:")
		from := fs.String("from", "", "the `MIRROR` to ask, a URL or a folder, instead of the masthead's own")
		fs.BoolVar(&e.json, "json", false, "print the result as JSON")
		return func(ctx context.Context, args []string) error {
			if len(args) == 0 {
				return usagef("evidence needs a file")
			}
			return e.evidence(ctx, args, *masthead, *from)
		}
	},
}

// evidenceJSON is what evidence --json prints of a file, a line each.
type evidenceJSON struct {
	File   string `json:"file"`
	Proved bool   `json:"proved"`
	Error  string `json:"error,omitempty"`
	Log    string `json:"log,omitempty"`
	// Ours says whether the log is the newsroom's: "now", "before" (a log that was replaced), "no"; absent without a masthead.
	Ours  string     `json:"newsrooms,omitempty"`
	Heads []headJSON `json:"heads,omitempty"`
}

type headJSON struct {
	Size    int64    `json:"size"`
	Root    string   `json:"root"`
	Signers []string `json:"signers"`
}

func (e *env) evidence(ctx context.Context, files []string, masthead, from string) error {
	var policy *edition.Policy
	if masthead != "" {
		trust, _, err := e.trustOf(ctx, masthead, from)
		if err != nil {
			return err
		}
		p := trust.Policy()
		policy = &p
	}
	bad := 0
	for _, file := range files {
		out := examineEvidence(file, policy)
		if !out.Proved {
			bad++
		}
		err := e.printEvidence(out)
		if err != nil {
			return err
		}
	}
	if bad > 0 {
		return &codeError{exitUnverified, fmt.Errorf("%d of %s proves nothing", bad, plural(len(files), "file", "files"))}
	}
	return nil
}

// examineEvidence reads and judges one file.
func examineEvidence(file string, policy *edition.Policy) evidenceJSON {
	out := evidenceJSON{File: file}
	b, err := readSmall(file, edition.MaxEvidence)
	var ev edition.Evidence
	if err == nil {
		ev, err = edition.ParseEvidence(b)
	}
	if err != nil {
		out.Error = err.Error()
		return out
	}
	out.Proved, out.Log = true, ev.Old.Origin
	if policy != nil {
		out.Ours = whoseLog(ev.Keys[0], *policy)
	}
	for _, h := range []edition.SignedHead{ev.Old, ev.New} {
		j := headJSON{Size: h.Size, Root: edition.Hash(h.Hash).String()}
		for _, s := range h.Signers {
			j.Signers = append(j.Signers, keyName(s))
		}
		out.Heads = append(out.Heads, j)
	}
	return out
}

// whoseLog says whether a log's key is a newsroom's. Of a log that was replaced the policy knows only the name.
func whoseLog(vkey string, p edition.Policy) string {
	origin := keyName(vkey)
	switch {
	case vkey == p.Log:
		return "now"
	case slices.ContainsFunc(p.After, func(c edition.Checkpoint) bool { return c.Origin == origin }):
		return "before"
	}
	return "no"
}

func (e *env) printEvidence(out evidenceJSON) error {
	if e.json {
		return e.printJSON(out)
	}
	if !out.Proved {
		_, err := fmt.Fprintf(e.stdout, "%s: proves nothing: %s\n", out.File, term.Clean(out.Error))
		return err
	}
	whose := map[string]string{
		"":       "Whether that key is a newsroom's is not said here: give its masthead with --masthead.",
		"now":    "It is the key of the log that this newsroom has now.",
		"before": "This newsroom had a log of that name, and has replaced it.",
		"no":     "This newsroom has and had no log of that name and key: it is somebody else's.",
	}[out.Ours]
	fmt.Fprintf(e.stdout, "%s: the log %s has forked.\n", out.File, term.Clean(out.Log))
	for _, h := range out.Heads {
		fmt.Fprintf(e.stdout, "  %s, root %s, signed by %s\n", plural(h.Size, "edition", "editions"), h.Root, term.Clean(joinWords(h.Signers)))
	}
	_, err := fmt.Fprintf(e.stdout, "Whoever has the log's key signed both, and they can't both be true: the key was used on two copies\n"+
		"of the newsroom, or stolen. It does not say which of the two is the newsroom's. %s\n", whose)
	return err
}

// joinWords puts commas and an "and" between words.
func joinWords(words []string) string {
	s := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			s += " and "
		default:
			s += ", "
		}
		s += w
	}
	return s
}
