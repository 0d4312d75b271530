package site

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"coranto/internal/lang"
	"coranto/internal/news"
	"coranto/internal/store"
)

// storyLink begins a link to another story of the newsroom.
const storyLink = "story:"

// refs holds what articles refer to outside of themselves, so that rendering them asks nobody and can't fail.
type refs struct {
	// media is by ID, and order the IDs as they were first met.
	media map[string]news.Media
	order []string
	// stories are the stories that links lead to or that are called related, by ID, as far as they are public.
	stories map[string]news.Story
}

// gather reads all that some articles refer to.
func (s *Site) gather(ctx context.Context, snap Snapshot, articles []news.Article) (refs, error) {
	r := refs{media: make(map[string]news.Media), stories: make(map[string]news.Story)}
	var err error
	media := func(id string) {
		if _, ok := r.media[id]; ok || err != nil {
			return
		}
		m, e := snap.Media(ctx, id)
		if e != nil {
			err = fmt.Errorf("media %s: %w", id, e)
			return
		}
		m.Renditions = s.published(m.Renditions)
		r.media[id] = m
		r.order = append(r.order, id)
	}
	figure := func(f *news.Figure) {
		if f.Missing == "" {
			media(f.Media)
		}
		for _, t := range f.Subtitles {
			media(t.Media)
		}
	}
	story := func(id string) {
		if _, known := r.stories[id]; known || err != nil {
			return
		}
		to, e := snap.Story(ctx, id)
		if e != nil && !errors.Is(e, store.ErrNotFound) {
			err = fmt.Errorf("link to story %q: %w", id, e)
			return
		}
		r.stories[id] = to
	}
	span := func(words news.Span) {
		if id, ok := strings.CutPrefix(words.Link, storyLink); ok {
			story(id)
		}
	}
	for _, a := range articles {
		walkFigure(a.Revision.Lead, figure, span)
		walk(a.Revision.Body, figure, span)
		for _, id := range a.Revision.Related {
			story(id)
		}
	}
	return r, err
}

// target returns the path that a link to a story leads to in a language, and whether it is public in it.
func (r refs) target(id, tag string) (path string, ok bool) {
	for _, a := range r.stories[id].Articles {
		if a.Lang == tag {
			return StoryPath(tag, r.stories[id].Address), true
		}
	}
	return "", false
}

// related returns links to the stories that an article calls related, as far as they are public in its language.
func (p page) related(ids []string, r refs) (links []link) {
	for _, id := range ids {
		for _, a := range r.stories[id].Articles {
			if a.Lang == p.lang.Tag() {
				links = append(links, link{Href: p.to(StoryPath(a.Lang, r.stories[id].Address)), Name: lang.Balanced(a.Revision.Headline)})
			}
		}
	}
	return links
}

// walk visits the figures and spans of blocks, in the order of the text.
func walk(blocks []news.Block, figure func(*news.Figure), span func(news.Span)) {
	for _, b := range blocks {
		walk(b.Blocks, figure, span)
		for _, item := range b.Items {
			walk(item, figure, span)
		}
		for _, row := range b.Rows {
			for _, cell := range row {
				walkSpans(cell, span)
			}
		}
		walkSpans(b.Text, span)
		walkFigure(b.Figure, figure, span)
	}
}

func walkFigure(f *news.Figure, figure func(*news.Figure), span func(news.Span)) {
	if f != nil {
		figure(f)
		walkSpans(f.Caption, span)
		walk(f.Transcript, figure, span)
	}
}

func walkSpans(spans []news.Span, span func(news.Span)) {
	for _, s := range spans {
		span(s)
	}
}
