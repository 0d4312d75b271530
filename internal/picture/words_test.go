package picture_test

import (
	"encoding/binary"
	"image"
	"slices"
	"strings"
	"testing"

	"coranto/internal/picture"
)

// segment is a part of a JPEG before the picture.
func segment(marker byte, body string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(body)+2)), body...)
}

// withParts puts segments behind a JPEG's first marker.
func withParts(file []byte, segments ...[]byte) []byte {
	return slices.Concat(file[:2], slices.Concat(segments...), file[2:])
}

// iim is a segment with the IPTC's words: datasets of record 2 and their values in turn.
func iim(pairs ...string) []byte {
	var sets string
	for i := 0; i < len(pairs); i += 2 {
		size := binary.BigEndian.AppendUint16(nil, uint16(len(pairs[i+1])))
		sets += "\x1C\x02" + pairs[i] + string(size) + pairs[i+1]
	}
	other := "8BIM\x04\x25\x00\x00\x00\x00\x00\x03abc\x00" // a resource of another kind, of an odd size
	return segment(0xED, "Photoshop 3.0\x00"+other+"8BIM\x04\x04\x00\x00"+string(binary.BigEndian.AppendUint32(nil, uint32(len(sets))))+sets)
}

const (
	byline, iimCredit, iimRights, iimCaption = "\x50", "\x6E", "\x74", "\x78"
	xmpHead                                  = "http://ns.adobe.com/xap/1.0/\x00"
)

// packet is an XMP packet with properties.
func packet(attributes, elements string) string {
	return `<?xpacket begin="` + "\uFEFF" + `" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">` +
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""` +
		` xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"` +
		` xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"` +
		` xmlns:c="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" ` + attributes + `>` + elements +
		`</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`
}

func TestWordsOf(t *testing.T) {
	t.Parallel()
	plain := encodeJPEG(t, photo(16, 12))
	xmp := packet(`photoshop:Credit="Reuters" xmpRights:WebStatement="https://example.org/terms"`,
		`<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 2026 Reuters</rdf:li><rdf:li xml:lang="fr">Droits</rdf:li></rdf:Alt></dc:rights>`+
			`<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">No resale</rdf:li></rdf:Alt></xmpRights:UsageTerms>`+
			`<dc:creator><rdf:Seq><rdf:li>Vera Halm</rdf:li></rdf:Seq></dc:creator>`+
			`<dc:description><rdf:Alt><rdf:li xml:lang="x-default">A road &amp; a gate</rdf:li></rdf:Alt></dc:description>`+
			`<c:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="x-default">A road</rdf:li></rdf:Alt></c:AltTextAccessibility>`)
	all := picture.Words{Credit: "Reuters", Rights: "© 2026 Reuters · No resale · https://example.org/terms", Caption: "A road & a gate", Alt: "A road"}
	png := encodePNG(t, photo(16, 12))
	webp := func(kind, body string) []byte {
		chunk := string(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body)))) + body
		return []byte("RIFF\x00\x00\x00\x00WEBP" + chunk)
	}
	artist := "II\x2a\x00\x08\x00\x00\x00\x01\x00\x3B\x01\x02\x00\x05\x00\x00\x00\x1A\x00\x00\x00\x00\x00\x00\x00Halm\x00"
	for name, c := range map[string]struct {
		file []byte
		want picture.Words
	}{
		"nothing":                      {plain, picture.Words{}},
		"no bytes":                     {nil, picture.Words{}},
		"IIM":                          {withParts(plain, iim(iimCredit, "AFP", iimRights, "© AFP", iimCaption, "A gate")), picture.Words{Credit: "AFP", Rights: "© AFP", Caption: "A gate"}},
		"XMP":                          {withParts(plain, segment(0xE1, xmpHead+xmp)), all},
		"both":                         {withParts(plain, iim(iimCredit, "AFP"), segment(0xE1, xmpHead+xmp)), all},
		"in a PNG":                     {slices.Concat(png[:33], pngChunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+xmp), png[33:]), all},
		"in a WebP":                    {webp("XMP ", xmp), all},
		"supplier":                     {withParts(plain, segment(0xE1, xmpHead+packet(`plus:ImageSupplierName="An agency"`, ""))), picture.Words{Credit: "An agency"}},
		"a name in the credit":         {withParts(plain, iim(byline, "Vera Halm", iimCredit, "V. HALM/AFP", iimRights, "© AFP")), picture.Words{Withheld: true}},
		"a name in the rights":         {withParts(plain, segment(0xE1, xmpHead+xmp), iim(byline, "Reuters Stringer")), picture.Words{Caption: all.Caption, Alt: all.Alt, Withheld: true}},
		"a name that the camera knows": {withParts(plain, segment(0xE1, "Exif\x00\x00"+artist), iim(iimRights, "(c) halm 2026")), picture.Words{Withheld: true}},
		"another encoding":             {withParts(plain, iim(iimCredit, "\xC0\xD4\xCF")), picture.Words{}},
		"too long":                     {withParts(plain, iim(iimCredit, strings.Repeat("A", 1001))), picture.Words{}},
		"cut short":                    {withParts(plain, iim(iimCredit, "AFP"))[:40], picture.Words{}},
		"no XML":                       {withParts(plain, segment(0xE1, xmpHead+"<x:xmpmeta><a></b>")), picture.Words{}},
		"an entity":                    {withParts(plain, segment(0xE1, xmpHead+`<!DOCTYPE x [<!ENTITY e "E">]>`+packet("", `<dc:rights>&e;</dc:rights>`))), picture.Words{}},
	} {
		if got := picture.WordsOf(c.file); got != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, c.want)
		}
	}
}

// TestNoWordsInRenditions checks that what a file says of itself is in none of its renditions.
func TestNoWordsInRenditions(t *testing.T) {
	t.Parallel()
	file := withParts(encodeJPEG(t, photo(400, 300)), iim(byline, secret, iimCredit, secret),
		segment(0xE1, xmpHead+packet(`photoshop:Credit="`+secret+`"`, "")), segment(0xE2, "ICC_PROFILE\x00\x01\x01"+secret), segment(0xFE, secret))
	for _, r := range render(t, file).Renditions {
		for _, trace := range []string{secret, "Photoshop", "adobe", "ICC_PROFILE"} {
			if strings.Contains(string(r.Bytes), trace) {
				t.Errorf("%s has %q", r.Name, trace)
			}
		}
	}
}

// FuzzWordsOf looks for files that make the readers of words panic, or say what can't stand on a page.
func FuzzWordsOf(f *testing.F) {
	plain := encodeJPEG(f, image.NewGray(image.Rect(0, 0, 8, 8)))
	f.Add(withParts(plain, iim(byline, "Vera Halm", iimCredit, "AFP"), segment(0xE1, xmpHead+packet(`photoshop:Credit="AFP"`, "<dc:rights>x</dc:rights>"))))
	f.Add(slices.Concat(encodePNG(f, photo(8, 8))[:33], pngChunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+packet("", ""))))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPEXIF\x08\x00\x00\x00II\x2a\x00\x08\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		w := picture.WordsOf(file)
		for _, words := range []string{w.Credit, w.Rights, w.Caption, w.Alt} {
			if len(words) > 4000 || strings.ToValidUTF8(words, "") != words {
				t.Errorf("%d bytes of words: %.40q", len(words), words)
			}
		}
		if w.Withheld && w.Credit+w.Rights != "" {
			t.Error("withheld, and told")
		}
	})
}
