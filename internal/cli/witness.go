package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"coranto/edition"
	"coranto/internal/durable"
	"coranto/internal/term"
	"coranto/internal/witness"
	"coranto/reader"
)

var witnessCommand = command{
	name:  "witness",
	usage: "VERB …",
	short: "co-signs the logs of partner newsrooms",
	long: `
A witness says of a newsroom's log that it only grew, and never signs two histories of one log. It sees hashes, no story,
and judges nothing. It needs little: a folder of its own on a machine that others can reach. docs/witness.md says more.`,
	verbs: []command{witnessInitCommand, witnessFollowCommand, witnessServeCommand, witnessListCommand},
}

var witnessInitCommand = command{
	name:  "init",
	usage: "DIR --name NAME",
	short: "makes a witness's key in a folder, and prints its public half",
	apart: true,
	long: `
Makes the folder and the witness's key in it. It prints the key's public half, one line, which goes to each newsroom that is
to be witnessed. The secret half stays in the folder. Make no copy of the folder: a witness that is brought back from an
older copy may have forgotten what it signed, and needs a new key.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		name := fs.String("name", "", "the witness's `NAME`, as partner.example/witness")
		return func(_ context.Context, args []string) error {
			if len(args) != 1 || *name == "" {
				return usagef("witness init wants a folder, and --name NAME")
			}
			return e.makeWitness(args[0], *name, "coranto witness follow "+args[0]+" LOG")
		}
	},
}

// makeWitness makes the key of a witness, or of a release co-signer, in a folder of its own.
func (e *env) makeWitness(dir, name, next string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return folderError(dir, err)
	}
	defer root.Close()
	vkey, err := witness.Create(root, name, rand.Reader)
	if errors.Is(err, fs.ErrExist) {
		return withHint(fmt.Errorf("%s: %w", dir, err), "its key stands for what it has signed: choose another folder")
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, vkey)
	e.say("this line is for the newsroom. Next: %s", next)
	return nil
}

// withWitness opens the witness in a folder.
func (e *env) withWitness(dir string, f func(*os.Root, *witness.Witness) error) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return withHint(folderError(dir, err), "coranto witness init DIR --name NAME makes one")
	}
	defer root.Close()
	w, err := witness.Open(root, time.Now, slog.New(slog.NewTextHandler(e.stderr, nil)))
	if errors.Is(err, fs.ErrNotExist) {
		return withHint(fmt.Errorf("%s is no witness: it has no witness.key", dir), "coranto witness init DIR --name NAME makes one")
	}
	if err != nil {
		return err
	}
	return f(root, w)
}

var witnessFollowCommand = command{
	name:  "follow",
	usage: "DIR LOG",
	short: "co-signs a newsroom's log from now on",
	apart: true,
	long: `
LOG is the log's key, a line that the newsroom sends (coranto keys witness list prints it), or its masthead: a file, a URL,
or the line that begins with coranto:, through which the log's key is fetched and proved. A newsroom that begins a new log,
after a key was stolen, must be followed anew; the old log is not forgotten. A witness that is serving takes it up at once.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		from := fs.String("from", "", "the `MIRROR` to ask, a URL or a folder, instead of the masthead's own")
		return func(ctx context.Context, args []string) error {
			if len(args) != 2 {
				return usagef("witness follow wants a folder, and a log's key or a masthead")
			}
			return e.withWitness(args[0], func(_ *os.Root, w *witness.Witness) error {
				vkey := args[1]
				if _, err := edition.CheckLogKey(vkey); err != nil {
					trust, _, err := e.trustOf(ctx, vkey, *from)
					if err != nil {
						return err
					}
					vkey = trust.Policy().Log
				}
				origin, err := w.Follow(vkey)
				if err != nil {
					return err
				}
				fmt.Fprintln(e.stdout, vkey)
				e.say("following %s. Next: coranto witness serve %s", origin, args[0])
				return nil
			})
		}
	},
}

