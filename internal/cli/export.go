package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"coranto/internal/export"
	"coranto/internal/term"
)

var exportCommand = command{
	name:  "export",
	usage: "ninjs FOLDER  [--public] [--json]",
	short: "writes all that the newsroom has into a folder, as ninjs 3.1",
	long: `
Everything goes out, so that nobody is locked in: stories of every status with all their revisions, in the words of the
IPTC's standard for news, with every photo, video and sound; sources, comments, and where articles stood before. What
was withdrawn is left out. "coranto import ninjs FOLDER" in an empty newsroom gives the same stories.

The folder then holds what must never be published: drafts, stories under embargo, protected names, and who anonymous
sources are. It is made for its owner alone to read. Keep it on a disk that is encrypted, and give nobody a copy.
--public leaves all that out: such a folder has what readers see, and may go to anybody.

FOLDER is made, or is one that has an earlier export: that is brought up to date, and one that was stopped goes on.
export.json tells what is in it, SHA256SUMS the hash of each file: sha256sum -c SHA256SUMS. Where a story could not be
written the exit code is 3.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		fs.BoolVar(&e.json, "json", false, "print the report as JSON")
		public := fs.Bool("public", false, "only what readers see")
		return func(ctx context.Context, args []string) error {
			switch {
			case len(args) == 0 || len(args) == 1 && args[0] == "ninjs":
				return usagef("export wants a format and a folder: export ninjs FOLDER")
			case args[0] != "ninjs":
				return usagef("there is no export as %q: there is ninjs", args[0])
			case len(args) > 2:
				return usagef("export takes one folder: %q", args[2])
			}
			return e.export(ctx, args[1], *public)
		}
	},
}

func (e *env) export(ctx context.Context, folder string, public bool) error {
	n, err := openNewsroom(ctx, e.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	if err := n.lockWithin(ctx, lockWait, e.sayWaiting); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return withHint(err, "choose a folder that you may write to")
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return withHint(err, "choose a folder that you may write to")
	}
	defer root.Close()
	b := e.bar("export")
	r, err := export.Export(ctx, n.store, root, export.Options{
		Publisher: n.config.Name, Public: public, Now: time.Now().UTC(), Progress: b.of,
	})
	b.done()
	if errors.Is(err, export.ErrOther) {
		return withHint(fmt.Errorf("%s: %w", folder, err), "choose an empty folder, or one with an earlier export of the same kind")
	}
	if err != nil {
		return withHint(err, "the same command goes on")
	}
	if err := e.tellExport(folder, public, r); err != nil {
		return err
	}
	if len(r.Problems) > 0 {
		return &codeError{code: exitPartial}
	}
	return nil
}

// tellExport prints what an export wrote, and says what the folder holds.
func (e *env) tellExport(folder string, public bool, r export.Report) error {
	if e.json {
		if err := e.printJSON(r); err != nil {
			return err
		}
	} else {
		for _, p := range r.Problems {
			fmt.Fprintf(e.stdout, "refused  %s: %s\n", term.Clean(p.Story), term.Clean(p.Reason))
		}
		fmt.Fprintf(e.stdout, "%s of %d: %s in %s, %s, %s, %s; %d withdrawn and %d not public left out; %s in %s\n",
			plural(r.Stories, "story", "stories"), r.Total, plural(r.Articles, "article", "articles"),
			plural(r.Revisions, "revision", "revisions"), plural(r.Media, "media", "media"), plural(r.Comments, "comment", "comments"),
			plural(r.Addresses, "old address", "old addresses"), r.Withdrawn, r.Hidden, plural(r.Files, "file", "files"), size(r.Bytes))
	}
	if !public {
		e.say("%s holds what must never be published: drafts, protected names, who anonymous sources are. "+
			"Keep it encrypted, and give nobody a copy; --public leaves all that out", folder)
	}
	return nil
}
