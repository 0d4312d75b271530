package site

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"coranto/edition"
	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/store"
)

// Stub is the unit of the file at an old address that leads on to where the article stands now: Path. An edition that takes
// the place of the newsroom's old site so answers under its addresses too.
const Stub Kind = "stub"

// maxOldSites is how many sites a newsroom may have had before.
const maxOldSites = 100

// CheckOldSites returns the hosts of a newsroom's old sites in the form that old addresses have: in lower case and without
// "www.". It says which is no host.
func CheckOldSites(hosts []string) ([]string, error) {
	if len(hosts) > maxOldSites {
		return nil, fmt.Errorf("more than %d old sites", maxOldSites)
	}
	var out []string
	for _, given := range hosts {
		host := strings.TrimPrefix(strings.ToLower(given), "www.")
		u, err := url.Parse("https://" + host)
		if err != nil || u.Host != host || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil || strings.ContainsAny(host, " %") {
			return nil, fmt.Errorf("old site %q: want the host of its addresses alone, as lantern.example", given)
		}
		if slices.Contains(out, host) {
			return nil, fmt.Errorf("old site %q stands twice", given)
		}
		out = append(out, host)
	}
	return out, nil
}

// checkOldSites refuses hosts that are not in their one form.
func (c Config) checkOldSites() error {
	canonical, err := CheckOldSites(c.OldSites)
	if err == nil && !slices.Equal(canonical, c.OldSites) {
		err = errors.New("old sites are written without www. and in lower case")
	}
	return err
}

// hasStub says whether a path of an old address can have a stub.
func (s *Site) hasStub(path string) bool { return len(s.cfg.OldSites) > 0 && s.MayBeStub(path) }

// MayBeStub says whether a file at a path, if there is one, is a stub, whatever the old sites: it is in no folder of the
// site's own, nor has it the name of one of its files. Letter case is not looked at, since some hosts don't.
func (s *Site) MayBeStub(path string) bool {
	if path == "" {
		return false
	}
	top, _, _ := strings.Cut(path, "/")
	own := append([]string{choicePath, robotsPath, trustPath, iconPath, edition.MastheadPath, "media"}, s.cfg.Languages...)
	return !slices.ContainsFunc(own, func(name string) bool { return strings.EqualFold(name, top) })
}

// stub renders what stands at the path of an old address, or says that nothing does. Of several articles that stood there
// on different sites, the one of the site that is named first has it.
func (s *Site) stub(ctx context.Context, snap Snapshot, path string) (Output, error) {
	if !s.hasStub(path) { // it may be another file of the site
		return Output{}, nil
	}
	all, err := snap.OldAddressesAt(ctx, path)
	if err != nil {
		return Output{}, err
	}
	var to *store.OldAddress
	first := len(s.cfg.OldSites)
	for i, o := range all {
		if site := s.oldSite(o); site >= 0 && site < first {
			to, first = &all[i], site
		}
	}
	if to == nil {
		return gone(path)
	}
	return one(File{Path: path, MediaType: "text/html", Body: s.stubPage(path, *to)}, nil)
}

// oldSite returns which of the old sites an address was on, or -1 where it was on none of them, or the article is in a
// language that the site does not have.
func (s *Site) oldSite(o store.OldAddress) int {
	if _, ok := s.byTag[o.Lang]; !ok {
		return -1
	}
	host, _, _ := strings.Cut(o.At, "/")
	return slices.Index(s.cfg.OldSites, host)
}

// stubPolicy is the policy of a stub, which loads nothing at all.
const stubPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'"

// stubPage returns a page that leads on to an article by itself, and by a link where a browser does not. It names the old
// address, which ReadStub finds there.
func (s *Site) stubPage(path string, to store.OldAddress) []byte {
	l := s.byTag[to.Lang]
	p := page{site: s, lang: l, path: path}
	at := StoryPath(to.Lang, to.Address)
	title := lang.Balanced(to.Headline.Headline)
	var b strings.Builder
	b.WriteString("<!doctype html>\n")
	line(&b, "html", "lang", l.Tag(), "dir", l.Dir())
	line(&b, "meta", "charset", "utf-8")
	line(&b, "meta", "http-equiv", "Content-Security-Policy", "content", stubPolicy)
	line(&b, "meta", "name", "referrer", "content", "no-referrer")
	line(&b, "meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
	line(&b, "meta", "name", "robots", "content", "noindex")
	line(&b, "meta", "http-equiv", "refresh", "content", "0; url="+p.to(at))
	b.WriteString("<title>" + template.HTMLEscapeString(isolated(title)+" · "+s.cfg.Name) + "</title>\n")
	line(&b, "link", "rel", "canonical", "href", p.ref(at))
	element(&b, "main", "data-from", to.At)
	b.WriteString("<h1>")
	element(&b, "a", "href", p.to(at))
	b.WriteString("<bdi>" + template.HTMLEscapeString(title) + "</bdi></a></h1></main>\n")
	return []byte(b.String())
}

// leadsTo finds where a stub leads, and the old address that it is for.
var leadsTo = regexp.MustCompile(`<main data-from="([^"<>&]+)"><h1><a href="(?:\.\./)*([A-Za-z0-9-]+)/story/(\d{4})/(\d{2})/(\d{2})/([a-z0-9-]+)/index\.html">`)

// ReadStub reads a stub back: the old address, and the article that it leads to. It is not ok for any other file. A newsroom
// that lost its store learns from it where its articles stood before.
func (s *Site) ReadStub(path string, page []byte) (at, tag string, to news.Address, ok bool) {
	m := leadsTo.FindSubmatch(page)
	if m == nil || !s.MayBeStub(path) {
		return "", "", to, false
	}
	to = news.Address{Day: string(m[3]) + "-" + string(m[4]) + "-" + string(m[5]), Slug: string(m[6])}
	return string(m[1]), string(m[2]), to, store.OldPath(string(m[1])) == path
}

// allStubs emits the stubs of the whole site.
func (s *Site) allStubs(ctx context.Context, snap Snapshot, emit func(Unit) error) error {
	if len(s.cfg.OldSites) == 0 {
		return nil
	}
	for path, err := range snap.OldPaths(ctx) {
		if err != nil {
			return err
		}
		if !s.hasStub(path) {
			continue
		}
		if err := emit(Unit{Kind: Stub, Path: path}); err != nil {
			return err
		}
	}
	return nil
}
