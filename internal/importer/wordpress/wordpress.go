// Package wordpress brings a WordPress site into a newsroom: from its exports (WXR 1.0 to 1.2, wxr.go), or from the site
// itself as it runs (its REST API, rest.go).
//
// Both make the same of a post: content.go reads the blocks, shortcodes and HTML in it. Nothing is fetched here but by the
// REST source through the client that it is handed, and no media at all: the import does that.
package wordpress

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
)

// storyID names the story of a post for ever, by its site's address and its ID there: wp:lantern.example:17. An export and
// the running site give it the same name, with and without "www.".
func storyID(home *url.URL, id int64) string {
	site := ""
	if home != nil {
		site = strings.TrimPrefix(strings.ToLower(home.Host), "www.") + strings.TrimRight(home.Path, "/")
	}
	if len(site) > 150 || strings.ContainsFunc(site, func(c rune) bool { return c <= ' ' }) {
		sum := sha256.Sum256([]byte(site))
		site = hex.EncodeToString(sum[:16])
	}
	return fmt.Sprintf("wp:%s:%d", site, id)
}

// A library is what the content of posts refers to by number: the site's media, and its reusable blocks.
type library interface {
	// attachment returns a media file by its ID, and false where the source has none of that ID.
	attachment(id int64) (attachment, bool)
	// attached returns the IDs of the media files that were uploaded to a post, in the order of a gallery without IDs.
	attached(post int64) []int64
	// block returns the content of a reusable block (post type wp_block), and false where the source has none of that ID.
	block(id int64) (string, bool)
}

// An attachment is a media file of the site, with its words as the source has them: nothing is cleaned yet.
type attachment struct {
	ID int64 `json:"id"`
	// Parent is the post that it was uploaded to; 0 for none.
	Parent int64 `json:"parent,omitempty"`
	// URL is where the file itself stands, Page the page about it, absolute.
	URL   string `json:"url"`
	Page  string `json:"page,omitempty"`
	Title string `json:"title,omitempty"`
	Alt   string `json:"alt,omitempty"`
	// Caption and Description are HTML.
	Caption     string `json:"caption,omitempty"`
	Description string `json:"description,omitempty"`
	// Credit says who made it, where a plug-in keeps that.
	Credit string `json:"credit,omitempty"`
	// Order is its place in a gallery.
	Order int `json:"order,omitempty"`
}
