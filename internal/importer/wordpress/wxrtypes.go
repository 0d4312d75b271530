package wordpress

import (
	"errors"
	"strings"

	"coranto/internal/importer"
)

// leftType says why items of a post type are left out; "" where they are not. Some types hold what people sent to the
// site in confidence, and their status is "publish" all the same.
func leftType(kind string) string {
	switch kind {
	case "nav_menu_item", "wp_navigation":
		return "an entry of a menu of the old site"
	case "revision":
		return "an earlier state of a post"
	case "wp_block":
		return "a reusable block: it comes in with the posts that show it"
	case "custom_css", "customize_changeset", "wp_template", "wp_template_part", "wp_global_styles", "wp_font_family",
		"wp_font_face", "elementor_library", "elementor_snippet", "et_pb_layout", "fl-builder-template", "fl-theme-layout",
		"vc_grid_item", "vc4_templates", "brizy_template", "oceanwp_library", "astra-advanced-hook", "jp_mem_plan", "jp_pay_product":
		return "how the old site looked"
	case "oembed_cache", "acf-field", "acf-field-group", "acf-post-type", "acf-taxonomy", "polylang_mo", "scheduled-action",
		"jetpack_migration", "amp_validated_url", "amn_smtp", "rm_content_editor", "wpcode", "um_form", "cookielawinfo",
		"mc4wp-form", "wpforms", "wpcf7_contact_form", "popup", "ml-slider", "tablepress_table":
		return "a setting of the old site, or of a plug-in"
	case "feedback", "flamingo_contact", "flamingo_inbound", "flamingo_outbound", "nf_sub", "wpforms_entry", "um_directory",
		"shop_order", "shop_order_refund", "shop_order_placehold", "shop_subscription", "shop_coupon", "edd_payment", "edd_log",
		"jp_pay_order", "give_payment", "user_request", "mailpoet_page", "newsletter", "subscriber":
		return "what people sent to the site in confidence"
	case "forum", "topic", "reply":
		return "words of a forum of the old site"
	}
	return ""
}

// language returns the language of a post: as its plug-in says, as the import was told, or as the site says.
func (x *Export) language(p *post) (string, error) {
	tag := p.value(fieldLanguage)
	for _, t := range p.terms {
		if t.domain == "language" && tag == "" {
			if tag = x.site.langs[t.slug]; tag == "" {
				tag = t.slug
			}
		}
	}
	for _, t := range []string{tag, x.opt.Language, x.site.lang} {
		if t = locale(t); t == "" {
			continue
		}
		if len(x.opt.Languages) == 0 {
			return importer.Language(t)
		}
		return importer.AllowedLanguage(t, x.opt.Languages)
	}
	return "", errors.New("neither the post nor the site names a language (hint: say which with --language)")
}

// locale returns a locale of WordPress without the form of address that some end in: de_DE for de_DE_formal.
func locale(s string) string {
	s = strings.TrimSpace(s)
	for _, form := range []string{"_formal", "_informal", "_ao90"} {
		s = strings.TrimSuffix(s, form)
	}
	return s
}
