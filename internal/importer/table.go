package importer

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"coranto/internal/news"
)

// The limits of a table. One that is larger keeps its text as paragraphs.
const (
	maxColumns = 64
	maxCells   = 50_000
)

// table reads a table. One of a single column is only there for its looks: its cells become blocks.
func (w *walk) table(n *html.Node) {
	w.flush()
	var caption []news.Span
	if c := child(n, atom.Caption); c != nil {
		caption = w.flat(w.inside(c))
	}
	var rows [][][]news.Block // rows of cells of blocks
	var header bool
	for _, tr := range rowsOf(n) {
		cells, heads := w.row(tr)
		if len(rows) == 0 {
			header = heads == len(cells)
		}
		if len(cells) > 0 {
			rows = append(rows, cells)
		}
	}
	width := 0
	for _, r := range rows {
		width = max(width, len(r))
	}
	switch {
	case !slices.ContainsFunc(rows, func(r [][]news.Block) bool { return len(slices.Concat(r...)) > 0 }):
		w.blocks = append(w.blocks, paragraph(caption)...)
	case width == 1 || width > maxColumns || width*len(rows) > maxCells || onlyFigures(slices.Concat(rows...)...):
		w.blocks = append(w.blocks, paragraph(caption)...)
		for _, r := range rows {
			w.blocks = append(w.blocks, slices.Concat(r...)...)
		}
	default:
		w.blocks = append(w.blocks, news.Block{Kind: news.Table, Header: header, Text: caption, Rows: w.flattenRows(rows, width)})
	}
	w.flush()
}

// paragraph returns spans as a paragraph, and nothing where there are none.
func paragraph(spans []news.Span) []news.Block {
	if spans == nil {
		return nil
	}
	return []news.Block{{Kind: news.Paragraph, Text: spans}}
}

// rowsOf returns the rows of a table, but not those of tables inside it.
func rowsOf(n *html.Node) []*html.Node {
	var rows []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Tr:
			rows = append(rows, c)
		case atom.Thead, atom.Tbody, atom.Tfoot:
			rows = append(rows, rowsOf(c)...)
		}
	}
	return rows
}

// row returns the cells of a row, and how many of them are headings. A cell across several columns is followed by empty ones.
func (w *walk) row(tr *html.Node) (cells [][]news.Block, heads int) {
	for c := tr.FirstChild; c != nil && len(cells) <= maxColumns; c = c.NextSibling {
		if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
			continue
		}
		span := count(attr(c, "colspan"), maxColumns)
		cells = append(cells, w.apart(func() { w.node(c) }))
		cells = append(cells, make([][]news.Block, span-1)...)
		if c.DataAtom == atom.Th {
			heads += span
		}
	}
	return cells, heads
}

// flattenRows makes spans of the cells, and every row of the same width.
func (w *walk) flattenRows(rows [][][]news.Block, width int) [][][]news.Span {
	out := make([][][]news.Span, len(rows))
	for i, r := range rows {
		out[i] = make([][]news.Span, width)
		for j, cell := range r {
			out[i][j] = w.flat(cell)
		}
	}
	return out
}

// flat is flatten for blocks among which are figures: those follow what is being read.
func (w *walk) flat(blocks []news.Block) []news.Span {
	w.held = append(w.held, figuresIn(blocks)...)
	return flatten(blocks)
}

// flatten returns the text of blocks as spans, one line a block, for where no blocks can stand. Embeds become links.
func flatten(blocks []news.Block) []news.Span {
	var out []news.Span
	add := func(spans []news.Span) {
		if len(spans) == 0 {
			return
		}
		if n := len(out); n > 0 {
			out[n-1].Mark |= news.Break
		}
		out = append(out, spans...)
	}
	for _, b := range blocks {
		switch b.Kind {
		case news.Embed:
			text := slices.Clone(b.Text)
			for i := range text {
				text[i].Link = b.URL
			}
			add(text)
		case news.Code:
			add(codeLines(b))
		default:
			add(flatten(b.Blocks))
			add(b.Text)
		}
		for _, item := range b.Items {
			add(flatten(item))
		}
		for _, row := range b.Rows {
			for _, cell := range row {
				add(cell)
			}
		}
	}
	return out
}

// codeLines returns program text as spans, one a line.
func codeLines(b news.Block) []news.Span {
	var out []news.Span
	for _, s := range b.Text {
		for l := range strings.SplitSeq(s.Text, "\n") {
			if l = oneLine(l); l != "" {
				out = append(out, news.Span{Text: l, Mark: s.Mark | news.Monospace | news.Break})
			}
		}
	}
	if n := len(out); n > 0 {
		out[n-1].Mark &^= news.Break
	}
	return out
}
