package press_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"coranto/internal/press"
)

// well and ill are two healths with something in every part of the page.
func well() *press.Health {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	return &press.Health{
		OK: true, Newsroom: "The <Lantern>", Time: now, Started: now, Edition: 7, Vouched: now, Aged: now, NextPublish: now, Why: "heartbeat",
		Doing: []string{"publish"}, Failing: &press.Failing{Since: now, Times: 3, Error: "no <room>", Next: now},
		Targets: []press.TargetHealth{
			{Target: "public", Edition: 7}, {Target: "stick", Late: &press.Failing{Since: now, Error: "gone", Next: now}},
		},
		Mirrors: []press.MirrorHealth{
			{Mirror: "https://a/", State: press.MirrorGood, Edition: 7, Vouched: now},
			{Mirror: "https://b/", State: press.MirrorDead, Error: "reset"},
		},
		Imports: []press.ImportHealth{{Import: "site", Last: now, New: 2}, {Import: "never", Failing: &press.Failing{Since: now, Error: "404"}}},
		Expires: []press.Expiry{press.NewExpiry("root", now.Add(time.Hour), now, 24*time.Hour, "renew")},
		Free:    9 << 30, Alarms: []press.Alarm{{Kind: press.KindTarget, Subject: "stick", Text: "the stick is late", Since: now}},
	}
}

func ill() *press.Health {
	h := well()
	h.OK = false
	h.Alarms = append(h.Alarms, press.Alarm{Kind: press.KindPublish, Urgent: true, Text: "nothing goes out", Detail: "<script>"})
	return h
}

func TestHandler(t *testing.T) {
	for _, test := range []struct {
		name, method, path, host string
		header                   map[string]string
		health                   *press.Health
		status                   int
		has                      string
	}{
		{"well", "GET", "/health", "127.0.0.1:8099", nil, well(), 200, `"ok":true`},
		{"well, by name", "GET", "/health", "localhost:8099", nil, well(), 200, `"edition":7`},
		{"well, in IPv6", "HEAD", "/health", "[::1]:8099", nil, well(), 200, ""},
		{"ill", "GET", "/health", "127.0.0.1:8099", nil, ill(), 503, `"ok":false`},
		{"not begun", "GET", "/health", "127.0.0.1:8099", nil, nil, 503, "null"},
		{"the page", "GET", "/", "127.0.0.1", nil, well(), 200, "all is well, with notices"},
		{"the page, ill", "GET", "/", "127.0.0.1", nil, ill(), 503, "somebody must look at this"},
		{"the page, not begun", "GET", "/", "127.0.0.1", nil, nil, 503, "starting"},
		{"a website's name that points here", "GET", "/health", "evil.example:8099", nil, well(), 403, "not here"},
		{"a website's script", "GET", "/health", "127.0.0.1:8099", map[string]string{"Sec-Fetch-Site": "cross-site"}, well(), 403, "not here"},
		{"the page's own link", "GET", "/health", "127.0.0.1:8099", map[string]string{"Sec-Fetch-Site": "same-origin"}, well(), 200, "ok"},
		{"typed by a person", "GET", "/", "127.0.0.1:8099", map[string]string{"Sec-Fetch-Site": "none"}, well(), 200, "well"},
		{"another path", "GET", "/store.db", "127.0.0.1:8099", nil, well(), 404, ""},
		{"writing", "POST", "/health", "127.0.0.1:8099", nil, well(), 405, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, "http://"+test.host+test.path, nil)
			for k, v := range test.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			press.Handler(func() *press.Health { return test.health }).ServeHTTP(w, r)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.has) {
				t.Errorf("got %d %s, want %d with %q", w.Code, w.Body, test.status, test.has)
			}
			if csp := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") {
				t.Errorf("got the policy %q", csp)
			}
		})
	}
}

// The page says all that the JSON does, and what others have said in it is text.
func TestPage(t *testing.T) {
	w := httptest.NewRecorder()
	press.Handler(ill).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/", nil))
	page := w.Body.String()
	for _, want := range []string{"The &lt;Lantern&gt;", "nothing goes out", "&lt;script&gt;", "the stick is late", "At work: publish.", "no &lt;room&gt;",
		"2026-11-22 12:00 UTC (heartbeat)", "9216 MB", "https://b/", "reset", "404", "SOON: 60 min", "renew", "</html>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "http://") {
		t.Error("the page has a script, or leads elsewhere")
	}
}

// The JSON has every list, empty ones too, so that a script needs no case for what is not there.
func TestHealthJSON(t *testing.T) {
	w := httptest.NewRecorder()
	press.Handler(well).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/health", nil))
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"ok", "newsroom", "time", "started", "edition", "vouched", "aged", "next_publish", "next_publish_is",
		"failing", "targets", "mirrors", "imports", "expires", "free", "alarms"} {
		if _, ok := got[field]; !ok {
			t.Errorf("the JSON lacks %q", field)
		}
	}
}
