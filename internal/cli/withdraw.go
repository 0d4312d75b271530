package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"coranto/internal/news"
	"coranto/internal/publish"
	"coranto/internal/store"
	"coranto/internal/term"
)

var withdrawCommand = command{
	name:  "withdraw",
	usage: "STORY… [--erase] [--yes] [--json]  |  --undo STORY…",
	short: "takes stories back: from every page, list and feed, and every target",
	long: `
STORY is a story's ID (a Markdown story's is the name of its folder), the last part of its address, or the address of its
page in any language. All of its translations go with it, and the pictures that no other story shows.

Shows what the stories are and what can't be recalled, asks for the word withdraw, and publishes an edition without them
at once. From every target that can be reached it then removes whatever is not part of that edition: pages, pictures, old
versions, the old files that named the story. Mirrors do the same when they next ask, and readers let go of what they
kept. A target that can't be reached is done by the next publish that reaches it; until then the exit code is 3, and
coranto status names it.

--erase removes the story from the newsroom's own store as well, for ever: every version, the sources and who they are,
the pictures that no other story shows. Without it the newsroom keeps all that, and publishes none of it.

The folder or feed that the story came from still has it. An import refuses it from now on, until --undo lets it in
again. What is still in the store then comes out with the next publish.`,
	setup: func(e *env, fs *flag.FlagSet) func(context.Context, []string) error {
		fs.BoolVar(&e.json, "json", false, "print the result as JSON")
		erase := fs.Bool("erase", false, "remove it from the newsroom's store too, for ever")
		yes := fs.Bool("yes", false, "don't ask")
		undo := fs.Bool("undo", false, "let what was withdrawn in again")
		return func(ctx context.Context, args []string) error {
			switch {
			case len(args) == 0:
				return usagef("withdraw wants a story: its ID, or the address of its page")
			case *undo && *erase:
				return usagef("--undo and --erase don't go together")
			case *undo:
				return e.undoWithdraw(ctx, args)
			}
			return e.withdraw(ctx, args, *erase, *yes)
		}
	},
}

// A takedown is what withdraw does.
type takedown struct {
	Withdrawn []takenBack `json:"withdrawn"`
	publish.Result
}

// takenBack is a story that is withdrawn.
type takenBack struct {
	ID      string `json:"id"`
	Address string `json:"address,omitempty"` // as story/2026/11/22/border; empty when it never came out
	// Headlines are by language, of drafts too.
	Headlines map[string]string `json:"headlines"`
	// Media go, Shared stay: others show them too.
	Media  []string `json:"media,omitempty"`
	Shared []string `json:"shared,omitempty"`
	// Linking are the stories whose links to it become plain text, Naming those that have its address in their words.
	Linking []string `json:"linking,omitempty"`
	Naming  []string `json:"naming,omitempty"`

	articles []news.Article
}

func (e *env) withdraw(ctx context.Context, refs []string, erase, yes bool) error {
	n, err := openNewsroom(ctx, e.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	var t takedown
	for _, ref := range refs {
		s, err := n.takenBack(ctx, ref)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(t.Withdrawn, func(o takenBack) bool { return o.ID == s.ID }) {
			t.Withdrawn = append(t.Withdrawn, s)
		}
	}
	if !e.quiet || !yes {
		e.explainWithdraw(n, t.Withdrawn, erase)
	}
	if err := e.confirmWord(ctx, "", "withdraw", yes); err != nil {
		return err
	}
	for _, s := range t.Withdrawn {
		if err := n.store.Withdraw(ctx, s.ID, erase); err != nil {
			return err
		}
	}
	if t.Result, err = e.publishOnce(ctx, n, false); errors.Is(err, publish.ErrNotErased) {
		return explainPublish(err)
	} else if err != nil {
		return withHint(fmt.Errorf("withdrawn in the store, but readers still see it: %w", explainPublish(err)),
			"set right what is wrong and run coranto publish")
	}
	return e.printTakedown(t, erase, len(n.config.Targets))
}

// takenBack finds a story and what hangs on it.
func (n *newsroom) takenBack(ctx context.Context, ref string) (takenBack, error) {
	id, err := n.findStory(ctx, ref)
	if err != nil {
		return takenBack{}, err
	}
	s, err := n.store.Story(ctx, id)
	if err != nil {
		return takenBack{}, err
	}
	ties, err := n.store.Ties(ctx, id)
	if err != nil {
		return takenBack{}, err
	}
	t := takenBack{ID: id, Headlines: map[string]string{}, Linking: ties.Linking, Naming: ties.Naming, articles: s.Articles}
	if s.Address != (news.Address{}) {
		t.Address = "story/" + strings.ReplaceAll(s.Address.Day, "-", "/") + "/" + s.Address.Slug
	}
	for _, a := range s.Articles {
		t.Headlines[a.Lang] = a.Revision.Headline
	}
	for _, m := range ties.Media {
		if len(m.Others) == 0 {
			t.Media = append(t.Media, m.Name)
		} else {
			t.Shared = append(t.Shared, m.Name)
		}
	}
	return t, nil
}

// findStory returns the ID of the story that somebody means: by its ID, its slug, or anything with its address in it.
func (n *newsroom) findStory(ctx context.Context, ref string) (string, error) {
	found := map[string]bool{}
	_, err := n.store.Story(ctx, ref)
	if err == nil {
		found[ref] = true
	} else if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	day, slug := addressIn(ref)
	if slug == "" {
		slug = ref
	}
	id, err := n.store.Find(ctx, slug)
	if err == nil {
		var s news.Story
		if s, err = n.store.Story(ctx, id); err == nil && (day == "" || s.Address.Day == day) {
			found[id] = true
		}
	}
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return "", err
	case len(found) == 0:
		return "", withHint(fmt.Errorf("there is no story %q", ref),
			"give its ID (a Markdown story's is the name of its folder), or the address of its page")
	case len(found) > 1:
		return "", withHint(fmt.Errorf("%q is the ID of one story and the last part of the address of another, %q", ref, id),
			"give the ID of the other, or the whole address of this one")
	}
	for id = range found {
		break
	}
	return id, nil
}

