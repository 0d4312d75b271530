package keys

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/ed25519"
	"slices"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/cjson"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"

	"coranto/edition"
)

// repository is what the newsroom has signed last.
type repository struct {
	root      *metadata.Metadata[metadata.RootType]
	timestamp *metadata.Metadata[metadata.TimestampType]
	snapshot  *metadata.Metadata[metadata.SnapshotType]
	targets   *metadata.Metadata[metadata.TargetsType]
	policy    []byte

	snapshotText, targetsText []byte
}

// load reads what a verified trust rests on.
func (r *repository) load(trust *edition.Trust) (err error) {
	files := trust.Files()
	r.timestamp, err = metadata.Timestamp().FromBytes(files[edition.TimestampPath])
	if err != nil {
		return err
	}
	r.snapshotText = files[edition.SnapshotPath(r.timestamp.Signed.Meta["snapshot.json"].Version)]
	if r.snapshot, err = metadata.Snapshot().FromBytes(r.snapshotText); err != nil {
		return err
	}
	r.targetsText = files[edition.TargetsPath(r.snapshot.Signed.Meta["targets.json"].Version)]
	if r.targets, err = metadata.Targets().FromBytes(r.targetsText); err != nil {
		return err
	}
	r.policy = files[edition.PolicyPath(edition.Hash(r.targets.Signed.Targets[edition.PolicyTarget].Hashes["sha256"]))]
	r.root, err = metadata.Root().FromBytes(trust.Root())
	return err
}

// sign makes what is due: always a timestamp, and of the rest what would expire before it, has changed, or was signed
// by a key that the root names no more.
func (k *Keys) sign(policy []byte, now time.Time) (map[string][]byte, error) {
	files, until := map[string][]byte{}, now.Add(TimestampLife)
	next := k.signed
	if next.root.Signed.IsExpired(until.Add(RootWarning)) && k.signsRootAlone() {
		m, err := k.nextRoot(now)
		if err != nil {
			return nil, err
		}
		if files[edition.RootPath(m.Signed.Version)], err = seal(m, k.roles[metadata.ROOT]); err != nil {
			return nil, err
		}
	}
	targetsDue := next.targets == nil || next.targets.Signed.IsExpired(until) || !bytes.Equal(policy, next.policy) ||
		next.root.VerifyDelegate(metadata.TARGETS, next.targets) != nil
	if targetsDue && k.roles[metadata.TARGETS] == nil {
		if next.targets == nil || next.targets.Signed.IsExpired(now) || !bytes.Equal(policy, next.policy) ||
			next.root.VerifyDelegate(metadata.TARGETS, next.targets) != nil {
			return nil, ErrTargetsElsewhere
		}
		targetsDue = false // it lasts until its key is brought
	}
	if targetsDue {
		if err := k.signTargets(&next, policy, now, files); err != nil {
			return nil, err
		}
	}
	if targetsDue || next.snapshot.Signed.IsExpired(until) || next.root.VerifyDelegate(metadata.SNAPSHOT, next.snapshot) != nil {
		if err := k.signSnapshot(&next, now, files); err != nil {
			return nil, err
		}
	}
	return files, k.signTimestamp(&next, now, files)
}

// signsRootAlone says whether the root is this newsroom's alone to renew: one key, which is here.
func (k *Keys) signsRootAlone() bool {
	return k.roles[metadata.ROOT] != nil && len(k.signed.root.Signed.Roles[metadata.ROOT].KeyIDs) == 1
}

// nextRoot returns the next version of the root, unsigned, with the same keys.
func (k *Keys) nextRoot(now time.Time) (*metadata.Metadata[metadata.RootType], error) {
	m, err := metadata.Root().FromBytes(k.trust.Root())
	if err != nil {
		return nil, err
	}
	m.Signatures = []metadata.Signature{}
	m.Signed.Version++
	m.Signed.Expires = expiry(now, rootLife)
	return m, nil
}

// addKey adds a key to a role of a root.
func addKey(root *metadata.RootType, role string, key ed25519.PrivateKey) error {
	public, err := metadata.KeyFromPublicKey(key.Public())
	if err != nil {
		return err
	}
	return root.AddKey(public, role)
}

func (k *Keys) signTargets(r *repository, policy []byte, now time.Time, files map[string][]byte) (err error) {
	m := metadata.Targets(expiry(now, targetsLife))
	if r.targets != nil {
		m.Signed.Version = r.targets.Signed.Version + 1
	}
	file, err := metadata.TargetFile().FromBytes(edition.PolicyTarget, policy)
	if err != nil {
		return err
	}
	m.Signed.Targets[edition.PolicyTarget] = file
	r.targets, r.policy = m, policy
	r.targetsText, err = seal(m, k.roles[metadata.TARGETS])
	files[edition.TargetsPath(m.Signed.Version)] = r.targetsText
	files[edition.PolicyPath(edition.Sum(policy))] = policy
	return err
}

func (k *Keys) signSnapshot(r *repository, now time.Time, files map[string][]byte) (err error) {
	m := metadata.Snapshot(expiry(now, snapshotLife))
	if r.snapshot != nil {
		m.Signed.Version = r.snapshot.Signed.Version + 1
	}
	m.Signed.Meta["targets.json"] = metaFile(r.targets.Signed.Version, r.targetsText)
	r.snapshot = m
	r.snapshotText, err = seal(m, k.roles[metadata.SNAPSHOT])
	files[edition.SnapshotPath(m.Signed.Version)] = r.snapshotText
	return err
}

func (k *Keys) signTimestamp(r *repository, now time.Time, files map[string][]byte) error {
	m := metadata.Timestamp(expiry(now, TimestampLife))
	if r.timestamp != nil {
		m.Signed.Version = r.timestamp.Signed.Version + 1
	}
	m.Signed.Meta["snapshot.json"] = metaFile(r.snapshot.Signed.Version, r.snapshotText)
	b, err := seal(m, k.roles[metadata.TIMESTAMP])
	files[edition.TimestampPath] = b
	return err
}

func metaFile(version int64, b []byte) *metadata.MetaFiles {
	m := metadata.MetaFile(version)
	h := edition.Sum(b)
	m.Length, m.Hashes["sha256"] = int64(len(b)), h[:]
	return m
}

// expiry returns a time in UTC and whole seconds, as the format wants it.
func expiry(now time.Time, life time.Duration) time.Time {
	return now.Add(life).UTC().Truncate(time.Second)
}

// seal signs metadata and encodes it in canonical JSON, its signatures sorted by key, as readers want it.
func seal[T metadata.Roles](m *metadata.Metadata[T], signers ...ed25519.PrivateKey) ([]byte, error) {
	for _, key := range signers {
		s, err := signature.LoadSigner(key, crypto.Hash(0))
		if err != nil {
			return nil, err
		}
		if _, err := m.Sign(s); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(m.Signatures, func(a, b metadata.Signature) int { return cmp.Compare(a.KeyID, b.KeyID) })
	return cjson.EncodeCanonical(m)
}
