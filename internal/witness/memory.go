package witness

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"coranto/edition"
	"coranto/internal/durable"
)

// logsFolder has a file for each log that is followed: a line "log" and its verifier key, an empty line, and the note of
// the head that was co-signed last, if there was one. Who deletes a file makes the witness forget, and able to co-sign
// a fork: a witness that has lost its memory must get a new key.
const logsFolder = "logs/"

// evidenceFolder has a file for each fork; maxEvidence is the most that are kept, since whoever has a log's key can make
// any number.
const (
	evidenceFolder = "evidence/"
	maxEvidence    = 1000
)

// A memory is what a witness knows of a log. Before the first head, the head has an Origin alone.
type memory struct {
	log  string
	head edition.SignedHead
}

// Place returns the name under which a witness keeps and tells the head that it holds of a log: the SHA-256 of the log's
// origin, in hex.
func Place(origin string) string { return edition.Sum([]byte(origin)).String() }

// recall reads the memory at a place; ErrUnknown when no log is followed there.
func (w *Witness) recall(place string) (m memory, err error) {
	if _, err := edition.ParseHash(place); err != nil {
		return m, ErrUnknown
	}
	b, err := w.dir.ReadFile(logsFolder + place)
	if errors.Is(err, fs.ErrNotExist) {
		return m, ErrUnknown
	}
	if err != nil {
		return m, err
	}
	line, rest, _ := strings.Cut(string(b), "\n")
	m.log = strings.TrimPrefix(line, "log ")
	if m.head.Origin, err = edition.CheckLogKey(m.log); err == nil && rest != "\n" {
		m.head, err = edition.OpenHead([]byte(strings.TrimPrefix(rest, "\n")), m.log, w.Key())
	}
	if err == nil && (Place(m.head.Origin) != place || !bytes.Equal(m.bytes(), b)) {
		err = errors.New("not as it was written")
	}
	if err != nil {
		return m, fmt.Errorf("memory of log %s: %w", place, err)
	}
	return m, nil
}

func (m memory) bytes() []byte { return fmt.Appendf(nil, "log %s\n\n%s", m.log, m.head.Note) }

// remember writes the memory of a log, and returns when it is on the disk.
func (w *Witness) remember(m memory) error {
	return durable.WriteSynced(w.dir, logsFolder+Place(m.head.Origin), m.bytes())
}

// Follow has the witness co-sign the heads of a log, from its verifier key on. A log that it follows already stays as it
// is; another key under the same name is refused.
func (w *Witness) Follow(vkey string) (origin string, err error) {
	if origin, err = edition.CheckLogKey(vkey); err != nil {
		return "", err
	}
	m, err := w.recall(Place(origin))
	switch {
	case err == nil && m.log != vkey:
		return "", fmt.Errorf("log %q is followed under another key", origin)
	case !errors.Is(err, ErrUnknown):
		return origin, err
	}
	return origin, durable.WriteSynced(w.dir, logsFolder+Place(origin), memory{log: vkey}.bytes())
}

// Held returns the heads that the witness has co-signed last, one for each log, in no order; of a log that has none yet
// it holds the origin alone.
func (w *Witness) Held() ([]edition.SignedHead, error) {
	entries, err := fs.ReadDir(w.dir.FS(), strings.TrimSuffix(logsFolder, "/"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var heads []edition.SignedHead
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), durable.TempPrefix) {
			continue
		}
		m, err := w.recall(entry.Name())
		if err != nil {
			return nil, err
		}
		heads = append(heads, m.head)
	}
	return heads, nil
}

// KeepEvidence writes evidence to the folder "evidence" of a folder, once for each fork, and returns its name there.
func KeepEvidence(dir *os.Root, e edition.Evidence) (name string, err error) {
	name = evidenceFolder + "fork-" + e.ID().String()[:16] + ".txt"
	if _, err := dir.Lstat(name); err == nil {
		return name, nil
	}
	if all, err := Evidence(dir); err != nil || len(all) >= maxEvidence {
		return "", fmt.Errorf("%d files of evidence are enough: %w", len(all), errors.Join(err, fs.ErrExist))
	}
	return name, durable.WriteSynced(dir, name, e.Marshal())
}

// Evidence returns the names of the files of evidence in the folder "evidence" of a folder.
func Evidence(dir *os.Root) ([]string, error) {
	entries, err := fs.ReadDir(dir.FS(), strings.TrimSuffix(evidenceFolder, "/"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, evidenceFolder+entry.Name())
		}
	}
	return names, err
}
