package wordpress

import (
	"net/url"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// finish gives figures the credits that the site's media library keeps, and has them name the site's own files where a
// service stood between.
func (p page) finish(clean *importer.Cleaner, body []news.Block) {
	for i := range body {
		if f := body[i].Figure; f != nil {
			if f.Credit == "" {
				f.Credit = clean.Line(plainText(p.credits[f.Missing]))
			}
			f.Missing = direct(f.Missing)
		}
		p.finish(clean, body[i].Blocks)
		for _, item := range body[i].Items {
			p.finish(clean, item)
		}
	}
}

// direct returns the address of a picture on the site itself, where one leads to a service that makes it smaller: those
// of WordPress.com and of Jetpack (i0.wp.com/SITE/PATH).
func direct(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	host := strings.ToLower(u.Host)
	switch {
	case strings.HasSuffix(host, ".files.wordpress.com"):
	case len(host) == len("i0.wp.com") && host[0] == 'i' && strings.HasSuffix(host, ".wp.com"):
		site, rest, ok := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
		if !ok || !strings.Contains(site, ".") {
			return address
		}
		u.Host, u.Path, u.RawPath = site, "/"+rest, ""
	default:
		return address
	}
	u.RawQuery = ""
	if link := importer.Link(u.String(), nil); link != "" {
		return link
	}
	return address
}
