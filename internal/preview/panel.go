package preview

import (
	"bytes"
	"context"
	"html"
	"html/template"
	"regexp"
	"strings"

	"coranto/internal/check"
	"coranto/internal/site"
)

// A panel is what stands at the top of a page.
type panel struct {
	live
	// Lang is the page's language. State says of a story what it is other than public; empty otherwise.
	Lang, State string
	// Waiting are the articles that readers don't see yet, on pages that are no story's.
	Waiting  []heldBack
	Problems []check.Problem
	Refused  []string
	Fault    string
}

// read returns the file at a path, of a folder the index in it, with its bytes; a page with a panel.
func (r *Room) read(ctx context.Context, path string, p panel) (site.File, []byte, error) {
	if path == "" || strings.HasSuffix(path, "/") {
		path += "index.html"
	}
	f, story, err := r.file(ctx, path)
	if err != nil {
		return f, nil, err
	}
	body, err := r.body(ctx, f)
	if err != nil || f.MediaType != "text/html" {
		return f, body, err
	}
	p.Refused = r.Refused
	p.Lang, _, _ = strings.Cut(path, "/")
	if story != "" {
		err = r.judge(ctx, &p, story)
	} else {
		p.Waiting, err = r.heldBack(ctx, p.Lang)
	}
	if err != nil {
		return f, nil, err
	}
	return f, withPanel(body, p), nil
}

// Page returns the page at a path as the server sends it, or fs.ErrNotExist; but without the script that loads it anew.
func (r *Room) Page(ctx context.Context, path string) ([]byte, error) {
	_, body, err := r.read(ctx, path, panel{})
	return body, err
}

// judge says in a panel what an article is, and what is wrong with it.
func (r *Room) judge(ctx context.Context, p *panel, story string) error {
	st, err := r.Snap.Story(ctx, story)
	if err != nil {
		return err
	}
	for _, a := range st.Articles {
		for _, w := range r.Waiting {
			if a.Lang == p.Lang && w.Story == story && w.Lang == p.Lang {
				p.State = w.says(a)
			}
		}
	}
	if r.Check == nil {
		return nil
	}
	all, err := r.Check(ctx, story)
	for _, problem := range all {
		if problem.Lang == p.Lang || problem.Lang == "" {
			p.Problems = append(p.Problems, problem)
		}
	}
	return err
}

// live is what a page of the preview needs to load itself anew; zero where it shall not.
type live struct {
	Base, Nonce string // of its addresses, and of the script
	Version     int    // of the newsroom that the page shows
}

// policy is what the policy of a page must let in besides what it is published with.
func (l live) policy() string {
	return "; script-src 'nonce-" + l.Nonce + "'; connect-src 'self'; frame-ancestors 'none'"
}

// The script waits for word of a change, and loads the page anew. It waits in no tab that isn't seen: browsers have but a
// few connections for all tabs.
const reload = `{{define "reload"}}{{if .Nonce}}<script nonce="{{.Nonce}}">(() => {
	let wait
	const listen = () => {
		wait?.close()
		if (document.hidden) return
		wait = new EventSource("{{.Base}}/.coranto/changes?since={{.Version}}")
		wait.onmessage = () => { wait.close(); location.reload() }
	}
	addEventListener("visibilitychange", listen)
	listen()
})()</script>
{{end}}{{end}}`

// The panel stands in an element of its own, with a style that touches nothing else, from an address that the policy of
// the published page lets in. It speaks English, as the commands do: it is the editors'.
var panelTemplate = template.Must(template.Must(template.New("panel").Parse(reload)).Parse(
	`{{if .Nonce}}<link rel="stylesheet" href="{{.Base}}/.coranto/panel.css?lang={{.Lang}}&amp;version={{.Version}}">
{{end}}<aside id="coranto-preview" lang="en" dir="ltr" aria-label="Preview">
<p><b>Preview</b>: nothing of this is published. {{if .Nonce}}<a href="{{.Base}}/">Languages</a> · <a href="{{.Base}}/_components">Components</a>{{end}}</p>
{{with .Fault}}<p class="fatal" role="alert">This is how it was: what changed since can't be shown. {{.}}</p>
{{end}}{{with .State}}<p><b>{{.}}</b></p>
{{end}}{{with .Problems}}<ul>
{{range .}}<li>{{if .Fatal}}<span class="fatal">fatal</span> {{end}}<b>{{.Code}}</b>: {{.Text}} <code>{{.Place}}</code>{{with .Hint}} · {{.}}{{end}}</li>
{{end}}</ul>
{{end}}{{with .Waiting}}<details><summary><b>Not out yet: {{len .}}</b></summary><ul>
{{range .}}<li>{{if $.Nonce}}<a href="{{$.Base}}/{{.Path}}">{{.Headline}}</a>{{else}}{{.Headline}}{{end}} · {{.Says}}</li>
{{end}}</ul></details>
{{end}}{{with .Refused}}<details><summary><b>Not taken at all: {{len .}}</b></summary><ul>
{{range .}}<li><code>{{.}}</code></li>
{{end}}</ul></details>
{{end}}</aside>
{{template "reload" .}}`))

// panelStyle is the panel's; Room.marks has the rest. Whatever the page's own style says of such elements, in here it begins from nothing.
const panelStyle = `#coranto-preview, #coranto-preview * { all: revert }
#coranto-preview { box-sizing: border-box; inline-size: auto; max-inline-size: none; margin: 0 0 1rem; padding: .5rem 1rem;
	font: 14px/1.5 system-ui, sans-serif; text-align: start; writing-mode: horizontal-tb; color-scheme: light;
	color: #1a1a1a; background: #fff3c4; border: 0 solid #b7791f; border-block-end-width: 2px }
#coranto-preview :is(p, ul, details) { margin: .25rem 0; font: inherit; color: inherit; max-inline-size: none }
#coranto-preview a { color: #1a4a8a }
#coranto-preview code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere }
#coranto-preview .fatal { color: #a30000; font-weight: bold }
@media print { #coranto-preview { display: none } }
`

// ownPolicy is the policy that a page carries, which knows nothing of the panel. The preview sends it as a header, with
// what the panel needs.
var ownPolicy = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`)

// policyOf returns the policy that a page carries; empty where the file is no page.
func policyOf(page []byte) string {
	m := ownPolicy.FindSubmatch(page)
	if m == nil {
		return ""
	}
	return html.UnescapeString(string(m[1]))
}

// withPanel puts a panel at the beginning of a page's body.
func withPanel(page []byte, p panel) []byte {
	var b bytes.Buffer
	if err := panelTemplate.ExecuteTemplate(&b, "panel", p); err != nil {
		panic(err) // a template that is part of the program, and plain data
	}
	before, after, ok := bytes.Cut(page, []byte("<body>"))
	if !ok {
		return page
	}
	return bytes.Join([][]byte{before, []byte("<body>\n"), b.Bytes(), after}, nil)
}
