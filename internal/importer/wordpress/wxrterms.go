package wordpress

import (
	"html"
	"net/url"
	"slices"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/news"
)

// topics makes topics of a post's categories, then its tags, then its terms of the site's own taxonomies.
func (x *Export) topics(p *post, clean *importer.Cleaner) []news.Topic {
	terms := slices.Clone(p.terms)
	if slices.ContainsFunc(terms, func(t term) bool { return t.domain != "" }) {
		// WXR 1.0 has each category twice, once as RSS has it.
		terms = slices.DeleteFunc(terms, func(t term) bool { return t.domain == "" })
	}
	slices.SortStableFunc(terms, func(a, b term) int { return rank(a.domain) - rank(b.domain) })
	var topics []news.Topic
	seen := make(map[string]bool)
	for _, t := range terms {
		if technical(t.domain) != "" || uncategorized(t.slug, t.name) {
			continue
		}
		topic := news.Topic{Name: clean.Line(html.UnescapeString(t.name))}
		if topic.Slug = termSlug(t.slug, topic.Name); topic.Slug == "" || seen[topic.Slug] {
			continue
		}
		if seen[topic.Slug] = true; len(topics) == maxTopics {
			clean.Note("only the first %d of its categories and tags were kept", maxTopics)
			break
		}
		topics = append(topics, topic)
	}
	return topics
}

// rank orders taxonomies by how much they say.
func rank(domain string) int {
	switch domain {
	case "category", "":
		return 0
	case "post_tag", "tag":
		return 1
	}
	return 2
}

// termSlug returns the slug of a term: WordPress's own, where it is one of ours, or one made of the name.
func termSlug(slug, name string) string {
	if s, err := url.PathUnescape(slug); err == nil {
		slug = strings.ToLower(s)
	}
	if name == "" {
		return ""
	}
	if slug == "" || len(slug) > 80 || strings.Trim(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return importer.TopicSlug(name)
	}
	return slug
}

// technical says why the terms of a taxonomy are no topics; "" where they are.
func technical(taxonomy string) string {
	switch taxonomy {
	case "nav_menu":
		return "a menu of the old site"
	case "post_format":
		return "a form of posts of the old site"
	case "language", "term_language", "post_translations", "term_translations":
		return "how Polylang keeps languages; the translations come in as one story"
	case "author":
		return "how Co-Authors Plus keeps authors; they come in with their posts"
	case "wp_theme", "wp_template_part_area", "wp_pattern_category", "link_category", "elementor_library_type", "layout_category",
		"amp_validation_error", "product_type", "product_visibility", "product_shipping_class", "action-group",
		"following_users", "yst_prominent_words", "translation_priority", "post_status", "ef_usergroup":
		return "a setting of the old site, or of a plug-in"
	}
	return ""
}

// uncategorized says whether a category only says that a post has none: WordPress's own in the languages that it speaks.
func uncategorized(slug, name string) bool {
	if s, err := url.PathUnescape(slug); err == nil {
		slug = s
	}
	words := strings.ToLower(strings.ReplaceAll(name, " ", "-"))
	for _, none := range []string{
		"uncategorized", "uncategorised", "bez-rubriki", "без-рубрики", "без-категорії", "без-рубрики", "sin-categoria",
		"sin-categoría", "non-classe", "non-classé", "nicht-kategorisiert", "allgemein", "unkategorisiert", "sem-categoria",
		"senza-categoria", "geen-categorie", "bez-kategorii", "nezařazené", "nezarazene", "kategorizálatlan", "fara-categorie",
		"fără-categorie", "без-категория", "некатегоризирано", "χωρίς-κατηγορία", "genel", "kategorisiz", "غير-مصنف",
		"دسته‌بندی-نشده", "未分类", "未分類", "미분류", "ללא-קטגוריה", "uncategorized-en",
	} {
		if slug == none || words == none {
			return true
		}
	}
	return false
}
