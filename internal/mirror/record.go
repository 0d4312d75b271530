package mirror

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"coranto/edition"
	"coranto/internal/durable"
)

// The files of a mirror's memory, in the folder that Options.State is. Besides them it holds what a reader.Keep does.
const (
	recordFile = "mirror"
	retireFile = "retired"
	lockFile   = "lock"
)

// A record is what a mirror knows of itself. Editions are named by the hashes of their manifests, which are objects; a
// zero hash is none.
type record struct {
	// trust is the masthead's ID.
	trust edition.Hash
	// objects is the edition all of whose objects stand here and were flushed.
	objects edition.Hash
	// pages is the edition whose plain pages stand here; none while they are being changed.
	pages edition.Hash
	// begun are the editions whose pages may stand here besides, since a pull that brought them was stopped.
	begun []edition.Hash
	// clean is the edition for which all that is no longer part of it was retired, epoch its purge epoch.
	clean edition.Hash
	epoch uint64
	// swept is when all objects were last looked at, in whole seconds.
	swept time.Time
	// used is the most that the mirror takes, in bytes, as far as is known; 0 when nobody has looked since then.
	used int64
}

// marshal returns the record's one encoding: eight lines, and one more for each edition that was begun.
func (r record) marshal() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "coranto mirror 1\ntrust %v\nobjects %v\npages %v\nclean %v\nepoch %d\nswept %d\nused %d\n",
		r.trust, r.objects, r.pages, r.clean, r.epoch, r.swept.Unix(), r.used)
	for _, h := range r.begun {
		fmt.Fprintf(&b, "begun %v\n", h)
	}
	return []byte(b.String())
}

// maxRecord bounds the file of a record: it grows by one line with each pull that is stopped.
const maxRecord = 1 << 20

func parseRecord(b []byte) (r record, err error) {
	lines := strings.Split(string(b), "\n")
	next := func(word string) string {
		value, ok := strings.CutPrefix(lines[0], word+" ")
		if !ok && err == nil {
			err = fmt.Errorf("want a line %q", word)
		}
		if len(lines) > 1 {
			lines = lines[1:]
		}
		return value
	}
	hash := func(word string) edition.Hash {
		h, e := edition.ParseHash(next(word))
		err = errors.Join(err, e)
		return h
	}
	if next("coranto mirror") != "1" && err == nil {
		err = errors.New("made by another version of coranto")
	}
	r.trust, r.objects, r.pages, r.clean = hash("trust"), hash("objects"), hash("pages"), hash("clean")
	epoch, e := strconv.ParseUint(next("epoch"), 10, 64)
	err = errors.Join(err, e)
	r.epoch = epoch
	swept, e := strconv.ParseInt(next("swept"), 10, 64)
	err = errors.Join(err, e)
	r.swept = time.Unix(swept, 0)
	r.used, e = strconv.ParseInt(next("used"), 10, 64)
	err = errors.Join(err, e)
	for err == nil && lines[0] != "" {
		r.begun = append(r.begun, hash("begun"))
	}
	if err == nil && string(r.marshal()) != string(b) {
		err = errors.New("not as it was written")
	}
	return r, err
}

// readState reads a file of the mirror's memory; what isn't there is empty.
func readState(root *os.Root, name string, max int64) ([]byte, error) {
	b, err := durable.ReadFile(root.FS(), name, max)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// load reads the record. A damaged one is as good as none: everything is looked at again.
func (p *pull) load() error {
	b, err := readState(p.opt.State, recordFile, maxRecord)
	if err != nil || len(b) == 0 {
		return err
	}
	r, err := parseRecord(b)
	if err != nil {
		p.opt.Log.Warn("the mirror's record is left out", "error", err)
		return nil
	}
	p.rec = r
	return nil
}

// save writes the record so that it survives a power cut.
func (p *pull) save() error {
	return durable.WritePrivate(p.opt.State, recordFile, p.rec.marshal())
}

// begin notes that the pages of an edition are about to be changed into those of another, whose objects are here.
func (p *pull) begin(head edition.Hash) error {
	for _, h := range []edition.Hash{p.rec.pages, head} {
		if !h.IsZero() && !slices.Contains(p.rec.begun, h) {
			p.rec.begun = append(p.rec.begun, h)
		}
	}
	p.rec.objects, p.rec.pages = head, edition.Hash{}
	return p.save()
}

// retired says since when objects are no longer part of the edition.
type retired map[edition.Hash]time.Time

func (r retired) marshal() []byte {
	var lines []string
	for h, t := range r {
		lines = append(lines, h.String()+" "+t.UTC().Format(time.RFC3339)+"\n")
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, ""))
}

func parseRetired(b []byte) (retired, error) {
	r := retired{}
	for line := range strings.Lines(string(b)) {
		name, when, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		h, err := edition.ParseHash(name)
		if err != nil {
			return nil, err
		}
		t, err := time.Parse(time.RFC3339, when)
		if err != nil {
			return nil, err
		}
		r[h] = t
	}
	return r, nil
}

// maxRetired bounds the file of retired objects: five million of them.
const maxRetired = 512 << 20

// loadRetired reads since when objects are retired. Without that they are retired from now on.
func (p *pull) loadRetired() (retired, error) {
	b, err := readState(p.opt.State, retireFile, maxRetired)
	if err != nil {
		return nil, err
	}
	r, err := parseRetired(b)
	if err != nil {
		p.opt.Log.Warn("the list of retired objects is left out", "error", err)
		return retired{}, nil
	}
	return r, nil
}

func (p *pull) saveRetired(r retired) error {
	return durable.WritePrivate(p.opt.State, retireFile, r.marshal())
}
