// Package site makes files of news: fronts, story pages, articles as ninjs, lists, archives, feeds and packs.
//
// It is a pure function. The same snapshot of the store and the same Config give the same bytes, whatever the machine,
// the time, or the order of what came before. It knows no database, no edition beyond the rules of its paths, and no
// network; it writes nothing.
//
// Work comes in units: a list page, a language's feeds, or all files of a story. All yields the units of a whole site,
// Touched those that a change touches, and Render makes the files of one. Rendering what Touched names over what was
// there before gives what rendering All would give:
//
//	units, err := s.Touched(ctx, snap, snap.Changes(ctx, head.Seq))
//	for _, u := range units {
//		out, err := s.Render(ctx, snap, u)  // units may be rendered at the same time
//		// write out.Files, remove out.Gone, and what else is published under out.Owned
//	}
//
// When Fingerprint differs from that of the last edition, everything is to be rendered again.
package site

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"slices"
	"strings"
	"time"

	"coranto/edition"
	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/ninjs"
	"coranto/internal/store"
)

// The code shapes the pages as much as the templates do, so it counts in the fingerprint.
//
//go:embed templates/*.html style.css story.css list.css
//go:embed archive.go atom.go balance.go blocks.go content.go feed.go figure.go front.go index.go jsonfeed.go list.go listed.go look.go packed.go packedarticle.go page.go
//go:embed jsonld.go machine.go robots.go sitemap.go
//go:embed bar.go card.go corrections.go pages.go risk.go safety.go standing.go stub.go safety/*.md
//go:embed paths.go refs.go rss.go site.go story.go theme.go units.go
var assets embed.FS

// Config is what the pages say of the newsroom itself.
type Config struct {
	// Name is the newsroom's name, the same in all languages.
	Name string
	// Tagline is a line under the name by language tag, "" for any other language. It may be nil.
	Tagline map[string]string
	// Languages are the canonical tags of the languages that the site has, in the order in which it offers them.
	// What the store has in others is not shown.
	Languages []string
	// BaseURL is where the site stands, as https://news.example/. Feeds and data for search engines say so; without it
	// their links are relative, and there are no sitemaps.
	BaseURL string
	// Theme is laid over our templates and style sheets.
	Theme Theme
	// ExitURL is where the quick exit at the top of each page leads: a harmless https address. Empty means none.
	ExitURL string
	// Standing are the newsroom's own pages, Risks what it tells readers of the law of some places.
	Standing []StandingPage
	Risks    []RiskNotice
	// Trust are the lines of trust.txt, in their order. There is no such file without any.
	Trust []TrustLine
	// OldSites are the hosts that the newsroom's articles stood on before, as CheckOldSites returns them. A site that is served
	// in their place leads on from their addresses.
	OldSites []string
	// Pictures says how pictures stand in pages; empty is Light.
	Pictures Pictures
}

// Pictures is a way of showing pictures.
type Pictures string

// The ways of showing pictures.
const (
	// Light puts the largest rendition of at most picture.MaxLight bytes into the page, and a link to a larger one.
	Light Pictures = "light"
	// Full lets the browser choose among all renditions.
	Full Pictures = "full"
)

// Snapshot is what the site reads of a store: see store.Snapshot, whose methods these are. They may be called from
// several goroutines.
type Snapshot interface {
	Story(ctx context.Context, id string) (news.Story, error)
	Stories(ctx context.Context) iter.Seq2[string, error]
	Newest(ctx context.Context, l store.List, n int) ([]store.Headline, error)
	Page(ctx context.Context, l store.List, number int) ([]store.Headline, error)
	Pages(ctx context.Context, l store.List) (int, error)
	Day(ctx context.Context, lang, day string) ([]store.Headline, error)
	Days(ctx context.Context, lang, prefix string) ([]string, error)
	Topics(ctx context.Context, lang string) ([]news.Topic, error)
	Places(ctx context.Context, lang string) ([]news.Place, error)
	Authors(ctx context.Context, lang string) ([]news.Byline, error)
	Breaking(ctx context.Context, lang string) ([]store.Breaking, error)
	Corrections(ctx context.Context, lang string, n int) ([]store.Correction, error)
	OldPaths(ctx context.Context) iter.Seq2[string, error]
	OldAddressesAt(ctx context.Context, path string) ([]store.OldAddress, error)
	AsOf() time.Time
	Media(ctx context.Context, id string) (news.Media, error)
	OpenRendition(ctx context.Context, sha256 string) (io.ReadCloser, error)
	store.PackReader
}

