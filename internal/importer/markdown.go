package importer

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
)

// The limits of Markdown. It can nest a level with each character, and both the parser and who walks its tree call
// themselves for each.
const (
	// maxMarkers is the number of characters of quote marks, list marks and spaces that a line may begin with.
	maxMarkers = 400
	// maxDelimiters is the number of *, _ and [ in a paragraph or table: the parser's time grows with their square.
	maxDelimiters = 5000
)

// CheckMarkdown refuses what would keep a parser of Markdown busy for minutes, and names the line, counted from 1.
func CheckMarkdown(src []byte) (line int, err error) {
	delimiters, number := 0, 0
	for l := range bytes.SplitSeq(src, []byte("\n")) {
		number++
		if len(l)-len(bytes.TrimLeft(l, " \t>-+*.)0123456789")) > maxMarkers {
			return number, fmt.Errorf("nested too deep")
		}
		if len(bytes.TrimSpace(l)) == 0 {
			delimiters = 0
		}
		for _, c := range []byte("*_[") {
			delimiters += bytes.Count(l, []byte{c})
		}
		if delimiters > maxDelimiters {
			return number, fmt.Errorf("over %d marks in one paragraph", maxDelimiters)
		}
	}
	return 0, nil
}

// MarkdownHTML makes HTML of the Markdown of other software: CommonMark with tables, struck words, bare addresses,
// footnotes and definitions, its HTML kept as it is. breaks says that each line break is one for readers too. What it
// returns is as foreign as what it was given: it is for Cleaner.HTML, and for no page.
func MarkdownHTML(src string, breaks bool) (string, error) {
	if len(src) > MaxHTML {
		return "", fmt.Errorf("%d bytes of Markdown are over the limit of %d", len(src), MaxHTML)
	}
	if line, err := CheckMarkdown([]byte(src)); err != nil {
		return "", fmt.Errorf("line %d of the text: %w", line, err)
	}
	options := []goldmark.Option{
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.Linkify, extension.DefinitionList,
			extension.NewFootnote(extension.WithFootnoteBacklinkHTML(""))),
		goldmark.WithParserOptions(parser.WithAttribute()),
		goldmark.WithRendererOptions(html.WithUnsafe()),
	}
	if breaks {
		options = append(options, goldmark.WithRendererOptions(html.WithHardWraps()))
	}
	var b strings.Builder
	if err := goldmark.New(options...).Convert([]byte(src), &b); err != nil {
		return "", fmt.Errorf("the Markdown can't be read: %w", err)
	}
	return b.String(), nil
}
