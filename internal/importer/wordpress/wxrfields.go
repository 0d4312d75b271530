package wordpress

import "strings"

// The fields of posts that say something of a story; all others are passed over. They are WordPress's own and those of
// the plug-ins that are named.
const (
	fieldPicture   = "_thumbnail_id"            // the featured picture's ID
	fieldAlt       = "_wp_attachment_image_alt" // of an attachment
	fieldOldSlug   = "_wp_old_slug"
	fieldOldDate   = "_wp_old_date"
	fieldBlog      = "blogger_blog" // of posts that came from Blogger: its host, and the path there
	fieldBlogger   = "blogger_permalink"
	fieldGuest     = "cap-display_name"               // Co-Authors Plus: the name of a guest
	fieldGroup     = "_wpml_import_translation_group" // WPML Export and Import
	fieldLanguage  = "_wpml_import_language_code"
	fieldSource    = "_wpml_import_source_language_code"
	fieldFootnotes = "footnotes" // of the block editor: JSON
)

// creditFields are where plug-ins keep who made a picture, in the order in which they are asked.
func creditFields() []string {
	return []string{
		"_media_credit", "_navis_media_credit_org", "_wp_attachment_credit", "_credit", "credit", "photo_credit",
		"_photo_credit", "_image_credit", "image_credit", "photographer", "_photographer", "_isc_image_source",
	}
}

// kept says whether a field is read at all. A file can hold any number of others.
func kept(key string) bool {
	switch key {
	case fieldPicture, fieldAlt, fieldOldSlug, fieldOldDate, fieldBlog, fieldBlogger, fieldGuest,
		fieldGroup, fieldLanguage, fieldSource, fieldFootnotes:
		return true
	}
	return strings.Contains(key, "credit") || strings.Contains(key, "photographer") || key == "_isc_image_source"
}
