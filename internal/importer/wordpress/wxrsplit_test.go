package wordpress

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// splitAll returns all pieces of a text.
func splitAll(t *testing.T, r io.Reader, check func([]byte) error) []piece {
	t.Helper()
	s := newSplitter(r, check, spot{})
	var all []piece
	for {
		p, err := s.next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// wellFormed is what an export has the splitter ask.
func wellFormed(text []byte) error {
	_, err := readPost(text, namespaces{})
	return err
}

func TestSplit(t *testing.T) {
	t.Parallel()
	const whole = "<item><title>T</title><content:encoded><![CDATA[Text]]></content:encoded></item>"
	for _, c := range []struct {
		name, text string
		want       []string // of each piece: its name, "!" where it is broken, "?" where it is guessed, and its line
	}{
		{"an export", "<?xml version=\"1.0\"?>\n<!-- <item> -->\n<rss>\n<channel>\n<title>S</title>" + whole + "\n" + whole + "</channel></rss>",
			[]string{"title5", "item5", "item6"}},
		{"nothing", "", nil},
		{"empty elements", "<rss><channel><item/><wp:tag /><item a=\"b\"/>", []string{"item1", "wp:tag1", "item1"}},
		{"an end in a text", "<item><c><![CDATA[</item><item>]]></c></item>" + whole, []string{"item1", "item1"}},
		{"an end in a comment", "<item><!-- </item> --></item>\n" + whole, []string{"item1", "item2"}},
		{"a section that is closed in another item", "<item><c><![CDATA[</c></item>\n" + whole + "\n" + whole, []string{"item!1", "item?2", "item3"}},
		{"a section that is never closed", "<item><c><![CDATA[</c></item>\n<item><title>T</title></item>\n", []string{"item!1", "item?2"}},
		{"a comment that is never closed", "<!-- \n" + whole + whole, []string{"comment!1", "item?2", "item?2"}},
		{"an item without an end", "<item><title>T</title>\n" + whole, []string{"item!1", "item2"}},
		{"an item without a beginning", "<title>T</title></item>\n" + whole, []string{"title1", "item!1", "item2"}},
		{"cut off", whole + "\n<item><title>T", []string{"item1", "item!2"}},
		{"cut off in a tag", whole + "\n<item><ti", []string{"item1", "item!2"}},
		{"a tag without an end", "<item\n" + whole, []string{"item!1", "item2"}},
		{"an author without an end", "<wp:author><wp:author_login>x\n" + whole, []string{"wp:author!1", "item2"}},
		{"a document type", "<!DOCTYPE rss [<!ENTITY a \"b\">]>\n" + whole, []string{"item2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, r := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
				var got []string
				for _, p := range splitAll(t, r, wellFormed) {
					marks := ""
					if p.err != nil {
						marks += "!"
					}
					if p.guessed {
						marks += "?"
					}
					got = append(got, fmt.Sprintf("%s%s%d", p.name, marks, p.at.line))
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("got %q, want %q", got, c.want)
				}
			}
		})
	}
}

// TestSplitFault reads a file that breaks off with an error: what was whole before comes out first.
func TestSplitFault(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is broken")
	s := newSplitter(io.MultiReader(strings.NewReader("<item><a/></item><item/><item><a>"), iotest.ErrReader(broken)), wellFormed, spot{})
	var got []string
	for {
		p, err := s.next()
		if err != nil {
			if !errors.Is(err, broken) {
				t.Errorf("got the error %v", err)
			}
			break
		}
		got = append(got, string(p.text))
	}
	if want := []string{"<item><a/></item>", "<item/>", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSplitGoesOn resumes at each piece.
func TestSplitGoesOn(t *testing.T) {
	t.Parallel()
	text := "<rss><channel>\n<item><a>1</a></item>\n\n<item><c><![CDATA[</c></item>\n<item><a>2</a></item>\n<item><a><![CDATA[3]]></a></item><item/>"
	all := splitAll(t, strings.NewReader(text), wellFormed)
	for i, p := range all {
		s := newSplitter(strings.NewReader(text[p.at.off:]), wellFormed, p.at)
		for _, want := range all[i:] {
			got, err := s.next()
			if err != nil || !bytes.Equal(got.text, want.text) || got.at != want.at || got.guessed != want.guessed {
				t.Fatalf("from piece %d: got %q at %+v (%v), want %q at %+v", i, got.text, got.at, err, want.text, want.at)
			}
		}
	}
}

// An endless reader repeats a text some times.
func endless(before, repeated string, size int) io.Reader {
	n := size / len(repeated)
	readers := []io.Reader{strings.NewReader(before)}
	block := strings.Repeat(repeated, 1000)
	for range n / 1000 {
		readers = append(readers, strings.NewReader(block))
	}
	return io.MultiReader(readers...)
}

// TestSplitLargeItems has items over the limit: they are passed over, and those after them come out.
func TestSplitLargeItems(t *testing.T) {
	t.Parallel()
	const large = 20 << 20
	const whole = "<item><title><![CDATA[T]]></title></item>\n"
	for _, c := range []struct {
		name string
		r    io.Reader
		want string
	}{
		{"a large item", io.MultiReader(strings.NewReader(whole), endless("<item><c><![CDATA[", "word ", large),
			strings.NewReader("]]></c></item>\n"+whole)), "item item! item"},
		{"a section that is never closed", endless(whole+"<item><c><![CDATA[", "word ", large), "item item!"},
		{"a section that is never closed before items", io.MultiReader(endless(whole+"<item><c><![CDATA[", "word ", large),
			strings.NewReader("</c></item>\n"+whole+whole)), "item item! item? item?"},
		{"a comment that is never closed", io.MultiReader(endless("<!-- ", "word ", large), strings.NewReader(whole)), "comment! item?"},
		{"an attribute", io.MultiReader(endless(`<item><c a="`, "word ", large), strings.NewReader(`"/></item>`+whole)), "item! item"},
		{"a tag", io.MultiReader(endless("<item ", "word ", large), strings.NewReader(whole)), "item! item"},
		{"a root", io.MultiReader(endless("<rss ", "word ", large), strings.NewReader(">"+whole)), "item"},
		{"many tags", io.MultiReader(endless("<item>", "<b><i></i></b>", large), strings.NewReader("</item>"+whole)), "item! item"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSplitter(c.r, wellFormed, spot{})
			var got []string
			for {
				p, err := s.next()
				if err != nil {
					break
				}
				name := p.name
				if p.err != nil {
					name += "!"
				}
				if p.guessed {
					name += "?"
				}
				got = append(got, name)
			}
			if g := strings.Join(got, " "); g != c.want {
				t.Errorf("got %q, want %q", g, c.want)
			}
			if c := cap(s.buf); c > 3*maxPiece {
				t.Errorf("the window has grown to %d bytes", c)
			}
		})
	}
}

// FuzzSplit puts whole items between any bytes: they come out, unless what stands around makes a comment of them.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"", "<", "<item", "<item>", "</item>", "<![CDATA[", "]]>", "<!--", "-->", "<?", "<a>", "</a", "<rss ",
		"<channel>", "<item><![CDATA[</item>", "<wp:author>", "<a b='", "<item/>", "<!DOCTYPE [", "</channel>", "<item><!--"} {
		f.Add([]byte(seed), []byte("\n"), []byte(""))
		f.Add([]byte("text"), []byte(seed), []byte(seed))
	}
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		one := "<item><title>one</title><c><![CDATA[first]]></c></item>"
		two := "<item><title>two</title><!-- x --></item>"
		if around(string(a), string(b)+string(c)) || around(string(b), string(c)) {
			t.Skip("an item that stands in a comment is none")
		}
		text := slices.Concat(a, []byte(one), b, []byte(two), c)
		all := splitAll(t, bytes.NewReader(text), func([]byte) error { return errNoEnd })
		for _, want := range []string{one, two} {
			if !slices.ContainsFunc(all, func(p piece) bool { return p.err == nil && strings.HasSuffix(string(p.text), want) }) {
				t.Errorf("%q does not come out of %q", want, text)
			}
		}
		again := splitAll(t, iotest.HalfReader(bytes.NewReader(text)), func([]byte) error { return errNoEnd })
		if !slices.EqualFunc(all, again, func(p, q piece) bool { return p.at == q.at && bytes.Equal(p.text, q.text) }) {
			t.Errorf("read in parts, %q has other pieces", text)
		}
	})
}

