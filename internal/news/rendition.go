package news

import "strings"

// Cut returns the ratio that a picture was cut to, as 16x9, 4x3 or 1x1; "" for the whole of it.
func (r Rendition) Cut() string {
	switch ratio, _, _ := strings.Cut(r.Name, "-"); ratio {
	case "16x9", "4x3", "1x1":
		return ratio
	}
	return ""
}
