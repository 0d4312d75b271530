package edition

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A PackText is what a pack says: the articles of a language that came out in a period, in the order in which they did.
type PackText struct {
	Language, Period string
	Articles         []Article
}

// packHead is the first line of a pack's text.
type packHead struct {
	Pack     int    `json:"pack"`
	Language string `json:"language"`
	Period   string `json:"period"`
}

const packVersion = 1

// maxPackDepth is how deep an article's JSON may be nested.
const maxPackDepth = 128

// AppendPackHead appends the first line of a pack's text.
func AppendPackHead(b []byte, lang, period string) ([]byte, error) {
	return appendLine(b, packHead{packVersion, lang, period})
}

// AppendArticle appends an article's line of a pack's text. It fails when the line is over MaxPackLine bytes.
func AppendArticle(b []byte, a Article) ([]byte, error) { return appendLine(b, a) }

func appendLine(b []byte, v any) ([]byte, error) {
	line, err := marshal(v)
	if err == nil && len(line) > MaxPackLine {
		err = fmt.Errorf("a line of %d bytes, the limit is %d", len(line), MaxPackLine)
	}
	if err != nil {
		return b, err
	}
	return append(append(b, line...), '\n'), nil
}

// ParsePackText reads the text of a pack and refuses every encoding but AppendPackHead's and AppendArticle's, with an
// *InvalidError that names the line.
func ParsePackText(b []byte) (PackText, error) {
	t, n, err := parsePackText(b)
	if err != nil {
		return PackText{}, invalid("pack", "line %d: %w", n, err)
	}
	return t, nil
}

func parsePackText(b []byte) (t PackText, n int, err error) {
	if len(b) > MaxPackText {
		return t, 1, fmt.Errorf("%d bytes are over the limit of %d", len(b), MaxPackText)
	}
	var head packHead
	seen := map[string]bool{}
	for len(b) > 0 {
		line, rest, ended := bytes.Cut(b, []byte("\n"))
		b, n = rest, n+1
		switch {
		case !ended:
			return t, n, errors.New("not ended")
		case n == 1:
			if err = parseLine(line, &head); err == nil {
				err = head.check()
			}
			t.Language, t.Period = head.Language, head.Period
		default:
			var a Article
			if err = parseLine(line, &a); err == nil {
				err = a.check(seen)
			}
			t.Articles = append(t.Articles, a)
		}
		if err == nil && len(t.Articles) > MaxPackArticles {
			err = fmt.Errorf("more than %d articles", MaxPackArticles)
		}
		if err != nil {
			return t, n, err
		}
	}
	if n == 0 {
		return t, 1, errors.New("missing")
	}
	return t, n, nil
}

func (h packHead) check() error {
	if h.Pack != packVersion {
		return fmt.Errorf("version %d, want %d", h.Pack, packVersion)
	}
	if err := CheckPath(PackIndexPath(h.Language)); err != nil || strings.Contains(h.Language, "/") {
		return fmt.Errorf("language %q", h.Language)
	}
	_, _, err := ParsePeriod(h.Period)
	return err
}

// check says what is wrong with an article that a reader has to rely on; seen are the stories of the lines before.
func (a Article) check(seen map[string]bool) error {
	switch {
	case a.ID == "" || a.Headline == "" || a.Number < 1:
		return errors.New("an article without its ID, number or headline")
	case seen[a.ID]:
		return fmt.Errorf("story %q stands twice", a.ID)
	case !strings.HasPrefix(a.Address, "story/") || CheckPath(a.Address) != nil:
		return fmt.Errorf("address %q", a.Address)
	}
	for _, t := range []time.Time{a.Published, a.Updated, a.Breaking} {
		if _, offset := t.Zone(); offset != 0 || t.Nanosecond() != 0 {
			return fmt.Errorf("time %v is not in UTC and whole seconds", t)
		}
	}
	seen[a.ID] = true
	return nil
}

// parseLine reads one line of JSON in its one form: what it means, encoded again, is the same bytes.
func parseLine(line []byte, v any) error {
	if len(line) > MaxPackLine {
		return fmt.Errorf("%d bytes are over the limit of %d", len(line), MaxPackLine)
	}
	if depth(line) > maxPackDepth {
		return fmt.Errorf("nested over %d deep", maxPackDepth)
	}
	if err := strict(line, v); err != nil {
		return err
	}
	again, err := marshal(v)
	if err == nil && !bytes.Equal(again, line) {
		err = errors.New("not in its one valid encoding")
	}
	return err
}

// depth returns how deep JSON is nested, without parsing it: what is no JSON is refused later.
func depth(b []byte) (deepest int) {
	now, inside := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inside && c == '\\':
			i++
		case c == '"':
			inside = !inside
		case inside:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}
