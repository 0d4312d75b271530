package term

import (
	"io"
	"strings"
)

// gap stands between two columns.
const gap = "  "

// Table writes rows below a header in columns of equal width, without lines between them; a nil header is left out.
// A row may be shorter than others. Cells are cleaned, except for what Paint added to them.
func Table(w io.Writer, header []string, rows [][]string) error {
	if header != nil {
		rows = append([][]string{header}, rows...)
	}
	cells := make([][]string, len(rows))
	var widths []int
	for i, row := range rows {
		for j, s := range row {
			s = cleanCell(s)
			cells[i] = append(cells[i], s)
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], Width(s))
		}
	}
	var b strings.Builder
	for _, row := range cells {
		writeRow(&b, row, widths)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeRow writes one line without spaces at its end.
func writeRow(b *strings.Builder, row []string, widths []int) {
	pad := 0
	for j, s := range row {
		if s != "" {
			b.WriteString(strings.Repeat(" ", pad))
			b.WriteString(s)
			pad = 0
		}
		pad += widths[j] - Width(s) + len(gap)
	}
	b.WriteByte('\n')
}

// cleanCell cleans the text of a cell and keeps its paint.
func cleanCell(s string) string {
	if s == "" || s[0] != '\x1b' {
		return Clean(s)
	}
	for _, c := range []Color{Good, Bad, Doubt, Faint, Bold} {
		if text, ok := strings.CutPrefix(s, string(c)); ok {
			if text, ok = strings.CutSuffix(text, plain); ok {
				return string(c) + Clean(text) + plain
			}
		}
	}
	return Clean(s)
}
