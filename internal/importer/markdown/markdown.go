// Package markdown brings a folder of Markdown into a newsroom: one folder a story, one file a language.
//
//	stories/2026/border/      the folder's name is the story's ID and the wish for its address
//		story.yaml            topics, places, sources, claims and media credits; may be missing
//		en.md  fa.md          an article a language: YAML front matter between "---" lines, then Markdown
//		road.jpg              pictures, videos and sounds beside them
//		film.en.vtt           subtitles of film.mp4; its transcript is film.en.txt
//
// Folders without articles are only looked into, so stories may lie in folders by year. Markdown is CommonMark with
// tables, strikethrough and bare URLs; HTML is left out. [words](claim:ID) ties words to a claim of story.yaml,
// [words](story:ID) links a story, and ![what it shows](road.jpg "caption") shows a file. Nothing is fetched.
//
// An import is repeated without harm: what is the same changes nothing, and pictures are drawn once.
//
//	report, err := markdown.Import(ctx, st, os.DirFS("stories"), markdown.Options{Languages: []string{"en", "fa"}})
package markdown

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// Options are what an import depends on besides the folder.
type Options struct {
	// Languages are the newsroom's languages, canonical tags; an article in another one is refused.
	Languages []string
	// Folder is the path that the newsroom knows the folder by, with slashes: the articles' files are named below it
	// (news.Article.File). Where it is empty, nobody is told of them.
	Folder string
	// Progress is told of each story; it may be nil.
	Progress importer.Progress
}

// storyFile is the file that holds what a story's articles share.
const storyFile = "story.yaml"

// Import reads the stories of a folder and writes them to the store. What is wrong with an article stands in the
// report, with file and line; an error is the store's, the folder's or the context's, and the report then tells what
// was written before. Symbolic links are not followed.
func Import(ctx context.Context, st importer.Store, fsys fs.FS, opt Options) (importer.Report, error) {
	im := &run{ctx: ctx, st: st, fsys: fsys, opt: opt, w: importer.NewWriter(st), seen: make(map[string]string),
		focused: make(map[string]news.Focus), unfocused: make(map[string]file)}
	folders, err := im.find()
	for i, dir := range folders {
		if err != nil {
			break
		}
		opt.Progress.Tell(i, len(folders), dir)
		if err = ctx.Err(); err == nil {
			err = im.story(dir)
		}
	}
	if err == nil {
		err = im.unfocus()
	}
	opt.Progress.Tell(len(folders), len(folders), "")
	return im.w.Close(ctx, err)
}

// A run is one import.
type run struct {
	ctx  context.Context
	st   importer.Store
	fsys fs.FS
	opt  Options
	w    *importer.Writer
	// seen holds the folder of each story ID.
	seen map[string]string
	// focused holds the focus of each picture that a folder names one of, unfocused the pictures that have one in the
	// store and for which no folder had named it when they were met; both by the picture's ID.
	focused   map[string]news.Focus
	unfocused map[string]file
}

// find returns the folders of stories, sorted by path. It refuses folders that can't be read, and articles that stand
// in the folder itself: they have no name for their story.
func (im *run) find() ([]string, error) {
	var folders []string
	err := fs.WalkDir(im.fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			im.w.Refuse(importer.Place{File: name}, err)
			return fs.SkipDir
		case !d.IsDir():
			if path.Dir(name) == "." && isArticle(d) {
				im.w.Refuse(importer.Place{File: name}, errors.New("stands in no folder of its own (hint: import the folder around the story's)"))
			}
			return nil
		case name != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		}
		last := len(folders) - 1
		switch {
		case name == "." || !im.isStory(name):
		case last >= 0 && strings.HasPrefix(name, folders[last]+"/"):
			im.w.Refuse(importer.Place{File: name}, fmt.Errorf("a story inside the story %s (hint: put its folder beside that)", folders[last]))
		default:
			folders = append(folders, name)
		}
		return im.ctx.Err()
	})
	return folders, err
}

// isStory says whether a folder is a story's: it has articles or a story.yaml. One that can't be read is not; the walk
// comes to the same error.
func (im *run) isStory(dir string) bool {
	entries, err := fs.ReadDir(im.fsys, dir)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return isArticle(e) || e.Name() == storyFile
	})
}

// isArticle says whether a file is meant to be an article. A README is not.
func isArticle(e fs.DirEntry) bool {
	name := e.Name()
	return !e.IsDir() && stem(name) != name && name[0] != '.' && !strings.EqualFold(stem(name), "readme")
}

// stem returns an article's file's name without its ending, and the name itself where the file is none.
func stem(name string) string {
	switch ending := path.Ext(name); strings.ToLower(ending) {
	case ".md", ".markdown":
		return strings.TrimSuffix(name, ending)
	}
	return name
}

// A fault says what is wrong at a line of a file.
type fault struct {
	// line counts from 1; 0 means that none is to blame.
	line int
	err  error
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// faultf returns a fault at a line.
func faultf(line int, format string, args ...any) error {
	return &fault{line, fmt.Errorf(format, args...)}
}

// lineOf returns the place of an error in a file.
func lineOf(file string, err error) string {
	if f := (*fault)(nil); errors.As(err, &f) && f.line > 0 {
		return fmt.Sprintf("%s:%d", file, f.line)
	}
	return file
}

// A storeError ends the import.
type storeError struct{ error }

func (e storeError) Unwrap() error { return e.error }
