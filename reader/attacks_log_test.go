package reader_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"coranto/edition"
	"coranto/reader"
)

// Attacks on the edition log and its policy.

func attackFastForwardLog(t *testing.T) {
	p, _, second := twoEditions(t)
	const huge = "1152921504606846976" // 2^60
	claimed := second.with(second)
	claimed[edition.LatestPath] = bytes.Replace(second[edition.LatestPath], []byte("\n2\n"), []byte("\n"+huge+"\n"), 1)
	if bytes.Equal(claimed[edition.LatestPath], second[edition.LatestPath]) {
		t.Fatal("nothing was altered")
	}
	// The thief of both keys has signed it.
	text := p.log.Name() + "\n" + huge + "\n" + base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\n"
	signed, err := note.Sign(&note.Note{Text: text}, p.log, p.keys.Cosigner(p.now))
	must(t, err)
	stolen := second.with(second)
	stolen[edition.CheckpointPath] = signed
	stolen[edition.LatestPath] = edition.MakeLatest(p.manifest, 1<<60-1, nil, signed)
	for name, f := range map[string]files{"claimed": claimed, "signed": stolen} {
		believesNothing(t, p.open(reader.Options{}, f.good(t)))
		liar, honest := f.good(t), second.good(t)
		r := p.open(reader.Options{Grace: 3 * time.Second}, liar, honest)
		believesTruth(t, r, 2)
		if got := state(t, r, liar); got.State != reader.Lied {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func attackRevokedKey(t *testing.T) {
	p := newPress(t, 1)
	p.publish(front())
	thief, last := p.fork(), p.fork()
	p.now = p.now.Add(time.Hour)
	p.replaceLog(last)
	healed := p.publish(map[string]string{wanted: story(truth)})
	keep := reader.Memory(1 << 20)
	believesTruth(t, p.open(reader.Options{Keep: keep}, healed.good(t)), 2)
	for i := range 3 { // ever more editions under the old key, with the newsroom's own new trust beside them
		thief.now = p.now.Add(time.Duration(i+1) * time.Hour)
		for range 5 {
			thief.add(map[string]string{wanted: story("stolen")})
		}
		stolen := thief.sign().with(healed, edition.TimestampPath)
		for path, b := range healed {
			if strings.HasPrefix(path, "trust/") {
				stolen[path] = b
			}
		}
		s := stolen.good(t)
		p.now = thief.now
		r := p.open(reader.Options{Keep: keep}, s, healed.good(t))
		believesTruth(t, r, 2)
		if got := state(t, r, s); got.State != reader.Old {
			t.Errorf("got %+v", got)
		}
		believesNothing(t, p.open(reader.Options{}, s)) // at first contact
	}
}

func attackLogReplaced(t *testing.T) {
	p, _, second := twoEditions(t)
	keep := reader.Memory(1 << 20)
	believesTruth(t, p.open(reader.Options{Keep: keep}, second.good(t)), 2)
	// By the same key, with another history.
	other := newPress(t, 1)
	other.publish(map[string]string{wanted: story("another history")})
	other.now = other.now.Add(time.Hour)
	other.publish(map[string]string{wanted: story("another history")})
	other.now = other.now.Add(time.Hour)
	rewritten := other.publish(map[string]string{wanted: story("another history")})
	s := rewritten.good(t)
	r := p.open(reader.Options{Keep: keep}, s)
	rep := believesTruth(t, r, 2)
	if got := state(t, r, s); got.State != reader.Forked || len(rep.Forks) != 1 {
		t.Errorf("another history: got %+v, %d forks", got, len(rep.Forks))
	}
	// By another key, which no policy names.
	stranger := p.fork()
	stranger.replaceLogUnder(t, 99)
	foreign := stranger.publishLog(map[string]string{wanted: story("forged")})
	s = second.with(foreign, edition.LatestPath, edition.CheckpointPath).good(t)
	keep = reader.Memory(1 << 20)
	believesTruth(t, p.open(reader.Options{Keep: keep}, second.good(t)), 2)
	r = p.open(reader.Options{Keep: keep}, s)
	believesTruth(t, r, 2)
	if got := state(t, r, s); got.State != reader.Lied {
		t.Errorf("another key: got %+v", got)
	}
}

// replaceLogUnder begins a log under a key that no policy names.
func (p *press) replaceLogUnder(t *testing.T, seed byte) {
	t.Helper()
	skey, _, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{seed}, 64)), p.log.Name())
	must(t, err)
	p.log, err = note.NewSigner(skey)
	must(t, err)
	p.size, p.hashes, p.records = 0, nil, nil
}

// publishLog is publish without renewing the trust.
func (p *press) publishLog(pages map[string]string) files {
	p.add(pages)
	return p.sign()
}

