package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"coranto/edition"
	"coranto/internal/term"
	"coranto/reader"
)

var readCommand = command{
	name:  "read",
	usage: "MASTHEAD --mirror URL… [--languages TAGS | --get PATH | --get-pack PACK] [--json] [--leave-no-trace | --passphrase]",
	short: "finds the newest edition among mirrors, proves it, and shows it",
	long: `
MASTHEAD is what the newsroom hands out: the line that begins with coranto:, or masthead.json, a file or a URL; take it
only from somebody whom you believe. At the first contact, compare the words that are shown with the newsroom's.
Mirrors, URLs or folders, need no belief: what does not prove to be the newsroom's own is not shown.

Without --get your browser opens and shows the site from a local address, which is for you alone: other users and
websites get nothing there. A bar above each page says what may be believed of it, and tells when a newer edition is
here; it leads to a page of the reader's own, with all that it knows and keeps, where you can remove it.

--languages fa,ru takes the day's newspaper instead, the text of all stories in packs, and shows stories from there: no mirror learns
which of them you read; --pictures takes small pictures of them too. --days says how far back it goes at first; from then on it is kept up to date in the fewest packs, for a month. A
page or a picture that is in no pack is fetched only when you say so. --get-pack fa/2026-11-22 writes a pack's text to stdout,
a line of JSON for each article.

What was read is kept in your cache folder, so that reading goes on offline. --passphrase encrypts it, for all newsrooms
alike; --leave-no-trace keeps it in memory alone and writes no file. Neither can speak for your browser: it may keep its
history. A private window doesn't: --browser 'firefox --private-window'.`,
	apart: true,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var o readOptions
		fs.Var(&o.mirrors, "mirror", "a mirror's `URL` or folder; may be given several times")
		fs.StringVar(&o.get, "get", "", "write the page at `PATH` to stdout, and no more")
		fs.StringVar(&o.getPack, "get-pack", "", "write the text of `PACK`, as fa/2026-11-22, to stdout, and no more")
		fs.StringVar(&o.languages, "languages", "", "take the newspaper of the languages with these `TAGS` whole, as fa,ru")
		fs.IntVar(&o.days, "days", 1, "with --languages: go back this many `DAYS` at first, 1 to 31")
		fs.BoolVar(&o.pictures, "pictures", false, "with --languages: take the pictures of the last days too, some 10 kB each")
		o.keep.limit = reader.DefaultKeepLimit
		fs.StringVar(&o.keep.dir, "keep", "", "keep what was read in `FOLDER`")
		fs.Var(&o.keep.limit, "keep-limit", "keep pages and pictures of `SIZE` at most, as 200MB; what was not used for longest goes")
		fs.BoolVar(&o.keep.noTrace, "leave-no-trace", false, "keep everything in memory")
		fs.BoolVar(&o.keep.passphrase, "passphrase", false, "encrypt what is kept with a passphrase, which is asked for")
		fs.StringVar(&o.keep.passphraseFile, "passphrase-file", "", "the same, with the first line of `FILE`")
		fs.BoolVar(&o.browser.none, "no-browser", false, "don't open the browser: print its address alone")
		fs.StringVar(&o.browser.command, "browser", "", "open the browser with `COMMAND` and the address")
		fs.BoolVar(&e.json, "json", false, "with --get: print what was proved, as JSON, instead of the page")
		fs.BoolVar(&o.yes, "yes", false, "at the first contact, don't ask whether the words are the same")
		fs.StringVar(&o.listen, "listen", "127.0.0.1:0", "the local `ADDRESS` to show the site on")
		return func(ctx context.Context, args []string) error {
			fs.Visit(func(f *flag.Flag) { o.one = o.one || f.Name == "get" })
			if err := o.checkPaper(); err != nil {
				return err
			}
			if len(args) != 1 {
				return usagef("read needs the newsroom's masthead, and only that")
			}
			if err := o.keep.check(); err != nil {
				return err
			}
			if o.browser.none && o.browser.command != "" {
				return usagef("--browser and --no-browser exclude each other")
			}
			if e.json && !o.one {
				return usagef("--json goes with --get")
			}
			return e.read(ctx, args[0], o)
		}
	},
}

