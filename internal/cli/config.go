package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"

	"coranto/edition"
	"coranto/internal/site"
)

// configFile is the one file that a newsroom configures. Its presence makes a folder a newsroom.
const configFile = "coranto.toml"

// config is what coranto.toml says. Anything that it doesn't know is refused.
type config struct {
	Name      string         `toml:"name"`
	Languages []string       `toml:"languages"`
	Mirrors   []string       `toml:"mirrors"`
	BaseURL   string         `toml:"base_url"`
	ExitURL   string         `toml:"exit_url"`
	OldSites  []string       `toml:"old_sites"`
	Pictures  string         `toml:"pictures"`
	Targets   []targetConfig `toml:"target"`
	Imports   []importConfig `toml:"import"`
	Alarm     alarmConfig    `toml:"alarm"`
	Check     checkConfig    `toml:"check"`
	Trust     trustConfig    `toml:"trust_txt"`
}

type targetConfig struct {
	Name string `toml:"name"`
	Kind string `toml:"kind"`
	Path string `toml:"path"`
}

const configTemplate = `# This newsroom. Lines that begin with # are notes for people.

# The publication's name, as readers know it.
name = %s

# The languages it appears in, as BCP 47 tags. The first is shown first.
languages = [%s]

# Base URLs of mirrors that readers may be told of, as "https://news.example/". They travel in every edition, signed,
# so that a reader who knows one mirror learns of the others. Leave out those that must not become known.
mirrors = []

# Where the site stands for readers of feeds and for search engines: the one address that they should send people to.
# Without it, links in feeds are relative and there are no sitemaps.
# base_url = "https://news.example/"

# Where the link to leave quickly leads, at the top of each page: something harmless that many people look at, as a
# weather forecast. Without it, there is no such link. Pages of your own, and notices of what readers risk, stand in
# pages/ and notices.toml.
# exit_url = "https://weather.example/"

# The hosts that your articles stood on before you imported them. Where the edition is served in their place, the old
# addresses lead on; for a server that stays where it is, "coranto redirects" writes what it needs.
# old_sites = ["lantern.example"]

# How pictures stand in pages: "light", at most 10 kB each and larger by a tap, or "full", as large as the screen.
# pictures = "full"

# Where editions are written. The first target is the newsroom's own: a complete mirror that any web server can carry.
[[target]]
name = "public"
kind = "fs"
path = "public"

# [[target]]
# name = "stick"
# kind = "fs"
# path = "/media/stick/news"

# Which of the problems that coranto check finds keep a story from being published. Without it, "alt" does: a picture
# without words for who can't see it.
# [check]
# fatal = ["alt", "source", "credit"]

# What trust.txt says: whom you belong to, what else is yours, how to reach you. Each may be left out.
# [trust_txt]
# member = ["https://association.example/"]      # we are a member of
# belongto = []                                  # we belong to
# control = ["https://second.example/"]          # we control
# controlledby = []                              # who controls us
# social = ["https://social.example/@news"]      # accounts that are truly ours
# vendor = []                                    # who works for us
# customer = []                                  # whom we work for
# disclosure = ["https://news.example/en/about.html"]
# contact = ["mailto:desk@news.example"]
# datatrainingallowed = "no"                     # may models be trained on our work?

# What coranto run imports by itself, every so often. Markdown has a path, feeds have sources.
# [[import]]
# name = "our site"
# kind = "feed"
# sources = ["https://news.example/feed.xml"]
# full_text = "auto"                            # take articles from their pages: auto, never or always
# every = "15m"

# Whom coranto run tells when something needs a person: a program, which gets the words on its standard input, or an
# address that JSON is posted to, or both. Without it, the words stand in the log alone.
# [alarm]
# command = ["/usr/local/bin/tell-the-desk"]
# webhook = "https://hooks.example/secret"
# after = "30m"
`

