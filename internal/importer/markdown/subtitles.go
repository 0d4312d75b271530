package markdown

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// maxTranscript is the size of a transcript's file in bytes.
const maxTranscript = 1 << 20

// heard says whether a file is a video or a sound, by its name.
func heard(file string) bool {
	return slices.Contains([]string{".mp4", ".webm", ".mp3", ".m4a", ".ogg"}, strings.ToLower(path.Ext(file)))
}

// beside returns the names of the files that tell what is said in a video or a sound, by language: for film.mp4 those
// named film.en.vtt, where the ending is .vtt.
func (f *folder) beside(file, ending string) (map[string]string, error) {
	found := make(map[string]string)
	begin := strings.TrimSuffix(path.Base(file), path.Ext(file)) + "."
	for _, name := range f.names {
		if !strings.HasPrefix(name, begin) || !strings.HasSuffix(name[len(begin):], ending) {
			continue
		}
		tag, err := importer.Language(strings.TrimSuffix(name[len(begin):], ending))
		if err != nil {
			return nil, fmt.Errorf("%q has no language in its name (hint: %sen%s): %w", name, begin, ending, err)
		}
		found[tag] = name
	}
	return found, nil
}

// subtitles returns the tracks of a video or a sound: the .vtt files beside it, and those that story.yaml names.
func (f *folder) subtitles(file string) ([]news.Track, error) {
	if !heard(file) {
		return nil, nil
	}
	found, err := f.beside(file, ".vtt")
	if err != nil {
		return nil, err
	}
	for lang, name := range f.y.Media[path.Clean(file)].Subtitles {
		tag, err := importer.Language(lang)
		if err != nil {
			return nil, fmt.Errorf("subtitles of %q in %s: %w", file, storyFile, err)
		}
		if path.Ext(name) != ".vtt" {
			return nil, fmt.Errorf("subtitles of %q in %s: %q is no .vtt file", file, storyFile, name)
		}
		found[tag] = name
	}
	var tracks []news.Track
	for _, tag := range slices.Sorted(maps.Keys(found)) {
		id, err := f.show(found[tag])
		if err != nil {
			return nil, fmt.Errorf("subtitles of %q: %w", file, err)
		}
		tracks = append(tracks, news.Track{Lang: tag, Media: id})
	}
	return tracks, nil
}

// transcript returns what is said in a video or a sound, as the file beside it in the article's language has it:
// film.en.txt, paragraphs of plain text between empty lines.
func (f *folder) transcript(file string, clean *importer.Cleaner) ([]news.Block, error) {
	if !heard(file) {
		return nil, nil
	}
	found, err := f.beside(file, ".txt")
	if err != nil || found[f.lang] == "" {
		return nil, err
	}
	b, err := f.read(found[f.lang], maxTranscript)
	if err != nil {
		return nil, fmt.Errorf("transcript of %q: %w", file, err)
	}
	if n := validLen(b); n < len(b) {
		return nil, fmt.Errorf("transcript of %q: %q is not UTF-8", file, found[f.lang])
	}
	var blocks []news.Block
	for _, paragraph := range strings.Split(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n\n") {
		line := clean.Inline()
		line.Text(paragraph, news.Span{})
		if spans := line.Flush(); spans != nil {
			blocks = append(blocks, news.Block{Kind: news.Paragraph, Text: spans})
		}
	}
	return blocks, nil
}