type readOptions struct {
	mirrors     stringList
	get, listen string
	getPack     string
	languages   string // of the newspaper that is taken whole; empty for pages one by one
	days        int
	pictures    bool // of the newspaper too
	keep        keepChoice
	browser     browserChoice
	yes         bool
	one         bool // --get was given; its path may be empty, for the first page
}

// checkPaper says whether what was asked of packs goes together.
func (o readOptions) checkPaper() error {
	wants := 0
	for _, is := range []bool{o.one, o.getPack != "", o.languages != ""} {
		if is {
			wants++
		}
	}
	if wants > 1 {
		return usagef("--languages, --get and --get-pack exclude each other")
	}
	if most := int(reader.MaxPaper / (24 * time.Hour)); o.days < 1 || o.days > most {
		return usagef("--days %d: want 1 to %d", o.days, most)
	}
	return nil
}

// refreshEvery is how often an open reader asks for a newer edition.
const refreshEvery = 5 * time.Minute

func (e *env) read(ctx context.Context, masthead string, o readOptions) error {
	given, err := openMasthead(ctx, masthead)
	if err != nil {
		return err
	}
	if len(o.mirrors) == 0 && len(given.mirrors()) == 0 {
		return usagef("the masthead names no mirror: give one with --mirror URL")
	}
	keep, closeKeep, err := e.openKeep(ctx, o.keep)
	if err != nil {
		return err
	}
	defer closeKeep()
	opt := reader.Options{Keep: keep, NotBefore: buildTime(), Log: slog.New(slog.DiscardHandler)}
	for _, where := range o.mirrors {
		src, err := openSource(where)
		if usage := (*usageError)(nil); errors.As(err, &usage) {
			return err
		}
		if err != nil { // a stick that is not there now
			e.say("%v", err)
			continue
		}
		opt.Sources = append(opt.Sources, src)
	}
	m, err := e.contact(ctx, given, keep, opt.Sources, o.yes)
	if err != nil {
		return err
	}
	r, err := reader.Open(m, opt)
	if err != nil {
		return &codeError{exitUnverified, err}
	}
	defer func() { r.Close() }()
	report, err := r.Refresh(ctx)
	if err != nil {
		return explainRead(err, report)
	}
	if given.short != nil {
		if r, err = e.rename(ctx, r, opt); err != nil {
			return err
		}
	}
	if o.one {
		return e.readPage(ctx, r, o.get)
	}
	if o.getPack != "" {
		return e.readPack(ctx, r, o.getPack)
	}
	return e.serveReader(ctx, r, o)
}

// explainRead turns a reader's error into an exit code and says what to do.
func explainRead(err error, report reader.Report) error {
	var lie *edition.InvalidError
	switch {
	case errors.Is(err, reader.ErrAbsent):
		return withHint(err, "the edition proves that it has no such page; index.html is its first")
	case errors.As(err, &lie):
		err = &codeError{exitUnverified, err}
	case errors.Is(err, reader.ErrNoMirror), errors.Is(err, reader.ErrNoEdition):
		err = &codeError{exitNoMirror, err}
	}
	if len(report.Mirrors) > 0 {
		err = &mirrorsError{err, report.Mirrors}
	}
	return withHint(err, "try other mirrors with --mirror; the newsroom tells of new ones in every edition")
}

// A mirrorsError is an error and what each mirror did, a line each.
type mirrorsError struct {
	err     error
	mirrors []reader.MirrorReport
}

func (e *mirrorsError) Unwrap() error { return e.err }

func (e *mirrorsError) Error() string {
	what, _, _ := strings.Cut(e.err.Error(), "\n") // the lines that follow are of the mirrors too
	for _, m := range e.mirrors {
		what += "\n  " + term.Clean(fmt.Sprintf("%s: %s: %s", m.Mirror, m.State, m.Detail))
	}
	return what
}

