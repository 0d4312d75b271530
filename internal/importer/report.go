package importer

// A Report says what became of the articles that an import met: New + Changed + Unchanged + Refused = Total.
type Report struct {
	Total     int `json:"total"`
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
	// Problems has one entry for each refused article. A file that can't be read at all counts as one, with no Item.
	Problems []Problem `json:"problems"`
	// Notes tell what was left out of articles that were taken, and change no count.
	Notes []Problem `json:"notes"`
}

// A Problem is something that an editor should look at.
type Problem struct {
	Place
	Reason string `json:"reason"`
}

// A Place is where in the source something stands.
type Place struct {
	// File is the file or URL, with the line where it is known: border/fa.md:12.
	File string `json:"file"`
	// Item is what the source calls the article; empty where the file is one, or is unreadable.
	Item string `json:"item"`
}

// String returns the place for people: file, item.
func (p Place) String() string {
	if p.Item == "" {
		return p.File
	}
	return p.File + ", " + p.Item
}

// String returns the problem for people: file, item: reason.
func (p Problem) String() string { return p.Place.String() + ": " + p.Reason }
