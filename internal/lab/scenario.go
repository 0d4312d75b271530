package lab

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// A Scenario is a network of mirrors, of which some may lie, and a censor in front of it.
type Scenario struct {
	// Name is a word for it; Does says in one line what readers meet.
	Name, Does string
	// Mirrors are what readers know; each reader has them in an order of its own.
	Mirrors []Place
	// Rules are the censor's. Hosts in them are those of the mirrors: m0.example is the first.
	Rules []Rule
	// Access makes one reader's line; nil is a usual one.
	Access func(*rand.Rand) Access
	// Cut says that nothing true and new can be had: then what counts is that nobody is fooled.
	Cut bool
}

// A Place is one mirror of a Scenario.
type Place struct {
	// Serve makes it.
	Serve func(*Room) Mirror
	// Plain has it without TLS.
	Plain bool
}

// The mirrors of scenarios.
var (
	honest   = Place{Serve: func(r *Room) Mirror { return Good(r.New.Handler) }}
	plain    = Place{Serve: honest.Serve, Plain: true}
	stale    = Place{Serve: func(r *Room) Mirror { return Frozen(r.Old.Handler) }}
	clone    = Place{Serve: func(r *Room) Mirror { return Good(r.Clone) }}
	altering = Place{Serve: func(r *Room) Mirror { return Altered(r.New.Handler, Objects) }}
	picky    = Place{Serve: func(r *Room) Mirror { return Withholding(r.New.Handler, someObjects) }}
	labels   = Place{Serve: func(r *Room) Mirror { return LyingHeaders(r.New.Handler, Everything) }}
	endless  = Place{Serve: func(r *Room) Mirror { return Endless(r.New.Handler, Objects) }}
	stalling = Place{Serve: func(r *Room) Mirror { return Stalling(r.New.Handler, Everything) }}
	dripping = Place{Serve: func(r *Room) Mirror { return Dripping(r.New.Handler, Everything, r.Clock.Real(time.Second)) }}
	hasty    = Place{Serve: func(r *Room) Mirror { return Hasty(r.Old.Handler, r.New.Handler, Path("/latest")) }}
)

// someObjects matches a quarter of all objects.
func someObjects(r *http.Request) bool {
	return Objects(r) && strings.ContainsAny(r.URL.Path[len(r.URL.Path)-1:], "048c")
}

// Host returns the name of a scenario's mirror, by its place from 0.
func Host(i int) string { return "m" + string(rune('0'+i)) + ".example" }

// hosts returns the names of the mirrors at some places.
func hosts(places ...int) (names []string) {
	for _, i := range places {
		names = append(names, Host(i))
	}
	return names
}

// usual is a line as people have it.
func usual(rnd *rand.Rand) Access {
	return Access{RTT: time.Duration(40+rnd.IntN(80)) * time.Millisecond, Down: 8_000_000, Up: 1_000_000}
}

// poor is a line of 8 to 128 kbit/s.
func poor(rnd *rand.Rand) Access {
	return Access{RTT: 300 * time.Millisecond, Down: 8000 << rnd.IntN(5), Up: 8000, Loss: 0.01}
}

// mobile is a weak signal, or a satellite.
func mobile(rnd *rand.Rand) Access {
	return Access{RTT: 600 * time.Millisecond, Down: 256_000, Up: 64_000, Loss: 0.02 + rnd.Float64()*0.08}
}

// slow is a line of 64 kbit/s.
func slow(*rand.Rand) Access {
	return Access{RTT: 200 * time.Millisecond, Down: 64_000, Up: 32_000}
}

