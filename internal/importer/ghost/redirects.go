package ghost

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"coranto/internal/importer"
)

// maxRedirects is the size of a file of redirects in bytes.
const maxRedirects = 1 << 20

// A redirect leads from a pattern of paths to an address.
type redirect struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// redirects reads the site's redirects, where they lie beside the export or in the content folder, and adds those that
// lead to posts to the addresses. A file that can't be read is refused as one redirect.
func (s *Source) redirects(x *index) {
	to := make(map[string]address, len(x.moved))
	for _, a := range x.moved {
		to[a.url] = a
	}
	for _, name := range []string{"redirects.yaml", "redirects.json", "data/redirects.yaml", "data/redirects.json"} {
		b, name, err := s.content(name, maxRedirects)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var list []redirect
		if err == nil {
			list, err = parseRedirects(name, b)
		}
		if err != nil {
			x.add(importer.Item{At: importer.Place{File: name}, Kind: "redirect", Err: err})
		}
		for _, r := range list {
			s.redirect(x, name, r, to)
		}
		return // Ghost has one such file
	}
}

// parseRedirects reads a file of redirects: a list of from and to in JSON, or in YAML from: to below 301 and 302.
func parseRedirects(name string, b []byte) (list []redirect, err error) {
	if path.Ext(name) == ".json" {
		err = json.Unmarshal(b, &list)
		return list, err
	}
	var by map[int]map[string]string
	if err := yaml.Unmarshal(b, &by); err != nil {
		return nil, err
	}
	for _, code := range slices.Sorted(maps.Keys(by)) {
		for _, from := range slices.Sorted(maps.Keys(by[code])) {
			list = append(list, redirect{from, by[code][from]})
		}
	}
	return list, nil
}

// redirect adds one redirect to the addresses, or says why it is left out.
func (s *Source) redirect(x *index, name string, r redirect, posts map[string]address) {
	it := importer.Item{At: importer.Place{File: name, Item: r.From}, Kind: "redirect"}
	from, plain := literal(r.From)
	to := r.To
	if strings.HasPrefix(to, "/") {
		to = s.site + to
	}
	to, _, _ = strings.Cut(to, "#")
	post, known := posts[strings.TrimRight(to, "/")+"/"]
	switch url := importer.Link(s.site+from, nil); {
	case !plain || url == "":
		it.Left = "it is a pattern, and no one address"
	case !known:
		it.Left = fmt.Sprintf("it leads to %.200q, which is no post of the export", r.To)
	default:
		x.moved = append(x.moved, address{url, post.story, post.lang})
	}
	x.add(it)
}

// literal returns the path that a regular expression of a redirect means where it means one alone, as ^/old/?$ does.
func literal(from string) (string, bool) {
	p := strings.NewReplacer(`\/`, "/", `\.`, ".", `\-`, "-").Replace(from)
	p = strings.TrimSuffix(strings.TrimPrefix(p, "^"), "$")
	p = strings.TrimSuffix(p, "/?")
	return p, strings.HasPrefix(p, "/") && !strings.ContainsAny(p, `\()[]{}*+?|^$`)
}
