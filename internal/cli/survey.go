package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"coranto/internal/keys"
	"coranto/internal/publish"
	"coranto/internal/term"
	"coranto/internal/witness"
)

// A sightJSON is one who was asked for the head that it holds.
type sightJSON struct {
	// Kind is target, mirror, witness or co-signer.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Answers says whether it was reached.
	Answers bool `json:"answers"`
	// Size is that of the head that a witness holds; 0 when it holds none, or doesn't tell.
	Size int64 `json:"size,omitempty"`
	// Problem is what is wrong: why it does not answer, or that it holds a head which this newsroom did not make.
	Problem string `json:"problem,omitempty"`
	// Strange says the latter.
	Strange bool `json:"strange,omitempty"`
}

// A surveyJSON is what others hold of this newsroom.
type surveyJSON struct {
	Seen []sightJSON `json:"seen"`
	// Quorum is how many witnesses must co-sign, Answering how many would; -1 for groups of the newsroom's own.
	Quorum    int `json:"quorum"`
	Answering int `json:"answering"`
	// Evidence are the files of evidence in the newsroom's folder.
	Evidence []string `json:"evidence"`
	ok       bool
}

// survey asks targets, mirrors, witnesses and the release co-signer for their heads, each for a short time. What looks
// newer than this newsroom may have been published meanwhile: then it looks again while nobody else publishes.
func (n *newsroom) survey(ctx context.Context, e *env) (surveyJSON, error) {
	p, err := n.publisher(e)
	if err != nil {
		return surveyJSON{}, err
	}
	if err := n.hurry(p); err != nil {
		return surveyJSON{}, err
	}
	sights, err := p.Survey(ctx)
	if err == nil && anyFork(sights) && n.lockWithin(ctx, lockWait, e.sayWaiting) == nil {
		sights, err = p.Survey(ctx)
	}
	if err != nil {
		return surveyJSON{}, err
	}
	out := surveyJSON{Seen: []sightJSON{}, Evidence: []string{}, ok: true}
	for _, s := range sights {
		j := sightJSON{Kind: s.Kind, Name: s.Name, Answers: s.Err == nil || isFork(s.Err), Size: s.Size, Strange: isFork(s.Err)}
		if s.Err != nil {
			j.Problem = s.Err.Error()
		}
		if j.Answers && s.Kind == "witness" {
			out.Answering++
		}
		if s.Kind == "target" && !j.Strange {
			continue // status says what targets have
		}
		out.ok = out.ok && !j.Strange && (j.Answers || s.Kind != "co-signer")
		out.Seen = append(out.Seen, j)
	}
	if out.Quorum, err = keys.Quorum(p.Keys.Policy()); err != nil {
		out.Quorum = -1
	}
	names, err := witness.Evidence(n.root)
	for _, name := range names {
		out.Evidence = append(out.Evidence, filepath.Join(n.dir, name))
	}
	out.ok = out.ok && len(names) == 0 && out.Answering >= out.Quorum
	return out, err
}

// hurry gives witnesses little time: it is only asked whether they answer.
func (n *newsroom) hurry(p *publish.Publisher) error {
	clients, err := n.witnesses(p.Keys, statusPatience)
	for name, c := range clients {
		p.Witnesses[name] = c
	}
	if c, ok := p.Cosigner.(*witness.Client); ok {
		c.Patience = statusPatience
	}
	return err
}

func isFork(err error) bool {
	var fork *publish.ForkError
	return errors.As(err, &fork)
}

func anyFork(sights []publish.Sight) bool {
	for _, s := range sights {
		if isFork(s.Err) {
			return true
		}
	}
	return false
}

// printSurvey says what others hold.
func (e *env) printSurvey(s surveyJSON) {
	for _, j := range s.Seen {
		switch {
		case j.Strange:
			fmt.Fprintf(e.stdout, "%s %q is STRANGE: %s\n", j.Kind, term.Clean(j.Name), term.Clean(j.Problem))
		case !j.Answers:
			fmt.Fprintf(e.stdout, "%s %q does NOT ANSWER: %s\n", j.Kind, term.Clean(j.Name), term.Clean(j.Problem))
		case j.Size > 0:
			fmt.Fprintf(e.stdout, "%s %q answers: it holds a head of size %d\n", j.Kind, term.Clean(j.Name), j.Size)
		default:
			fmt.Fprintf(e.stdout, "%s %q answers\n", j.Kind, term.Clean(j.Name))
		}
	}
	if s.Answering < s.Quorum {
		fmt.Fprintf(e.stdout, "QUORUM: %d witnesses answer, and %d must co-sign: nothing can be published\n", s.Answering, s.Quorum)
	}
	if len(s.Evidence) > 0 {
		fmt.Fprintf(e.stdout, "EVIDENCE that this newsroom's log has forked: %s; see coranto evidence FILE, and docs/keys.md\n", strings.Join(s.Evidence, ", "))
	}
}
