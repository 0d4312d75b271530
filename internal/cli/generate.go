package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"coranto/internal/importer/wordpress/wxrgen"
	"coranto/internal/term"
)

var generateCommand = command{
	name:  "generate",
	usage: "wxr …",
	short: "makes up what a newsroom might have, to try things on",
	long: `
Writes files of a site that never was: to try an import before the real export is there, and to measure one.`,
	apart: true,
	verbs: []command{generateWXRCommand},
}

var generateWXRCommand = command{
	name:  "wxr",
	usage: "[--size BYTES] [--seed N] [--json] FILE",
	short: "an export of WordPress",
	long: `
Writes an export of a newsroom in five languages (en, ru, uk, fa, ar), with translations tied by Polylang, posts of both
editors, pictures that no server has, links, authors, categories, tags and comments; and says what it has of each. FILE may
not exist. The same size and seed make the same file.`,
	apart: true,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		size := byteCount(10 << 20)
		fs.Var(&size, "size", "how large the file is, about: `BYTES`, as 100MB or 2GB (default 10MiB)")
		seed := fs.Uint64("seed", 1, "the seed of all that is chance: `N`")
		fs.BoolVar(&e.json, "json", false, "print what it has as JSON")
		return func(_ context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("generate wxr takes one file")
			}
			return e.generateWXR(args[0], wxrgen.Options{Seed: *seed, Size: int64(size)})
		}
	},
}

// generateWXR writes an export into a new file. One that can't be finished is removed.
func (e *env) generateWXR(name string, opt wxrgen.Options) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return withHint(err, "choose a file that is not there yet")
	}
	has, err := wxrgen.Write(f, opt)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("write %q: %w", name, err), os.Remove(name))
	}
	if e.json {
		return e.printJSON(has)
	}
	var rows [][]string
	for kind, n := range has {
		rows = append(rows, []string{kind, fmt.Sprint(n)})
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return term.Table(e.stdout, []string{"kind", "has"}, rows)
}
