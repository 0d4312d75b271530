package ninjs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
	"coranto/internal/ninjs"
)

// A whole is a story of an export of everything (package export): the folder of the drop that it stands in, and how many
// articles, revisions and comments it has.
type whole struct {
	folder                        string
	articles, revisions, comments int
}

// What the report calls the things of such an export.
const (
	kindArticle = "article"
	kindMedia   = "media"
)

// isReport says whether a document is what an export says of itself: its export.json, which is no ninjs.
func (s *Source) isReport(r record) bool {
	name := s.drop.files[r.file].name
	return path.Base(name) == "export.json" && slices.ContainsFunc(s.drop.files, func(f file) bool {
		return strings.HasPrefix(f.name, path.Join(path.Dir(name), "stories")+"/")
	})
}

// errStopped is of an export that was stopped before its end.
var errStopped = errors.New("the export was stopped before its end: what it has comes in, and what it lacks does not " +
	"(hint: run coranto export again)")

// addReport looks whether an export came to its end.
func (s *Source) addReport(r record, b []byte) {
	var says struct{ Finished bool }
	if json.Unmarshal(b, &says) == nil && !says.Finished {
		s.entries = append(s.entries, entry{kind: kindDocument, refused: true, reason: errStopped, versions: []edited{{record: r}}})
	}
}

// addWhole notes a document of an export of everything. That of a story stands for those of its articles, which lie beside.
func (s *Source) addWhole(r record, it item, b []byte) {
	name := s.drop.files[r.file].name
	e := entry{versions: []edited{{record: r}}}
	switch path.Base(name) {
	case ninjs.WholeFile:
		w, err := ninjs.DecodeWhole(b)
		if err != nil || !strings.HasSuffix("/"+name, "/"+ninjs.StoryPath(w.Story.ID)+"/"+ninjs.WholeFile) {
			e.kind, e.refused = kindDocument, true
			break
		}
		e.kind, e.whole = kindArticle, &whole{folder: path.Dir(name), articles: len(w.Articles), comments: len(w.Comments)}
		for _, n := range w.Articles {
			e.whole.revisions += n - 1
		}
		s.items[keyOf(it.uri())] = len(s.entries)
		base := strings.TrimSuffix(strings.TrimSuffix(path.Dir(name), ninjs.StoryPath(w.Story.ID)), "/")
		if !slices.Contains(s.exports, base) {
			s.exports = append(s.exports, base)
		}
	case ninjs.MediaFile:
		e.kind = kindMedia
		e.whole = &whole{}
	default:
		// A revision counts with its story, unless that is not there.
		if s.drop.has(path.Join(path.Dir(name), ninjs.WholeFile)) {
			return
		}
		e.kind, e.refused = kindDocument, true
	}
	s.entries = append(s.entries, e)
}

