package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	xterm "golang.org/x/term"

	"coranto/edition"
	"coranto/internal/term"
)

var mastheadCommand = command{
	name:  "masthead",
	usage: "[--text | --json] [--png FILE] [--svg FILE] [--mirror URL]",
	short: "prints the short form of the masthead: words, digits, a line, a QR code",
	long: `
Prints what a reader needs to begin: one line, also as a QR code, that names the newsroom's root of trust and one mirror;
and words, or digits for those who read no Latin, by which a reader makes sure over the telephone, or wherever they know
your voice, that the line is yours. The line is no secret, but whoever can replace it on its way can replace the newsroom:
hand it out by several ways. All of it changes when the root does (coranto keys), so print it anew then.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		var o mastheadOptions
		fs.BoolVar(&o.text, "text", false, "print the line alone")
		fs.BoolVar(&e.json, "json", false, "print everything as JSON")
		fs.StringVar(&o.png, "png", "", "write the QR code to `FILE` as a PNG")
		fs.StringVar(&o.svg, "svg", "", "write the QR code to `FILE` as an SVG")
		fs.StringVar(&o.mirror, "mirror", "", "name the mirror at `URL`; without it, the first of coranto.toml")
		return func(_ context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("masthead takes no argument: %q", args[0])
			}
			if o.text && e.json {
				return usagef("--text and --json exclude each other")
			}
			return e.masthead(o)
		}
	},
}

type mastheadOptions struct {
	text             bool
	png, svg, mirror string
}

// mastheadJSON is what masthead --json prints.
type mastheadJSON struct {
	Name   string `json:"name"`
	ID     string `json:"id"`
	Words  string `json:"words"`
	Digits string `json:"digits"`
	Mirror string `json:"mirror"`
	Line   string `json:"line"`
}

func (e *env) masthead(o mastheadOptions) error {
	m, err := ownMasthead(e.dir)
	if err != nil {
		return err
	}
	if o.mirror == "" && len(m.Mirrors) > 0 {
		o.mirror = m.Mirrors[0]
	}
	if o.mirror == "" {
		return withHint(fmt.Errorf("no mirror to name: a reader must begin somewhere"),
			"add one to mirrors in "+configFile+", or name one with --mirror URL")
	}
	if err := edition.CheckMirrorURL(o.mirror); err != nil {
		return withHint(&usageError{err}, "give a mirror's URL, as https://news.example/")
	}
	s, err := m.Short(o.mirror)
	if err != nil {
		return err
	}
	if err := e.writeQR(s, o); err != nil {
		return err
	}
	switch c := edition.NewComparison(s.Root); {
	case o.text:
		_, err = fmt.Fprintln(e.stdout, s)
	case e.json:
		err = e.printJSON(mastheadJSON{s.Name, s.Root.String(), c.Words, c.Digits, s.Mirror, s.String()})
	case o.png == "" && o.svg == "":
		err = e.printShort(s, c)
	}
	return err
}

// writeQR writes the files that were asked for.
func (e *env) writeQR(s edition.Short, o mastheadOptions) error {
	if o.png != "" {
		b, err := qrPNG(s.String())
		if err == nil {
			err = os.WriteFile(o.png, b, 0o644)
		}
		if err != nil {
			return err
		}
		e.say("wrote %s", o.png)
	}
	if o.svg != "" {
		q, err := newQR(s.String())
		if err == nil {
			err = os.WriteFile(o.svg, q.svg(s.Name), 0o644)
		}
		if err != nil {
			return err
		}
		e.say("wrote %s", o.svg)
	}
	return nil
}

// printShort prints the short form for people.
func (e *env) printShort(s edition.Short, c edition.Comparison) error {
	q, err := newQR(s.String())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%s\n  words   %s\n  digits  %s\n  line    %s\n\n", term.Clean(s.Name), c.Words, c.Digits, s)
	if err != nil {
		return err
	}
	width, tty := terminalWidth(e.stdout)
	if tty && width < len(q) {
		e.say("the QR code needs a terminal of %d columns, or --png FILE", len(q))
		return nil
	}
	return q.print(e.stdout, tty && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb")
}

// terminalWidth returns a terminal's width in cells, and whether w is a terminal at all.
func terminalWidth(w io.Writer) (int, bool) {
	f, ok := w.(*os.File)
	if !ok || !xterm.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := xterm.GetSize(int(f.Fd()))
	if err != nil || width < 1 {
		width = 80
	}
	return width, true
}
