package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"coranto/edition"
	"coranto/internal/mirror"
)

var mirrorCommand = command{
	name:  "mirror",
	usage: "serve DIR --listen ADDRESS",
	short: "carries an edition's files for others",
	long: `
Serves the files in a folder, as publish wrote them, to readers and browsers: compressed where that was prepared, in
ranges, with the caching that suits each file. It needs no key and keeps no log of who asks.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		listen := fs.String("listen", "127.0.0.1:8080", "the `ADDRESS` to answer on, as :80 or 127.0.0.1:8080")
		return func(ctx context.Context, args []string) error {
			if len(args) != 2 || args[0] != "serve" {
				return usagef("mirror wants: serve DIR")
			}
			return e.serveMirror(ctx, args[1], *listen)
		}
	},
}

func (e *env) serveMirror(ctx context.Context, dir, address string) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, os.ErrNotExist) {
		return withHint(fmt.Errorf("there is no folder %s", dir), "publish writes one: public/ in the newsroom's folder")
	}
	if err != nil {
		return err
	}
	defer root.Close()
	if _, err := root.Lstat(edition.LatestPath); err != nil {
		return withHint(fmt.Errorf("%s holds no edition: it has no file %q", dir, edition.LatestPath),
			"give the folder that publish wrote, as "+filepath.Join(dir, "public"))
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	e.say("serving %s on http://%s/ until interrupted", dir, l.Addr())
	return mirror.Serve(ctx, l, mirror.Handler(root))
}
