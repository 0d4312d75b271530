package edition

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The limits of packs (SPEC.md, "Packs").
const (
	// MaxPackText is the size of a pack's text, or of a seed.
	MaxPackText = 64 << 20
	// MaxPackArticles is the number of its articles, MaxPackLine the size of one in bytes.
	MaxPackArticles = 1 << 16
	MaxPackLine     = 8 << 20
	// MaxPackIndex is the size of a language's index.
	MaxPackIndex = 256 << 10
	// SeedSize is the size in bytes at which a seed is cut.
	SeedSize = 256 << 10
	// SupplementSize is the number of articles of a supplement.
	SupplementSize = 256
)

// The media types of packs.
const (
	PackType      = "application/vnd.coranto.pack"
	PackTextType  = "application/jsonl"
	PackIndexType = "application/vnd.coranto.packs"
	PicturesType  = "application/vnd.coranto.pictures"
)

// PackPath returns where the coded pack of a period stands: fa/archive/pack/2026-11-22.pack.
func PackPath(lang, period string) string { return packFile(lang, period) + ".pack" }

// PackTextPath returns where the text of a pack stands: fa/archive/pack/2026-11-22.jsonl.
func PackTextPath(lang, period string) string { return packFile(lang, period) + ".jsonl" }

// PicturesPath returns where the pictures of a period stand: fa/archive/pack/2026-11-22.pictures.
func PicturesPath(lang, period string) string { return packFile(lang, period) + ".pictures" }

func packFile(lang, period string) string { return lang + "/archive/pack/" + period }

// SeedPath returns where a language's seed stands: fa/packs.seed.
func SeedPath(lang string) string { return lang + "/packs.seed" }

// PackIndexPath returns where the index of a language's packs stands: fa/packs.idx.
func PackIndexPath(lang string) string { return lang + "/packs.idx" }

// A PeriodKind is a length of time that packs are made for.
type PeriodKind int

// The kinds of periods, from the longest. A supplement has no time.
const (
	Supplement PeriodKind = iota
	Month
	Day
	Hour
)

// periodForms are the names of periods, as package time writes them.
var periodForms = map[PeriodKind]string{Month: "2006-01", Day: "2006-01-02", Hour: "2006-01-02T15"}

// PeriodName returns the name of the period of a kind that a time is in, in UTC.
func PeriodName(k PeriodKind, t time.Time) string { return t.UTC().Format(periodForms[k]) }

// ParsePeriod returns a period's kind and when it begins; of a supplement, the zero time.
func ParsePeriod(name string) (PeriodKind, time.Time, error) {
	if n, ok := strings.CutPrefix(name, "s"); ok {
		if v, err := strconv.ParseUint(n, 10, 31); err == nil && v > 0 && strconv.FormatUint(v, 10) == n {
			return Supplement, time.Time{}, nil
		}
	}
	for k, form := range periodForms {
		if t, err := time.Parse(form, name); err == nil && t.Format(form) == name && t.Year() >= 1970 {
			return k, t, nil
		}
	}
	return 0, time.Time{}, fmt.Errorf("%q is no period of packs", name)
}

// A PackIndex lists the packs of a language, sorted by Period.
type PackIndex struct {
	Language string
	// Seed is nil while the language has none.
	Seed  *PackSeed
	Packs []Pack
}

// A PackSeed is what primed packs of a language are coded with: its text's size in bytes and hash.
type PackSeed struct {
	Size int64
	Hash Hash
}

// A Pack is what the index says of one.
type Pack struct {
	Period   string
	Articles int
	// Size is that of the text in bytes and Hash the text's, whatever codec it comes in.
	Size int64
	Hash Hash
	// Coded is the stored size of the coded file, Pictures that of the pictures; 0 when there are none.
	Coded, Pictures int64
}

const packIndexHeader = "coranto packs 1"

// Encode returns the index's one encoding, or says what is wrong with it.
func (x PackIndex) Encode() ([]byte, error) {
	if err := x.check(); err != nil {
		return nil, err
	}
	b := x.encode()
	if len(b) > MaxPackIndex {
		return nil, fmt.Errorf("an index of %d bytes, the limit is %d", len(b), MaxPackIndex)
	}
	return b, nil
}

func (x PackIndex) encode() []byte {
	b := fmt.Appendf(nil, "%s\n%s\n", packIndexHeader, x.Language)
	if x.Seed != nil {
		b = fmt.Appendf(b, "seed %d %s\n", x.Seed.Size, x.Seed.Hash)
	}
	for _, p := range x.Packs {
		b = fmt.Appendf(b, "%s %d %d %s %d %d\n", p.Period, p.Articles, p.Size, p.Hash, p.Coded, p.Pictures)
	}
	return b
}

