package store

import (
	"context"
	"errors"
)

// ErrWithdrawn is returned, wrapped, by Put and PutMany for a story that was withdrawn, and by whoever asks Withdrawn
// first. Only Restore lets such a story in again.
var ErrWithdrawn = errors.New("withdrawn")

// Takedowns are how a newsroom takes back what it has published.
//
// Every article that becomes withdrawn, by Withdraw or by a Put, asks for a purge. Settle counts what was asked for
// (Snapshot.Takedowns), and the edition that is made next says in its head that it covers it (Head.Takedowns).
type Takedowns interface {
	// Withdraw takes a story back: each of its articles gets a revision that is withdrawn, drafts too, and no Put brings
	// it back, under its ID or with the SourceURL that one of its articles ever had, until Restore. That is remembered
	// without naming it. Its corrections may then be changed as well. With erase, Erase removes the story once an edition without it was sealed. Withdrawing again is
	// no error, and asks for another purge. It returns ErrNotFound for a story that the store does not have.
	Withdraw(ctx context.Context, id string, erase bool) error
	// Restore lets a story in again. The name is its ID, or the SourceURL of one of its articles. What the store still
	// has of it gets the states that its articles had before, and is not erased any more. It returns ErrNotFound when
	// nothing of that name was withdrawn.
	Restore(ctx context.Context, name string) error
	// Withdrawn returns the first of some names, as Restore takes them, under which a story was withdrawn; "" when none was.
	Withdrawn(ctx context.Context, names ...string) (string, error)
	// Find returns the ID of the story whose address has a slug, or ErrNotFound.
	Find(ctx context.Context, slug string) (id string, err error)
	// Ties returns how a story hangs together with others, or ErrNotFound.
	Ties(ctx context.Context, id string) (Ties, error)
	// Erase removes the stories that Withdraw was told to erase, as far as the last edition covers that: revisions,
	// sources, claims, addresses, what the change log says of them, their topics that no other story ever had, the
	// links of other stories to them, and the media that no other story ever showed. Their places in the lists stay
	// empty, and a link to one of them in what is put later becomes plain text. It then writes the store anew, so that
	// no file of it holds what was removed, which takes as long as the store is large; one that was interrupted is
	// finished by the next. It returns how many stories it removed.
	//
	// No snapshot may be open, and nobody else may write meanwhile.
	Erase(ctx context.Context) (int, error)
}

// Ties are how a story hangs together with others.
type Ties struct {
	// Linking are the IDs of the other stories whose newest articles link to it or call it related, sorted: such links
	// become plain text.
	Linking []string
	// Naming are those whose newest articles have its address, or where it stood before it was imported, written out,
	// sorted: those are an editor's own words, which stay.
	Naming []string
	// Media are the photos, videos and sounds that its newest articles show, sorted by ID.
	Media []TiedMedia
}

// TiedMedia is a media of a story.
type TiedMedia struct {
	ID, Name string
	// Others are the IDs of the other stories whose newest articles show it, sorted.
	Others []string
}