// A Site renders one newsroom's pages. It never changes, and several goroutines may use it.
type Site struct {
	cfg       Config
	langs     []lang.Language
	byTag     map[string]lang.Language
	templates *template.Template
	// looks are what the pages of each language look like.
	looks       map[lookKey]look
	fingerprint string
	// ours are our own safety pages; foot and notices are what the pages of a language have. All three are by tag.
	ours    map[string]safetyText
	foot    map[string][]link
	notices map[string][]RiskNotice
}

// New returns the site of a configuration, or says what is wrong with it.
func New(cfg Config) (*Site, error) {
	cfg.Pictures = cmp.Or(cfg.Pictures, Light)
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.BaseURL != "" && !strings.HasSuffix(cfg.BaseURL, "/") {
		cfg.BaseURL += "/"
	}
	catalogue, err := lang.Load()
	if err != nil {
		return nil, err
	}
	s := &Site{cfg: cfg, langs: catalogue.Languages(cfg.Languages), byTag: make(map[string]lang.Language)}
	for _, l := range s.langs {
		s.byTag[l.Tag()] = l
	}
	if s.templates, err = cfg.Theme.templates(); err != nil {
		return nil, err
	}
	if s.looks, err = looks(s.langs, cfg.Theme); err != nil {
		return nil, err
	}
	if s.ours, err = safetyTexts(assets); err != nil {
		return nil, err
	}
	s.foot, s.notices = make(map[string][]link), make(map[string][]RiskNotice)
	for _, l := range s.langs {
		s.foot[l.Tag()], s.notices[l.Tag()] = s.footLinks(l), s.risksIn(l.Tag())
	}
	if s.fingerprint, err = fingerprint(cfg, catalogue); err != nil {
		return nil, err
	}
	return s, s.try()
}

func (c Config) check() error {
	if strings.TrimSpace(c.Name) == "" {
		return errors.New("the newsroom has no name")
	}
	canonical, err := CheckLanguages(c.Languages)
	if err != nil {
		return err
	}
	for i, tag := range c.Languages {
		if canonical[i] != tag {
			return fmt.Errorf("language %q: its canonical tag is %q", tag, canonical[i])
		}
	}
	if err := errors.Join(c.checkStanding(), c.checkExit(), c.checkRisks(), c.checkOldSites(), c.Theme.check(), CheckTrust(c.Trust)); err != nil {
		return err
	}
	if c.Pictures != Light && c.Pictures != Full {
		return fmt.Errorf("pictures %q: want %q or %q", c.Pictures, Light, Full)
	}
	if c.BaseURL == "" {
		return nil
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("base URL %q: want one as https://news.example/", c.BaseURL)
	}
	return nil
}

// CheckLanguages returns the tags of a site's languages in canonical form, or says which can't be one: it is no tag,
// stands twice, or its folder would have a name of the edition format's own, as log.
func CheckLanguages(tags []string) ([]string, error) {
	if len(tags) == 0 || len(tags) > edition.MaxLanguages {
		return nil, fmt.Errorf("a site has 1 to %d languages", edition.MaxLanguages)
	}
	out := make([]string, 0, len(tags))
	for _, t := range tags {
		tag, err := lang.Canonical(t)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: want one of BCP 47, as en or sr-Latn", err)
		case slices.Contains(out, tag):
			return nil, fmt.Errorf("language %q stands twice", tag)
		}
		if err := edition.CheckPath(frontPath(tag)); err != nil {
			return nil, fmt.Errorf("language %q can't have a folder of its own: %w", tag, err)
		}
		out = append(out, tag)
	}
	return out, nil
}

// Fingerprint returns a hash of all that the pages depend on besides the snapshot: the configuration, the templates,
// the words and dates of the languages, and this package's code.
func (s *Site) Fingerprint() string { return s.fingerprint }

func fingerprint(cfg Config, catalogue *lang.Catalogue) (string, error) {
	h := sha256.New()
	b, err := json.Marshal(cfg)
	if err != nil {
		return "", err
	}
	documents, err := ninjs.Fingerprint()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(h, "%s\n%d %d\n%s\n%s\n", b, store.FrontSize, store.PerPage, catalogue.Fingerprint(cfg.Languages), documents)
	err = fs.WalkDir(assets, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := assets.ReadFile(name)
		fmt.Fprintf(h, "%s %d\n%s\n", name, len(b), b)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}
