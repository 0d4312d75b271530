package lab

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"coranto/edition"
	"coranto/reader"
)

// A Room is what the mirrors of scenarios carry, and how to tell the truth from a lie.
type Room struct {
	// Masthead is the newsroom's; its mirrors are replaced by those of a scenario.
	Masthead edition.Masthead
	// Old and New are two editions of it.
	Old, New Print
	// Clone serves another newsroom that looks the same.
	Clone http.Handler
	// Front and Story are the paths of two pages; Language is that of the newspaper which is read in packs.
	Front, Story, Language string
	// Now is the time of the newsroom and its readers.
	Now func() time.Time
	// Clock is that of the network.
	Clock Clock
}

// A Print is an edition as it is served, and as it is.
type Print struct {
	Edition uint64
	Handler http.Handler
	// Page returns a page of it as the newsroom made it; false when it has none at a path.
	Page func(path string) ([]byte, bool)
}

// An Outcome is how one reader fared.
type Outcome struct {
	// Newest: it has the whole newspaper of the new edition. Fooled: it showed something that the newsroom did not make, or
	// went back to an older edition.
	Newest, Fooled bool
	// Story and Paper are when it had the front and a story, and when the whole paper, in the lab's time; 0 is never.
	Story, Paper time.Duration
	// Counts are what went over its line.
	Counts Counts
}

// A Summary is how the readers of a scenario fared.
type Summary struct {
	Scenario string `json:"scenario"`
	Does     string `json:"does"`
	Seed     uint64 `json:"seed"`
	Readers  int    `json:"readers"`
	// Live says that there is a way through. Newest and Fooled are shares of the readers, from 0 to 1.
	Live   bool    `json:"live"`
	Newest float64 `json:"newest"`
	Fooled float64 `json:"fooled"`
	// FirstStory and WholePaper are milliseconds of the lab's time, of those who got there. Bytes are TCP payload both
	// ways, Connections those that were begun.
	FirstStory  Spread `json:"first_story_ms"`
	WholePaper  Spread `json:"whole_paper_ms"`
	Bytes       Spread `json:"bytes"`
	Connections Spread `json:"connections"`
}

// A Spread is the middle of some figures and what 95 of 100 don't exceed; both are 0 where there are none.
type Spread struct {
	P50 int64 `json:"p50"`
	P95 int64 `json:"p95"`
}

// patience is how long a reader of a scenario tries, in the lab's time, brief how long where there is no way through, and
// pause how long it waits before it looks again.
const (
	patience = 10 * time.Minute
	brief    = time.Minute
	pause    = 5 * time.Second
)

