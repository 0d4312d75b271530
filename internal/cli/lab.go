package cli

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"coranto/edition"
	"coranto/internal/lab"
	"coranto/internal/term"
)

var labCommand = command{
	name:  "lab",
	usage: "[--scenario NAME]… [--readers N] [--seed N] [--json]",
	short: "practises reading through censors of its own making",
	long: `
Makes a newsroom of sample stories, mirrors that carry it, some of them hostile, and a censor between them and readers
that know nothing but the masthead: poisoned names, lost packets, resets, connections that freeze after 15,000 bytes,
lines of a few kilobits. All of it is on this machine; nothing is sent anywhere. For each scenario it says how many readers
got the newest edition, how many were shown anything that the newsroom did not make, which must be none, when they had
their first story and the whole paper, and how much went over their lines, TLS included.

Each thing that the censor does has been seen in the field: docs/censor.md says where. It is a model all the same. Who got
through here may not get through there, and nobody is safe because of it.

The same seed makes the same lines and the same chances; times are measured, and differ a little from run to run. The
clock runs ten times as fast as yours, unless --speed says otherwise; all figures are in the lab's own time. On a busy
machine a slower clock is more exact. Fails when a reader was fooled, or did not get through where there was a way.`,
	apart: true,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var o labOptions
		fs.Var(&o.scenarios, "scenario", "only the scenario of this `NAME`; may be given several times")
		fs.IntVar(&o.readers, "readers", 8, "how many readers try each scenario: `N`")
		fs.Uint64Var(&o.seed, "seed", 1, "the seed of all that is chance: `N`")
		fs.Float64Var(&o.speed, "speed", 10, "how many times as fast as yours the lab's clock runs: `N`")
		fs.BoolVar(&e.json, "json", false, "print the figures as JSON")
		return func(ctx context.Context, args []string) error {
			switch {
			case len(args) > 0:
				return usagef("lab takes no argument: %q", args[0])
			case o.readers < 1 || o.readers > 1000:
				return usagef("--readers must be 1 to 1000")
			case !(o.speed >= 1 && o.speed <= 100):
				return usagef("--speed must be 1 to 100")
			}
			return e.lab(ctx, o)
		}
	},
}

type labOptions struct {
	scenarios stringList
	readers   int
	seed      uint64
	speed     float64
}

// labJSON is what lab --json prints.
type labJSON struct {
	Seed      uint64        `json:"seed"`
	Speed     float64       `json:"speed"`
	Scenarios []lab.Summary `json:"scenarios"`
}

func (e *env) lab(ctx context.Context, o labOptions) error {
	scenarios, err := chooseScenarios(o.scenarios)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "coranto-lab-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	room, done, err := e.labRoom(ctx, dir, lab.Clock(o.speed))
	defer done()
	if err != nil {
		return err
	}
	result := labJSON{Seed: o.seed, Speed: o.speed}
	for _, s := range scenarios {
		bar := e.term().Progress(s.Name, o.readers)
		sum, err := lab.Run(ctx, room, s, o.seed, o.readers, func() { bar.Add(1) })
		bar.Done()
		if err != nil {
			return err
		}
		result.Scenarios = append(result.Scenarios, sum)
	}
	if e.json {
		err = e.printJSON(result)
	} else {
		err = e.labTable(result.Scenarios)
	}
	if err != nil {
		return err
	}
	return judgeLab(result.Scenarios)
}

// chooseScenarios returns those of some names; all without any.
func chooseScenarios(names []string) ([]lab.Scenario, error) {
	all := lab.Scenarios()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []lab.Scenario
	for _, name := range names {
		i := slices.IndexFunc(all, func(s lab.Scenario) bool { return s.Name == name })
		if i < 0 {
			var known []string
			for _, s := range all {
				known = append(known, s.Name)
			}
			return nil, withHint(usagef("there is no scenario %q", name), "one of: "+strings.Join(known, ", "))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// labRoom makes a newsroom and a clone of it, both with two editions. Done is to be called even with an error.
func (e *env) labRoom(ctx context.Context, dir string, clock lab.Clock) (room lab.Room, done func(), err error) {
	quiet := *e
	quiet.quiet = true
	own := &demo{env: &quiet, dir: filepath.Join(dir, "own")}
	clone := &demo{env: &quiet, dir: filepath.Join(dir, "clone")}
	done = func() { own.stop(); clone.stop() }
	bar := e.term().Progress("newsrooms", 2)
	defer bar.Done()
	for _, d := range []*demo{own, clone} {
		if err := d.publishTwice(ctx); err != nil {
			return room, done, err
		}
		bar.Add(1)
	}
	public := own.newsroom.publicDir()
	room = lab.Room{Front: demoPage, Language: "en", Now: time.Now, Clock: clock}
	if room.Masthead, err = readMasthead(filepath.Join(public, edition.MastheadPath)); err != nil {
		return room, done, err
	}
	stories, err := fs.Glob(os.DirFS(public), "en/story/*/*/*/*/index.html")
	if err != nil {
		return room, done, err
	}
	room.Story = stories[0]
	if room.Old, err = own.print(1, own.frozen()); err != nil {
		return room, done, err
	}
	if room.New, err = own.print(2, public); err != nil {
		return room, done, err
	}
	room.Clone, err = clone.handler(clone.newsroom.publicDir())
	return room, done, err
}

// print is an edition in a folder, for the lab.
func (d *demo) print(number uint64, dir string) (lab.Print, error) {
	h, err := d.handler(dir)
	page := func(path string) ([]byte, bool) {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
		return b, err == nil
	}
	return lab.Print{Edition: number, Handler: h, Page: page}, err
}

// labTable prints the figures for people.
func (e *env) labTable(sums []lab.Summary) error {
	rows := make([][]string, len(sums))
	for i, s := range sums {
		rows[i] = []string{
			s.Scenario, percent(s.Newest), percent(s.Fooled), inSeconds(s.FirstStory), inSeconds(s.WholePaper),
			size(s.Bytes.P50), strconv.FormatInt(s.Connections.P50, 10), s.Does,
		}
	}
	header := []string{"SCENARIO", "NEWEST", "FOOLED", "FIRST STORY", "WHOLE PAPER", "BYTES", "CONNS", "WHAT READERS MEET"}
	if err := term.Table(e.stdout, header, rows); err != nil {
		return err
	}
	_, err := fmt.Fprint(e.stdout, "\nTimes are the middle and what 95 of 100 don't exceed, bytes and connections the middle.\n")
	return err
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// inSeconds says a spread of milliseconds; a dash where nobody got there.
func inSeconds(s lab.Spread) string {
	if s.P95 == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f · %.1f s", float64(s.P50)/1000, float64(s.P95)/1000)
}

// judgeLab says what must not be: a reader who was fooled, or did not get through where there was a way.
func judgeLab(sums []lab.Summary) error {
	var fooled, lost []string
	for _, s := range sums {
		if s.Fooled > 0 {
			fooled = append(fooled, s.Scenario)
		}
		if s.Live && s.Newest < 1 {
			lost = append(lost, s.Scenario)
		}
	}
	switch {
	case len(fooled) > 0:
		return &codeError{exitUnverified, fmt.Errorf("readers were fooled in: %s", strings.Join(fooled, ", "))}
	case len(lost) > 0:
		err := fmt.Errorf("readers did not get through where there was a way, in: %s", strings.Join(lost, ", "))
		return withHint(&codeError{exitPartial, err}, "a busy machine can be the reason: try again with --speed 2")
	}
	return nil
}
