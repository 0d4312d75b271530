package reader

import (
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"coranto/edition"
)

// The names of what is kept of one newsroom, besides objects.
const (
	stateTrust       = "trust"       // edition.Trust.Export
	stateLatest      = "latest"      // `latest` of the newest edition that was accepted
	stateUnconfirmed = "unconfirmed" // the manifest hash of an edition that was accepted under expired trust
	stateRefused     = "refused"     // mirrors that lied, as JSON
	stateFork        = "fork-"       // evidence, by its hash
	stateRevoked     = "revoked-"    // a signed note that was taken back, by its hash
	stateEvidence    = "evidence"    // the names of the two above, a line each
	stateAdded       = "mirrors"     // addresses of mirrors that the user added, a line each
	statePlace       = "place"       // the place whose risk notice alone the user wants to see, if that is to be kept
	stateOrder       = "order"       // names of the mirrors that were good last, the quickest first, a line each
)

// shunFor is how long a mirror that lied is asked last. It is not for ever: a disk may have failed, and was replaced.
const shunFor = 30 * 24 * time.Hour

// maxRefused is the number of mirrors that are remembered for having lied.
const maxRefused = 256

// state is what a Keep holds of one newsroom. A Keep that fails costs memory, not truth: its errors are logged.
type state struct {
	keep   Keep
	prefix string
	log    *slog.Logger
	mu     *sync.Mutex // guards the files that are changed: refusals, evidence, mirrors
}

// stateDirLength is the number of hex digits of a trust's ID that name the folder of its state.
const stateDirLength = 16

func newState(k Keep, m edition.Masthead, log *slog.Logger) state {
	return state{keep: k, prefix: m.ID().String()[:stateDirLength] + "/", log: log, mu: &sync.Mutex{}}
}

func (s state) get(name string) ([]byte, bool) {
	b, err := s.keep.Get(s.prefix + name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("keep", "error", err)
	}
	return b, err == nil
}

func (s state) put(name string, b []byte) {
	if err := s.keep.Put(s.prefix+name, b); err != nil {
		s.log.Warn("keep", "error", err)
	}
}

func (s state) remove(name string) {
	if err := s.keep.Remove(s.prefix + name); err != nil {
		s.log.Warn("keep", "error", err)
	}
}

// trust returns the trust that is kept, or a new one that begins with the masthead's root.
func (s state) trust(root []byte) (*edition.Trust, error) {
	if b, ok := s.get(stateTrust); ok {
		t, err := edition.ImportTrust(b, root)
		if err == nil {
			return t, nil
		}
		s.log.Warn("kept trust left out", "error", err)
	}
	return edition.NewTrust(root)
}

// A refusal is the memory of a mirror that lied.
type refusal struct {
	Time time.Time `json:"time"`
	What string    `json:"what"`
}

func (s state) refusals() map[string]refusal {
	all := map[string]refusal{}
	if b, ok := s.get(stateRefused); ok {
		if err := json.Unmarshal(b, &all); err != nil {
			s.log.Warn("memory of mirrors left out", "error", err)
		}
	}
	return all
}

// refusal says whether a mirror lied within the last month, and what it did.
func (s state) refusal(mirror string, now time.Time) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, ok := s.refusals()[mirror]
	if !ok || now.Sub(was.Time) > shunFor {
		return "", false
	}
	return was.Time.UTC().Format(time.DateOnly) + ": " + was.What, true
}

// refuse remembers a mirror that lied, and forgets those of long ago.
func (s state) refuse(mirror, what string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.refusals()
	for name, was := range all {
		if now.Sub(was.Time) > shunFor {
			delete(all, name)
		}
	}
	if len(all) >= maxRefused {
		return
	}
	all[mirror] = refusal{now.UTC().Truncate(time.Second), what}
	b, err := json.Marshal(all)
	if err != nil {
		s.log.Warn("keep", "error", err) // a clock beyond the year 9999
		return
	}
	s.put(stateRefused, b)
}

// maxOrder is the number of mirrors whose order is kept: those that would be asked first.
const maxOrder = 8

// order returns the names of the mirrors that were good when a reader last looked for an edition, the quickest first.
func (s state) order() []string { return s.lines(stateOrder) }

// keepOrder keeps that order and nothing else of how they were: no times, and nothing of those that were not good.
func (s state) keepOrder(names []string) {
	names = slices.DeleteFunc(names, func(n string) bool { return strings.ContainsFunc(n, unicode.IsSpace) })
	if names = names[:min(len(names), maxOrder)]; !slices.Equal(names, s.order()) {
		s.putLines(stateOrder, names)
	}
}

// evidence keeps the proof of a fork.
func (s state) evidence(fork *edition.ForkError) {
	s.keepEvidence(stateFork, fork.Evidence())
}

// maxEvidence is the number of proofs that are kept. One would do; a thief could sign any number.
const maxEvidence = 64

// keepEvidence keeps a proof and its name.
func (s state) keepEvidence(kind string, b []byte) {
	name := kind + edition.Sum(b).String()[:16]
	s.mu.Lock()
	defer s.mu.Unlock()
	names := s.lines(stateEvidence)
	if slices.Contains(names, name) || len(names) >= maxEvidence {
		return
	}
	s.put(name, b)
	s.putLines(stateEvidence, append(names, name))
}

// lines returns the lines of a file; none when it isn't there.
func (s state) lines(name string) []string {
	b, _ := s.get(name)
	return strings.Fields(string(b))
}

// putLines puts lines, which hold no white space; a file without any is removed.
func (s state) putLines(name string, lines []string) {
	if len(lines) == 0 {
		s.remove(name)
		return
	}
	s.put(name, []byte(strings.Join(lines, "\n")+"\n"))
}

// revoked keeps, as evidence, the head of an edition that the newsroom has taken back, and holds on to it no longer.
func (s state) revoked(h edition.Head) {
	s.keepEvidence(stateRevoked, h.Note)
	s.remove(stateLatest)
	s.remove(stateUnconfirmed)
}