// around says whether a comment or its like begins in what stands before an item, and ends in what stands after it.
func around(before, after string) bool {
	for _, section := range [][2]string{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}} {
		if strings.Contains(before, section[0]) && strings.Contains(after, section[1]) {
			return true
		}
	}
	return false
}

// FuzzXML holds the reading of XML against package encoding/xml: what the one takes, the other takes, and sees the same.
func FuzzXML(f *testing.F) {
	for _, seed := range []string{"<a/>", "<a b='c' d=\"&amp;&#33;\">x<b>y</b>z</a>", "<a><![CDATA[<b>]]>]]&gt;</a>", "<a><!-- - --></a>",
		"<a>&nbsp;&#xD800;</a>", "<a>\r\n\r<![CDATA[\r\n]]></a>", "<w:p xmlns:w='u'/>", "<a>&lol;</a>", "<a b='<'/>", "<a>]]></a>", "<a><b></a></b>"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		text, _ = mend(text)
		type seen struct{ name, text, attrs string }
		var got []seen
		err := walkXML(text, namespaces{}, func(path []element) error {
			e := path[len(path)-1]
			got = append(got, seen{string(e.tag), string(e.text), fmt.Sprint(e.attrs)})
			return nil
		})
		if err != nil {
			return
		}
		d := xml.NewDecoder(bytes.NewReader(text))
		d.Entity = xml.HTMLEntity
		name := func(n xml.Name) string {
			if n.Space == "" {
				return n.Local
			}
			return n.Space + ":" + n.Local
		}
		var open, want []seen
		for {
			token, err := d.RawToken()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("encoding/xml refuses %q: %v", text, err)
			}
			switch token := token.(type) {
			case xml.StartElement:
				var attrs []attribute
				for _, a := range token.Attr {
					attrs = append(attrs, attribute{name(a.Name), a.Value})
				}
				open = append(open, seen{name: name(token.Name), attrs: fmt.Sprint(attrs)})
			case xml.CharData:
				if n := len(open); n > 0 {
					open[n-1].text += string(token)
				}
			case xml.EndElement:
				want = append(want, open[len(open)-1])
				open = open[:len(open)-1]
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, encoding/xml sees %q", text, got, want)
		}
	})
}