// newConfig returns a configuration file for a new newsroom.
func newConfig(name string, languages []string) string {
	quoted := make([]string, len(languages))
	for i, l := range languages {
		quoted[i] = quote(l)
	}
	return fmt.Sprintf(configTemplate, quote(name), strings.Join(quoted, ", "))
}

// quote writes a TOML string.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// readConfig reads the configuration of the newsroom in a folder.
func readConfig(dir string) (config, error) {
	file := filepath.Join(dir, configFile)
	var c config
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return c, noNewsroom(dir)
	}
	if err != nil {
		return c, folderError(dir, err)
	}
	meta, err := toml.Decode(string(b), &c)
	var parse toml.ParseError
	if errors.As(err, &parse) {
		return c, fmt.Errorf("%s:%d: %s", file, parse.Position.Line, parse.Message)
	}
	if err != nil {
		return c, fmt.Errorf("%s: %w", file, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return c, withHint(fmt.Errorf("%s:%d: there is no setting %q", file, lineOf(string(b), unknown[0]), unknown[0]),
			"settings are name, languages, mirrors, base_url, exit_url, old_sites, pictures, [[target]] with name, kind and path, "+
				"[[import]] with name, kind, path or sources, language and every, [alarm] with command, webhook and after, "+
				"[check] with fatal, and [trust_txt] with what trust.txt may say")
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("%s: %w", file, err)
	}
	return c, nil
}

// noNewsroom says that a folder is none, and where there may be one.
func noNewsroom(dir string) error {
	hint := "coranto init DIR --name NAME --languages en,… makes one; -C DIR acts on another folder"
	if around := newsroomAround(dir); around != "" {
		hint = fmt.Sprintf("it is in the newsroom %s: coranto -C %[1]s …", around)
	}
	return withHint(fmt.Errorf("%s is not a newsroom: it has no %s", dir, configFile), hint)
}

// folderError says what is wrong with a folder that somebody named.
func folderError(dir string, err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no folder %s", dir)
	}
	if info, statErr := os.Stat(dir); statErr == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file, not a folder", dir)
	}
	return err
}

// lineOf returns the line on which a key stands, 1 when it can't be found.
func lineOf(text string, key toml.Key) int {
	for i, l := range strings.Split(text, "\n") {
		if name, _, ok := strings.Cut(l, "="); ok && strings.TrimSpace(name) == key[len(key)-1] {
			return i + 1
		}
	}
	return 1
}

func (c *config) check() error {
	if err := checkName(c.Name); err != nil {
		return err
	}
	var err error
	if c.Languages, err = site.CheckLanguages(c.Languages); err != nil {
		return err
	}
	for _, u := range c.Mirrors {
		if err := edition.CheckMirrorURL(u); err != nil {
			return err
		}
	}
	if c.BaseURL != "" {
		if err := edition.CheckMirrorURL(c.BaseURL); err != nil {
			return fmt.Errorf("base_url: %w", err)
		}
	}
	if c.OldSites, err = site.CheckOldSites(c.OldSites); err != nil {
		return fmt.Errorf("old_sites: %w", err)
	}
	if len(c.Targets) == 0 {
		return errors.New("there is no [[target]]: editions must be written somewhere")
	}
	if err := errors.Join(checkImports(c.Imports), c.Alarm.check(), c.Check.check(), c.Trust.check()); err != nil {
		return err
	}
	names := map[string]bool{}
	for i, t := range c.Targets {
		switch {
		case t.Name == "" || names[t.Name]:
			return fmt.Errorf("target %d: every target needs a name of its own", i+1)
		case t.Kind != "fs":
			return fmt.Errorf("target %q: kind %q is not known; there is \"fs\"", t.Name, t.Kind)
		case t.Path == "":
			return fmt.Errorf("target %q: path is missing", t.Name)
		}
		names[t.Name] = true
	}
	return nil
}

func checkName(name string) error {
	if name == "" || len(name) > 200 || strings.TrimSpace(name) != name || strings.ContainsFunc(name, isControl) {
		return errors.New("the name must be 1 to 200 bytes of text on one line")
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r <= 0x9f || r == '\ufffd' }
