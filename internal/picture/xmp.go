package picture

import (
	"bytes"
	"encoding/xml"
)

// maxXMP is the size of an XMP packet in bytes; one in a JPEG can have no more.
const maxXMP = 64 << 10

// rdf is the namespace of the frame in which XMP puts its properties.
const rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

// xmpFields are the properties that are read (IPTC Photo Metadata Standard 2023.2; XMP part 1, section 8).
var xmpFields = map[xml.Name]field{
	{Space: "http://ns.adobe.com/photoshop/1.0/", Local: "Credit"}:                        credit,
	{Space: "http://ns.useplus.org/ldf/xmp/1.0/", Local: "ImageSupplierName"}:             supplier,
	{Space: "http://purl.org/dc/elements/1.1/", Local: "rights"}:                          copyright,
	{Space: "http://ns.adobe.com/xap/1.0/rights/", Local: "UsageTerms"}:                   terms,
	{Space: "http://ns.adobe.com/xap/1.0/rights/", Local: "WebStatement"}:                 statement,
	{Space: "http://ns.useplus.org/ldf/xmp/1.0/", Local: "LicensorURL"}:                   statement,
	{Space: "http://purl.org/dc/elements/1.1/", Local: "description"}:                     caption,
	{Space: "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/", Local: "AltTextAccessibility"}: alt,
	{Space: "http://purl.org/dc/elements/1.1/", Local: "creator"}:                         maker,
	{Space: "http://ns.useplus.org/ldf/xmp/1.0/", Local: "ImageCreatorName"}:              maker,
	{Space: "http://ns.useplus.org/ldf/xmp/1.0/", Local: "CopyrightOwnerName"}:            maker,
	{Space: "http://iptc.org/std/Iptc4xmpExt/2008-02-29/", Local: "PersonInImage"}:        maker,
	{Space: "http://ns.adobe.com/exif/1.0/aux/", Local: "OwnerName"}:                      maker,
	{Space: "http://cipa.jp/exif/1.0/", Local: "CameraOwnerName"}:                         maker,
	{Space: "http://ns.adobe.com/tiff/1.0/", Local: "Artist"}:                             maker,
}

// readXMP reads the words of an XMP packet. A property is an attribute of a description, or an element with text, which may
// stand in items of several languages: of these the first counts, which is to be the one for all.
func (s *said) readXMP(packet []byte) {
	if len(packet) > maxXMP {
		return
	}
	d := xml.NewDecoder(bytes.NewReader(packet))
	within, depth := field(-1), 0 // the property that is being read, and the elements open in it
	var text []byte
	for {
		token, err := d.Token()
		if err != nil {
			return
		}
		switch t := token.(type) {
		case xml.StartElement:
			if within >= 0 {
				depth++
			}
			for _, a := range t.Attr {
				if f, ok := xmpFields[a.Name]; ok {
					s.add(f, a.Value)
				}
			}
			if f, ok := xmpFields[t.Name]; ok {
				within, depth, text = f, 0, nil
			}
		case xml.CharData:
			if within >= 0 && len(text)+len(t) <= maxXMP {
				text = append(text, t...)
			}
		case xml.EndElement:
			switch {
			case within >= 0 && depth == 0:
				s.add(within, string(text))
				within = -1
			case within >= 0:
				depth--
				if t.Name == (xml.Name{Space: rdf, Local: "li"}) {
					s.add(within, string(text))
					text = nil
				}
			}
		}
	}
}
