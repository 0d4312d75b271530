package cli

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/skip2/go-qrcode"
)

// A qrCode is a QR code with its quiet zone of four modules: rows of modules, true where one is dark.
type qrCode [][]bool

// newQR returns the code of a text. Level M: a code on a poster stays readable with an eighth of it gone.
func newQR(text string) (qrCode, error) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	return q.Bitmap(), nil
}

func (q qrCode) dark(x, y int) bool { return y < len(q) && q[y][x] }

// Black on white whatever the terminal's colours are: in most scanners a code must be darker than what is around it.
const (
	blackOnWhite = "\x1b[38;5;16;48;5;231m"
	noColor      = "\x1b[0m"
)

// print draws the code in half blocks, two modules a character. Without color the dark modules are drawn, as for paper.
func (q qrCode) print(w io.Writer, color bool) error {
	var b strings.Builder
	for y := 0; y < len(q); y += 2 {
		if color {
			b.WriteString(blackOnWhite)
		}
		for x := range q[y] {
			switch top, bottom := q.dark(x, y), q.dark(x, y+1); {
			case top && bottom:
				b.WriteRune('█')
			case top:
				b.WriteRune('▀')
			case bottom:
				b.WriteRune('▄')
			default:
				b.WriteByte(' ')
			}
		}
		if color {
			b.WriteString(noColor)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// pngModule is the side of a module in pixels of a PNG.
const pngModule = 8

// qrPNG returns the code of a text as a PNG.
func qrPNG(text string) ([]byte, error) {
	q, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	return q.PNG(-pngModule)
}

// svg returns the code as an SVG of one path, with a title for those who can't see it.
func (q qrCode) svg(title string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %[1]d" role="img" shape-rendering="crispEdges"><title>`, len(q))
	_ = xml.EscapeText(&b, []byte(title)) // a Builder's Write never fails
	b.WriteString("</title><path fill=\"#fff\" d=\"M0 0h")
	fmt.Fprintf(&b, "%dv%[1]dH0z\"/><path d=\"", len(q))
	for y, row := range q {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1H%dz", from, y, x-from, from)
			}
		}
	}
	b.WriteString("\"/></svg>\n")
	return []byte(b.String())
}
