package news

import "slices"

// ForReaders returns the story without what must never leave the store: protected bylines and the identities of
// anonymous sources. It shares no changed slice with s.
func (s Story) ForReaders() Story {
	s.Sources = slices.Clone(s.Sources)
	for i := range s.Sources {
		s.Sources[i].Identity = ""
	}
	s.Articles = slices.Clone(s.Articles)
	for i := range s.Articles {
		s.Articles[i].File = ""
		s.Articles[i].Revision.Bylines = named(s.Articles[i].Revision.Bylines)
	}
	return s
}

// named returns the bylines that are not protected, nil when there is none.
func named(bylines []Byline) []Byline {
	var open []Byline
	for _, b := range bylines {
		if !b.Protected {
			open = append(open, b)
		}
	}
	return open
}
