package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"coranto/internal/durable"
	"coranto/internal/importer/markdown"
	"coranto/internal/lang"
	"coranto/internal/site"
)

// The newsroom's own words, beside its configuration: pages by name and language, as pages/about.en.md, and what it tells
// readers of the law. Both may be missing.
const (
	pagesDir    = "pages"
	noticesFile = "notices.toml"
)

// maxPages is how many pages of its own a newsroom has in all languages.
const maxPages = 500

// siteConfig returns what the newsroom's pages say of it.
func (n *newsroom) siteConfig() (site.Config, error) {
	c := site.Config{
		Name: n.config.Name, Languages: n.config.Languages, BaseURL: n.config.BaseURL, ExitURL: n.config.ExitURL,
		Pictures: site.Pictures(n.config.Pictures), Trust: n.config.Trust.lines(), OldSites: n.config.OldSites,
	}
	var err error
	if c.Theme, err = readTheme(n.root.FS()); err != nil {
		return c, err
	}
	if c.Standing, err = readPages(n.root.FS(), c.Languages); err != nil {
		return c, withHint(err, "a page is Markdown without pictures, begins with a line # Title, and is named as pages/about.en.md")
	}
	c.Risks, err = readNotices(n.root.FS(), c.Languages)
	return c, withHint(err, "each [[notice]] has place, language, name, short and long")
}

// site returns the newsroom's site.
func (n *newsroom) site() (*site.Site, error) {
	c, err := n.siteConfig()
	if err != nil {
		return nil, err
	}
	return site.New(c)
}

// readPages reads the newsroom's own pages.
func readPages(fsys fs.FS, languages []string) ([]site.StandingPage, error) {
	entries, err := fs.ReadDir(fsys, pagesDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var pages []site.StandingPage
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue // an editor's, or the system's
		}
		if len(pages) == maxPages {
			return nil, fmt.Errorf("%s/ has over %d files", pagesDir, maxPages)
		}
		p, err := readPage(fsys, e, languages)
		if err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	return pages, nil
}

func readPage(fsys fs.FS, e fs.DirEntry, languages []string) (site.StandingPage, error) {
	name := pagesDir + "/" + e.Name()
	stem, isMarkdown := strings.CutSuffix(e.Name(), ".md")
	slug, tag, named := strings.Cut(stem, ".")
	if !isMarkdown || !named || !e.Type().IsRegular() {
		return site.StandingPage{}, fmt.Errorf("%s: not a file that is named by its page and language, as about.en.md", name)
	}
	tag, err := languageOf(tag, languages)
	if err != nil {
		return site.StandingPage{}, fmt.Errorf("%s: %w", name, err)
	}
	b, err := durable.ReadFile(fsys, name, markdown.MaxPage)
	if err != nil {
		return site.StandingPage{}, err
	}
	p, err := markdown.ReadPage(name, tag, b)
	if err == nil && p.Title == "" {
		err = fmt.Errorf("%s:1: a page begins with its title: # About us", name)
	}
	return site.StandingPage{Slug: slug, Lang: tag, Title: p.Title, Body: p.Body}, err
}

// languageOf returns a tag in its canonical form, if it is one of the newsroom's languages.
func languageOf(tag string, languages []string) (string, error) {
	canonical, err := lang.Canonical(tag)
	if err != nil {
		return "", err
	}
	if !slices.Contains(languages, canonical) {
		return "", fmt.Errorf("%q is not one of the newsroom's languages", canonical)
	}
	return canonical, nil
}

// noticesTOML is what notices.toml says.
type noticesTOML struct {
	Notices []struct {
		Place    string `toml:"place"`
		Language string `toml:"language"`
		Name     string `toml:"name"`
		Short    string `toml:"short"`
		Long     string `toml:"long"`
	} `toml:"notice"`
}

// readNotices reads the newsroom's risk notices.
func readNotices(fsys fs.FS, languages []string) ([]site.RiskNotice, error) {
	b, err := durable.ReadFile(fsys, noticesFile, markdown.MaxPage)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var said noticesTOML
	meta, err := toml.Decode(string(b), &said)
	if parse := (toml.ParseError{}); errors.As(err, &parse) {
		return nil, fmt.Errorf("%s:%d: %s", noticesFile, parse.Position.Line, parse.Message)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", noticesFile, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("%s:%d: there is no setting %q", noticesFile, lineOf(string(b), unknown[0]), unknown[0])
	}
	var notices []site.RiskNotice
	for i, n := range said.Notices {
		where := fmt.Sprintf("%s:%d", noticesFile, noticeLine(string(b), i))
		tag, err := languageOf(n.Language, languages)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		long, err := markdown.ReadPage(where+": long", tag, []byte(n.Long))
		if err != nil {
			return nil, err
		}
		r := site.RiskNotice{Place: n.Place, Lang: tag, Name: n.Name, Short: strings.TrimSpace(n.Short), Long: long.Body}
		if err := r.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		notices = append(notices, r)
	}
	return notices, nil
}

// noticeLine returns the line on which a notice begins, counted from 0.
func noticeLine(text string, number int) int {
	for i, l := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(l), "[[notice]]") {
			if number == 0 {
				return i + 1
			}
			number--
		}
	}
	return 1
}

// noticesTemplate is a new newsroom's notices.toml.
const noticesTemplate = `# What readers may face for sharing, liking, commenting on or saving what you publish, or for writing to you, where the law
# punishes it. Nobody is asked where they are: each page shows the short texts of its language, and the safety page the
# long ones. Have somebody who knows that law read them. docs/newsroom.md says what to think of.

# [[notice]]
# place = "freedonia"      # a to z, 0 to 9 and -: the same in all languages
# language = "en"
# name = "Freedonia"
# short = "Sharing this page may be punished. Reading it is not." # one line, at most 200 characters
# long = """
# Markdown: which law, since when, what it was used for, what that means for who reads, shares, saves or writes.
# """

# Pages of your own are Markdown files by name and language: pages/about.en.md, pages/contact.fa.md. Each begins with a
# line "# Title". The page safety takes the place of ours.
`