// Run lets some readers try a scenario. What is of chance comes from the seed; times don't, for they are measured.
// Done is called after each reader; it may be nil.
func Run(ctx context.Context, room Room, s Scenario, seed uint64, readers int, done func()) (Summary, error) {
	n, err := NewNetwork(room.Clock)
	if err != nil {
		return Summary{}, err
	}
	defer n.Close()
	var addresses []string
	for i, p := range s.Mirrors {
		add := n.Host
		if p.Plain {
			add = n.PlainHost
		}
		address, err := add(Host(i), p.Serve(&room).Handler)
		if err != nil {
			return Summary{}, err
		}
		addresses = append(addresses, address)
	}
	outcomes := make([]Outcome, readers)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2 * runtime.GOMAXPROCS(0))
	for i := range outcomes {
		g.Go(func() (err error) {
			outcomes[i], err = n.read(ctx, room, s, addresses, rand.New(rand.NewPCG(seed, uint64(i))))
			if done != nil {
				done()
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return Summary{}, err
	}
	return summarize(s, seed, outcomes), nil
}

// read is one reader of a scenario, that begins with the masthead alone.
func (n *Network) read(ctx context.Context, room Room, s Scenario, addresses []string, rnd *rand.Rand) (Outcome, error) {
	access := usual
	if s.Access != nil {
		access = s.Access
	}
	l := n.Line(access(rnd), s.Rules, rnd.Uint64())
	defer l.Close()
	m := room.Masthead
	m.Mirrors = slices.Clone(addresses)
	rnd.Shuffle(len(m.Mirrors), func(i, j int) { m.Mirrors[i], m.Mirrors[j] = m.Mirrors[j], m.Mirrors[i] })
	opt := l.Options()
	opt.Now = room.Now
	r, err := reader.Open(m, opt)
	if err != nil {
		return Outcome{}, err
	}
	defer r.Close()
	limit := patience
	if s.Cut {
		limit = brief
	}
	limited, cancel := context.WithTimeout(ctx, n.Clock.Real(limit))
	defer cancel()
	v := visitor{room: &room, line: l, r: r, shown: map[string]uint64{}}
	v.visit(limited)
	v.Counts = l.Counts()
	return v.Outcome, ctx.Err()
}

// A visitor reads a newspaper.
type visitor struct {
	room *Room
	line *Line
	r    *reader.Reader
	Outcome
	shown map[string]uint64 // by path, the edition of what was shown
}

// visit looks for the newest edition and reads it, and tries again until it has all of it, or is out of patience. A
// reader whose mirrors have nothing newer looks again once: it can't know that there is more.
func (v *visitor) visit(ctx context.Context) {
	for content := 0; content < 2 && ctx.Err() == nil; {
		_, err := v.r.Refresh(ctx)
		whole := err == nil && v.paper(ctx)
		if head, ok := v.r.Head(); whole && ok && head.Manifest.Edition == v.room.New.Edition {
			v.Newest, v.Paper = true, v.line.Elapsed()
			return
		}
		if whole {
			content++
		}
		_ = v.line.sleep(ctx, pause) // ends with ctx
	}
}

// paper reads the front and a story, and then takes the newspaper, and returns whether it has all of it.
func (v *visitor) paper(ctx context.Context) bool {
	if !v.page(ctx, v.room.Front) || !v.page(ctx, v.room.Story) {
		return false
	}
	if v.Story == 0 {
		v.Story = v.line.Elapsed()
	}
	p, err := v.r.TakePaper(ctx, v.room.Language, reader.MaxPaper, false)
	if err != nil || p.Missing > 0 {
		return false
	}
	for _, period := range p.Packs {
		text, err := v.r.PackText(ctx, v.room.Language, period)
		if err != nil {
			return false
		}
		v.judge(edition.PackTextPath(v.room.Language, period), text, p.Edition)
	}
	return true
}

// page reads a page and returns whether there was one.
func (v *visitor) page(ctx context.Context, path string) bool {
	p, err := v.r.Get(ctx, path)
	if err == nil {
		v.judge(p.Path, p.Body, p.Edition)
	}
	return err == nil
}

// judge holds what was shown against what the newsroom made.
func (v *visitor) judge(path string, body []byte, number uint64) {
	truth := false
	for _, print := range []Print{v.room.Old, v.room.New} {
		if want, ok := print.Page(path); ok && print.Edition == number && bytes.Equal(want, body) {
			truth = true
		}
	}
	v.Fooled = v.Fooled || !truth || number < v.shown[path]
	v.shown[path] = number
}

func summarize(s Scenario, seed uint64, outcomes []Outcome) Summary {
	sum := Summary{Scenario: s.Name, Does: s.Does, Seed: seed, Readers: len(outcomes), Live: !s.Cut}
	var stories, papers, sizes, connections []int64
	for _, o := range outcomes {
		if o.Newest {
			sum.Newest++
			papers = append(papers, o.Paper.Milliseconds())
		}
		if o.Fooled {
			sum.Fooled++
		}
		if o.Story > 0 {
			stories = append(stories, o.Story.Milliseconds())
		}
		sizes = append(sizes, o.Counts.Up+o.Counts.Down)
		connections = append(connections, int64(o.Counts.Connections))
	}
	sum.Newest /= float64(len(outcomes))
	sum.Fooled /= float64(len(outcomes))
	sum.FirstStory, sum.WholePaper = spread(stories), spread(papers)
	sum.Bytes, sum.Connections = spread(sizes), spread(connections)
	return sum
}

// spread returns the nearest ranks.
func spread(n []int64) Spread {
	if len(n) == 0 {
		return Spread{}
	}
	slices.Sort(n)
	rank := func(share float64) int64 { return n[int(math.Ceil(share*float64(len(n))))-1] }
	return Spread{rank(0.5), rank(0.95)}
}
