package markdown

import (
	"errors"
	"maps"
	"path"
	"slices"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
	"coranto/internal/picture"
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
	f.words[name] = picture.WordsOf(b)
	focus := f.focus(id, name)
	m, err := f.st.Media(f.ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", storeError{err}
	}
	switch {
	case err != nil, importer.AsItCame(m), focus != (news.Focus{}) && focus != m.Focus:
		if err := f.put(name, b, focus); err != nil {
			return "", err
		}
	case focus != m.Focus:
		f.unfocused[id] = file{f, name}
	}
	f.media[name] = id
	return id, nil
}

// A file is one of a folder.
type file struct {
	*folder
	name string
}

// focus returns what story.yaml says is the focus of a picture, or another folder that shows the same picture and came
// before; zero where none has said so far.
func (f *folder) focus(id, name string) news.Focus {
	said := news.Focus(f.y.Media[name].Focus)
	if _, ok := f.focused[id]; !ok && said != (news.Focus{}) {
		f.focused[id] = said
	}
	return f.focused[id]
}

// unfocus cuts anew, around their centre, the pictures of which nobody says any longer what matters in them. A story that
// says nothing may show the picture of one that does, and come before it: so this is the last thing of an import.
func (im *run) unfocus() error {
	for _, id := range slices.Sorted(maps.Keys(im.unfocused)) {
		if _, ok := im.focused[id]; ok {
			continue
		}
		from := im.unfocused[id]
		b, err := from.read(from.name, importer.MaxMedia)
		if err == nil {
			err = from.put(from.name, b, news.Focus{})
		}
		if fatal := (storeError{}); errors.As(err, &fatal) {
			return err
		}
		if err != nil {
			im.w.Refuse(from.place(path.Join(from.dir, from.name)), err)
		}
	}
	return nil
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
	fig, err := f.bare(l.File, l.Alt, l.Caption, clean)
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
	f.complete(fig, l.File, clean)
	return fig, nil
}

// figure makes a figure of a file of the text.
func (f *folder) figure(file, alt, caption string, clean *importer.Cleaner) (*news.Figure, error) {
	fig, err := f.bare(file, alt, caption, clean)
	if err == nil {
		f.complete(fig, file, clean)
	}
	return fig, err
}

// complete takes a picture's credit and rights from its file where the story gives neither, and tells the editor. A story
// that protects anybody takes nothing: the file may name whom the story does not, in other letters too. What the file
// says about the picture is for the editor to copy: readers would take it for the newsroom's own words.
func (f *folder) complete(fig *news.Figure, file string, clean *importer.Cleaner) {
	w := f.words[path.Clean(file)]
	has := w.Withheld || w.Credit != "" || w.Rights != ""
	const hint = "(hint: give its credit below the lead, or under media in story.yaml)"
	switch {
	case fig.Decorative:
		return
	case !has || fig.Credit != "" || fig.Rights != "":
	case f.protects:
		clean.Note("%s says whose it is; nothing of that was taken, since the story protects somebody %s", file, hint)
	case w.Withheld:
		clean.Note("%s says whose it is and names who made it; nothing of that was taken %s", file, hint)
	default:
		fig.Credit, fig.Rights = clean.Line(w.Credit), clean.Line(w.Rights)
		clean.Note("%s says whose it is; taken from it: %q", file, strings.Trim(fig.Credit+" · "+fig.Rights, " ·"))
	}
	if fig.Alt == "" && w.Alt != "" {
		clean.Note("%s says what it shows; copy it if readers may know: %.200q", file, w.Alt)
	}
	if len(fig.Caption) == 0 && w.Caption != "" {
		clean.Note("%s has a caption in it; copy it if readers may know: %.200q", file, w.Caption)
	}
}

// bare makes a figure of a file and of what the story says of it.
func (f *folder) bare(file, alt, caption string, clean *importer.Cleaner) (*news.Figure, error) {
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
