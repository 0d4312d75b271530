package wordpress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"coranto/internal/importer"
	"coranto/internal/importer/web"
)

// A Getter asks a site. Package web's Client is one.
type Getter interface {
	// Do fetches what a request asks for; an answer that is no 200 is a *web.StatusError.
	Do(ctx context.Context, r web.Request) (web.Answer, error)
}

// A Login is a user of a site and an application password of theirs (Users, Profile, Application Passwords), by which drafts
// and scheduled posts are read. The zero Login reads what everybody may.
type Login struct{ User, Password string }

// A Site is a WordPress site as it runs, read by its REST API: an importer.Source. It asks for a hundred things at a time by
// their IDs, so that nothing is missed or doubled when the site changes meanwhile, and what breaks the site's answer is
// found and refused by itself.
//
//	s, err := wordpress.OpenSite(ctx, client, "https://news.example", wordpress.Login{}, wordpress.ExportOptions{})
//	…
//	defer s.Close()
type Site struct {
	x     *Export // makes stories of posts
	get   Getter
	login Login
	// api is the root of the API; in its query where the site has no pretty addresses.
	api *url.URL
	// sections are what the site has, in the order of Items; known once the survey was made.
	sections []*section
	// terms are all terms by their ID, taxonomies what the fields of posts that name them are called.
	terms      map[int64]term
	taxonomies map[string]string
	// comments are the IDs of the comments under each post; orphans counts those under what does not come in.
	comments map[int64][]int64
	orphans  int
	// embed has posts bring the names of their authors, where the site doesn't list them.
	embed bool
	notes []string
}

// OpenSite finds the API of a site. The language and time zone are those that it says, where opt doesn't name them.
func OpenSite(ctx context.Context, get Getter, address string, login Login, opt ExportOptions) (*Site, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is no address of a site", address)
	}
	u.RawQuery, u.Fragment = "", ""
	if login != (Login{}) && u.Scheme != "https" && !isLocal(u.Hostname()) {
		return nil, errors.New("a password is only sent over https")
	}
	s := &Site{x: &Export{opt: opt, parts: []part{{name: u.Host}}}, get: get, login: login}
	if err := s.discover(ctx, u); err != nil {
		return nil, err
	}
	return s, nil
}

// isLocal says whether a host is this machine.
func isLocal(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// Close removes what the import kept on disk.
func (s *Site) Close() error { return s.x.Close() }

// Identity names the site and how it is read. What has changed there since an import was stopped, the next one brings.
func (s *Site) Identity() string {
	return fmt.Sprintf("wordpress:%s:%t:%q:%q", s.api, s.login != (Login{}), s.x.opt.Languages, s.x.opt.Language)
}

// A NoAPIError says that a site does not answer as WordPress's REST API does: it is none, or it has turned the API off.
type NoAPIError struct {
	Site string
	Err  error
}

// Error says which site, and how it answers.
func (e *NoAPIError) Error() string {
	return fmt.Sprintf("%s does not answer as WordPress's REST API does: %v", e.Site, e.Err)
}

// Unwrap returns how the site answers.
func (e *NoAPIError) Unwrap() error { return e.Err }

// root is what the API says of a site.
type root struct {
	Home       string   `json:"home"`
	URL        string   `json:"url"`
	Namespaces []string `json:"namespaces"`
	Zone       string   `json:"timezone_string"`
}

var (
	linkAPI  = regexp.MustCompile(`<([^>]+)>\s*;\s*rel="?https://api\.w\.org/"?`)
	feedLang = regexp.MustCompile(`<language>([a-zA-Z0-9_-]+)</language>`)
	htmlLang = regexp.MustCompile(`(?i)<html[^>]*\slang=["']?([a-zA-Z0-9_-]+)`)
)

// discover finds the root of the API: where the site's front page says that it is, or else where it usually is.
func (s *Site) discover(ctx context.Context, u *url.URL) error {
	s.x.site = newSite(s.x.opt)
	base := strings.TrimRight(u.String(), "/")
	roots := []string{base + "/wp-json/", base + "/?rest_route=/"}
	home, err := s.get.Do(ctx, web.Request{URL: u.String(), Limit: maxAnswer})
	if status := (*web.StatusError)(nil); err != nil && !errors.As(err, &status) {
		return err // nothing answers there at all
	}
	if err == nil {
		if s.login == (Login{}) {
			u = home.URL // it may have led on to another name
		}
		if m := htmlLang.FindSubmatch(home.Body); m != nil {
			s.x.site.lang = string(m[1])
		}
		for _, link := range home.Header.Values("Link") {
			if m := linkAPI.FindStringSubmatch(link); m != nil {
				roots = slices.Insert(roots, 0, m[1])
			}
		}
	}
	for _, address := range roots {
		api, parseErr := u.Parse(address)
		if parseErr != nil || hostOf(api) != hostOf(u) || u.Scheme == "https" && api.Scheme != "https" {
			continue // the password is for this site alone
		}
		s.api = api
		var r root
		if err = s.ask(ctx, "", nil, &r); err == nil {
			if !slices.Contains(r.Namespaces, "wp/v2") {
				err = errors.New("it has no posts (wp/v2)")
				continue
			}
			if err := s.settle(r); err != nil {
				return err
			}
			return s.findLanguage(ctx)
		}
		if ctx.Err() != nil {
			return err
		}
	}
	return &NoAPIError{u.Host, err}
}

// findLanguage asks the site's feed for its language where the front page doesn't say it; if that doesn't either, it is the
// newsroom's only one.
func (s *Site) findLanguage(ctx context.Context) error {
	site := s.x.site
	if site.lang != "" || s.x.opt.Language != "" {
		return nil
	}
	address := *site.home
	address.Path = strings.TrimRight(address.Path, "/") + "/"
	address.RawQuery = "feed=rss2"
	a, err := s.get.Do(ctx, web.Request{URL: address.String(), Limit: maxAnswer})
	if m := feedLang.FindSubmatch(a.Body); err == nil && m != nil {
		site.lang = string(m[1])
	} else if len(s.x.opt.Languages) == 1 {
		site.lang = s.x.opt.Languages[0]
	}
	return ctx.Err()
}

// hostOf returns a URL's host, the same with "www." and without.
func hostOf(u *url.URL) string {
	host, port, err := net.SplitHostPort(u.Host)
	if err != nil {
		host, port = u.Host, ""
	}
	return strings.TrimPrefix(strings.ToLower(host), "www.") + ":" + port
}

// settle takes what the API says of the site.
func (s *Site) settle(r root) error {
	site := s.x.site
	site.export = true
	home, err := url.Parse(importer.Link(r.Home, nil))
	if err != nil || home.Host == "" {
		return &NoAPIError{s.api.Host, fmt.Errorf("it says that its address is %q", r.Home)}
	}
	site.home = home
	if zone, err := time.LoadLocation(r.Zone); err == nil && r.Zone != "" && site.zone == nil {
		site.zone = zone
	}
	if slices.ContainsFunc(r.Namespaces, func(n string) bool { return strings.HasPrefix(n, "wpml/") }) {
		s.notes = append(s.notes, "it uses WPML, whose API shows one language alone: for all of them, import an export (Tools, Export)")
	}
	if s.login == (Login{}) {
		s.notes = append(s.notes, "drafts and scheduled posts, and what passwords protect, can't be read without an application password (--auth-file)")
	}
	return nil
}
