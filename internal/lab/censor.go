package lab

import (
	"slices"
	"time"
)

// A Kind is a way to keep readers from mirrors. docs/censor.md says where each was seen.
type Kind string

// The kinds of a censor's rules.
const (
	// DNSWrong answers a name with the address of somebody else.
	DNSWrong Kind = "dns-wrong"
	// DNSNone says that there is no such name.
	DNSNone Kind = "dns-none"
	// DNSPage answers a name with the address of a page that says that it is blocked.
	DNSPage Kind = "dns-page"
	// Drop loses every packet to an address: who connects hears nothing, and who is connected no more.
	Drop Kind = "drop"
	// Reject resets who connects.
	Reject Kind = "reject"
	// ResetName resets a connection when it asks for a name in the clear (TLS SNI).
	ResetName Kind = "reset-name"
	// Freeze lets Bytes through a connection, TCP payload both ways together, and nothing after that.
	Freeze Kind = "freeze"
	// Throttle lets Rate bits a second through each connection, down.
	Throttle Kind = "throttle"
	// Crowd loses the packets of connections beyond Conns to one host within Window.
	Crowd Kind = "crowd"
)

// DefaultFreeze is what a Freeze lets through unless it says otherwise.
const DefaultFreeze = 15000

// A Rule is one thing that a censor does, against some hosts, for some time.
type Rule struct {
	Kind Kind
	// Hosts are the names that it is against; none stands for all.
	Hosts []string
	// From and Until are when it holds, in the lab's time since the line was opened; Until 0 is for ever.
	From, Until time.Duration
	// After is how many connections to a host it lets be before it begins with that host.
	After int
	// Bytes is of Freeze; 0 is DefaultFreeze. Rate is of Throttle. Conns and Window are of Crowd.
	Bytes  int64
	Rate   int64
	Conns  int
	Window time.Duration
}

// holds says whether a rule is against a host's connection of a number, at a time.
func (r Rule) holds(host string, number int, at time.Duration) bool {
	return (len(r.Hosts) == 0 || slices.Contains(r.Hosts, host)) &&
		at >= r.From && (r.Until == 0 || at < r.Until) && number >= r.After
}

// A censor is what all rules of a line come to.
type censor []Rule

// find returns the first rule of some kinds that holds.
func (c censor) find(host string, number int, at time.Duration, kinds ...Kind) (Rule, bool) {
	for _, r := range c {
		if slices.Contains(kinds, r.Kind) && r.holds(host, number, at) {
			return r, true
		}
	}
	return Rule{}, false
}

// crowded says whether a host has had too many connections lately; opened are the times of those before.
func (c censor) crowded(host string, opened []time.Duration, at time.Duration) bool {
	r, ok := c.find(host, len(opened), at, Crowd)
	recent := 0
	for _, t := range opened {
		if t > at-r.Window {
			recent++
		}
	}
	return ok && recent >= r.Conns
}

// limit returns how many bytes may pass a connection, and whether there is a limit.
func (c censor) limit(host string, number int, at time.Duration) (int64, bool) {
	if _, dropped := c.find(host, 0, at, Drop); dropped {
		return 0, true
	}
	r, ok := c.find(host, number, at, Freeze)
	if r.Bytes == 0 {
		r.Bytes = DefaultFreeze
	}
	return r.Bytes, ok
}
