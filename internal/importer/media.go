package importer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"coranto/internal/news"
	"coranto/internal/picture"
	"coranto/internal/recording"
)

// MaxMedia is the size of a media file in bytes.
const MaxMedia = 64 << 20

// MediaID returns the ID that a file has as a media: its SHA-256.
func MediaID(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

// NewMedia makes a media of a file: its renditions, and their bytes by rendition name. Pictures are drawn anew in a few
// sizes, and cut around a focus, whose zero is the centre. Videos and sounds keep what a player needs and nothing else
// (package recording), and subtitles pass as they are; all three if they are what the name's ending says.
func NewMedia(name string, file []byte, focus news.Focus) (news.Media, map[string][]byte, error) {
	if len(file) > MaxMedia {
		return news.Media{}, nil, fmt.Errorf("%d bytes are over the limit of %d", len(file), MaxMedia)
	}
	m := news.Media{ID: MediaID(file), Name: mediaName(name), Focus: focus}
	switch ending := path.Ext(m.Name); ending {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp":
		return drawn(m, file)
	default:
		p, ok := passed(ending)
		if !ok {
			return news.Media{}, nil, fmt.Errorf("%q: only jpg, png, gif, webp, mp4, webm, mp3, m4a, ogg and vtt files are published", name)
		}
		if !p.is(file) {
			return news.Media{}, nil, fmt.Errorf("%q is not what its ending says", name)
		}
		clean, err := p.clean(file)
		if err != nil {
			return news.Media{}, nil, fmt.Errorf("%q: %w", name, err)
		}
		m.Renditions = []news.Rendition{{Name: p.name + ending, MediaType: p.mediaType, SHA256: MediaID(clean), Size: int64(len(clean))}}
		return m, map[string][]byte{p.name + ending: clean}, nil
	}
}

// Publishable says, without making it, whether a file can be a media: by its ending, and its first bytes.
func Publishable(name string, file []byte) error {
	if len(file) > MaxMedia {
		return fmt.Errorf("%d bytes are over the limit of %d", len(file), MaxMedia)
	}
	switch ending := path.Ext(mediaName(name)); ending {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp":
		return nil
	default:
		if p, ok := passed(ending); ok && p.is(file) {
			return nil
		}
		return fmt.Errorf("%q: only jpg, png, gif, webp, mp4, webm, mp3, m4a, ogg and vtt files are published", name)
	}
}

// drawn fills in the renditions of a picture, and its placeholder.
func drawn(m news.Media, file []byte) (news.Media, map[string][]byte, error) {
	focus := picture.Centre
	if m.Focus != (news.Focus{}) {
		focus = picture.Focus(m.Focus)
	}
	p, err := picture.Render(file, focus)
	if err != nil {
		return news.Media{}, nil, err
	}
	m.Placeholder = p.Placeholder
	files := make(map[string][]byte)
	for _, r := range p.Renditions {
		files[r.Name] = r.Bytes
		m.Renditions = append(m.Renditions, news.Rendition{Name: r.Name, MediaType: r.MediaType,
			Width: r.Width, Height: r.Height, SHA256: MediaID(r.Bytes), Size: int64(len(r.Bytes))})
	}
	return m, files, nil
}

// A passedOn is a kind of file that is published without being made again.
type passedOn struct {
	name, mediaType string
	// is says whether a file's first bytes are of the kind.
	is func([]byte) bool
}

// clean returns a file without what tells of its makers. Subtitles are words that somebody wrote for readers.
func (p passedOn) clean(file []byte) ([]byte, error) {
	if p.name == subtitles {
		return file, nil
	}
	return recording.Strip(p.mediaType, file)
}

// AsItCame says that a media is published as it was handed in. One from before recordings were stripped tells of its
// makers.
func AsItCame(m news.Media) bool { return len(m.Renditions) > 0 && m.Renditions[0].SHA256 == m.ID }

// subtitles is the name of a rendition that is a text.
const subtitles = "subtitles"

// passed returns the kind of an ending.
func passed(ending string) (passedOn, bool) {
	begins := func(magic string) func([]byte) bool {
		return func(b []byte) bool { return bytes.HasPrefix(b, []byte(magic)) }
	}
	boxed := func(b []byte) bool { return len(b) > 12 && string(b[4:8]) == "ftyp" }
	switch ending {
	case ".mp4":
		return passedOn{"video", "video/mp4", boxed}, true
	case ".m4a":
		return passedOn{"sound", "audio/mp4", boxed}, true
	case ".webm":
		return passedOn{"video", "video/webm", isWebM}, true
	case ".mp3":
		return passedOn{"sound", "audio/mpeg", isMP3}, true
	case ".ogg":
		return passedOn{"sound", "audio/ogg", begins("OggS")}, true
	case ".vtt":
		return passedOn{subtitles, "text/vtt", isVTT}, true
	}
	return passedOn{}, false
}

func isWebM(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\x1A\x45\xDF\xA3")) && bytes.Contains(b[:min(len(b), 64)], []byte("webm"))
}

func isMP3(b []byte) bool {
	return bytes.HasPrefix(b, []byte("ID3")) || len(b) > 2 && b[0] == 0xFF && b[1]&0xE0 == 0xE0
}

func isVTT(b []byte) bool {
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	return bytes.HasPrefix(b, []byte("WEBVTT")) && utf8.Valid(b)
}

// mediaName returns a file's name as news.Media keeps it: a to z, 0 to 9, "-" and the ending.
func mediaName(name string) string {
	name = strings.ToLower(path.Base(name))
	ending := path.Ext(name)
	stem := strings.Join(strings.FieldsFunc(strings.TrimSuffix(name, ending), func(c rune) bool {
		return !('a' <= c && c <= 'z' || '0' <= c && c <= '9')
	}), "-")
	if stem == "" {
		stem = "file"
	}
	return stem[:min(len(stem), 60)] + ending
}
