package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"coranto/internal/durable"
	"coranto/internal/keys"
	"coranto/internal/mirror"
	"coranto/internal/press"
	"coranto/reader"
)

var runCommand = command{
	name:  "run",
	usage: "[--heartbeat TIME] [--health ADDRESS] [--test-alarm]",
	short: "publishes by itself, and tells you when it needs you",
	long: `
Runs the newsroom by itself until it is interrupted, for months, best under a supervisor (dist/coranto.service). It
publishes what falls due and what was imported, by itself ([[import]] in coranto.toml) or by a command beside it; it
vouches anew for an edition that stays, so that readers see it is the newest; it tries targets again that failed; and it
looks at the mirrors of coranto.toml. What needs a person is told by [alarm] in coranto.toml: a program, or an address.

--health answers on a local address: /health as JSON with status 200, or 503 when something is urgent, and / for people.
Other commands may be used beside it; they wait for each other.

Exit code 0 when it was told to stop, 1 when it can't go on by itself: an edition was found that is signed in this
newsroom's name and not its own, its own target was emptied, or its keys can't be read. It has then told you so.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var o runOptions
		fs.DurationVar(&o.heartbeat, "heartbeat", 0, "the `TIME` after which it vouches anew; else an eighth of max_age, a day at most")
		fs.DurationVar(&o.settle, "settle", 5*time.Second, "the `TIME` it waits after an import for more to come")
		fs.DurationVar(&o.retry, "retry", 30*time.Second, "the `TIME` after which it tries again what failed; it doubles each time")
		fs.StringVar(&o.health, "health", "", "the `ADDRESS` to answer on about its health, as 127.0.0.1:8099")
		fs.BoolVar(&o.open, "health-open", false, "let --health be an address that other machines can reach")
		fs.BoolVar(&o.testAlarm, "test-alarm", false, "send a test by [alarm], and end")
		return func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("run takes no argument: %q", args[0])
			}
			if o.settle < 0 || o.retry < time.Second || o.heartbeat < 0 {
				return usagef("--heartbeat, --settle and --retry want times as 6h, 5s, 30s; --retry at least 1s")
			}
			if o.testAlarm {
				return e.testAlarm(ctx)
			}
			return e.runPress(ctx, o)
		}
	},
}

// runOptions are the flags of run.
type runOptions struct {
	heartbeat, settle, retry time.Duration
	health                   string
	open, testAlarm          bool
}

// runLock is the lock that a run holds all the time; those who write hold another one while they do.
const runLock = "running"

// runPress runs the press, and answers about its health, until ctx ends or it can't go on.
func (e *env) runPress(ctx context.Context, o runOptions) error {
	n, err := openFolder(e.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	if err := n.lockRun(); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: e.logLevel()}))
	p, err := n.press(e, o, log)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	if o.health != "" {
		l, err := listenHealth(o)
		if err != nil {
			return err
		}
		e.say("health: http://%s/", l.Addr())
		g.Go(func() error { return mirror.Serve(ctx, l, press.Handler(p.Health)) })
	}
	e.say("running %q in %s until interrupted, with a heartbeat every %s", n.config.Name, n.dir, p.Times.Heartbeat)
	g.Go(func() error { return explainPublish(p.Run(ctx)) })
	return g.Wait()
}

func (e *env) logLevel() slog.Level {
	if e.quiet {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// lockRun keeps a second run out, until Close.
func (n *newsroom) lockRun() error {
	unlock, err := durable.Lock(n.root, runLock)
	if errors.Is(err, durable.ErrLocked) {
		return withHint(fmt.Errorf("coranto run is at work on %s already", n.dir), "one is enough; stop that one first")
	}
	if err == nil {
		n.close = append(n.close, unlock)
	}
	return err
}

// running says whether coranto run is at work on the newsroom.
func (n *newsroom) running() (bool, error) {
	unlock, err := durable.Lock(n.root, runLock)
	if errors.Is(err, durable.ErrLocked) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return false, unlock()
}

// press wires the press of a newsroom.
func (n *newsroom) press(e *env, o runOptions, log *slog.Logger) (*press.Press, error) {
	times, err := n.times(o)
	if err != nil {
		return nil, err
	}
	room := newPressRoom(e, n.dir, log)
	n.close = append(n.close, room.Close)
	p := &press.Press{
		Name: n.config.Name, Newsroom: room, Times: times, Shout: n.ways(log).Shout,
		Notify: press.Supervisor(os.Getenv("NOTIFY_SOCKET")), Memory: n.root,
		Now: time.Now, Jitter: rand.Int64N, Log: log,
	}
	for _, c := range n.config.Imports {
		p.Imports = append(p.Imports, press.Job{Name: c.Name, Every: c.every})
	}
	return p, nil
}

// times returns the press's times. Keys that can't be read are no error here: the press finds out, and shouts.
func (n *newsroom) times(o runOptions) (press.Times, error) {
	maxAge := 48 * time.Hour
	if k, err := keys.Open(n.root); err == nil {
		maxAge = k.Policy().MaxAge
	}
	t := press.DefaultTimes(maxAge)
	t.Settling, t.Retry = o.settle, o.retry
	if o.heartbeat > 0 {
		t.Heartbeat = o.heartbeat
	}
	if t.Heartbeat > maxAge/2 {
		return t, withHint(usagef("--heartbeat %s: readers take an edition as aged after %s", o.heartbeat, maxAge),
			fmt.Sprintf("%s or less leaves time to act when one fails", maxAge/2))
	}
	if n.config.Alarm.after > 0 {
		t.Patience = n.config.Alarm.after
	}
	return t, nil
}

// ways returns how the newsroom is told.
func (n *newsroom) ways(log *slog.Logger) press.Ways {
	return press.Ways{Command: n.config.Alarm.Command, Dir: n.dir, Webhook: n.config.Alarm.Webhook, Client: reader.NewClient(), Log: log}
}

// testAlarm shows what an alarm is like.
func (e *env) testAlarm(ctx context.Context) error {
	c, err := readConfig(e.dir)
	if err != nil {
		return err
	}
	if len(c.Alarm.Command) == 0 && c.Alarm.Webhook == "" {
		return withHint(errors.New("coranto.toml names nobody to tell"), "add [alarm] with command or webhook: see docs/running.md")
	}
	n := &newsroom{dir: e.dir, config: c}
	now := time.Now().UTC()
	err = n.ways(slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))).Shout(ctx, press.Notice{
		Newsroom: c.Name, State: press.Test, Time: now,
		Alarm: press.Alarm{Kind: press.KindTest, Text: "this is a test: alarms reach you", Since: now},
	})
	if err == nil {
		e.say("sent a test")
	}
	return withHint(err, "try the program by hand, or look at the webhook's own page")
}

// listenHealth listens where the health is asked for: on this machine alone, unless that is wished for.
func listenHealth(o runOptions) (net.Listener, error) {
	host, _, err := net.SplitHostPort(o.health)
	if err != nil {
		return nil, listenError(o.health, err)
	}
	if !isLoopback(host) && !o.open {
		return nil, withHint(usagef("--health %s can be reached from other machines", o.health),
			"give an address as 127.0.0.1:8099, or say that you mean it with --health-open")
	}
	l, err := net.Listen("tcp", o.health)
	return l, withHint(err, "choose another with --health ADDRESS")
}
