// Package cli is the command line: one file a subcommand, and the only place that wires the parts together.
//
// Results go to stdout, everything else to stderr. An error says what happened, then what to do.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// The exit codes, the same for every command.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitPartial     = 3
	exitUnverified  = 4
	exitNoMirror    = 5
	exitInterrupted = 130
)

const exitCodes = `Exit codes: 0 done · 1 failed · 2 wrong usage · 3 done in part, the report lists what was refused
            4 verification failed · 5 no live mirror · 130 interrupted
`

// A command is one verb. Its run is given what is left after the flags.
type command struct {
	name  string
	usage string // what follows the name
	short string
	long  string
	setup func(*env, *flag.FlagSet) func(ctx context.Context, args []string) error
	verbs []command // what it is made of, instead of setup: the first argument names one
	apart bool      // acts on no newsroom, and so has no -C
}

func commands() []command {
	return []command{
		initCommand, importCommand, exportCommand, checkCommand, previewCommand, publishCommand, runCommand, fsckCommand, verifyCommand, readCommand, mirrorCommand, demoCommand,
		statusCommand, withdrawCommand, mastheadCommand, keysCommand, witnessCommand, cosignCommand, evidenceCommand, recoverCommand, packCommand,
		redirectsCommand, labCommand, generateCommand,
	}
}

// An env is what every command works with.
type env struct {
	stdout, stderr io.Writer
	dir            string // the newsroom's folder
	placed         bool   // -C was given before the command
	quiet          bool
	json           bool
	work           int // scrypt's cost of what a passphrase opens, as a power of two; 0 is the usual
}

// An Option alters how Main works.
type Option func(*env)

// Work makes a guess at a passphrase cost 2^n steps of scrypt. It is for tests, whose passphrases guard nothing; without
// it the cost is about a second.
func Work(n int) Option { return func(e *env) { e.work = n } }

// say prints a line for people on stderr.
func (e *env) say(format string, args ...any) {
	if !e.quiet {
		fmt.Fprintf(e.stderr, format+"\n", args...)
	}
}

// Main runs the command line and returns the exit code.
func Main(args []string, stdout, stderr io.Writer, options ...Option) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := &env{stdout: stdout, stderr: stderr, dir: "."}
	for _, o := range options {
		o(e)
	}
	err := e.run(ctx, args)
	if err == nil {
		return exitOK
	}
	return e.report(ctx, err)
}

func (e *env) run(ctx context.Context, args []string) error {
	for len(args) > 0 {
		if args[0] == "-q" {
			e.quiet, args = true, args[1:]
		} else if args[0] == "-C" {
			if len(args) == 1 || args[1] == "" {
				return withHint(usagef("-C needs a folder"), "coranto --help")
			}
			e.dir, e.placed, args = args[1], true, args[2:]
		} else {
			break
		}
	}
	if len(args) == 0 || args[0] == "help" && len(args) == 1 || isHelp(args[0]) {
		printHelp(e.stdout)
		return nil
	}
	name, rest := args[0], args[1:]
	if name == "help" {
		name, rest = rest[0], []string{"--help"}
	}
	for _, c := range commands() {
		if c.name == name {
			return e.runCommand(ctx, c, rest)
		}
	}
	return withHint(usagef("there is no command %q", name), "coranto --help")
}

func (e *env) runCommand(ctx context.Context, c command, args []string) error {
	if len(c.verbs) > 0 {
		return e.runVerb(ctx, c, args)
	}
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	if !c.apart {
		fs.StringVar(&e.dir, "C", e.dir, "the newsroom's `folder`")
	} else if e.placed {
		return withHint(usagef("%s acts on no newsroom, and has no -C", c.name), "coranto "+c.name+" --help")
	}
	fs.BoolVar(&e.quiet, "q", e.quiet, "print nothing but the result")
	run := c.setup(e, fs)
	positional, err := parseInterspersed(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		printCommandHelp(e.stdout, c, fs)
		return nil
	}
	if err != nil {
		return withHint(&usageError{err}, "coranto "+c.name+" --help")
	}
	err = run(ctx, positional)
	if usage := (*usageError)(nil); errors.As(err, &usage) {
		return withHint(err, "coranto "+c.name+" --help")
	}
	return err
}

// runVerb runs the part of a command that the first argument names.
func (e *env) runVerb(ctx context.Context, c command, args []string) error {
	if len(args) > 0 && isHelp(args[0]) {
		printVerbs(e.stdout, c)
		return nil
	}
	for _, v := range c.verbs {
		if len(args) > 0 && args[0] == v.name {
			v.name = c.name + " " + v.name
			return e.runCommand(ctx, v, args[1:])
		}
	}
	names := make([]string, len(c.verbs))
	for i, v := range c.verbs {
		names[i] = v.name
	}
	return withHint(&usageError{fmt.Errorf("%s wants one of: %s", c.name, strings.Join(names, ", "))},
		"coranto "+c.name+" --help")
}

// parseInterspersed parses flags that stand before, between and after the other arguments.
func parseInterspersed(fs *flag.FlagSet, args []string) (positional []string, err error) {
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		rest := fs.Args()
		if len(rest) == 0 {
			return positional, nil
		}
		if len(args) > len(rest) && args[len(args)-len(rest)-1] == "--" {
			return append(positional, rest...), nil
		}
		positional, args = append(positional, rest[0]), rest[1:]
	}
}

func isHelp(s string) bool { return s == "-h" || s == "-help" || s == "--help" }

func printHelp(w io.Writer) {
	fmt.Fprint(w, "coranto publishes a newsroom so that any mirror can carry it and any reader can prove it.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  coranto %-9s %s\n", c.name, c.short)
	}
	fmt.Fprint(w, "\nCommands that act on a newsroom take the one in the current folder, or in the folder given with -C.\n"+
		"More about one of them: coranto COMMAND --help\n\n"+exitCodes)
}

func printCommandHelp(w io.Writer, c command, fs *flag.FlagSet) {
	fmt.Fprintf(w, "coranto %s %s\n\n%s\n\n", c.name, c.usage, strings.Trim(c.long, "\n"))
	fs.VisitAll(func(f *flag.Flag) {
		name, text := flag.UnquoteUsage(f)
		dash := "--"
		if len(f.Name) == 1 {
			dash = "-"
		}
		fmt.Fprintf(w, "  %-22s %s\n", strings.TrimSpace(dash+f.Name+" "+name), text)
	})
	fmt.Fprint(w, "\n"+exitCodes)
}

func printVerbs(w io.Writer, c command) {
	fmt.Fprintf(w, "coranto %s %s\n\n%s\n\n", c.name, c.usage, strings.TrimSpace(c.long))
	for _, v := range c.verbs {
		fmt.Fprintf(w, "  coranto %s %-9s %s\n", c.name, v.name, v.short)
	}
	fmt.Fprint(w, "\nMore about one of them: coranto "+c.name+" VERB --help\n\n"+exitCodes)
}

// stringList is a flag that may be given several times.
type stringList []string

func (l *stringList) String() string     { return strings.Join(*l, " ") }
func (l *stringList) Set(s string) error { *l = append(*l, s); return nil }
