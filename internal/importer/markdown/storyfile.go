package markdown

import (
	"maps"
	"slices"

	"golang.org/x/text/language"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// byLang holds words by language tag, "" for any other language.
type byLang map[string]string

// in returns the words in a language, in the language it belongs to (fa for fa-AF), or in any.
func (w byLang) in(lang string) string {
	for tag, _ := language.Parse(lang); !tag.IsRoot(); tag = tag.Parent() {
		if s := w[tag.String()]; s != "" {
			return s
		}
	}
	return w[""]
}

// canonical returns the words cleaned and under canonical tags; nil stays nil.
func (w byLang) canonical(clean *importer.Cleaner) map[string]string {
	if w == nil {
		return nil
	}
	out := make(map[string]string, len(w))
	for _, key := range slices.Sorted(maps.Keys(w)) {
		tag := key
		if t, err := importer.Language(key); err == nil {
			tag = t
		}
		out[tag] = clean.Line(w[key])
	}
	return out
}

// A storyYAML is what story.yaml says.
type storyYAML struct {
	// Topics are names by language, by the topic's slug.
	Topics map[string]byLang
	// Places are likewise, and Related the IDs of stories to read next.
	Places  map[string]byLang
	Related []string
	Sources map[string]sourceYAML
	Claims  map[string]claimYAML
	// Media is what to say of a file wherever it is shown, by its name.
	Media map[string]mediaYAML

	// The keys of these in the order of the file.
	topics, places, sources, claims []string
}

type sourceYAML struct {
	Kind         news.SourceKind
	Name, Reason byLang
	Identity     string
}

type claimYAML struct {
	Source   string
	Check    news.Check
	Evidence []struct {
		URL, Archived, SHA256 string
		Retrieved             moment
	}
}

type mediaYAML struct {
	// Name is the file's name for readers, where its own would not do.
	Name           string
	Credit, Rights string
	// Decorative says that the file shows nothing that the words don't.
	Decorative bool
	// Focus is the point that every cut of a picture shows.
	Focus focus
	// Subtitles are a video's or a sound's by language: names of .vtt files.
	Subtitles map[string]string
}

// parseStory reads a story.yaml.
func parseStory(b []byte) (storyYAML, error) {
	var y storyYAML
	if err := decode(b, &y); err != nil {
		return storyYAML{}, err
	}
	y.topics, y.places = keysOf(b, "topics"), keysOf(b, "places")
	y.sources, y.claims = keysOf(b, "sources"), keysOf(b, "claims")
	return y, nil
}

// voices returns the story's sources and claims. They are empty and not nil where the file names none: it has the say,
// and what it no longer names is gone.
func (y storyYAML) voices(clean *importer.Cleaner) ([]news.Source, []news.Claim) {
	sources, claims := []news.Source{}, []news.Claim{}
	for _, id := range y.sources {
		s := y.Sources[id]
		sources = append(sources, news.Source{ID: id, Kind: s.Kind, Name: s.Name.canonical(clean),
			Reason: s.Reason.canonical(clean), Identity: clean.Line(s.Identity)})
	}
	for _, id := range y.claims {
		c := y.Claims[id]
		claim := news.Claim{ID: id, Source: c.Source, Check: c.Check}
		for _, e := range c.Evidence {
			claim.Evidence = append(claim.Evidence, news.Evidence{URL: e.URL, Archived: e.Archived, SHA256: e.SHA256, Retrieved: e.Retrieved.Time})
		}
		claims = append(claims, claim)
	}
	return sources, claims
}
