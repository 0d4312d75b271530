package reader_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coranto/reader"
)

// invited starts a server with a clock that the test sets, and counts how often its address was changed.
func invited(t *testing.T) (s *reader.Server, wait func(time.Duration), changed *atomic.Int32) {
	t.Helper()
	p := newPress(t, 1)
	var later atomic.Int64
	r := p.open(reader.Options{Now: func() time.Time { return epoch.Add(time.Duration(later.Load())) }}, p.publish(front()).source("a"))
	refresh(t, r)
	changed = &atomic.Int32{}
	s = running(t, r, func(s *reader.Server) { s.Changed = func(string) { changed.Add(1) } })
	return s, func(d time.Duration) { later.Add(int64(d)) }, changed
}

// An invitation leads to the site, from outside of the browser and from a file.
func TestInvite(t *testing.T) {
	for _, from := range []string{"none", "cross-site", ""} {
		s, _, changed := invited(t)
		u, err := s.Invite()
		must(t, err)
		if strings.Contains(u, strings.Trim(strings.TrimPrefix(s.URL(), "http://"), "/")) {
			t.Errorf("got %s, which tells %s", u, s.URL())
		}
		header := []string{"Sec-Fetch-Site", from, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}
		if from == "" {
			header = nil // an old browser
		}
		resp, body := ask(t, "GET", u, header...)
		home := s.URL()
		path := home[strings.LastIndex(strings.TrimSuffix(home, "/"), "/"):]
		if resp.StatusCode != 200 || !strings.Contains(body, `content="0; url=`+path+`"`) || changed.Load() != 0 {
			t.Errorf("from %q: got %d %q", from, resp.StatusCode, body)
		}
		if resp, _ := ask(t, "GET", home); resp.StatusCode != 200 {
			t.Errorf("the site: got %d", resp.StatusCode)
		}
	}
}

// The second use shows that the first may have been somebody else's: the address that it learnt is dead.
func TestInviteTwice(t *testing.T) {
	s, wait, changed := invited(t)
	u, err := s.Invite()
	must(t, err)
	ask(t, "GET", u)
	stolen := s.URL()
	wait(20 * time.Second)
	if resp, body := ask(t, "GET", u); resp.StatusCode != 404 || body != "" {
		t.Errorf("the second use: got %d %q", resp.StatusCode, body)
	}
	if s.URL() == stolen || changed.Load() != 1 {
		t.Errorf("got the address %s again; it was changed %d times", s.URL(), changed.Load())
	}
	if resp, body := ask(t, "GET", stolen); resp.StatusCode != 404 || body != "" {
		t.Errorf("the stolen address: got %d %q", resp.StatusCode, body)
	}
	if resp, _ := ask(t, "GET", s.URL()); resp.StatusCode != 200 {
		t.Errorf("the new address: got %d", resp.StatusCode)
	}
	ask(t, "GET", u)
	if changed.Load() != 1 {
		t.Error("a third use changed it again")
	}
}

// What is no browser that opens a page does not use the invitation up, and gets nothing; nor does who comes late.
func TestInviteRefused(t *testing.T) {
	s, wait, changed := invited(t)
	u, err := s.Invite()
	must(t, err)
	for _, test := range []struct {
		name, method string
		header       []string
	}{
		{"a picture", "GET", []string{"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}},
		{"a frame", "GET", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}},
		{"a fetch", "GET", []string{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}},
		{"in advance", "GET", []string{"Sec-Purpose", "prefetch"}},
		{"another host", "GET", []string{"Host", "attacker.example"}},
		{"HEAD", "HEAD", nil},
		{"POST", "POST", nil},
	} {
		if resp, body := ask(t, test.method, u, test.header...); resp.StatusCode != 404 || body != "" {
			t.Errorf("%s: got %d %q", test.name, resp.StatusCode, body)
		}
	}
	wait(31 * time.Second)
	for range 2 {
		if resp, body := ask(t, "GET", u); resp.StatusCode != 404 || body != "" {
			t.Errorf("late: got %d %q", resp.StatusCode, body)
		}
	}
	if changed.Load() != 0 {
		t.Error("the address was changed")
	}
}