// surveyWhole counts what an entry of an export has, and tells where its articles stood.
func (s *Source) surveyWhole(ctx context.Context, e entry, survey *importer.Survey) error {
	if e.kind == kindMedia {
		survey.Has[kindMedia]++
		return nil
	}
	survey.Has[kindArticle] += e.whole.articles
	for kind, n := range map[string]int{kindRevision: e.whole.revisions, importer.KindComment: e.whole.comments} {
		if n > 0 {
			survey.Has[kind] += n
		}
	}
	w, err := s.loadWhole(e)
	if err != nil {
		return nil // refused when its turn comes
	}
	for _, address := range slices.Sorted(maps.Keys(w.Stood)) {
		if err := survey.Moved(ctx, "https://"+address, w.Story.ID, w.Stood[address]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Source) loadWhole(e entry) (ninjs.Whole, error) {
	b, err := s.drop.read(e.versions[0].record)
	if err != nil {
		return ninjs.Whole{}, err
	}
	return ninjs.DecodeWhole(b)
}

// wholeItems returns the items of an entry of an export: a story with all its revisions, or the count of a media.
func (s *Source) wholeItems(e entry) []importer.Item {
	at := s.at(e.versions[0].record, "")
	if e.kind == kindMedia {
		return []importer.Item{{At: at, Kind: kindMedia}}
	}
	out := importer.Item{At: at, Kind: kindArticle, Count: e.whole.articles}
	w, err := s.loadWhole(e)
	if err == nil {
		out.At.Item, out.Comments = w.Story.ID, w.Comments
		err = s.states(w, e.whole.folder, &out)
	}
	if err != nil {
		out.Story, out.Before, out.Err = nil, nil, err
	}
	items := []importer.Item{out}
	if n := e.whole.revisions; n > 0 {
		items = append(items, importer.Item{At: at, Kind: kindRevision, Count: n})
	}
	return items
}

// states reads all revisions of a story: the last of each language are the story, those before them its earlier states,
// the first ones first.
func (s *Source) states(w ninjs.Whole, folder string, out *importer.Item) error {
	last := w.Story
	if w.Story.Address.Slug != "" {
		last.Slug = w.Story.Address.Slug // the wish that gives it again
	}
	last.Address = news.Address{}
	languages := slices.Sorted(maps.Keys(w.Articles))
	most := slices.Max(append(slices.Collect(maps.Values(w.Articles)), 0))
	base := last
	for n := 1; n <= most; n++ {
		for _, lang := range languages {
			if n > w.Articles[lang] {
				continue
			}
			a, err := s.revision(folder, w.Story.ID, lang, n)
			if err != nil {
				return err
			}
			if n == w.Articles[lang] {
				last.Articles = append(last.Articles, a)
				continue
			}
			before := base
			before.Articles = []news.Article{a}
			out.Before = append(out.Before, before)
		}
	}
	slices.SortFunc(last.Articles, func(a, b news.Article) int { return strings.Compare(a.Lang, b.Lang) })
	out.Story = &last
	return nil
}

// revision reads a revision of an article.
func (s *Source) revision(folder, story, lang string, n int) (news.Article, error) {
	name := ninjs.ArticlePath(lang, n)
	b, err := s.drop.open(path.Join(folder, name), ninjs.MaxSize)
	if err != nil {
		return news.Article{}, fmt.Errorf("%s: %w", name, err)
	}
	w, err := ninjs.DecodeArticle(b, story, lang, n)
	if err != nil {
		return news.Article{}, fmt.Errorf("%s: %w", name, err)
	}
	w.Article.Number, w.Article.File = 0, w.File
	return w.Article, nil
}

// Kept implements importer.Keeper: the media of exports of everything, each in its folder.
func (s *Source) Kept(_ context.Context, id string) (news.Media, map[string][]byte, error) {
	if len(id) != 64 || strings.Trim(id, "0123456789abcdef") != "" {
		return news.Media{}, nil, fmt.Errorf("media %q: %w", id, fs.ErrNotExist)
	}
	for _, export := range s.exports {
		folder := path.Join(export, ninjs.MediaPath(id))
		b, err := s.drop.open(path.Join(folder, ninjs.MediaFile), ninjs.MaxSize)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return news.Media{}, nil, err
		}
		return s.media(folder, id, b)
	}
	return news.Media{}, nil, fmt.Errorf("media %q: %w", id, fs.ErrNotExist)
}

// maxKept is the size in bytes of all renditions of a media together.
const maxKept = 256 << 20

// media reads the renditions of a media, from the folder in which it has its document.
func (s *Source) media(folder, id string, document []byte) (news.Media, map[string][]byte, error) {
	m, err := ninjs.DecodeMedia(document, id)
	if err != nil {
		return news.Media{}, nil, err
	}
	total := int64(0)
	for _, r := range m.Renditions {
		if total += r.Size; total > maxKept {
			return news.Media{}, nil, fmt.Errorf("media %s: more than %d bytes", m.Name, maxKept)
		}
	}
	files := map[string][]byte{}
	for _, r := range m.Renditions {
		if files[r.Name], err = s.drop.open(path.Join(folder, r.Name), r.Size); err != nil {
			return news.Media{}, nil, err
		}
	}
	return m, files, nil
}
