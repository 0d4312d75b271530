package cli

import (
	"context"
	"flag"
	"fmt"
	"os"

	"coranto/internal/importer"
	"coranto/internal/importer/feed"
	"coranto/internal/importer/markdown"
	"coranto/internal/importer/ninjs"
	"coranto/internal/term"
	"coranto/reader"
)

var importCommand = command{
	name:  "import",
	usage: "markdown FOLDER | feed FILE|URL… | ninjs FOLDER  [--json]",
	short: "brings stories in: from a folder of Markdown, from feeds, or from a mirror's documents",
	long: `
  import markdown FOLDER    one folder a story, one file a language (en.md, fa.md …) with front matter, pictures beside
  import feed FILE|URL…     RSS, Atom and JSON Feed
  import ninjs FOLDER       the stories of a newsroom that publishes with coranto, from a copy of its mirror: all languages,
                            pictures and sources. A copy proves nothing by itself: "coranto verify" it first. What a
                            newsroom has lost of its own comes back with "coranto recover"

The same import again brings only what has changed. What can't be taken is refused one article at a time, with the
place and the reason; the rest comes in, and the exit code is then 3.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		fs.BoolVar(&e.json, "json", false, "print the report as JSON")
		language := fs.String("language", "", "the language of a feed that names none, as a BCP 47 `TAG`")
		return func(ctx context.Context, args []string) error {
			if len(args) < 2 {
				return usagef("import wants a kind and what to import: markdown FOLDER, feed FILE|URL…, or ninjs FOLDER")
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
			case "ninjs":
				return e.importFrom(ctx, func(n *newsroom, tell importer.Progress) (importer.Report, error) {
					return importNinjs(ctx, n, sources, tell)
				})
			default:
				return usagef("there is no import of %q: there are markdown, feed and ninjs", kind)
			}
		}
	},
}

func importMarkdown(ctx context.Context, n *newsroom, folders []string, tell importer.Progress) (importer.Report, error) {
	root, err := openOnly("markdown", folders, "give the folder around the stories' folders")
	if err != nil {
		return importer.Report{}, err
	}
	defer root.Close()
	return markdown.Import(ctx, n.store, root.FS(), markdown.Options{
		Languages: n.config.Languages, Folder: n.known(folders[0]), Progress: tell,
	})
}

func importNinjs(ctx context.Context, n *newsroom, folders []string, tell importer.Progress) (importer.Report, error) {
	root, err := openOnly("ninjs", folders, "give the folder of a mirror, in which the languages' folders are")
	if err != nil {
		return importer.Report{}, err
	}
	defer root.Close()
	return ninjs.Import(ctx, n.store, root.FS(), ninjs.Options{Languages: n.config.Languages, Progress: tell})
}

// openOnly opens the one folder that a kind of import takes.
func openOnly(kind string, folders []string, hint string) (*os.Root, error) {
	if len(folders) != 1 {
		return nil, usagef("import %s takes one folder", kind)
	}
	root, err := os.OpenRoot(folders[0])
	if err != nil {
		return nil, withHint(folderError(folders[0], err), hint)
	}
	return root, nil
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
