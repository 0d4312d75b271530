package keys

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/internal/durable"
)

// ErrTargetsElsewhere is returned when the policy is to be signed, and the key that signs it is carried elsewhere: see
// UseTargets.
var ErrTargetsElsewhere = errors.New("the policy is signed with the key of targets, which is kept elsewhere")

// TargetsElsewhere says whether the key of targets, which signs the policy, was taken away from this machine. Publishing
// does not need it for a year at a time; changing the policy does.
func (k *Keys) TargetsElsewhere() bool {
	a, err := k.Addresses()
	return k.roles[metadata.TARGETS] == nil && err == nil && a.TargetsElsewhere
}

// CarryTargets hands the key of targets to somebody who writes it down, and removes it here once that is done. Whoever
// steals this machine then can't name other signers, other limits, or another log.
func (k *Keys) CarryTargets(write func(ed25519.PrivateKey) error) error {
	key := k.roles[metadata.TARGETS]
	if key == nil {
		return ErrTargetsElsewhere
	}
	if err := write(key); err != nil {
		return err
	}
	if err := k.changeAddresses(func(a *Addresses) { a.TargetsElsewhere = true }); err != nil {
		return err
	}
	if err := remove(k.dir, roleFile(metadata.TARGETS)); err != nil {
		return err
	}
	return k.refresh()
}

// UseTargets lends the key of targets for the next change of the policy; it is not written down.
func (k *Keys) UseTargets(key ed25519.PrivateKey) error {
	id, err := keyID(key)
	if err != nil {
		return err
	}
	if !slices.Contains(k.signed.root.Signed.Roles[metadata.TARGETS].KeyIDs, id) {
		return fmt.Errorf("key %.8s is not that of targets", id)
	}
	k.roles[metadata.TARGETS] = key
	return nil
}

// BringTargets puts the key of targets back into keys/.
func (k *Keys) BringTargets(key ed25519.PrivateKey) error {
	if err := k.UseTargets(key); err != nil {
		return err
	}
	b, err := pemSecret(key)
	if err == nil {
		err = durable.WritePrivate(k.dir, roleFile(metadata.TARGETS), b)
	}
	if err == nil {
		err = k.changeAddresses(func(a *Addresses) { a.TargetsElsewhere = false })
	}
	if err != nil {
		return err
	}
	return k.refresh()
}

// RenewTargets signs the policy of now for another year, whenever it expires.
func (k *Keys) RenewTargets(now time.Time) error {
	if k.roles[metadata.TARGETS] == nil {
		return ErrTargetsElsewhere
	}
	before := k.signed.targets
	k.signed.targets = stale(before)
	_, err := k.Renew(now)
	if err != nil {
		k.signed.targets = before
	}
	return err
}

// stale returns a copy of metadata that is due to be signed anew, of the same version.
func stale(m *metadata.Metadata[metadata.TargetsType]) *metadata.Metadata[metadata.TargetsType] {
	c := *m
	c.Signed.Expires = time.Time{}
	return &c
}
