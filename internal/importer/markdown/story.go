package markdown

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"coranto/internal/importer"
	"coranto/internal/news"
	"coranto/internal/picture"
)

// A folder is one story's.
type folder struct {
	*run
	dir string
	// id is the story's: the folder's name.
	id string
	y  storyYAML
	// fault is what is wrong with story.yaml, and at its place.
	fault error
	at    string
	// media holds the files shown so far by name, for a picture is made once for all languages.
	media map[string]string
	// words are what those files say of themselves.
	words map[string]picture.Words
	// protects says that the story keeps somebody's name from readers.
	protects bool
	// names are those of the files, and lang is the language of the article that is being read.
	names []string
	lang  string
}

// story reads the story of a folder and hands its articles to the writer.
func (im *run) story(dir string) error {
	entries, err := fs.ReadDir(im.fsys, dir)
	if err != nil {
		im.w.Refuse(importer.Place{File: dir}, err)
		return nil
	}
	// Some systems hand names out decomposed.
	f := &folder{run: im, dir: dir, id: norm.NFC.String(path.Base(dir)), media: make(map[string]string), words: make(map[string]picture.Words)}
	for _, e := range entries {
		f.names = append(f.names, norm.NFC.String(e.Name()))
	}
	if err := f.readStory(entries); err != nil {
		f.fault, f.at = err, lineOf(path.Join(dir, storyFile), err)+": "
	}
	f.protects = f.guards(entries)
	if first, ok := im.seen[f.id]; ok {
		f.fault, f.at = fmt.Errorf("story %q is already in %s: a folder's name is the story's for ever", f.id, first), ""
	}
	im.seen[f.id] = dir
	if reason, err := im.w.Withdrawn(im.ctx, f.id); err != nil {
		return err
	} else if reason != nil {
		f.fault, f.at = reason, ""
	}
	s := news.Story{ID: f.id, Slug: slugOf(f.id)}
	s.Sources, s.Claims = f.y.voices(importer.NewCleaner(""))
	files := make(map[string]string)
	articles := 0
	for _, e := range entries {
		if !isArticle(e) {
			continue
		}
		articles++
		a, err := f.article(e, files)
		if fatal := (storeError{}); errors.As(err, &fatal) {
			return err
		}
		if err != nil {
			im.w.Refuse(f.place(lineOf(path.Join(dir, e.Name()), err)), err)
			continue
		}
		files[a.Lang] = e.Name()
		if f.opt.Folder != "" {
			a.File = path.Join(f.opt.Folder, dir, e.Name())
		}
		s.Articles = append(s.Articles, a)
	}
	if articles == 0 {
		im.w.Refuse(f.place(dir), errors.New("a story without an article (hint: name it by its language, as en.md)"))
	}
	return im.w.Add(im.ctx, s, func(lang string) importer.Place { return f.place(path.Join(dir, files[lang])) })
}

// guards says whether the story has an anonymous source, or an article in any language a protected byline. It goes by the
// word alone, and takes an article that can't be read for one that has it.
func (f *folder) guards(entries []fs.DirEntry) bool {
	for _, s := range f.y.Sources {
		if s.Kind == news.Anonymous {
			return true
		}
	}
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		if !isArticle(e) {
			return false
		}
		b, err := f.read(e.Name(), MaxArticle)
		matter, _, _, fault := split(b)
		return err != nil || fault != nil || bytes.Contains(bytes.ToLower(matter), []byte("protected"))
	})
}

func (f *folder) place(file string) importer.Place { return importer.Place{File: file, Item: f.id} }

// readStory reads story.yaml, if it is there.
func (f *folder) readStory(entries []fs.DirEntry) error {
	for _, e := range entries {
		if e.Name() == storyFile {
			b, err := f.read(storyFile, MaxYAML)
			if err != nil {
				return err
			}
			f.y, err = parseStory(b)
			return err
		}
	}
	return nil
}

// article reads one article. files holds those read so far, by language.
func (f *folder) article(e fs.DirEntry, files map[string]string) (news.Article, error) {
	tag := stem(e.Name())
	if _, err := importer.Language(tag); err != nil {
		return news.Article{}, fmt.Errorf("an article's file is named by its language, as en.md: %w", err)
	}
	lang, err := importer.AllowedLanguage(tag, f.opt.Languages)
	if err != nil {
		return news.Article{}, err
	}
	if first, ok := files[lang]; ok {
		return news.Article{}, fmt.Errorf("%s is the article in %s already", first, lang)
	}
	if f.fault != nil {
		return news.Article{}, fmt.Errorf("%s%s", f.at, f.fault.Error())
	}
	b, err := f.read(e.Name(), MaxArticle)
	if err != nil {
		return news.Article{}, err
	}
	matter, body, first, err := split(b)
	if err != nil {
		return news.Article{}, err
	}
	var fm front
	if err := decode(matter, &fm); err != nil {
		return news.Article{}, err
	}
	a, err := fm.article(lang)
	if err != nil {
		return news.Article{}, err
	}
	f.lang = lang
	clean := importer.NewCleaner(lang)
	if a.Revision, err = fm.revision(f.y, lang, clean); err != nil {
		return news.Article{}, err
	}
	if slices.Contains(a.Revision.Related, f.id) {
		return news.Article{}, faultf(lineIn(matter, "related:"), "the story is related to itself")
	}
	if a.Revision.Lead, err = f.lead(fm.Lead, clean); err != nil {
		return news.Article{}, faultf(lineIn(matter, "file:"), "lead: %w", err)
	}
	r := &reader{folder: f, clean: clean, src: body, first: first}
	a.Revision.Body, err = r.read()
	file := path.Join(f.dir, e.Name())
	for _, n := range r.notes {
		f.w.Note(f.place(lineOf(file, n)), n.Error())
	}
	for _, n := range clean.Notes() {
		f.w.Note(f.place(file), n)
	}
	return a, err
}

// lineIn returns the line of front matter that holds a word, or 0.
func lineIn(matter []byte, word string) int {
	before, _, ok := strings.Cut(string(matter), word)
	if !ok {
		return 0
	}
	return 1 + strings.Count(before, "\n")
}

// read returns a file beside the articles, of at most max bytes.
func (f *folder) read(name string, max int64) ([]byte, error) {
	if !fs.ValidPath(name) || name == "." {
		return nil, fmt.Errorf("%q is not a file in the story's folder", name)
	}
	b, err := importer.ReadFile(f.fsys, f.composed(path.Join(f.dir, name)), max)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%q is not there", name)
	}
	return b, err
}

// composed returns the path of a file as its folder has it: some systems write é as e and an accent, and an editor's text
// has it in one. The path itself is returned where no file has such a name.
func (f *folder) composed(full string) string {
	if _, err := fs.Lstat(f.fsys, full); !errors.Is(err, fs.ErrNotExist) {
		return full
	}
	entries, _ := fs.ReadDir(f.fsys, path.Dir(full))
	for _, e := range entries {
		if norm.NFC.String(e.Name()) == norm.NFC.String(path.Base(full)) {
			return path.Join(path.Dir(full), e.Name())
		}
	}
	return full
}

// slugOf returns the folder's name where it would do as the last part of an address, and "" where the store must make one.
func slugOf(id string) string {
	if len(id) > 80 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return ""
	}
	return id
}
