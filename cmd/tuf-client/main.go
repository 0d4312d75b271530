// Command tuf-client is a client of The Update Framework for the public conformance suite
// (github.com/theupdateframework/tuf-conformance), which drives it by the protocol of its CLIENT-CLI.md:
//
//	tuf-client --metadata-dir DIR init ROOT
//	tuf-client --metadata-dir DIR --metadata-url URL refresh
//	tuf-client --metadata-dir DIR --metadata-url URL --target-name NAME --target-base-url URL --target-dir DIR download
//
// It follows a repository by the same code as Coranto's reader (internal/tuf, and the reader's way of fetching), with the
// specification's rules in the place of the format's stricter ones. It is for that suite, and for nothing else. It exits
// with 0 when all went well, and with 1 otherwise.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], clock(os.Getenv("FAKETIME"), time.Now()), os.Stderr))
}

// clock returns the time that a run works with. The suite moves it with libfaketime, which can't reach the clock of a Go
// program but says in its variable by how many seconds.
func clock(faketime string, now time.Time) time.Time {
	if seconds, err := strconv.ParseInt(faketime, 10, 64); err == nil {
		return now.Add(time.Duration(seconds) * time.Second)
	}
	return now
}

// run runs one command and returns the exit code.
func run(ctx context.Context, args []string, now time.Time, stderr io.Writer) int {
	c := client{now: now}
	flags := flag.NewFlagSet("tuf-client", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.metadataDir, "metadata-dir", "", "the `folder` of the metadata that is trusted")
	flags.StringVar(&c.metadataURL, "metadata-url", "", "the `URL` of the repository's metadata")
	flags.StringVar(&c.targetDir, "target-dir", "", "the `folder` for downloads")
	flags.StringVar(&c.targetURL, "target-base-url", "", "the `URL` of the repository's targets")
	name := flags.String("target-name", "", "the target's `path`")
	err := flags.Parse(args)
	if err == nil {
		err = c.command(ctx, flags.Args(), *name)
	}
	if err != nil {
		fmt.Fprintln(stderr, "tuf-client:", err)
		return 1
	}
	return 0
}

// command runs init, refresh or download.
func (c *client) command(ctx context.Context, args []string, target string) (err error) {
	switch {
	case len(args) == 2 && args[0] == "init":
		return c.init(args[1])
	case len(args) != 1 || args[0] != "refresh" && (args[0] != "download" || target == ""):
		return errors.New("want init ROOT, refresh, or download with a --target-name")
	}
	closeBoth, err := c.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeBoth()) }()
	if args[0] == "download" {
		return c.download(ctx, target)
	}
	_, err = c.refresh(ctx)
	return err
}