// trustOf follows a newsroom's trust from a masthead in any form, through its mirrors, or through one that is given.
func (e *env) trustOf(ctx context.Context, given, from string) (*edition.Trust, reader.Source, error) {
	g, err := openMasthead(ctx, given)
	if err != nil {
		return nil, nil, err
	}
	where := g.mirrors()
	if from != "" {
		where = []string{from}
	}
	var sources []reader.Source
	for _, u := range where {
		src, err := openSource(u)
		if err != nil {
			return nil, nil, err
		}
		sources = append(sources, src)
	}
	if len(sources) == 0 {
		return nil, nil, withHint(&usageError{errors.New("the masthead names no mirror")}, "give one with --from MIRROR")
	}
	m := g.whole
	if g.fromAfar() {
		if m, err = e.contact(ctx, g, reader.Memory(0), sources, true); err != nil {
			return nil, nil, err
		}
	}
	trust, err := edition.NewTrust(m.Root)
	if err != nil {
		return nil, nil, err
	}
	var errs []error
	for _, src := range sources {
		if err := trust.Refresh(ctx, src.Fetch); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", src.Name(), err))
			continue
		}
		return trust, src, nil
	}
	return nil, nil, &codeError{exitNoMirror, fmt.Errorf("no mirror has the newsroom's trust: %w", errors.Join(errs...))}
}

var witnessServeCommand = command{
	name:  "serve",
	usage: "DIR [--listen ADDRESS]",
	short: "answers newsrooms that ask for co-signatures, until interrupted",
	apart: true,
	long: `
Answers the requests of C2SP tlog-witness (add-checkpoint) for the logs that are followed. What it co-signs it has written
down first, in DIR/logs. A log that forks is refused, and the proof is written to DIR/evidence: tell the newsroom. It keeps
no log of who asks. Put it behind a web server that does TLS.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		address := fs.String("listen", "127.0.0.1:8090", "the `ADDRESS` to answer on")
		return func(ctx context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("witness serve wants a folder")
			}
			return e.withWitness(args[0], func(root *os.Root, w *witness.Witness) error {
				return e.serveWitness(ctx, root, w, *address, time.Minute)
			})
		}
	},
}

// serveWitness answers until interrupted, as the only one who does for the folder.
func (e *env) serveWitness(ctx context.Context, root *os.Root, w *witness.Witness, address string, answer time.Duration) error {
	unlock, err := durable.Lock(root, "lock")
	if errors.Is(err, durable.ErrLocked) {
		return withHint(fmt.Errorf("another coranto serves %s", root.Name()), "two memories would be able to disagree: stop the other one first")
	}
	if err != nil {
		return err
	}
	defer unlock()
	l, err := net.Listen("tcp", address)
	if err != nil {
		return listenError(address, err)
	}
	e.say("answering on http://%s/ as %s until interrupted", l.Addr(), keyName(w.Key()))
	return witness.Serve(ctx, l, w.Handler(), answer)
}

var witnessListCommand = command{
	name:  "list",
	usage: "DIR [--json]",
	short: "lists the logs that are followed, and the evidence of forks",
	apart: true,
	long: `
Lists the witness's key, each log with the size of the head that was co-signed last, and the files of evidence. Exit code 1
when there is evidence: the newsroom must hear of it.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		fs.BoolVar(&e.json, "json", false, "print the result as JSON")
		return func(_ context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("witness list wants a folder")
			}
			return e.withWitness(args[0], e.listWitness)
		}
	},
}

func (e *env) listWitness(root *os.Root, w *witness.Witness) error {
	heads, err := w.Held()
	if err != nil {
		return err
	}
	evidence, err := witness.Evidence(root)
	if err != nil {
		return err
	}
	logs, rows := map[string]int64{}, [][]string{}
	for _, h := range heads {
		logs[h.Origin] = h.Size
		rows = append(rows, []string{h.Origin, fmt.Sprint(h.Size)})
	}
	if e.json {
		err = e.printJSON(map[string]any{"key": w.Key(), "logs": logs, "evidence": evidence})
	} else {
		fmt.Fprintln(e.stdout, w.Key())
		err = term.Table(e.stdout, []string{"log", "size"}, rows)
	}
	if err == nil && len(evidence) > 0 {
		err = withHint(fmt.Errorf("a log has forked: %s", strings.Join(evidence, ", ")),
			"tell the newsroom, and send it the file; coranto evidence FILE says what it proves")
	}
	return err
}
