package ppmd_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coranto/internal/ppmd"
	"coranto/internal/recode"
)

// A pack is so many stories of a language from one on, and the others, which are for priming.
type pack struct {
	tag          string
	text, others []byte
}

// packStarts are where packs of a size begin, among the 123 stories of a language: a few, for chance to level out.
var packStarts = map[int][]int{3: {0, 20, 40, 60, 80}, 20: {0, 40, 80}, 61: {0}, 123: {0}}

func packsOf(b *testing.B, tags []string, size int) (packs []pack) {
	for _, tag := range tags {
		stories := corpus(b, tag)
		for _, from := range packStarts[size] {
			others := slices.Concat(stories[from+size:], stories[:from])
			packs = append(packs, pack{tag, bytes.Join(stories[from:from+size], nil), bytes.Join(others, nil)})
		}
	}
	return packs
}

// A coder returns the coded size of a pack.
type coder func(b *testing.B, p pack) int

// ours returns a coder by PPMd: recoded by a table of all that the language has here, and primed with so much of the
// others.
func ours(order, seed int, recoded bool) coder {
	return func(b *testing.B, p pack) int {
		known, text := p.others[:min(seed, len(p.others))], p.text
		if recoded {
			table := recode.Learn(slices.Concat(p.others, p.text))
			known, text = table.Encode(nil, known), table.Encode(nil, text)
		}
		m := newModel(b, order, ppmd.MaxArena)
		m.Prime(known)
		return len(m.Encode(nil, text))
	}
}

// command returns a coder by a program, which reads the file IN and writes OUT, or its standard output where no
// argument is OUT.
func command(args ...string) coder {
	return func(b *testing.B, p pack) int {
		dir := b.TempDir()
		in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out.zpaq")
		if err := os.WriteFile(in, p.text, 0o600); err != nil {
			b.Fatal(err)
		}
		line := strings.NewReplacer("IN", in, "OUT", out).Replace(strings.Join(args, "\n"))
		run := strings.Split(line, "\n")
		if _, err := exec.LookPath(run[0]); err != nil {
			b.Skip(err)
		}
		stdout, err := exec.CommandContext(b.Context(), run[0], run[1:]...).Output()
		if err != nil {
			b.Fatalf("%q: %v", run, err)
		}
		if !slices.Contains(args, "OUT") {
			return len(stdout)
		}
		coded, err := os.Stat(out)
		if err != nil {
			b.Fatal(err)
		}
		return int(coded.Size())
	}
}

// BenchmarkPacks measures what packs of 3, 20, 61 and 123 stories of real news take, in bytes a story: the median of
// 30 languages, its ratio to brotli and zpaq in the median and at worst, and with -v each language. Of 123 stories
// there are no others left to prime with: 61 stand for them. Programs that aren't there are left out; of zpaq's size
// some 850 bytes are its archive's.
//
//	go test -run - -bench Packs -benchtime 1x -v
func BenchmarkPacks(b *testing.B) {
	files, err := filepath.Glob(filepath.Join(cmp.Or(os.Getenv("CORANTO_CORPUS"), "none"), "*.json"))
	if err != nil || len(files) == 0 {
		b.Skip("no corpus of real news: set CORANTO_CORPUS")
	}
	var tags []string
	for _, file := range files {
		tags = append(tags, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	for _, size := range []int{3, 20, 61, 123} {
		packs, brotli, zpaq := packsOf(b, tags, size), map[string]float64{}, map[string]float64{}
		run := func(name string, into map[string]float64, code coder) {
			b.Run(fmt.Sprintf("%d/%s", size, name), func(b *testing.B) {
				for _, p := range packs {
					into[p.tag] += float64(code(b, p)) / float64(size*len(packStarts[size]))
				}
				b.ReportMetric(0, "ns/op")
				reportMedian(b, "B/story", into, nil)
				reportMedian(b, "of-brotli", into, brotli)
				reportMedian(b, "of-zpaq", into, zpaq)
				b.Log(into)
			})
		}
		run("brotli-11", brotli, command("brotli", "-q", "11", "-w", "24", "-c", "IN"))
		run("zpaq-m5", zpaq, command("zpaq", "add", "OUT", "IN", "-m5"))
		other := func(name string, code coder) { run(name, map[string]float64{}, code) }
		other("gzip-9", command("gzip", "-9nc", "IN"))
		other("zstd-22", command("zstd", "--ultra", "-22", "-c", "IN"))
		other("xz-9e", command("xz", "-9ec", "IN"))
		other("7z-PPMd-6", command("7z", "a", "-t7z", "-m0=PPMd:o=6:mem=16m", "OUT", "IN"))
		other("plain/order=6", ours(6, 0, false))
		for _, order := range []int{4, 5, 6, 8, 12, 16} {
			other(fmt.Sprintf("recoded/order=%d", order), ours(order, 0, true))
		}
		for _, seed := range []int{64, 128, 256, 512} {
			if size == 123 {
				break
			}
			for _, order := range []int{5, 6, 8} {
				other(fmt.Sprintf("primed=%dk/order=%d", seed, order), ours(order, seed<<10, true))
			}
		}
	}
}

// reportMedian reports the median of what was measured by language, of its ratio to another if there is one, and then
// the most.
func reportMedian(b *testing.B, unit string, measured, other map[string]float64) {
	var each []float64
	for tag, n := range measured {
		if other == nil {
			each = append(each, n)
		} else if other[tag] > 0 {
			each = append(each, n/other[tag])
		}
	}
	if len(each) == 0 {
		return
	}
	slices.Sort(each)
	b.ReportMetric(each[len(each)/2], unit)
	if other != nil {
		b.ReportMetric(each[len(each)-1], unit+"-at-worst")
	}
}

// BenchmarkModel measures what a reader waits for: to prime, to clone, to decode; and to encode.
func BenchmarkModel(b *testing.B) {
	const order, arena = 6, 16 << 20
	for _, tag := range []string{"en", "ru", "ka"} {
		text := bytes.Join(corpus(b, tag), nil)
		text = recode.Learn(text).Encode(nil, text)
		m := newModel(b, order, arena)
		coded := m.Encode(nil, text)
		for name, work := range map[string]func(){
			"prime":  func() { m.Reset(); m.Prime(text) },
			"clone":  func() { m.Clone() },
			"encode": func() { m.Reset(); m.Encode(nil, text) },
			"decode": func() {
				m.Reset()
				if _, err := m.Decode(nil, coded, len(text)); err != nil {
					b.Fatal(err)
				}
			},
		} {
			b.Run(tag+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					work()
				}
			})
		}
	}
}
