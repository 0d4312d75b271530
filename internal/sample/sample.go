// Package sample is the newsroom that the demo publishes: a folder of stories as importer/markdown reads it.
//
// The first story, samara-border, is a real one, retold with its sources. All others are invented, and say so in their
// last line. The pictures are drawn by the code in draw/.
//
//	report, err := markdown.Import(ctx, st, sample.Stories(), opt)
//	… publish …
//	report, err = markdown.Import(ctx, st, sample.Corrected(), opt) // one article has changed
package sample

import (
	"embed"
	"io/fs"
)

//go:generate go test ./draw -update

var (
	//go:embed stories
	stories embed.FS
	//go:embed corrected
	corrected embed.FS
	//go:embed room
	room embed.FS
)

// Stories returns the folder of the first edition.
func Stories() fs.FS { return sub(stories, "stories") }

// Corrected returns the same folder after an editor has corrected one article, bread-prices in English: a number in
// its table, with the date of the correction and a line that says what was wrong. Its translations are stale then.
func Corrected() fs.FS { return overlay{top: sub(corrected, "corrected"), base: Stories()} }

// Room returns what the newsroom's own folder has besides: pages/ and notices.toml.
func Room() fs.FS { return sub(room, "room") }

func sub(fsys fs.FS, dir string) fs.FS {
	s, err := fs.Sub(fsys, dir)
	if err != nil {
		panic(err) // the names are constants
	}
	return s
}