// pageJSON is what read --get --json prints.
type pageJSON struct {
	Authentic     bool                  `json:"authentic"`
	Whole         bool                  `json:"whole"`
	Fresh         edition.Freshness     `json:"fresh"`
	Unconfirmed   bool                  `json:"unconfirmed,omitempty"`
	Edition       uint64                `json:"edition"`
	AsOf          string                `json:"as_of"`
	AgeSeconds    int64                 `json:"age_seconds"`
	Path          string                `json:"path"`
	MediaType     string                `json:"media_type"`
	Size          int                   `json:"size"`
	SHA256        string                `json:"sha256"`
	Mirror        string                `json:"mirror"`
	MetadataBytes int64                 `json:"metadata_bytes"`
	ContentBytes  int64                 `json:"content_bytes"`
	Mirrors       []reader.MirrorReport `json:"mirrors"`
}

// getPage returns the page of a path as people write it: a slash may lead, and the one at the end may be missing.
func getPage(ctx context.Context, r *reader.Reader, path string) (reader.Page, error) {
	path = strings.TrimPrefix(path, "/")
	p, err := r.Get(ctx, path)
	if errors.Is(err, reader.ErrAbsent) && !strings.HasSuffix(path, "/") {
		if p, err := r.Get(ctx, path+"/"); err == nil {
			return p, nil
		}
	}
	return p, err
}

// readPage writes one page to stdout, or what was proved of it.
func (e *env) readPage(ctx context.Context, r *reader.Reader, path string) error {
	p, err := getPage(ctx, r, path)
	if err != nil {
		return explainRead(err, reader.Report{})
	}
	v := r.Verdict()
	if !e.json {
		e.say("edition %d · authentic · whole · %s · from %s", v.Edition, freshness(v), orElse(p.Mirror, "what was kept"))
		if v.Unconfirmed {
			e.say("WARNING: the newsroom's trust has expired, and this edition was first seen after that: it is unconfirmed")
		}
		_, err = e.stdout.Write(p.Body)
		return err
	}
	t := r.Traffic()
	return e.printJSON(pageJSON{
		Authentic: v.Authentic, Whole: v.Whole, Fresh: v.Fresh, Unconfirmed: v.Unconfirmed, Edition: v.Edition,
		AsOf: v.AsOf.UTC().Format(time.RFC3339), AgeSeconds: int64(v.Age / time.Second),
		Path: p.Path, MediaType: p.MediaType, Size: len(p.Body), SHA256: edition.Sum(p.Body).String(), Mirror: p.Mirror,
		MetadataBytes: t.Metadata, ContentBytes: t.Content, Mirrors: r.Mirrors(),
	})
}

// serveReader shows the edition in the user's own browser until interrupted.
func (e *env) serveReader(ctx context.Context, r *reader.Reader, o readOptions) error {
	s, err := openServer(r, o.listen)
	if err != nil {
		return err
	}
	if s.Papers, err = papers(r, o.languages); err != nil {
		return err
	}
	s.Pictures = o.pictures
	s.Since = time.Duration(o.days) * 24 * time.Hour
	e.sayPapers(ctx, s, r)
	s.Changed = func(url string) {
		e.say("somebody else may have opened the site before your browser did: its address was changed. Open this one by hand:")
		fmt.Fprintln(e.stdout, url)
	}
	v := r.Verdict()
	e.say("edition %d · %s", v.Edition, freshness(v))
	if o.keep.noTrace {
		e.say("nothing is written by this program. Your browser may keep its history: use a private window")
	}
	e.say("open this address in your browser; it is for you alone. Interrupt to end.")
	fmt.Fprintln(e.stdout, s.URL())
	done, err := e.openBrowser(ctx, s, o)
	defer done()
	if err != nil {
		e.say("the browser was not opened: %v", err)
	}
	return s.Run(ctx)
}

// openServer returns a server of a reader on a local address, and refuses one that others can reach.
func openServer(r *reader.Reader, address string) (*reader.Server, error) {
	l, err := listenLocally(address, "what you read would be shown to others")
	if err != nil {
		return nil, err
	}
	s, err := reader.NewServer(r, l, rand.Reader)
	if err == nil {
		s.Every = refreshEvery
	}
	return s, err
}
