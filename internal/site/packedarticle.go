package site

import (
	"time"

	"coranto/edition"
	"coranto/internal/news"
	"coranto/internal/ninjs"
	"coranto/internal/store"
)

// article returns an article as it stands in a pack, and its light pictures: by path, the SHA-256 of the rendition. It says
// what the article's document does (document), and so what readers may see.
func (p *packing) article(o store.Outing) (edition.Article, map[string]string, error) {
	st, err := p.snap.ArticleAt(p.ctx, o.Story, p.tag, o.Number)
	if err != nil {
		return edition.Article{}, nil, err
	}
	r, err := p.site.gather(p.ctx, p.snap, st.Articles)
	if err != nil {
		return edition.Article{}, nil, err
	}
	if err := p.hide(o, r); err != nil {
		return edition.Article{}, nil, err
	}
	d, err := p.site.ninjs(st, st.Articles[0], r)
	if err != nil {
		return edition.Article{}, nil, err
	}
	w := packer{doc: d, numbers: map[string]int{}, pictures: map[string]string{}}
	return w.article(), w.pictures, nil
}

// hide takes the renditions of those media away that an older revision shows and the story's articles do not any more:
// the edition has no file of them.
func (p *packing) hide(o store.Outing, r refs) error {
	if len(r.order) == 0 {
		return nil
	}
	now, err := p.snap.Story(p.ctx, o.Story)
	if err != nil {
		return err
	}
	shown := map[string]bool{}
	for _, a := range now.Articles {
		if _, ours := p.site.byTag[a.Lang]; !ours {
			continue
		}
		for id := range a.Revision.Media() {
			shown[id] = true
		}
	}
	for id, m := range r.media {
		if !shown[id] {
			m.Renditions, m.Placeholder = nil, ""
			r.media[id] = m
		}
	}
	return nil
}

// A packer writes a document of one article as it stands in a pack.
type packer struct {
	doc      ninjs.Document
	numbers  map[string]int // of media
	pictures map[string]string
}

func (w *packer) article() edition.Article {
	st := w.doc.Story
	a := st.Articles[0]
	r := a.Revision
	for i, m := range w.doc.Media {
		w.numbers[m.ID] = i + 1
	}
	out := edition.Article{
		ID: st.ID, Address: w.doc.Address(), Number: a.Number, Published: second(a.Published), Updated: second(a.Updated),
		Kicker: r.Kicker, Headline: r.Headline, Standfirst: r.Standfirst, Dateline: r.Dateline,
		Related: r.Related, Breaking: second(a.Breaking), Blocks: w.blocks(r.Body),
	}
	for _, b := range r.Bylines {
		out.Bylines = append(out.Bylines, edition.Byline{Name: b.Name, Role: b.Role, Slug: b.Slug})
	}
	for _, t := range r.Topics {
		out.Topics = append(out.Topics, edition.Tag(t))
	}
	for _, p := range r.Places {
		out.Places = append(out.Places, edition.Tag(p))
	}
	if r.Origin != nil {
		out.Origin = &edition.Origin{Lang: r.Origin.Lang, Number: r.Origin.Number}
	}
	if r.Lead != nil {
		out.Lead = w.figure(r.Lead)
	}
	for _, c := range r.Corrections {
		out.Corrections = append(out.Corrections, edition.Correction{Time: second(c.Time), Text: c.Text})
	}
	for _, s := range st.Sources {
		out.Sources = append(out.Sources, edition.Voice{ID: s.ID, Kind: string(s.Kind), Name: s.Name, Reason: s.Reason})
	}
	for _, c := range st.Claims {
		out.Claims = append(out.Claims, claimed(c))
	}
	for _, m := range w.doc.Media {
		out.Media = append(out.Media, w.media(m))
	}
	return out
}

// second returns a time as packs have it: in UTC and whole seconds.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

func claimed(c news.Claim) edition.Claim {
	out := edition.Claim{ID: c.ID, Source: c.Source, Check: string(c.Check)}
	for _, e := range c.Evidence {
		out.Evidence = append(out.Evidence, edition.Kept{URL: e.URL, Archived: e.Archived, SHA256: e.SHA256, Retrieved: second(e.Retrieved)})
	}
	return out
}

// media writes what figures show: of a picture the light rendition in the format that every browser knows.
func (w *packer) media(m news.Media) edition.Media {
	out := edition.Media{ID: w.numbers[m.ID], Name: m.Name, Placeholder: m.Placeholder}
	shown := m.Renditions
	if len(shown) > 0 && isImage(shown[0]) {
		formats := byFormat(wholeOf(shown))
		shown = []news.Rendition{light(formats[len(formats)-1])}
		if shown[0].Size <= edition.MaxPicture && shown[0].Size > 0 {
			w.pictures[w.doc.Paths[shown[0].SHA256]] = shown[0].SHA256
		}
	}
	for _, r := range shown {
		out.Renditions = append(out.Renditions, edition.Rendition{
			Path: w.doc.Paths[r.SHA256], Type: r.MediaType, Width: r.Width, Height: r.Height, Size: r.Size,
		})
	}
	return out
}

func (w *packer) figure(f *news.Figure) *edition.Figure {
	out := &edition.Figure{
		Media: w.numbers[f.Media], Missing: f.Missing != "", Alt: f.Alt, Decorative: f.Decorative, Caption: words(f.Caption),
		Credit: f.Credit, Rights: f.Rights, Transcript: w.blocks(f.Transcript),
	}
	for _, t := range f.Subtitles {
		out.Subtitles = append(out.Subtitles, edition.Track{Lang: t.Lang, Media: w.numbers[t.Media]})
	}
	return out
}

func (w *packer) blocks(bs []news.Block) (out []edition.Block) {
	for _, b := range bs {
		p := edition.Block{
			Kind: string(b.Kind), Text: words(b.Text), Level: b.Level, Ordered: b.Ordered, Blocks: w.blocks(b.Blocks),
			Header: b.Header, URL: b.URL,
		}
		for _, item := range b.Items {
			p.Items = append(p.Items, w.blocks(item))
		}
		for _, row := range b.Rows {
			var cells []edition.Text
			for _, cell := range row {
				cells = append(cells, words(cell))
			}
			p.Rows = append(p.Rows, cells)
		}
		if b.Figure != nil {
			p.Figure = w.figure(b.Figure)
		}
		out = append(out, p)
	}
	return out
}

func words(spans []news.Span) (out edition.Text) {
	for _, s := range spans {
		out = append(out, edition.Span{Text: s.Text, Mark: int(s.Mark), Link: s.Link, Claim: s.Claim, Lang: s.Lang})
	}
	return out
}
