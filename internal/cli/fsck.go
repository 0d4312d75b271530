package cli

import (
	"context"
	"flag"
	"fmt"

	"coranto/internal/term"
	"coranto/reader"
)

var fsckCommand = command{
	name:  "fsck",
	usage: "[--json]",
	short: "says which edition the newsroom's own target holds, and whether it is whole",
	long: `
Checks the newsroom's own target byte by byte, and that the store's memory of it gives the same tree when it is built
anew. After a run that was stopped, by a crash or a full disk, it tells which edition readers get; the next publish
finishes what was begun. It changes nothing.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		fs.BoolVar(&e.json, "json", false, "print the result as JSON")
		return func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("fsck takes no argument: %q", args[0])
			}
			return e.fsck(ctx)
		}
	},
}

func (e *env) fsck(ctx context.Context) error {
	n, err := openNewsroom(ctx, e.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	if err := n.lockWithin(ctx, lockWait, e.sayWaiting); err != nil {
		return err
	}
	p, err := n.publisher(e)
	if err != nil {
		return err
	}
	own, err := reader.Folder(n.publicDir())
	if err != nil {
		return folderError(n.publicDir(), err)
	}
	defer own.Close()
	bar := e.bar("check")
	c, err := p.Fsck(ctx, own, bar.of)
	bar.done()
	if err != nil {
		return err
	}
	if e.json {
		if err := e.printJSON(c); err != nil {
			return err
		}
	} else {
		for _, problem := range c.Problems {
			fmt.Fprintln(e.stdout, term.Clean(problem.File+": "+problem.Reason))
		}
		switch {
		case c.Edition == 0 && c.Whole:
			fmt.Fprintln(e.stdout, "no edition has come out yet")
		case c.Whole:
			fmt.Fprintf(e.stdout, "edition %d is whole\n", c.Edition)
		default:
			fmt.Fprintf(e.stdout, "edition %d is DAMAGED: %s\n", c.Edition, plural(len(c.Problems), "problem", "problems"))
		}
		switch unfinished := len(c.Unfinished); {
		case c.Delivered < c.Sealed:
			fmt.Fprintf(e.stdout, "a run was stopped: edition %d is sealed and not wholly out; coranto publish goes on\n", c.Sealed)
		case unfinished+len(c.Problems) > 0:
			fmt.Fprintf(e.stdout, "%s beside it not as it should be; coranto publish --again writes everything anew\n",
				plural(unfinished, "file", "files"))
		}
	}
	if !c.Whole {
		return &codeError{code: exitUnverified}
	}
	return nil
}
