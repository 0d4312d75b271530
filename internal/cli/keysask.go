package cli

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"coranto/internal/keys"
)

// A prompter gets passphrases: from a file, one a line in the order in which they are needed, or from the terminal,
// where they are not shown. They never stand in arguments, the environment, logs or errors.
type prompter struct {
	e     *env
	lines [][]byte // what is left of the file
	file  string   // "" for the terminal
}

// maxPassphrases bounds the file of passphrases.
const maxPassphrases = 64 << 10

func newPrompter(e *env, file string) (*prompter, error) {
	p := &prompter{e: e, file: file}
	if file == "" {
		return p, nil
	}
	b, err := readSmall(file, maxPassphrases)
	if err != nil {
		return nil, err
	}
	p.lines = bytes.Split(bytes.TrimRight(b, "\r\n"), []byte("\n"))
	return p, nil
}

// ask returns a passphrase; twice wants it typed twice, where it is typed.
func (p *prompter) ask(ctx context.Context, what string, twice bool) (string, error) {
	if p.file != "" {
		if len(p.lines) == 0 {
			return "", fmt.Errorf("%s has no line left for %s", p.file, what)
		}
		line := strings.TrimSuffix(string(p.lines[0]), "\r")
		p.lines = p.lines[1:]
		return line, nil
	}
	first, err := p.typed(ctx, "passphrase of "+what+": ")
	if err != nil || !twice {
		return first, err
	}
	again, err := p.typed(ctx, "the same again: ")
	if err == nil && again != first {
		err = errors.New("the two passphrases differ")
	}
	return first, err
}

func (p *prompter) typed(ctx context.Context, prompt string) (string, error) {
	fd := int(os.Stdin.Fd())
	shown, err := term.GetState(fd)
	if err != nil {
		return "", withHint(errors.New("there is no terminal to ask for a passphrase on"),
			"give a file with one passphrase a line: --passphrases FILE")
	}
	fmt.Fprint(p.e.stderr, prompt)
	defer fmt.Fprintln(p.e.stderr)
	b, err := interruptible(ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
	if ctx.Err() != nil {
		err = errors.Join(ctx.Err(), term.Restore(fd, shown)) // so that the shell shows again what is typed
	}
	return string(b), err
}

// interruptible reads from the terminal until it is interrupted. The read itself can't be called off: it ends with the
// program, which an interrupt ends.
func interruptible[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		v   T
		err error
	}
	got := make(chan result, 1)
	go func() {
		v, err := read()
		got <- result{v, err}
	}()
	select {
	case r := <-got:
		return r.v, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// rootKeys opens the key files of holders.
func (p *prompter) rootKeys(ctx context.Context, files []string) ([]ed25519.PrivateKey, error) {
	var out []ed25519.PrivateKey
	for _, file := range files {
		b, err := readSmall(file, maxPassphrases)
		if err != nil {
			return nil, err
		}
		if key, err := keys.ParseKey(b); err == nil { // the one key of a root that was never split
			out = append(out, key)
			continue
		}
		passphrase, err := p.ask(ctx, file, false)
		if err != nil {
			return nil, err
		}
		key, err := keys.Decrypt(b, passphrase)
		if errors.Is(err, keys.ErrPassphrase) {
			return nil, withHint(fmt.Errorf("%s: %w", file, err), "try again; nobody can open it without")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, key)
	}
	return out, nil
}

// confirm asks whether to go on, unless yes says so already.
func (e *env) confirm(ctx context.Context, question string, yes bool) error {
	return e.confirmWord(ctx, question+" ", "yes", yes)
}

// confirmWord asks for a word, so that nobody goes on by habit.
func (e *env) confirmWord(ctx context.Context, question, word string, yes bool) error {
	if yes {
		return nil
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return withHint(&usageError{errors.New("there is no terminal to ask on")}, "--yes goes on without asking")
	}
	fmt.Fprintf(e.stderr, "%sType %s to go on: ", question, word)
	answer, err := interruptible(ctx, func() (answer string, err error) {
		_, err = fmt.Fscanln(os.Stdin, &answer)
		return answer, err
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil || answer != word {
		return errors.New("nothing was done")
	}
	return nil
}

// readSmall reads a file of at most max bytes.
func readSmall(name string, max int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(b)) > max {
		err = fmt.Errorf("%s is longer than %d bytes", name, max)
	}
	return b, err
}
