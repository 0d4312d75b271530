package keys

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/internal/durable"
)

// A Listed is one key that counts, whether it is here or not.
type Listed struct {
	// Role is root, targets, snapshot, timestamp, log or cosigner; a log's key has its origin as Name.
	Role, Name string
	// ID is the key's TUF ID (64 hex digits), or the hash of a note's key (8).
	ID string
	// Where is the file that holds the secret half, or "" when it is kept elsewhere, and Holder who holds it then.
	Where, Holder string
	// Threshold of Of keys must sign.
	Threshold, Of int
	// Expires is when what the role has signed expires; zero for notes, which don't.
	Expires time.Time
}

// List returns every key that counts, the roles in the order in which they are signed, then the log's.
func (k *Keys) List() ([]Listed, error) {
	holders, err := readHolders(k)
	if err != nil {
		return nil, err
	}
	var list []Listed
	for _, role := range roleNames {
		r := k.signed.root.Signed.Roles[role]
		for _, id := range r.KeyIDs {
			l := Listed{Role: role, ID: id, Threshold: r.Threshold, Of: len(r.KeyIDs), Expires: k.ExpiresOf(role)}
			if l.Where = k.file(id); l.Where == "" {
				l.Holder = holders[id]
			}
			list = append(list, l)
		}
	}
	for _, n := range []struct{ role, verifier string }{{"log", k.Policy().Log}, {"cosigner", k.Policy().Cosigner}} {
		name, rest, _ := strings.Cut(n.verifier, "+")
		id, _, _ := strings.Cut(rest, "+")
		list = append(list, Listed{Role: n.role, Name: name, ID: id, Where: k.file(id), Threshold: 1, Of: 1})
	}
	return list, nil
}

// ExpiresOf returns when what a TUF role has signed last expires.
func (k *Keys) ExpiresOf(role string) time.Time {
	switch role {
	case metadata.ROOT:
		return k.signed.root.Signed.Expires
	case metadata.TARGETS:
		return k.signed.targets.Signed.Expires
	case metadata.SNAPSHOT:
		return k.signed.snapshot.Signed.Expires
	}
	return k.signed.timestamp.Signed.Expires
}

// file returns where a key stands, or "".
func (k *Keys) file(id string) string {
	for file, s := range k.pool.files {
		if s.id == id {
			return file
		}
	}
	return ""
}

// holdersFile says who holds which root key. It is no part of what is signed: the names are the newsroom's own business.
const holdersFile = "keys/holders.json"

// readHolders returns the holders by the IDs of their keys.
func readHolders(k *Keys) (map[string]string, error) {
	b, err := k.dir.ReadFile(holdersFile)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	var holders map[string]string
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&holders); err != nil || d.More() {
		return nil, fmt.Errorf("%s: not a JSON object of names by key ID", holdersFile)
	}
	return holders, nil
}

// addHolders notes who holds which keys, beside those that are known.
func (k *Keys) addHolders(more map[string]string) error {
	holders, err := readHolders(k)
	if err != nil {
		return err
	}
	if holders == nil {
		holders = map[string]string{}
	}
	for id, name := range more {
		holders[id] = name
	}
	b, err := json.MarshalIndent(holders, "", "  ")
	if err != nil {
		return err
	}
	return durable.WritePrivate(k.dir, holdersFile, append(b, '\n'))
}
