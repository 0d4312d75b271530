package edition

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// NoQuorum is the Policy.Quorum that asks for no witness.
const NoQuorum = "none"

// The limits of a policy.
const (
	maxWitnesses = 32
	maxGroups    = 32
	maxAfter     = 32
	maxMaxAge    = 366 * 24 * time.Hour
)

// A Policy says whose signatures a reader believes and how far: the one target of the trust repository (SPEC.md,
// "Policy"). Its second half is a C2SP tlog-policy.
type Policy struct {
	// MaxAge is how long after somebody vouched for it a head counts as fresh: 1 s to 366 days, whole seconds.
	MaxAge time.Duration
	// EditionFloor and EpochFloor are the lowest edition number and purge epoch that are accepted: what lies below was
	// withdrawn, or signed by a thief.
	EditionFloor, EpochFloor uint64
	// Cosigner is the verifier key (C2SP cosignature/v1) under which the newsroom says when a head was the newest.
	Cosigner string
	// After are the last good heads of the logs that this one replaced, of different origins; mostly there are none.
	After []Checkpoint
	// Log is the verifier key (Ed25519) of the edition log. Its name is the log's origin.
	Log string
	// Witnesses may co-sign heads; Groups gather them, and each group names only what stands before it. Nothing is a
	// member twice.
	Witnesses []Witness
	Groups    []Group
	// Quorum is the witness or group that must have co-signed a head, or NoQuorum.
	Quorum string
}

// A Witness is somebody else who co-signs that the log only grew.
type Witness struct {
	// Name is 1 to 64 letters, digits and . _ -, and no word of the policy's language.
	Name string
	// Key is the verifier key (C2SP cosignature/v1).
	Key string
}

// A Group has witnessed a head when at least K of its Members have.
type Group struct {
	Name    string
	K       int
	Members []string
}

// Origin returns the name of the edition log.
func (p Policy) Origin() string {
	name, _, _ := strings.Cut(p.Log, "+")
	return name
}

// Predecessor returns the last good head of a log that this policy's log has replaced, by its origin. Heads of that log
// beyond it were signed by a thief: evidence, and nothing to follow.
func (p Policy) Predecessor(origin string) (Checkpoint, bool) {
	for _, c := range p.After {
		if c.Origin == origin {
			return c, true
		}
	}
	return Checkpoint{}, false
}

// Marshal returns the policy's one encoding.
func (p Policy) Marshal() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "coranto policy 1\nmax_age %d\nedition_floor %d\nepoch_floor %d\ncosigner %s\n",
		p.MaxAge/time.Second, p.EditionFloor, p.EpochFloor, p.Cosigner)
	for _, c := range p.After {
		fmt.Fprintf(&b, "after %s %d %s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Hash[:]))
	}
	fmt.Fprintf(&b, "\nlog %s\n", p.Log)
	for _, w := range p.Witnesses {
		fmt.Fprintf(&b, "witness %s %s\n", w.Name, w.Key)
	}
	for _, g := range p.Groups {
		fmt.Fprintf(&b, "group %s %s %s\n", g.Name, g.threshold(), strings.Join(g.Members, " "))
	}
	fmt.Fprintf(&b, "quorum %s\n", p.Quorum)
	return b.Bytes()
}

// threshold returns K in the shortest word for it.
func (g Group) threshold() string {
	switch g.K {
	case len(g.Members):
		return "all"
	case 1:
		return "any"
	}
	return strconv.Itoa(g.K)
}

// ParsePolicy reads what Marshal writes, and nothing else; it returns an *InvalidError.
func ParsePolicy(b []byte) (Policy, error) {
	if len(b) > MaxPolicy {
		return Policy{}, invalid("policy", "%d bytes are over the limit of %d", len(b), MaxPolicy)
	}
	p, err := parsePolicy(string(b))
	if err == nil {
		err = p.Check()
	}
	// Whatever the parsing below lets through, as a leading zero, does not encode to the same bytes again.
	if err == nil && !bytes.Equal(p.Marshal(), b) {
		err = errors.New("not in its one valid encoding")
	}
	if err != nil {
		return Policy{}, &InvalidError{"policy", err}
	}
	return p, nil
}

