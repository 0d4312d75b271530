package cosign_test

import (
	"context"

	"coranto/edition"
	"coranto/internal/editionlog"
	"coranto/internal/store"
)

// A spoiler seals another manifest than the publisher made, as a thief's program would.
type spoiler struct {
	store.Store
	p     *pair
	spoil func(*edition.Manifest)
}

func (s *spoiler) Seal(ctx context.Context, e store.Edition) error {
	m, err := edition.ParseManifest(e.Head.Manifest)
	if err != nil {
		return err
	}
	s.spoil(&m)
	e.Head.Manifest = m.Marshal()
	record := edition.ManifestHash(e.Head.Manifest)
	if err := s.p.Targets[0].Put(ctx, edition.ObjectPath(record), e.Head.Manifest); err != nil {
		return err
	}
	grown, err := editionlog.Append(ctx, s.Store, e.Head.LogSize-1, record)
	if err != nil {
		return err
	}
	e.Head.LogHash, e.LogHashes, e.LogStart = edition.Hash(grown.Root), grown.Hashes, grown.Start
	return s.Store.Seal(ctx, e)
}
