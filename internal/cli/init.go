package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"coranto/internal/durable"
	"coranto/internal/keys"
	"coranto/internal/site"
	"coranto/internal/store/sqlite"
)

var initCommand = command{
	name:  "init",
	usage: "DIR --name NAME --languages en,ru,…",
	short: "makes a newsroom: its configuration, keys and store",
	long: `
Makes a newsroom in a folder that is new or empty: coranto.toml to configure it, keys/ with the keys that sign its
editions, store.db for its stories, and notices.toml for what it tells readers of the law where they are. Pages of its
own, as about and contact, go into pages/. Whoever has keys/ can publish in the newsroom's name: keep a copy in a safe
place, and show it to nobody.`,
	apart: true,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		name := fs.String("name", "", "the publication's `NAME`, as readers know it")
		languages := fs.String("languages", "", "BCP 47 `TAGS` of its languages, with commas between them")
		return func(ctx context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("init needs the newsroom's folder, and only that")
			}
			if *name == "" || *languages == "" {
				return usagef("init needs --name and --languages")
			}
			tags, err := site.CheckLanguages(strings.Split(*languages, ","))
			if err != nil {
				return &usageError{err}
			}
			if err := checkName(*name); err != nil {
				return &usageError{err}
			}
			dir := args[0]
			if err := makeNewsroom(ctx, dir, *name, tags); err != nil {
				return err
			}
			e.say("made the newsroom %q in %s, in %s", *name, dir, plural(len(tags), "language", "languages"))
			e.say("next: coranto -C %s import markdown FOLDER, then coranto -C %s publish", dir, dir)
			return nil
		}
	},
}

// makeNewsroom makes a newsroom in a new or empty folder. It writes the configuration last: until then the folder is
// no newsroom.
func makeNewsroom(ctx context.Context, dir, name string, languages []string) error {
	return makeIn(dir, func(root *os.Root) error {
		if _, err := keys.Create(root, name, rand.Reader, time.Now()); err != nil {
			return err
		}
		if err := createStore(ctx, dir); err != nil {
			return err
		}
		if err := durable.WriteSynced(root, noticesFile, []byte(noticesTemplate)); err != nil {
			return err
		}
		return durable.WriteSynced(root, configFile, []byte(newConfig(name, languages)))
	})
}

// createStore makes an empty store.
func createStore(ctx context.Context, dir string) error {
	st, err := sqlite.Create(ctx, dir)
	if err != nil {
		return err
	}
	return st.Close()
}

// makeIn has a new or empty folder filled, which is for its owner alone. After an error everything that was made is taken
// away.
func makeIn(dir string, fill func(*os.Root) error) (err error) {
	made, err := checkEmpty(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			clearFolder(dir, made)
		}
	}()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return fill(root)
}

// checkEmpty wants a place for a newsroom: a folder that is empty or not there, outside of any newsroom. made says that it
// is yet to be made.
func checkEmpty(dir string) (made bool, err error) {
	if around := newsroomAround(dir); around != "" {
		return false, withHint(fmt.Errorf("%s is in the folder of the newsroom %s", dir, around),
			"choose a folder outside of it: what is in public/ goes to everybody, keys included")
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, folderError(dir, err)
	}
	if len(entries) > 0 {
		return false, withHint(fmt.Errorf("%s is not empty", dir), "choose a folder that does not exist yet")
	}
	return false, nil
}

// clearFolder takes away what a failed init made, and the folder too when it made that.
func clearFolder(dir string, too bool) {
	if too {
		os.RemoveAll(dir)
		return
	}
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		os.RemoveAll(filepath.Join(dir, entry.Name()))
	}
}