func parsePolicy(text string) (p Policy, err error) {
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if err := p.parseLine(strings.Split(line, " ")); err != nil {
			return p, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return p, nil
}

// parseLine reads one line. Neither the order of lines nor doubled ones matter here: Marshal has one order.
func (p *Policy) parseLine(f []string) (err error) {
	word, args := f[0], f[1:]
	switch {
	case word == "" && len(args) == 0, word == "coranto" && len(args) == 2:
	case word == "max_age" && len(args) == 1:
		var s uint64
		s, err = strconv.ParseUint(args[0], 10, 31)
		p.MaxAge = time.Duration(s) * time.Second
	case word == "edition_floor" && len(args) == 1:
		p.EditionFloor, err = strconv.ParseUint(args[0], 10, 63)
	case word == "epoch_floor" && len(args) == 1:
		p.EpochFloor, err = strconv.ParseUint(args[0], 10, 63)
	case word == "cosigner" && len(args) == 1:
		p.Cosigner = args[0]
	case word == "after" && len(args) == 3:
		var c Checkpoint
		c, err = parseHead(args[0], args[1], args[2])
		p.After = append(p.After, c)
	case word == "log" && len(args) == 1:
		p.Log = args[0]
	case word == "witness" && len(args) == 2:
		p.Witnesses = append(p.Witnesses, Witness{args[0], args[1]})
	case word == "group" && len(args) >= 3:
		var g Group
		g, err = parseGroup(args)
		p.Groups = append(p.Groups, g)
	case word == "quorum" && len(args) == 1:
		p.Quorum = args[0]
	default:
		err = fmt.Errorf("%.40q with %d words is not of the format", word, len(args))
	}
	return err
}

func parseGroup(args []string) (g Group, err error) {
	g = Group{Name: args[0], Members: args[2:]}
	switch args[1] {
	case "all":
		g.K = len(g.Members)
	case "any":
		g.K = 1
	default:
		g.K, err = strconv.Atoi(args[1])
	}
	return g, err
}

// Check says what is wrong with a policy: a field out of its range, a key that is not valid or stands twice, a name
// that is not defined.
func (p Policy) Check() error {
	if p.MaxAge < time.Second || p.MaxAge > maxMaxAge || p.MaxAge%time.Second != 0 {
		return fmt.Errorf("max_age %v is out of range", p.MaxAge)
	}
	if len(p.Witnesses) > maxWitnesses || len(p.Groups) > maxGroups || len(p.After) > maxAfter {
		return fmt.Errorf("%d witnesses, %d groups, %d predecessors: too many", len(p.Witnesses), len(p.Groups), len(p.After))
	}
	if _, err := p.verifiers(); err != nil {
		return err
	}
	if err := p.checkAfter(); err != nil {
		return err
	}
	return p.checkQuorum()
}

// checkAfter says whether the predecessors are logs of different origins.
func (p Policy) checkAfter() error {
	seen := map[string]bool{p.Origin(): true}
	for _, c := range p.After {
		if seen[c.Origin] {
			return fmt.Errorf("origin %q stands twice", c.Origin)
		}
		seen[c.Origin] = true
	}
	return nil
}

// checkQuorum says whether every name is defined once, before its use, and used once as a member. So the groups are
// trees, and each witness counts in one way.
func (p Policy) checkQuorum() error {
	defined, used := map[string]bool{}, map[string]bool{}
	define := func(name string) error {
		if !validPolicyName(name) || defined[name] {
			return fmt.Errorf("name %.80q is not valid, or stands twice", name)
		}
		defined[name] = true
		return nil
	}
	for _, w := range p.Witnesses {
		if err := define(w.Name); err != nil {
			return err
		}
	}
	for _, g := range p.Groups {
		if g.K < 1 || g.K > len(g.Members) {
			return fmt.Errorf("group %.80q: %d of %d members", g.Name, g.K, len(g.Members))
		}
		for _, m := range g.Members {
			if !defined[m] || used[m] {
				return fmt.Errorf("group %.80q: member %.80q is not defined before it, or is a member twice", g.Name, m)
			}
			used[m] = true
		}
		if err := define(g.Name); err != nil {
			return err
		}
	}
	if p.Quorum != NoQuorum && !defined[p.Quorum] {
		return fmt.Errorf("quorum %.80q is not defined", p.Quorum)
	}
	return nil
}

func validPolicyName(s string) bool {
	if slices.Contains([]string{"log", "witness", "group", "quorum", "any", "all", NoQuorum}, s) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !pathByte(c) || c == '~' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// Keys returns the verifier keys of the policy in the order in which their signatures stand in a note: the log's, the
// newsroom's cosigner's, the witnesses' as listed.
func (p Policy) Keys() []string {
	keys := []string{p.Log, p.Cosigner}
	for _, w := range p.Witnesses {
		keys = append(keys, w.Key)
	}
	return keys
}

// verifiers returns the verifiers of all the policy's keys in the order in which their signatures stand in a note: the
// log, the newsroom's cosigner, the witnesses as listed. No public key may stand twice, whatever its name: one holder
// would count as two.
func (p Policy) verifiers() ([]note.Verifier, error) {
	vs := make([]note.Verifier, 0, 2+len(p.Witnesses))
	seen := map[string]bool{}
	add := func(vkey string, alg byte) error {
		v, key, err := parseVerifier(vkey, alg)
		if err != nil {
			return err
		}
		if seen[string(key)] {
			return fmt.Errorf("the key of %q stands twice", v.Name())
		}
		seen[string(key)] = true
		vs = append(vs, v)
		return nil
	}
	if err := add(p.Log, algEd25519); err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	if err := add(p.Cosigner, algCosignature); err != nil {
		return nil, fmt.Errorf("cosigner: %w", err)
	}
	for _, w := range p.Witnesses {
		if err := add(w.Key, algCosignature); err != nil {
			return nil, fmt.Errorf("witness %.80q: %w", w.Name, err)
		}
	}
	return vs, nil
}

// satisfied says whether the quorum was reached by the witnesses who co-signed at a time or later; times holds when
// each did, in Unix seconds, 0 when it has not.
func (p Policy) satisfied(times []int64, since int64) bool {
	has := map[string]bool{NoQuorum: true}
	for i, w := range p.Witnesses {
		has[w.Name] = times[i] > 0 && times[i] >= since
	}
	for _, g := range p.Groups {
		n := 0
		for _, m := range g.Members {
			if has[m] {
				n++
			}
		}
		has[g.Name] = n >= g.K
	}
	return has[p.Quorum]
}