// Between a new policy and the first edition of the log that it names, no mirror has anything to accept. Who was there
// before goes on with what it has, a restart without a network included; who comes now is told why.
func attackNoEditionYet(t *testing.T) {
	p, _, _ := twoEditions(t)
	keep := reader.Memory(1 << 20)
	before := p.files.with(p.files)
	believesTruth(t, p.open(reader.Options{Keep: keep}, before.good(t)), 2)
	p.replaceLog(p.fork())
	between := before.with(p.files)
	s := between.good(t)
	believesTruth(t, p.open(reader.Options{Keep: keep}, s), 2)
	r := p.open(reader.Options{Keep: keep}, files{}.good(t))
	if rep := refresh(t, r); rep.Verdict.Edition != 2 || !rep.Offline {
		t.Errorf("started again without a network: got %+v", rep)
	}
	get(t, r, wanted, truth)

	r = p.open(reader.Options{}, s)
	if _, err := r.Refresh(t.Context()); !errors.Is(err, reader.ErrNoMirror) || !strings.Contains(err.Error(), "no edition yet") {
		t.Errorf("at first contact: got %v, want to be told why", err)
	}
	if got := state(t, r, s); got.State != reader.Old {
		t.Errorf("at first contact: got %+v", got)
	}
	p.now = p.now.Add(time.Hour)
	after := between.with(p.publish(map[string]string{wanted: story(truth)}))
	for _, opt := range []reader.Options{{Keep: keep}, {}} {
		believesTruth(t, p.open(opt, after.good(t)), 3)
	}
	r = p.open(reader.Options{Keep: keep}, files{}.good(t))
	if rep := refresh(t, r); rep.Verdict.Edition != 3 {
		t.Errorf("after the new log's first edition: got %+v", rep)
	}
}

// Witnesses 0 and 1 co-sign one head, 1 and 2 another of the same size: both reach the quorum.
func attackWitnesses(t *testing.T) {
	w := newRealm(t)
	w.issue(map[string]string{wanted: story("front")})
	q := w.forked()
	ours := w.issue(map[string]string{wanted: story(truth)}, 0, 1)
	theirs := q.issue(map[string]string{wanted: story("another")}, 1, 2)
	keep := reader.Memory(1 << 20)
	believesTruth(t, w.read(reader.Options{Keep: keep}, ours.good(t)), 2)
	s := theirs.good(t)
	r := w.read(reader.Options{Keep: keep}, s)
	checkFork(t, believesTruth(t, r, 2))
	if got := state(t, r, s); got.State != reader.Forked {
		t.Errorf("got %+v", got)
	}
	// At first contact nobody can tell which is the newsroom's; both can't be, and that is kept.
	r = w.read(reader.Options{}, ours.good(t), theirs.good(t))
	checkFork(t, refresh(t, r))
}

// checkFork fails the test unless a report has one fork that anyone can check.
func checkFork(t *testing.T, rep reader.Report) {
	t.Helper()
	if len(rep.Forks) != 1 {
		t.Fatalf("got %d forks, want 1: %+v", len(rep.Forks), rep.Mirrors)
	}
	if _, err := edition.ParseEvidence(rep.Forks[0].Evidence()); err != nil {
		t.Errorf("the evidence proves nothing: %v", err)
	}
}

// A head that is smaller than the accepted one is old news, unless it is no beginning of it.
func attackSmallerFork(t *testing.T) {
	p := newPress(t, 1)
	p.publish(front())
	q := p.fork()
	keep := reader.Memory(1 << 20)
	refresh(t, p.open(reader.Options{Keep: keep}, p.files.with(p.files).good(t)))
	q.now = q.now.Add(time.Hour)
	fork := q.publish(map[string]string{wanted: story("another history")})
	p.now = q.now
	p.publish(map[string]string{wanted: story(truth)})
	older := p.files.with(p.files)
	p.now = p.now.Add(time.Hour)
	newest := p.publish(map[string]string{"en/index.html": story("more")})
	believesTruth(t, p.open(reader.Options{Keep: keep}, newest.good(t)), 3)

	s := older.good(t)
	r := p.open(reader.Options{Keep: keep}, s)
	if rep := believesTruth(t, r, 3); len(rep.Forks) > 0 || state(t, r, s).State != reader.Old {
		t.Errorf("one that is only old: got %+v", rep)
	}
	s = fork.good(t)
	r = p.open(reader.Options{Keep: keep}, s) // alone: the tiles that were kept tell
	rep := believesTruth(t, r, 3)
	checkFork(t, rep)
	if got := state(t, r, s); got.State != reader.Forked {
		t.Errorf("got %+v", got)
	}
}

func attackQuorum(t *testing.T) {
	w := newRealm(t)
	honest := w.issue(map[string]string{wanted: story(truth)}, 0, 2)
	believesTruth(t, w.read(reader.Options{}, honest.good(t)), 1)
	q := w.forked()
	for i := range w.witnesses {
		f := q.issue(map[string]string{wanted: story("stolen")}, i)
		s := f.good(t)
		r := w.read(reader.Options{}, s)
		believesNothing(t, r)
		if got := state(t, r, s); got.State != reader.Lied || !strings.Contains(got.Detail, "quorum") {
			t.Errorf("got %+v", got)
		}
		believesTruth(t, w.read(reader.Options{Grace: 2 * time.Second}, s, honest.good(t)), 1)
	}
}
