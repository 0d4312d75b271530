package mirror

import (
	"path"
	"strings"

	"coranto/edition"
)

// contentTypes are what a browser is told of the plain pages. Readers don't listen: to them the edition says it.
var contentTypes = map[string]string{
	".html":        "text/html; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".txt":         "text/plain; charset=utf-8",
	".vtt":         "text/vtt; charset=utf-8",
	".xml":         "application/xml",
	".atom":        "application/atom+xml",
	".rss":         "application/rss+xml",
	".json":        "application/json",
	".webmanifest": "application/manifest+json",
	".jsonl":       edition.PackTextType,
	".pack":        edition.PackType,
	".seed":        edition.PackType,
	".idx":         edition.PackIndexType,
	".pictures":    edition.PicturesType,
	".svg":         "image/svg+xml",
	".jpg":         "image/jpeg",
	".png":         "image/png",
	".gif":         "image/gif",
	".webp":        "image/webp",
	".avif":        "image/avif",
	".ico":         "image/x-icon",
	".mp4":         "video/mp4",
	".webm":        "video/webm",
	".mp3":         "audio/mpeg",
	".m4a":         "audio/mp4",
	".ogg":         "audio/ogg",
	".opus":        "audio/ogg",
	".pdf":         "application/pdf",
	".wasm":        "application/wasm",
	".gz":          "application/gzip",
}

// own says whether a file is of the format's own, which only readers ask for.
func own(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return top == "o" || top == "log" || top == edition.LatestPath
}

func contentType(name string) string {
	t, ok := contentTypes[path.Ext(name)]
	switch {
	case own(name) || !ok:
		return "application/octet-stream"
	case path.Base(name) == "feed.json":
		return "application/feed+json"
	}
	return t
}

// packable are the endings of what is worth a gzip twin.
const packable = " .html .css .js .txt .vtt .xml .atom .rss .json .webmanifest .svg .jsonl "

func hasTwin(name string) bool {
	ext := path.Ext(name)
	return ext != "" && !own(name) && strings.Contains(packable, " "+ext+" ")
}

// How long a cache may keep a file without asking again.
const (
	forever = "public, max-age=31536000, immutable"
	hour    = "public, max-age=3600"
	minute  = "public, max-age=60"
	moment  = "public, max-age=10"
)

// cacheControl follows SPEC.md, "Layout": what stands under a hash or a version never changes, the heads change at
// any time, and a partial tile goes when the full one comes.
func cacheControl(name string) string {
	switch {
	case name == edition.LatestPath || name == edition.CheckpointPath || name == edition.TimestampPath:
		return moment
	case strings.HasPrefix(name, "o/") || strings.HasPrefix(name, "trust/"):
		return forever
	case strings.HasPrefix(name, "log/tile/") && strings.Contains(name, ".p/"):
		return hour
	case strings.HasPrefix(name, "log/tile/"):
		return forever
	}
	return minute
}
