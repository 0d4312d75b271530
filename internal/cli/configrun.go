package cli

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"coranto/internal/importer/feed"
)

// alarmConfig says how coranto run shouts.
type alarmConfig struct {
	Command []string `toml:"command"`
	Webhook string   `toml:"webhook"`
	After   string   `toml:"after"`

	after time.Duration // 0 where it isn't said
}

// importConfig is an import that coranto run does now and then.
type importConfig struct {
	Name     string   `toml:"name"`
	Kind     string   `toml:"kind"`
	Path     string   `toml:"path"`
	Sources  []string `toml:"sources"`
	Language string   `toml:"language"`
	FullText string   `toml:"full_text"`
	Loose    bool     `toml:"loose"`
	Every    string   `toml:"every"`

	every time.Duration
}

// importEvery is how often an import comes that doesn't say.
const importEvery = 15 * time.Minute

func (a *alarmConfig) check() (err error) {
	if len(a.Command) > 0 && a.Command[0] == "" {
		return errors.New("[alarm] command: the first part must be a program")
	}
	if a.Webhook != "" {
		if err := checkWebhook(a.Webhook); err != nil {
			return fmt.Errorf("[alarm] webhook: %w", err)
		}
	}
	if a.After != "" {
		if a.after, err = time.ParseDuration(a.After); err != nil || a.after < time.Second {
			return fmt.Errorf("[alarm] after: %q is no time, as \"30m\" or \"2h\"", a.After)
		}
	}
	return nil
}

// checkWebhook refuses an address whose answer, or whose secret, anybody on the way could read.
func checkWebhook(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("it must be an https address without a user")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return errors.New("http is taken only for this machine itself; use https")
	}
	return nil
}

// isLoopback says whether a host is this machine itself.
func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

func checkImports(imports []importConfig) error {
	names := map[string]bool{}
	for i := range imports {
		c := &imports[i]
		if c.Name == "" || names[c.Name] || strings.ContainsFunc(c.Name, isControl) {
			return fmt.Errorf("import %d: every [[import]] needs a name of its own", i+1)
		}
		names[c.Name] = true
		if err := c.check(); err != nil {
			return fmt.Errorf("import %q: %w", c.Name, err)
		}
	}
	return nil
}

func (c *importConfig) check() (err error) {
	folder := c.Kind == "markdown" || c.Kind == "ninjs"
	switch {
	case folder && (c.Path == "" || len(c.Sources) > 0 || c.FullText != ""):
		return fmt.Errorf("kind %q wants path, and neither sources nor full_text", c.Kind)
	case c.Kind != "ninjs" && c.Loose:
		return errors.New("kind \"ninjs\" alone takes loose")
	case c.Kind == "markdown" && c.Language != "":
		return errors.New("kind \"markdown\" wants no language: each file has one")
	case c.Kind == "feed" && (len(c.Sources) == 0 || c.Path != ""):
		return errors.New("kind \"feed\" wants sources, and no path")
	case !folder && c.Kind != "feed":
		return fmt.Errorf("kind %q is not known; there are \"markdown\", \"ninjs\" and \"feed\"", c.Kind)
	}
	if c.FullText != "" {
		if _, err := feed.ParseFullText(c.FullText); err != nil {
			return err
		}
	}
	c.every = importEvery
	if c.Every != "" {
		if c.every, err = time.ParseDuration(c.Every); err != nil || c.every < time.Second {
			return fmt.Errorf("every: %q is no time, as \"15m\"", c.Every)
		}
	}
	return nil
}
