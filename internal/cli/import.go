package cli

import (
	"context"
	"flag"
	"fmt"
	"os"

	"coranto/internal/importer"
	"coranto/internal/importer/feed"
	"coranto/internal/importer/markdown"
	"coranto/internal/term"
	"coranto/reader"
)

var importCommand = command{
	name:  "import",
	usage: "markdown FOLDER | feed FILE|URL…  [--json]",
	short: "brings stories in: from a folder of Markdown, or from feeds",
	long: `
  import markdown FOLDER    one folder a story, one file a language (en.md, fa.md …) with front matter, pictures beside
  import feed FILE|URL…     RSS, Atom and JSON Feed

The same import again brings only what has changed. What can't be taken is refused one article at a time, with the
place and the reason; the rest comes in, and the exit code is then 3.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		fs.BoolVar(&e.json, "json", false, "print the report as JSON")
		language := fs.String("language", "", "the language of a feed that names none, as a BCP 47 `TAG`")
		return func(ctx context.Context, args []string) error {
			if len(args) < 2 {
				return usagef("import wants a kind and what to import: markdown FOLDER, or feed FILE|URL…")
			}
			switch kind, sources := args[0], args[1:]; kind {
			case "markdown":
				return e.importFrom(ctx, func(n *newsroom, tell importer.Progress) (importer.Report, error) {
					return importMarkdown(ctx, n, sources, tell)
				})
			case "feed":
				return e.importFrom(ctx, func(n *newsroom, tell importer.Progress) (importer.Report, error) {
					return feed.Import(ctx, n.store, sources, feed.Options{
						Languages: n.config.Languages, Language: *language, Client: reader.NewClient(), Progress: tell,
					})
				})
			default:
				return usagef("there is no import of %q: there are markdown and feed", kind)
			}
		}
	},
}

func importMarkdown(ctx context.Context, n *newsroom, folders []string, tell importer.Progress) (importer.Report, error) {
	if len(folders) != 1 {
		return importer.Report{}, usagef("import markdown takes one folder")
	}
	root, err := os.OpenRoot(folders[0])
	if err != nil {
		return importer.Report{}, withHint(folderError(folders[0], err), "give the folder around the stories' folders")
	}
	defer root.Close()
	return markdown.Import(ctx, n.store, root.FS(), markdown.Options{Languages: n.config.Languages, Progress: tell})
}

// importFrom runs an import under the newsroom's lock and prints its report.
func (e *env) importFrom(ctx context.Context, run func(*newsroom, importer.Progress) (importer.Report, error)) error {
	n, err := openNewsroom(ctx, e.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	if err := n.lockWithin(ctx, lockWait, e.sayWaiting); err != nil {
		return err
	}
	b := e.bar("import")
	r, err := run(n, func(done, total int, _ string) { b.of(done, total) })
	b.done()
	if err != nil {
		return err
	}
	if err := e.printReport(r); err != nil {
		return err
	}
	if r.Refused > 0 {
		return &codeError{code: exitPartial}
	}
	return nil
}

func (e *env) printReport(r importer.Report) error {
	if e.json {
		return e.printJSON(r)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(e.stdout, "refused  %s\n", term.Clean(p.String()))
	}
	for _, p := range r.Notes {
		fmt.Fprintf(e.stdout, "note     %s\n", term.Clean(p.String()))
	}
	_, err := fmt.Fprintf(e.stdout, "%s: %d new, %d changed, %d unchanged, %d refused\n",
		plural(r.Total, "article", "articles"), r.New, r.Changed, r.Unchanged, r.Refused)
	return err
}