// ParsePackIndex reads an index and refuses every encoding but Encode's, with an *InvalidError.
func ParsePackIndex(b []byte) (PackIndex, error) {
	x, err := parsePackIndex(b)
	if err != nil {
		return PackIndex{}, &InvalidError{What: "index of packs", Err: err}
	}
	return x, nil
}

func parsePackIndex(b []byte) (x PackIndex, err error) {
	if len(b) > MaxPackIndex {
		return x, fmt.Errorf("%d bytes are over the limit of %d", len(b), MaxPackIndex)
	}
	s := &lines{rest: string(b)}
	if s.next() != packIndexHeader {
		return x, fmt.Errorf("does not begin with %q", packIndexHeader)
	}
	x.Language = s.next()
	if strings.HasPrefix(s.rest, "seed ") {
		size, hash, _ := strings.Cut(s.value("seed"), " ")
		x.Seed = &PackSeed{Size: s.size(size), Hash: s.digest(hash)}
	}
	for s.err == nil && s.rest != "" {
		f := strings.Split(s.next(), " ")
		if len(f) != 6 {
			s.fail(fmt.Errorf("a line of %d fields, want 6", len(f)))
			break
		}
		x.Packs = append(x.Packs, Pack{
			Period: f[0], Articles: int(s.size(f[1])), Size: s.size(f[2]), Hash: s.digest(f[3]), Coded: s.size(f[4]), Pictures: s.size(f[5]),
		})
	}
	if s.err == nil {
		s.err = x.check()
	}
	if s.err == nil && string(x.encode()) != string(b) {
		s.err = errors.New("not in its one valid encoding")
	}
	return x, s.err
}

// size reads a number of bytes or articles.
func (s *lines) size(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > MaxFile {
		s.fail(fmt.Errorf("number %.20q, want 0 to %d", text, MaxFile))
	}
	return n
}

func (s *lines) digest(text string) Hash {
	h, err := ParseHash(text)
	if err != nil {
		s.fail(err)
	}
	return h
}

// check says what is wrong with an index.
func (x PackIndex) check() error {
	if err := CheckPath(PackIndexPath(x.Language)); err != nil || strings.Contains(x.Language, "/") {
		return fmt.Errorf("language %q can't be the name of a folder", x.Language)
	}
	if x.Seed != nil && (x.Seed.Size < 1 || x.Seed.Size > MaxPackText) {
		return fmt.Errorf("a seed of %d bytes", x.Seed.Size)
	}
	for i, p := range x.Packs {
		if err := p.check(); err != nil {
			return fmt.Errorf("pack %q: %w", p.Period, err)
		}
		if i > 0 && x.Packs[i-1].Period >= p.Period {
			return fmt.Errorf("pack %q stands after %q", p.Period, x.Packs[i-1].Period)
		}
	}
	return nil
}

func (p Pack) check() error {
	if _, _, err := ParsePeriod(p.Period); err != nil {
		return err
	}
	switch {
	case p.Articles < 1 || p.Articles > MaxPackArticles:
		return fmt.Errorf("%d articles, want 1 to %d", p.Articles, MaxPackArticles)
	case p.Size < 1 || p.Size > MaxPackText:
		return fmt.Errorf("a text of %d bytes, want 1 to %d", p.Size, MaxPackText)
	case p.Coded < 1 || p.Coded > MaxFile || p.Pictures < 0 || p.Pictures > MaxFile:
		return fmt.Errorf("files of %d and %d bytes", p.Coded, p.Pictures)
	}
	return nil
}

// Find returns what the index says of a period.
func (x PackIndex) Find(period string) (Pack, bool) {
	i, ok := slices.BinarySearchFunc(x.Packs, period, func(p Pack, name string) int { return strings.Compare(p.Period, name) })
	if !ok {
		return Pack{}, false
	}
	return x.Packs[i], true
}

// Padded returns the size that n bytes are padded to by Padmé, which is at most 12 % more: so a file's size tells less of
// what is in it (Nikitin et al. 2019, "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs").
func Padded(n int64) int64 {
	if n < 2 {
		return n
	}
	e := bits.Len64(uint64(n)) - 1
	mask := int64(1)<<(e-bits.Len(uint(e))) - 1
	return (n + mask) &^ mask
}

// pad appends zero bytes up to the padded size.
func pad(b []byte) []byte { return append(b, make([]byte, Padded(int64(len(b)))-int64(len(b)))...) }

// checkPadding says whether b is n bytes and their padding.
func checkPadding(b []byte, n int64) error {
	if n > int64(len(b)) || int64(len(b)) != Padded(n) || slices.ContainsFunc(b[n:], func(c byte) bool { return c != 0 }) {
		return fmt.Errorf("%d bytes, of which %d count, are not padded as they should be", len(b), n)
	}
	return nil
}
