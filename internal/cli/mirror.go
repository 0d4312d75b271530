package cli

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"coranto/edition"
	"coranto/internal/mirror"
)

var mirrorCommand = command{
	name: "mirror",
	usage: "serve DIR [--listen ADDRESS]\n" +
		"coranto mirror pull URL… --to DIR --masthead MASTHEAD [--quota SIZE] [--retain TIME] [--recheck] [--json]\n" +
		"coranto mirror run URL… --to DIR --masthead MASTHEAD [--listen ADDRESS] [--every TIME]\n" +
		"coranto mirror headers --kind netlify|apache|caddy|nginx",
	short: "carries an edition's files for others",
	long: `
serve   serves the files in a folder, as publish or pull wrote them, to readers and browsers: compressed where that was
        prepared, in ranges, with the caching that suits each file. It needs no key and keeps no log of who asks.
pull    brings a mirror in a folder up to the newest edition that any of the sources has. Everything is proved by the
        masthead, which must come from the newsroom, before it is written; what is there already is not fetched again.
        Of the line that begins with coranto:, or of a URL, the words are shown the first time: compare them.
        What the newsroom took back is removed. Stopped at any time, the next pull goes on.
run     serves and pulls, in one process, until interrupted.
headers writes what a static host needs in its configuration to serve a mirror as serve does.`,
	apart: true,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var o mirrorOptions
		fs.StringVar(&o.listen, "listen", "127.0.0.1:8080", "the `ADDRESS` to answer on, as :80 or 127.0.0.1:8080")
		fs.StringVar(&o.to, "to", "", "the mirror's folder, `DIR`; it is made when it is not there")
		fs.StringVar(&o.masthead, "masthead", "", "the newsroom's `MASTHEAD`, from the newsroom itself: the line that begins with coranto:, a file or a URL")
		fs.BoolVar(&o.yes, "yes", false, "at the first contact, don't ask whether the words are the same")
		fs.DurationVar(&o.every, "every", 10*time.Minute, "run: the `TIME` between two pulls, a tenth more or less")
		fs.DurationVar(&o.retain, "retain", mirror.DefaultRetain, "the `TIME` that objects of older editions stay; what was taken back goes at once")
		fs.Var(&o.quota, "quota", "refuse an edition with which the mirror would take more than `SIZE`, as 2GB")
		fs.BoolVar(&o.recheck, "recheck", false, "pull: read everything that is there, and replace what is damaged")
		fs.StringVar(&o.kind, "kind", "", "headers: the `KIND` of host: netlify (also Cloudflare Pages), apache, caddy or nginx")
		fs.BoolVar(&e.json, "json", false, "pull: print the result as JSON")
		return func(ctx context.Context, args []string) error { return e.mirror(ctx, args, o) }
	},
}

// mirror does what its first argument says.
func (e *env) mirror(ctx context.Context, args []string, o mirrorOptions) error {
	if len(args) == 0 {
		return usagef("mirror wants: serve DIR, pull URL…, run URL… or headers")
	}
	verb, rest := args[0], args[1:]
	switch {
	case verb == "serve" && len(rest) == 1:
		return e.serveMirror(ctx, rest[0], o.listen)
	case verb == "serve":
		return usagef("mirror wants: serve DIR")
	case verb == "pull":
		return e.pullMirror(ctx, rest, o)
	case verb == "run":
		return e.runMirror(ctx, rest, o)
	case verb == "headers" && len(rest) == 0:
		return e.printHeaders(o.kind)
	}
	return usagef("mirror wants serve, pull, run or headers, not %q", verb)
}

func (e *env) serveMirror(ctx context.Context, dir, address string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return withHint(folderError(dir, err), "publish writes one: public/ in the newsroom's folder")
	}
	defer root.Close()
	if _, err := root.Lstat(edition.LatestPath); err != nil {
		return withHint(fmt.Errorf("%s holds no edition: it has no file %q", dir, edition.LatestPath),
			"give the folder that publish wrote, as "+filepath.Join(dir, "public"))
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return listenError(address, err)
	}
	e.say("serving %s on http://%s/ until interrupted", dir, l.Addr())
	return mirror.Serve(ctx, l, mirror.Handler(root))
}
