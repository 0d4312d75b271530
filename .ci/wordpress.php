<?php
// Sets WordPress up in a folder, writes stories of all kinds, and then its own export. Prints an application password.
//   php wordpress.php FOLDER EXPORT
[, $folder, $export] = $argv;
$_SERVER['HTTP_HOST'] = 'localhost';
$_SERVER['REQUEST_METHOD'] = 'GET';
define('WP_INSTALLING', true);
define('WP_ADMIN', true);
require "$folder/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/export.php';
function wp_new_blog_notification() {} // no mail

ob_start(); // warnings that mail can't be sent
wp_install('The Lantern', 'editor', 'editor@lantern.example', true, '', wp_generate_password());
$GLOBALS['wp_rewrite']->set_permalink_structure('/%year%/%monthnum%/%postname%/');
update_option('timezone_string', 'Europe/Vilnius');
wp_set_current_user(1);

$must = function ($made) {
    if (is_wp_error($made) || !$made) {
        fwrite(STDERR, is_wp_error($made) ? $made->get_error_message() . "\n" : "nothing was made\n");
        exit(1);
    }
    return $made;
};
$border = $must(wp_create_category('Border'));
$blocks = "<!-- wp:paragraph -->\n<p>Guards <strong>push</strong> migrants back, <em>witnesses</em> say.</p>\n<!-- /wp:paragraph -->\n\n"
    . "<!-- wp:heading -->\n<h2>What is known</h2>\n<!-- /wp:heading -->\n\n<!-- wp:list -->\n<ul><li>One</li><li>Two</li></ul>\n<!-- /wp:list -->\n\n"
    . "<!-- wp:pullquote -->\n<figure class=\"wp-block-pullquote\"><blockquote><p>Nobody asked us.</p><cite>A driver</cite></blockquote></figure>\n<!-- /wp:pullquote -->";
$classic = "Plain text, as the old editor wrote it.\n\nA second paragraph\nwith a line break, an &amp; and \"quotation marks\".\n\n<blockquote>Quoted</blockquote>\n\n[unknown id=\"3\"]kept[/unknown]";
$titles = ['Guards at the gate', 'Без границ', 'گزارش از مرز', '<em>Marked</em> & quoted "words"', ''];
$states = ['publish', 'publish', 'publish', 'draft', 'pending', 'private', 'future'];
$picture = $must(wp_insert_attachment(['post_title' => 'A gate', 'post_mime_type' => 'image/jpeg', 'post_excerpt' => 'The gate at night', 'post_status' => 'inherit', 'guid' => home_url('/wp-content/uploads/gate.jpg')], 'gate.jpg'));
update_post_meta($picture, '_wp_attachment_image_alt', 'Two men at a closed gate');
for ($i = 0; $i < 240; $i++) {
    $state = $states[$i % 7];
    $day = gmmktime(8, $i, 0, 1 + $i % 12, 1 + $i % 28, 'future' === $state ? 2100 : 2014 + $i % 9);
    $id = $must(wp_insert_post(wp_slash([
        'post_title' => trim($titles[$i % 5] . ' ' . ($i % 5 < 3 ? $i : '')), 'post_name' => "story-$i",
        'post_content' => $i % 2 ? $classic : $blocks, 'post_excerpt' => $i % 3 ? '' : "What story $i says, in short.",
        'post_status' => $state, 'post_type' => $i % 10 ? 'post' : 'page', 'post_author' => 1,
        'post_date_gmt' => gmdate('Y-m-d H:i:s', $day), 'post_date' => get_date_from_gmt(gmdate('Y-m-d H:i:s', $day)),
        'post_category' => $i % 4 ? [$border] : [], 'tags_input' => $i % 10 ? ['Gate', "Tag $i"] : [],
        'post_password' => 100 === $i ? 'secret' : '',
    ]), true));
    if (!($i % 6)) {
        set_post_thumbnail($id, $picture);
    }
    if (!($i % 8)) {
        wp_insert_comment(['comment_post_ID' => $id, 'comment_author' => 'A reader', 'comment_author_email' => 'reader@mail.example', 'comment_content' => 'We <b>saw</b> it too.', 'comment_approved' => 1]);
    }
}
[$password] = $must(WP_Application_Passwords::create_new_application_password(1, ['name' => 'import']));
ob_end_clean();

ob_start(); // export_wp prints
@export_wp(['content' => 'all']);
file_put_contents($export, ob_get_clean());
echo $password, "\n";
