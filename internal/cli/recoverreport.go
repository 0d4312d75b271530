package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"coranto/edition"
	"coranto/internal/publish"
)

// recoveryReport is what recover --json prints.
type recoveryReport struct {
	publish.Recovered
	// Fetched are the bytes that mirrors sent.
	Fetched int64 `json:"fetched"`
	// Settings are those of coranto.toml that say otherwise than the edition, which the next publish would follow.
	Settings []string `json:"settings"`
	// KeysReplaced are the roles with new keys, KeysLost those that still need them.
	KeysReplaced []string `json:"keys_replaced"`
	KeysLost     []string `json:"keys_lost"`
}

// compareSettings notes what the configuration, which no mirror carries, says otherwise than the edition.
func (r *recovery) compareSettings(ctx context.Context) error {
	head, err := r.n.store.Head(ctx)
	if err != nil {
		return err
	}
	m, err := edition.ParseManifest(head.Manifest)
	if err != nil {
		return err
	}
	for _, s := range []struct {
		name          string
		here, edition []string
	}{{"languages", r.n.config.Languages, m.Languages}, {"mirrors", r.n.config.Mirrors, m.Mirrors}} {
		if slices.Equal(s.here, s.edition) {
			continue
		}
		quoted := make([]string, len(s.edition))
		for i, v := range s.edition {
			quoted[i] = quote(v)
		}
		r.report.Settings = append(r.report.Settings, fmt.Sprintf("%s = [%s]", s.name, strings.Join(quoted, ", ")))
	}
	return nil
}

// tell prints the report.
func (r *recovery) tell() error {
	if r.e.json {
		return r.e.printJSON(r.report)
	}
	w, rep := r.e.stdout, r.report
	since := fmt.Sprintf("it knew of %d", rep.Before)
	if rep.Before == 0 {
		since = "it knew of none"
	}
	_, err := fmt.Fprintf(w, "edition %d is this newsroom's again: %s\n", rep.Edition, since)
	fmt.Fprintf(w, "came back  %s, %d in a newer revision, %d were here; %s\n", plural(rep.ArticlesNew, "article", "articles"),
		rep.ArticlesNewer, rep.ArticlesSame, plural(rep.Media, "picture, video or sound", "pictures, videos and sounds"))
	for _, a := range rep.Withdrawn {
		fmt.Fprintf(w, "withdrawn  %s: it was taken back after the backup\n", a)
	}
	if len(rep.Withdrawn) > 0 {
		fmt.Fprintf(w, "           its words still stand in the store: coranto withdraw STORY --erase\n")
	}
	for _, c := range rep.Kept {
		what := "readers have it otherwise; yours takes its place with the next publish"
		if c.Newest == "theirs" {
			what = "what readers have is newer; your text stands among its revisions"
		}
		fmt.Fprintf(w, "conflict   %s in %s: %s\n", c.Story, c.Lang, what)
	}
	for _, u := range rep.Unread {
		fmt.Fprintf(w, "not read   %s\n", u)
	}
	for _, s := range rep.Settings {
		fmt.Fprintf(w, "setting    the edition was made with %s, and %s says otherwise: the next publish follows that\n", s, configFile)
	}
	for _, role := range rep.KeysReplaced {
		fmt.Fprintf(w, "new key    %s\n", role)
	}
	lost := "what no reader ever saw: drafts, stories to come, protected bylines"
	if rep.Before > 0 {
		lost += " that were newer than the backup"
	}
	if rep.Anonymous > 0 {
		lost += "; who " + plural(rep.Anonymous, "anonymous source is", "anonymous sources are")
	}
	fmt.Fprintf(w, "lost       %s\n", lost)
	r.sayNext()
	return err
}

// sayNext says what is left to do.
func (r *recovery) sayNext() {
	switch {
	case len(r.report.KeysLost) > 0:
	case r.o.newDir != "":
		r.e.say("next: look at %s (targets, base_url), then coranto -C %s publish", filepath.Join(r.n.dir, configFile), r.n.dir)
	default:
		r.e.say("next: coranto publish")
	}
}
