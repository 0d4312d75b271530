package mirror_test

import (
	"strings"
	"testing"

	"coranto/internal/mirror"
)

func TestHeaders(t *testing.T) {
	for kind, want := range map[string][]string{
		"netlify": {"/*\n  Access-Control-Allow-Origin: *", "/o/*\n  Cache-Control: public, max-age=31536000, immutable", "/latest\n  Cache-Control: public, max-age=10\n"},
		"apache":  {`Header always set Access-Control-Allow-Origin "*"`, `m#/latest$#`, `m#/o/#`, `AddType "text/vtt; charset=utf-8" .vtt`, `RedirectMatch 404 "/\."`},
		"nginx":   {"location ^~ /o/ {", "location = /latest {", "gzip_static on;", "text/vtt vtt;", "access_log off;", "error_log /dev/null;", `location ~ /\. {`},
		"caddy":   {"header /latest Cache-Control", "header @vtt Content-Type \"text/vtt; charset=utf-8\"", "precompressed gzip"},
	} {
		text, err := mirror.Headers(kind)
		must(t, err)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in\n%s", kind, w, text)
			}
		}
		if strings.Count(text, "{") != strings.Count(text, "}") && kind == "nginx" {
			t.Errorf("%s: braces don't match", kind)
		}
	}
	if _, err := mirror.Headers("gopher"); err == nil || !strings.Contains(err.Error(), "apache, caddy, netlify, nginx") {
		t.Errorf("got %v", err)
	}
}
