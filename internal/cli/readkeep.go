package cli

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"coranto/reader"
)

// A keepChoice says where what was read is kept.
type keepChoice struct {
	dir     string // empty for the user's cache folder
	noTrace bool
	// passphrase asks for one on the terminal, passphraseFile has one: the keep is encrypted.
	passphrase     bool
	passphraseFile string
	limit          byteCount
}

func (k keepChoice) encrypted() bool { return k.passphrase || k.passphraseFile != "" }

// check says what is wrong with the flags together.
func (k keepChoice) check() error {
	switch {
	case k.noTrace && k.dir != "":
		return usagef("--keep and --leave-no-trace exclude each other")
	case k.noTrace && k.encrypted():
		return usagef("--leave-no-trace keeps nothing that a passphrase could protect")
	}
	return nil
}

// sealedDir is the folder of the encrypted keep, in the one that was given or in the cache.
const sealedDir = "sealed"

// openKeep opens where what was read is kept: a folder, an encrypted one in it, or memory. One folder is for all
// newsrooms, so that removing everything leaves none out. The function that it returns closes it, and removes a folder of
// the cache in which nothing is kept.
func (e *env) openKeep(ctx context.Context, k keepChoice) (reader.Keep, func(), error) {
	nothing := func() {}
	if k.noTrace {
		return reader.Memory(int64(k.limit)), nothing, nil
	}
	dir, ours := k.dir, k.dir == ""
	if ours {
		cache, err := os.UserCacheDir()
		if err != nil && k.encrypted() {
			return nil, nothing, withHint(err, "--keep FOLDER says where to keep what was read")
		}
		if err != nil {
			e.say("nothing is kept: %v", err)
			return reader.Memory(int64(k.limit)), nothing, nil
		}
		dir = filepath.Join(cache, "coranto")
	}
	if k.encrypted() {
		return e.openSealed(ctx, filepath.Join(dir, sealedDir), dir, k)
	}
	if _, err := os.Lstat(filepath.Join(dir, sealedDir, reader.SealedKeyPath)); err == nil {
		return nil, nothing, withHint(&usageError{errors.New("what was read before is kept encrypted, and this would not be")},
			"--passphrase opens it; --leave-no-trace keeps nothing; --keep FOLDER keeps it elsewhere, for all to read")
	}
	root, err := openPrivate(dir)
	if err != nil && ours {
		e.say("nothing is kept: %v", err)
		return reader.Memory(int64(k.limit)), nothing, nil
	}
	if err != nil {
		return nil, nothing, withHint(folderError(dir, err), "--keep FOLDER keeps what was read elsewhere, --leave-no-trace nowhere")
	}
	return reader.Dir(root, int64(k.limit)), func() {
		root.Close()
		if ours {
			removeEmpty(dir)
		}
	}, nil
}

// removeEmpty removes folders, the innermost first, up to one that holds something.
func removeEmpty(dirs ...string) {
	for _, dir := range dirs {
		if os.Remove(dir) != nil {
			return
		}
	}
}

// openPrivate makes a folder for its owner alone, unless it is there, and opens it.
func openPrivate(dir string) (*os.Root, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return os.OpenRoot(dir)
}

// openSealed opens the encrypted keep in a folder, or makes it, and moves into it what is kept in the clear in another.
func (e *env) openSealed(ctx context.Context, dir, plain string, k keepChoice) (reader.Keep, func(), error) {
	nothing := func() {}
	_, err := os.Lstat(filepath.Join(dir, reader.SealedKeyPath))
	isNew := errors.Is(err, fs.ErrNotExist)
	passphrase, err := e.keepPassphrase(ctx, k.passphraseFile, isNew)
	if err != nil {
		return nil, nothing, err
	}
	root, err := openPrivate(dir)
	if err != nil {
		return nil, nothing, folderError(dir, err)
	}
	done := func() {
		root.Close()
		removeEmpty(dir, filepath.Dir(dir))
	}
	keep, made, err := reader.Sealed(root, int64(k.limit), passphrase, cmp.Or(e.work, reader.DefaultWork))
	if err != nil {
		done()
		if errors.Is(err, reader.ErrPassphrase) {
			return nil, nothing, withHint(err, "nothing was changed: try again, or read with --leave-no-trace")
		}
		return nil, nothing, withHint(err, "where the keep is damaged, remove the folder "+dir+" to begin anew")
	}
	if made {
		e.say("what you read is kept encrypted from now on; without the passphrase nobody can open it")
	}
	if err := e.moveSealed(keep, plain); err != nil {
		done()
		return nil, nothing, err
	}
	return keep, done, nil
}

// moveSealed moves what a folder keeps in the clear into an encrypted keep.
func (e *env) moveSealed(to *reader.SealedKeep, plain string) error {
	root, err := os.OpenRoot(plain)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	from := reader.Dir(root, 0)
	empty, err := from.Empty()
	if err == nil && !empty {
		e.say("what was kept before, not encrypted, is encrypted now and deleted where it was. On flash memory deleting is not\n" +
			"erasing: an expert may still find it")
		err = from.MoveInto(to)
	}
	return errors.Join(err, root.Close())
}

// keepPassphrase gets the passphrase of the encrypted keep: the first line of a file, or from the terminal.
func (e *env) keepPassphrase(ctx context.Context, file string, isNew bool) (string, error) {
	if file != "" {
		b, err := readSmall(file, maxPassphrases)
		if err != nil {
			return "", err
		}
		line, _, _ := strings.Cut(string(b), "\n")
		return strings.TrimSuffix(line, "\r"), nil
	}
	if !isTerminal(os.Stdin) {
		return "", withHint(errors.New("there is no terminal to ask for a passphrase on"), "--passphrase-file FILE takes it from a file's first line")
	}
	what := "what is kept"
	if isNew {
		what += ", a new one"
	}
	return (&prompter{e: e}).ask(ctx, what, isNew)
}
