package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/feed"
	"coranto/internal/importer/web"
	"coranto/internal/store/sqlite"
)

var importCommand = command{
	name:  "import",
	usage: "KIND SOURCE…  [--dry-run] [--report FILE] [--json]",
	short: "brings stories in: " + importNames(),
	long: importWays() + `

The same import again brings only what has changed. What can't be taken is refused one item at a time, with the place and
the reason; the rest comes in. A file that can't be had is shown as missing, and asked for again by the next import. The
exit code is then 3. An import that was stopped, or whose machine was, goes on where it was by the same command.

--dry-run says what an import would do, and changes nothing. --report writes what became of everything: to NAME.html a
page to read, to NAME.json what --json prints, to NAME.jsonl each entry on a line, however many. It may be given again.
docs/import.md says more of each kind.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var o importOptions
		o.register(e, fs)
		return func(ctx context.Context, args []string) error {
			if len(args) == 0 {
				return usagef("import wants a kind and what to import; the kinds are %s", importNames())
			}
			i := slices.IndexFunc(importKinds(), func(k importKind) bool { return k.name == args[0] })
			if i < 0 {
				return noImport(args[0])
			}
			k := importKinds()[i]
			if len(args) == 1 {
				return usagef("import %s wants what to import: %s", k.name, k.usage)
			}
			if err := k.check(o, fs); err != nil {
				return err
			}
			return e.importBy(ctx, k, o, args[1:])
		}
	},
}

// noImport says which kind of import somebody may have meant by a word that is none.
func noImport(word string) error {
	err := usagef("there is no import of %q: its kinds are %s", word, importNames())
	meant := map[string]string{"hugo": "markdown", "jekyll": "markdown", "md": "markdown", "rss": "feed", "atom": "feed",
		"feeds": "feed", "jsonfeed": "feed", "wp": "wordpress", "wxr": "wordpress"}
	kind := strings.ToLower(word)
	kind = cmp.Or(meant[kind], kind)
	if slices.ContainsFunc(importKinds(), func(k importKind) bool { return k.name == kind }) {
		return withHint(err, fmt.Sprintf("coranto import %s", kind))
	}
	if _, statErr := os.Stat(word); statErr == nil || strings.Contains(word, "://") {
		return withHint(err, "say first what it is: coranto import KIND "+word)
	}
	return err
}

// importOptions are the flags of import. Which of them a kind takes stands in its importKind.
type importOptions struct {
	dryRun, again, noMedia bool
	loose                  bool
	reports, allowed       stringList
	language, timezone     string
	site, content, layout  string
	fullText, authFile     string

	zone *time.Location // of timezone; nil where that is empty
}

// ofAll are the flags that all kinds take.
var ofAll = []string{"C", "q", "json", "dry-run", "report", "again", "no-media", "allow-host"}

func (o *importOptions) register(e *env, fs *flag.FlagSet) {
	fs.BoolVar(&e.json, "json", false, "print the report as JSON")
	fs.BoolVar(&o.dryRun, "dry-run", false, "say what would come in, and change nothing; nothing is fetched but what tells that")
	fs.Var(&o.reports, "report", "write the report to a `FILE`.html, .json or .jsonl; may be given again")
	fs.BoolVar(&o.again, "again", false, "begin anew, even where an import of the same source was stopped")
	fs.BoolVar(&o.noMedia, "no-media", false, "fetch no pictures, videos and sounds from the web: they are missing until the next import")
	fs.Var(&o.allowed, "allow-host", "a `HOST`, with its port, of a private network that may be asked too; may be given again")
	fs.StringVar(&o.language, "language", "", "the language of what names none, as a BCP 47 `TAG`")
	fs.StringVar(&o.timezone, "timezone", "", "the `ZONE` of times that name none, as Europe/Vilnius")
	fs.StringVar(&o.site, "site", "", "the `URL` at which the site stood, where the source does not say it")
	fs.StringVar(&o.fullText, "full-text", string(feed.Auto), "`WHEN` the text of an article is taken from its page: auto, never or always")
	fs.StringVar(&o.layout, "layout", "", "the `LAYOUT` of a folder of Markdown: hugo, jekyll or coranto; otherwise it is found out")
	fs.StringVar(&o.authFile, "auth-file", "", "a `FILE` with USER:PASSWORD on its one line, to read what not everybody may; or set "+authVariable)
	fs.BoolVar(&o.loose, "loose", false, "take ninjs as Superdesk writes it, with what ninjs does not have: that is left out")
	fs.StringVar(&o.content, "content", "", "a `FOLDER` or archive with the source's own pictures")
}

// check refuses flags that the kind does not take, and reads those that it does.
func (k importKind) check(o importOptions, fs *flag.FlagSet) (err error) {
	fs.Visit(func(f *flag.Flag) {
		if err == nil && !slices.Contains(ofAll, f.Name) && !slices.Contains(k.flags, f.Name) {
			err = usagef("import %s has no --%s", k.name, f.Name)
		}
	})
	for _, name := range o.reports {
		if !slices.Contains([]string{".html", ".json", ".jsonl"}, filepath.Ext(name)) {
			return usagef("--report %s: a report is a .html, .json or .jsonl", name)
		}
	}
	if _, zoneErr := zoneOf(o.timezone); err == nil && zoneErr != nil {
		err = withHint(&usageError{zoneErr}, "name it as Europe/Vilnius or Asia/Tehran, or UTC")
	}
	return err
}

// zoneOf returns the time zone of a name; nil for none.
func zoneOf(name string) (*time.Location, error) {
	if name == "" {
		return nil, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("there is no time zone %q", name)
	}
	return zone, nil
}

// An importing is an import of some sources into a newsroom, as a kind opens it.
type importing struct {
	*newsroom
	importOptions
	env     *env
	sources []string
	// into is the newsroom's store, or one that rehearses on it.
	into *sqlite.Store
	// web reaches what the user named, and whatever is public.
	web  *web.Client
	tell importer.Progress
	// closers are called when the import is over.
	closers []func() error
}

// onClose has something closed when the import is over.
func (in *importing) onClose(closer func() error) { in.closers = append(in.closers, closer) }

func (in *importing) close() (err error) {
	for _, closer := range slices.Backward(in.closers) {
		err = errors.Join(err, closer())
	}
	return err
}

// importBy runs an import under the newsroom's lock and tells what became of it.
func (e *env) importBy(ctx context.Context, k importKind, o importOptions, sources []string) error {
	n, err := openNewsroom(ctx, e.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	if err := n.lockWithin(ctx, lockWait, e.sayWaiting); err != nil {
		return err
	}
	if o.language != "" {
		if _, err := importer.AllowedLanguage(o.language, n.config.Languages); err != nil {
			return hinted(&usageError{fmt.Errorf("--language: %w", err)})
		}
	}
	o.zone, _ = zoneOf(o.timezone)
	b := e.bar(map[bool]string{false: "import", true: "rehearse"}[o.dryRun])
	in := &importing{newsroom: n, importOptions: o, env: e, sources: sources, into: n.store,
		web: web.NewClient(web.Options{Named: append(typed(append(slices.Clone(sources), o.site)), o.allowed...)}), tell: b.tell}
	in.onClose(func() error { in.web.Close(); return nil })
	if o.dryRun {
		if in.into, err = n.store.Rehearse(ctx); err != nil {
			return err
		}
		in.onClose(in.into.Close)
	}
	outs, err := openReports(o.reports)
	if err != nil {
		return errors.Join(err, in.close())
	}
	r, err := k.run(ctx, in, outs)
	b.done()
	if err = errors.Join(err, in.close()); err != nil {
		return in.stopped(ctx, r, err)
	}
	return e.tellImport(k, sources, r, outs)
}

// typed returns the URLs among what the user typed: those may stand on a private network.
func typed(args []string) []string {
	return slices.DeleteFunc(args, func(arg string) bool { return !strings.Contains(arg, "://") })
}

// stopped says, of an import that did not come to its end, what is in already and how it goes on.
func (in *importing) stopped(ctx context.Context, r importer.Report, err error) error {
	err = hinted(err)
	met := 0
	for _, t := range r.Kinds {
		met += t.Met()
	}
	if in.dryRun || met == 0 {
		return err
	}
	if ctx.Err() == nil {
		return withHint(err, "what came in before stays; the same command goes on from there, and with --again from the beginning")
	}
	in.env.say("stopped: %s so far: %d new, %d changed; the same command goes on from there", plural(r.Total, "article", "articles"), r.New, r.Changed)
	return err
}

// hinted takes the hint out of an error's words, as the reasons of a report have it at their end.
func hinted(err error) error {
	words, hint, ok := strings.Cut(strings.TrimSuffix(err.Error(), ")"), " (hint: ")
	if !ok || !strings.HasSuffix(err.Error(), ")") {
		return err
	}
	return &hintError{&rewordedError{words, err}, hint}
}

// A rewordedError is an error in other words.
type rewordedError struct {
	words string
	err   error
}

func (e *rewordedError) Error() string { return e.words }
func (e *rewordedError) Unwrap() error { return e.err }

// importNames names the kinds of imports.
func importNames() string {
	var names []string
	for _, k := range importKinds() {
		names = append(names, k.name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// importWays says what the kinds of imports are, for the command's help.
func importWays() string {
	var b strings.Builder
	for _, k := range importKinds() {
		fmt.Fprintf(&b, "  import %s %s\n", k.name, k.usage)
		for line := range strings.SplitSeq(strings.TrimSpace(k.long), "\n") {
			fmt.Fprintf(&b, "      %s\n", line)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