// addressIn returns the day and the slug of a story's address in a URL or path: …/story/2026/11/22/border/…
func addressIn(ref string) (day, slug string) {
	ref, _, _ = strings.Cut(ref, "#")
	ref, _, _ = strings.Cut(ref, "?")
	parts := strings.Split(ref, "/")
	for i, p := range parts {
		if p == "story" && i+4 < len(parts) && len(parts[i+1]) == 4 {
			return strings.Join(parts[i+1:i+4], "-"), parts[i+4]
		}
	}
	return "", ""
}

// cantRecall is what nobody should be surprised by.
const cantRecall = `What nobody can take back:
  - copies of mirrors and readers, until they next ask for the news; and of mirrors that don't do as they are asked
  - what was printed, photographed, quoted, archived or passed on by hand
  - backups of this folder and of the targets, the logs and caches of their hosts: those are yours to see to
  - what a disk still holds: deleting is not erasing, least of all on a stick or a phone
  - that an edition existed: the log goes on counting it, and says nothing of what was in it
`

// explainWithdraw tells what will go and what won't.
func (e *env) explainWithdraw(n *newsroom, stories []takenBack, erase bool) {
	var b strings.Builder
	for _, s := range stories {
		s.describe(&b)
	}
	names := make([]string, len(n.config.Targets))
	for i, t := range n.config.Targets {
		names[i] = t.Name
	}
	fmt.Fprintf(&b, "It goes from every page, list and feed, and from %s: %s.\n",
		plural(len(names), "target", "targets"), strings.Join(names, ", "))
	if erase {
		b.WriteString("It goes from this newsroom's store too, for ever: every version, and who its sources are.\n")
	} else {
		b.WriteString("This newsroom's store keeps it, unpublished; with --erase it goes from there too.\n")
	}
	b.WriteString("The folder or feed that it came from still has it: delete it there. No import will bring it back.\n")
	b.WriteString(cantRecall)
	fmt.Fprint(e.stderr, b.String())
}

func (s takenBack) describe(b *strings.Builder) {
	fmt.Fprintf(b, "Story %q, %s\n", s.ID, orElse(s.Address, "which has not come out yet"))
	for _, a := range s.articles {
		state := a.Published.UTC().Format("2006-01-02 15:04")
		if a.Status != news.Published {
			state = string(a.Status)
		}
		fmt.Fprintf(b, "  %-8s %s · %s · %s\n", a.Lang, term.Clean(a.Revision.Headline), state, plural(a.Number, "version", "versions"))
	}
	for _, line := range []struct {
		what string
		of   []string
	}{
		{"pictures that go", s.Media},
		{"pictures that stay, because other stories show them", s.Shared},
		{"stories whose links to it become plain text", s.Linking},
		{"STORIES THAT WRITE OUT ITS ADDRESS, which only you can change", s.Naming},
	} {
		if len(line.of) > 0 {
			fmt.Fprintf(b, "  %s: %s\n", line.what, term.Clean(strings.Join(line.of, ", ")))
		}
	}
}

func (e *env) printTakedown(t takedown, erase bool, targets int) error {
	if e.json {
		if err := e.printJSON(t); err != nil {
			return err
		}
	} else {
		done := "withdrawn"
		if erase {
			done = "withdrawn and erased"
		}
		fmt.Fprintf(e.stdout, "edition %d: %s %s, removed from %d of %s\n", t.Edition,
			plural(len(t.Withdrawn), "story", "stories"), done, targets-len(t.Unpurged), plural(targets, "target", "targets"))
	}
	if len(t.Late) > 0 {
		return late(t.Result, targets)
	}
	return nil
}

// undoWithdraw lets stories in again.
func (e *env) undoWithdraw(ctx context.Context, names []string) error {
	n, err := openNewsroom(ctx, e.dir)
	if err != nil {
		return err
	}
	defer n.Close()
	for _, name := range names {
		id := name
		if found, err := n.findStory(ctx, name); err == nil { // what was erased is known by no more than its mark
			id = found
		}
		err := n.store.Restore(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return withHint(fmt.Errorf("nothing named %q was withdrawn", name), "give the ID or the URL that the import names")
		}
		if err != nil {
			return err
		}
		e.say("%s may come in again; what the store still has of it comes out with the next coranto publish", term.Clean(id))
	}
	return nil
}
