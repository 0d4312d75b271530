package tuf

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// maxDelegations is the number of roles that one search visits.
const maxDelegations = 32

// ErrNoTarget is returned for a target that no role vouches for.
var ErrNoTarget = errors.New("no role vouches for this target")

// Roles hold the metadata of delegated roles, as fetched.
type Roles interface {
	// Get returns a role's metadata that is held, or nil. It need not be right.
	Get(role string) []byte
	// Put holds on to a role's metadata, which has been verified.
	Put(role string, b []byte) error
}

// Find returns what the first role that is trusted with a target says of it: the top-level targets, or one that they
// delegate to, in the order in which they name them, each before its neighbours (5.6.7). Every role is verified anew
// under whoever delegated to it on the way, so one that two delegate to is never believed on the word of the other.
// The error is ErrNoTarget, that of fetch or of roles, or an *InvalidError: then the search ends.
func Find(ctx context.Context, fetch Fetch, set *Set, roles Roles, rules Rules, target string) (found *metadata.TargetFiles, err error) {
	name := metaTargets
	defer func() {
		if r := recover(); r != nil {
			found, err = nil, invalid(name, "not metadata: %v", r)
		}
	}()
	u := &update{ctx: ctx, fetch: fetch, rules: rules.withDefaults(), set: *set, name: &name}
	visited := map[string]bool{}
	for stack := []delegation{{role: metadata.TARGETS}}; len(stack) > 0 && len(visited) <= maxDelegations; {
		d := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if visited[d.role] {
			continue
		}
		visited[d.role] = true
		m, err := u.load(d, roles)
		if err != nil {
			return nil, err
		}
		if f := m.Signed.Targets[target]; f != nil {
			return f, nil
		}
		next, last := delegations(m, target)
		if last {
			stack = nil
		}
		for _, role := range slices.Backward(next) {
			stack = append(stack, delegation{role, m})
		}
	}
	return nil, ErrNoTarget
}

// A delegation is a role and who delegated to it; nobody, for the top-level targets.
type delegation struct {
	role string
	by   *Targets
}

// load returns the metadata of a role that was delegated to, verified under whoever did.
func (u *update) load(d delegation, roles Roles) (*Targets, error) {
	if d.by == nil {
		return u.set.Targets, nil
	}
	if slices.Contains(metadata.TOP_LEVEL_ROLE_NAMES[:], d.role) {
		return nil, invalid(metaTargets, "delegates to %q, which is the root's to give", d.role)
	}
	held := roles.Get(d.role)
	check := func([]byte) error { return nil }
	m, b, err := u.targetsOf(d.role, held, check, func(m *Targets) error { return VerifyDelegated(d.role, m, d.by) })
	if err == nil && !bytes.Equal(b, held) {
		err = roles.Put(d.role, b)
	}
	return m, err
}

// delegations returns the roles to which targets delegate a path, in order, up to one that is the last word on it.
func delegations(m *Targets, target string) (roles []string, last bool) {
	d := m.Signed.Delegations
	if d == nil {
		return nil, false
	}
	if s := d.SuccinctRoles; s != nil && len(d.Roles) == 0 {
		if s.BitLength < 1 || s.BitLength > 32 {
			return nil, true
		}
		return []string{s.GetRolesForTarget(target)[0].Name}, true
	}
	for _, r := range d.Roles {
		if delegated(r, target) {
			if roles = append(roles, r.Name); r.Terminating {
				return roles, true
			}
		}
	}
	return roles, false
}

// delegated says whether a path is a role's to vouch for: by a pattern of it, segment by segment, or by how its hash
// begins.
func delegated(r metadata.DelegatedRole, target string) bool {
	for _, pattern := range r.Paths {
		if ok, err := path.Match(pattern, target); ok && err == nil { // * stops at slashes
			return true
		}
	}
	hash := sha256.Sum256([]byte(target))
	return slices.ContainsFunc(r.PathHashPrefixes, func(prefix string) bool {
		return strings.HasPrefix(hex.EncodeToString(hash[:]), prefix)
	})
}
