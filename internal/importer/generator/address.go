package generator

import (
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// settleAddress says where a page of Hugo stood, in the language of a tag of the site's.
func (h *hugo) settleAddress(p *page, tag string) {
	root := h.site + "/"
	if tag != "" && tag != strings.ToLower(h.config.text("defaultcontentlanguage")) && len(h.languages) > 1 || h.config.is("defaultcontentlanguageinsubdir") {
		root += tag + "/"
	}
	if own := h.config.text("languages." + tag + ".baseurl"); strings.HasPrefix(own, "http") { // a site of its own
		root = strings.TrimRight(own, "/") + "/"
	}
	for _, alias := range p.matter.list("aliases") {
		if strings.HasPrefix(alias, "/") {
			p.aliases = append(p.aliases, join(h.site+"/", alias))
		} else {
			p.aliases = append(p.aliases, join(root, path.Join(path.Dir(p.key), alias)+"/"))
		}
	}
	if given := p.matter.text("url"); given != "" && !strings.Contains(given, ":") {
		if !strings.HasPrefix(given, "/") {
			p.address = join(root, given)
			return
		}
		p.address = join(h.site+"/", given)
		return
	}
	p.address = ""
	if within, ok := h.permalink(p); ok {
		p.address = join(root, within)
	}
}

// join puts a path behind the root of a site, as an address writes it.
func join(root, within string) string {
	u, err := url.Parse(root)
	if err != nil {
		return ""
	}
	slash := strings.HasSuffix(within, "/") || within == ""
	u.Path = path.Join(u.Path, within)
	if slash && !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u.String()
}

// keyOf returns a page's path in the content folder without its language and ending, whatever its story is called.
func (h *hugo) keyOf(p *page) string {
	if !strings.HasPrefix(p.key, "translation/") {
		return p.key
	}
	_, within, _ := h.below(p.file)
	key := strings.TrimSuffix(within, path.Ext(within))
	if before, tag, ok := cutLast(key, "."); ok && h.isLanguage(tag) {
		key = before
	}
	if base := path.Base(key); base == "index" || base == "_index" {
		key = path.Dir(key)
	}
	return key
}

// permalink returns where a page stands below the root of its language, and false where its pattern has words that are
// not known.
func (h *hugo) permalink(p *page) (string, bool) {
	key := h.keyOf(p)
	dir, name := path.Split(key)
	if slug := p.matter.text("slug"); slug != "" {
		name = slug
	}
	ugly := h.config.is("uglyurls")
	section, _, _ := strings.Cut(dir, "/")
	pattern := h.config.text("permalinks."+section, "permalinks.page."+section)
	if strings.HasPrefix(path.Base(p.file), "_index.") {
		pattern, ugly = "", false
	}
	if pattern != "" {
		within, ok := fill(pattern, func(token string) (string, bool) { return h.token(p, token, dir, name, key) })
		return within, ok
	}
	within := strings.TrimPrefix(urlize(path.Join(dir, name)), "./")
	if within == "." {
		within = ""
	}
	if !h.config.is("disablepathtolower") {
		within = strings.ToLower(within)
	}
	if ugly {
		return within + ".html", true
	}
	if within != "" {
		within += "/"
	}
	return within, true
}

// token returns what a word of a pattern of Hugo's stands for.
func (h *hugo) token(p *page, token, dir, name, key string) (string, bool) {
	sections := strings.Trim(dir, "/")
	first, _, _ := strings.Cut(sections, "/")
	switch token {
	case "section":
		return first, true
	case "sections":
		return sections, true
	case "slug":
		if p.matter.text("slug") != "" {
			return urlize(name), true
		}
		return urlize(p.matter.text("title")), true
	case "title":
		return urlize(p.matter.text("title")), true
	case "filename", "contentbasename":
		return urlize(path.Base(key)), true
	case "slugorfilename", "slugorcontentbasename":
		return urlize(name), true
	}
	return h.day(p, token)
}

// day returns what a word of a pattern says of a page's day.
func (s *Source) day(p *page, token string) (string, bool) {
	text := p.dated
	for _, key := range []string{"date", "publishdate", "pubdate"} {
		if t := p.matter.text(key); t != "" {
			text = t
			break
		}
	}
	t, _, err := s.dates.Parse(text)
	if err != nil || t.IsZero() {
		return "", false
	}
	if s.dates.Zone != nil {
		t = t.In(s.dates.Zone)
	}
	switch token {
	case "year":
		return t.Format("2006"), true
	case "short_year":
		return t.Format("06"), true
	case "month":
		return t.Format("01"), true
	case "i_month":
		return strconv.Itoa(int(t.Month())), true
	case "monthname", "long_month":
		return strings.ToLower(t.Month().String()), true
	case "short_month":
		return t.Format("Jan"), true
	case "day":
		return t.Format("02"), true
	case "i_day":
		return strconv.Itoa(t.Day()), true
	case "yearday":
		return strconv.Itoa(t.YearDay()), true
	case "y_day":
		return fmt.Sprintf("%03d", t.YearDay()), true
	case "weekday":
		return strconv.Itoa(int(t.Weekday())), true
	case "hour":
		return t.Format("15"), true
	case "minute":
		return t.Format("04"), true
	case "second":
		return t.Format("05"), true
	}
	return "", false
}

// fill puts values in the place of a pattern's words: :year, :title.
func fill(pattern string, value func(token string) (string, bool)) (string, bool) {
	var b strings.Builder
	for pattern != "" {
		before, rest, ok := strings.Cut(pattern, ":")
		b.WriteString(before)
		if !ok {
			break
		}
		n := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz_"))
		v, known := value(rest[:n])
		if !known {
			return "", false
		}
		b.WriteString(v)
		pattern = rest[n:]
	}
	return b.String(), true
}

// urlize makes of words what Hugo makes of them in an address: small letters, hyphens for spaces, no marks.
func urlize(s string) string {
	var b strings.Builder
	for _, c := range norm.NFC.String(strings.ToLower(s)) {
		switch {
		case unicode.IsSpace(c):
			if !strings.HasSuffix(b.String(), "-") {
				b.WriteByte('-')
			}
		case unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) || strings.ContainsRune("./_-+~#%", c):
			b.WriteRune(c)
		}
	}
	return strings.Trim(b.String(), "-")
}