// Scenarios returns those of coranto lab, the healthy one first. docs/censor.md says where each thing in them was seen.
func Scenarios() []Scenario {
	five := []Place{honest, honest, honest, honest, honest}
	return []Scenario{
		{Name: "healthy", Does: "five honest mirrors, and no censor", Mirrors: five},
		{Name: "poisoned-dns", Does: "the names of four of five lead nowhere, elsewhere, or to a block page",
			Mirrors: []Place{honest, honest, honest, plain, honest},
			Rules:   []Rule{{Kind: DNSWrong, Hosts: hosts(0)}, {Kind: DNSNone, Hosts: hosts(1)}, {Kind: DNSPage, Hosts: hosts(2, 3)}}},
		{Name: "dropped", Does: "packets to four of five addresses vanish", Mirrors: five,
			Rules: []Rule{{Kind: Drop, Hosts: hosts(0, 1, 2, 3)}}},
		{Name: "rejected", Does: "connections to four of five addresses are refused", Mirrors: five,
			Rules: []Rule{{Kind: Reject, Hosts: hosts(0, 1, 2, 3)}}},
		{Name: "reset-name", Does: "four of five names are reset when TLS says them", Mirrors: five,
			Rules: []Rule{{Kind: ResetName, Hosts: hosts(0, 1, 2, 3)}}},
		{Name: "four-dead", Does: "four of five are dead in four ways: lost, reset, poisoned, stalling",
			Mirrors: []Place{honest, honest, honest, stalling, honest},
			Rules:   []Rule{{Kind: Drop, Hosts: hosts(0)}, {Kind: ResetName, Hosts: hosts(1)}, {Kind: DNSWrong, Hosts: hosts(2)}}},
		{Name: "freeze", Does: "every connection is frozen after 15,000 bytes", Mirrors: five, Rules: []Rule{{Kind: Freeze}}},
		{Name: "freeze-one", Does: "the same, and there is one mirror alone", Mirrors: []Place{honest}, Rules: []Rule{{Kind: Freeze}}},
		{Name: "freeze-heals", Does: "the same, and it ends after ten seconds", Mirrors: []Place{honest, honest},
			Rules: []Rule{{Kind: Freeze, Until: 10 * time.Second}}},
		{Name: "narrow", Does: "lines of 8 to 128 kbit/s", Mirrors: five, Access: poor},
		{Name: "lossy", Does: "lines that lose 2 to 10 % and answer late", Mirrors: five, Access: mobile},
		{Name: "throttled", Does: "connections to four of five are slowed down to 8 kbit/s", Mirrors: five,
			Rules: []Rule{{Kind: Throttle, Rate: 8000, Hosts: hosts(0, 1, 2, 3)}}},
		{Name: "crowded", Does: "more than eight connections a minute to one address are lost", Mirrors: five,
			Rules: []Rule{{Kind: Crowd, Conns: 8, Window: time.Minute}}},
		{Name: "seized", Does: "one honest mirror; others alter, withhold, lie in headers, never end",
			Mirrors: []Place{altering, picky, labels, endless, honest}},
		{Name: "dripping", Does: "one honest mirror; four send a byte a second",
			Mirrors: []Place{dripping, dripping, dripping, dripping, honest}},
		{Name: "stale", Does: "one honest mirror; four keep serving an old edition, or mix it with the new one",
			Mirrors: []Place{stale, stale, hasty, hasty, honest}},
		{Name: "cloned", Does: "one honest mirror; four are a clone of the newsroom under another key",
			Mirrors: []Place{clone, clone, clone, clone, honest}},
		{Name: "dying", Does: "four of five are blocked one after another while they are read", Mirrors: five,
			Rules: []Rule{
				{Kind: Drop, Hosts: hosts(0), From: 800 * time.Millisecond}, {Kind: Drop, Hosts: hosts(1), From: 1500 * time.Millisecond},
				{Kind: ResetName, Hosts: hosts(2), After: 1}, {Kind: Drop, Hosts: hosts(3), From: 3 * time.Second},
			}},
		{Name: "freeze-narrow", Does: "frozen connections on lines of 64 kbit/s", Mirrors: five, Rules: []Rule{{Kind: Freeze}}, Access: slow},
		{Name: "freeze-crowded", Does: "frozen connections, and more than twelve a minute to one address are lost", Mirrors: five,
			Rules: []Rule{{Kind: Freeze}, {Kind: Crowd, Conns: 12, Window: time.Minute}}},
		{Name: "freeze-seized", Does: "frozen connections to one honest mirror, a liar, a clone, an old one and one that stalls",
			Mirrors: []Place{altering, clone, stale, stalling, honest}, Rules: []Rule{{Kind: Freeze}}},
		{Name: "everything", Does: "poisoned, lost and reset names, a liar, weak lines, and a freeze on what is left",
			Mirrors: []Place{honest, honest, honest, altering, honest}, Access: mobile,
			Rules: []Rule{{Kind: DNSPage, Hosts: hosts(0)}, {Kind: Drop, Hosts: hosts(1)}, {Kind: ResetName, Hosts: hosts(2)}, {Kind: Freeze}}},
		{Name: "liars-only", Does: "no honest mirror: a clone, one that alters, an old one, one without end", Cut: true,
			Mirrors: []Place{clone, altering, stale, endless}},
		{Name: "blackout", Does: "nothing can be reached", Cut: true, Mirrors: five, Rules: []Rule{{Kind: Drop}}},
	}
}
