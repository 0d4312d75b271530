package sqlite

import (
	"context"

	"coranto/internal/news"
	"coranto/internal/store"
)

// The table imported says which file an article last came from, where its import knows one. It is for the newsroom's
// own eyes: no snapshot reads it, and another file alone makes no revision.

// putFile notes the file that an article came from.
func (p *put) putFile(a news.Article) error {
	if a.File == "" {
		return nil
	}
	return p.w.exec(p.ctx, `INSERT INTO imported (story, lang, file) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET file = excluded.file WHERE file <> excluded.file`, p.story.ID, a.Lang, a.File)
}

// withFiles fills in the files that a story's articles came from.
func withFiles(ctx context.Context, s *session, story news.Story) (news.Story, error) {
	type file struct{ lang, name string }
	files, err := all(ctx, s, func(r row) (f file, err error) {
		err = r.Scan(&f.lang, &f.name)
		return f, err
	}, "SELECT lang, file FROM imported WHERE story = ?", story.ID)
	for _, f := range files {
		for i := range story.Articles {
			if story.Articles[i].Lang == f.lang {
				story.Articles[i].File = f.name
			}
		}
	}
	return story, err
}

// An ArticleID names an article.
type ArticleID = store.ArticleID
