package markdown

import (
	"errors"
	"path"

	"coranto/internal/importer"
	"coranto/internal/news"
	"coranto/internal/store"
)

// show returns the media of a file beside the articles, and puts it into the store unless it is there with the same
// focus.
func (f *folder) show(name string) (id string, err error) {
	name = path.Clean(name)
	if id, ok := f.media[name]; ok {
		return id, nil
	}
	b, err := f.read(name, importer.MaxMedia)
	if err != nil {
		return "", err
	}
	id = importer.MediaID(b)
	focus := news.Focus(f.y.Media[name].Focus)
	m, err := f.st.Media(f.ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", storeError{err}
	}
	if err != nil || importer.AsItCame(m) || focus != (news.Focus{}) && focus != m.Focus {
		if err := f.put(name, b, focus); err != nil {
			return "", err
		}
	}
	f.media[name] = id
	return id, nil
}

// put makes the renditions of a file and writes them to the store. focus is of a picture; zero where nobody says.
func (f *folder) put(name string, b []byte, focus news.Focus) error {
	public := name
	if n := f.y.Media[name].Name; n != "" {
		public = n + path.Ext(name)
	}
	m, files, err := importer.NewMedia(public, b, focus)
	if err != nil {
		return err
	}
	m.Focus = focus
	if err := f.st.PutMedia(f.ctx, m, files); err != nil {
		return storeError{err}
	}
	return nil
}

// lead makes the figure above the text; nil where there is none.
func (f *folder) lead(l *leadYAML, clean *importer.Cleaner) (*news.Figure, error) {
	if l == nil {
		return nil, nil
	}
	if l.File == "" {
		return nil, errors.New("names no file")
	}
	fig, err := f.figure(l.File, l.Alt, l.Caption, clean)
	if err != nil {
		return nil, err
	}
	if l.Credit != "" {
		fig.Credit = clean.Line(l.Credit)
	}
	if l.Rights != "" {
		fig.Rights = clean.Line(l.Rights)
	}
	if l.Decorative {
		fig.Alt, fig.Decorative = "", true
	}
	return fig, nil
}

// figure makes a figure of a file and its words.
func (f *folder) figure(file, alt, caption string, clean *importer.Cleaner) (*news.Figure, error) {
	id, err := f.show(file)
	if err != nil {
		return nil, err
	}
	about := f.y.Media[path.Clean(file)]
	fig := &news.Figure{Media: id, Alt: clean.Line(alt), Credit: clean.Line(about.Credit), Rights: clean.Line(about.Rights)}
	if fig.Alt == "" {
		fig.Decorative = about.Decorative
	}
	line := clean.Inline()
	line.Text(caption, news.Span{})
	fig.Caption = line.Flush()
	if fig.Subtitles, err = f.subtitles(file); err != nil {
		return nil, err
	}
	fig.Transcript, err = f.transcript(file, clean)
	return fig, err
}
