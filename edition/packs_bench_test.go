package edition_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"coranto/edition"
)

// corpusArticles returns the articles of a language's file of the corpus, as they stand in a pack.
func corpusArticles(b *testing.B, file string) []edition.Article {
	b.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	var feed struct {
		Items []struct {
			Title     string    `json:"title"`
			Text      string    `json:"content_text"`
			Published time.Time `json:"date_published"`
			Story     struct {
				ID string `json:"id"`
			} `json:"_story"`
		}
	}
	if err := json.Unmarshal(raw, &feed); err != nil {
		b.Fatal(err)
	}
	var all []edition.Article
	for _, it := range feed.Items {
		slug := strings.ReplaceAll(it.Story.ID, ":", "-")
		a := edition.Article{
			ID: it.Story.ID, Address: it.Published.Format("story/2006/01/02/") + slug, Number: 1, Published: it.Published, Headline: it.Title,
		}
		for p := range strings.SplitSeq(it.Text, "\n\n") {
			a.Blocks = append(a.Blocks, edition.Block{Kind: "paragraph", Text: edition.Text{{Text: p}}})
		}
		all = append(all, a)
	}
	return all
}

// lines returns the text of a pack, with its first line or without.
func lines(b *testing.B, head bool, articles []edition.Article) (text []byte) {
	b.Helper()
	var err error
	if head {
		text, err = edition.AppendPackHead(nil, "xx", "2026-11-22")
	}
	for _, a := range articles {
		if err == nil {
			text, err = edition.AppendArticle(text, a)
		}
	}
	if err != nil {
		b.Fatal(err)
	}
	return text
}

// coded returns the size of a coded pack before its padding.
func coded(b *testing.B, text []byte, seed *edition.Seed) int {
	b.Helper()
	file, err := edition.CodePack(text, seed)
	if err != nil {
		b.Fatal(err)
	}
	c, err := edition.ParseCoding(file)
	if err != nil {
		b.Fatal(err)
	}
	return int(c.Stream) + len(c.Table) + 14
}

// programs are what packs are compared with: each reads the file IN and writes to OUT, or to its standard output.
var programs = []struct {
	name string
	args []string
}{
	{"gzip -9", []string{"gzip", "-9nc", "IN"}}, {"zstd -22", []string{"zstd", "--ultra", "-22", "-c", "IN"}}, {"xz -9e", []string{"xz", "-9ec", "IN"}},
	{"brotli -q 11", []string{"brotli", "-q", "11", "-w", "24", "-c", "IN"}},
	{"7z PPMd", []string{"7z", "a", "-t7z", "-m0=PPMd:o=6:mem=16m", "OUT", "IN"}}, {"zpaq -m5", []string{"zpaq", "add", "OUT", "IN", "-m5"}},
}

// by returns the size of a text compressed by a program.
func by(b *testing.B, args []string, text []byte) int {
	b.Helper()
	dir := b.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out.zpaq")
	if err := os.WriteFile(in, text, 0o600); err != nil {
		b.Fatal(err)
	}
	run := strings.Split(strings.NewReplacer("IN", in, "OUT", out).Replace(strings.Join(args, "\n")), "\n")
	if _, err := exec.LookPath(run[0]); err != nil {
		b.Skip(err)
	}
	stdout, err := exec.CommandContext(b.Context(), run[0], run[1:]...).Output()
	if err != nil {
		b.Fatalf("%q: %v", run, err)
	}
	if file, err := os.Stat(out); err == nil {
		return int(file.Size())
	}
	return len(stdout)
}

// BenchmarkCorpusPacks prints what packs of 3, 20, 61 and 123 articles take in each language of the corpus, in bytes an article:
// structure included, before padding, beside other programs on the same text. Seeds are of the articles that are not
// in the pack, as far as there are any.
//
//	CORANTO_CORPUS=… go test ./edition -run - -bench CorpusPacks -benchtime 1x
func BenchmarkCorpusPacks(b *testing.B) {
	files, err := filepath.Glob(filepath.Join(cmp.Or(os.Getenv("CORANTO_CORPUS"), "none"), "*.json"))
	if err != nil || len(files) == 0 {
		b.Skip("no corpus of real news: set CORANTO_CORPUS")
	}
	for _, size := range []int{3, 20, 61, 123} {
		columns := []string{"language"}
		for _, p := range programs {
			columns = append(columns, p.name)
		}
		columns = append(columns, "ours", "ours, primed")
		rows := [][]string{columns}
		measured := make([][]float64, len(columns))
		for _, file := range files {
			all := corpusArticles(b, file)
			text := lines(b, true, all[:size])
			row := []string{strings.TrimSuffix(filepath.Base(file), ".json")}
			add := func(n int) {
				each := float64(n) / float64(size)
				measured[len(row)] = append(measured[len(row)], each)
				row = append(row, fmt.Sprintf("%.0f", each))
			}
			for _, p := range programs {
				add(by(b, p.args, text))
			}
			add(coded(b, text, nil))
			if others := lines(b, false, all[size:]); len(others) > 0 {
				_, seed, err := edition.CodeSeed(others[:min(len(others), edition.SeedSize)])
				if err != nil {
					b.Fatal(err)
				}
				add(coded(b, text, seed))
			}
			rows = append(rows, row)
		}
		last := []string{"**median**"}
		for _, each := range measured[1:] {
			if slices.Sort(each); len(each) > 0 {
				last = append(last, fmt.Sprintf("**%.0f**", each[len(each)/2]))
			}
		}
		fmt.Printf("\npacks of %d\n\n", size)
		for i, row := range append(rows, last) {
			fmt.Println("| " + strings.Join(row, " | ") + " |")
			if i == 0 {
				fmt.Println("|" + strings.Repeat("---|", len(row)))
			}
		}
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkOpenPack measures what a reader waits for: to decode, prove and parse a primed pack of 0.7 MB of real news.
func BenchmarkOpenPack(b *testing.B) {
	corpus := os.Getenv("CORANTO_CORPUS")
	if corpus == "" {
		b.Skip("no corpus of real news: set CORANTO_CORPUS")
	}
	var articles []edition.Article
	for _, tag := range []string{"ru", "uk", "be"} {
		for _, a := range corpusArticles(b, filepath.Join(corpus, tag+".json")) {
			a.ID += tag
			articles = append(articles, a)
		}
	}
	_, seed, err := edition.CodeSeed(lines(b, false, articles[:80])[:edition.SeedSize])
	if err != nil {
		b.Fatal(err)
	}
	text := lines(b, true, articles[80:])
	for len(text) > 700_000 {
		articles = articles[:len(articles)-1]
		text = lines(b, true, articles[80:])
	}
	file, err := edition.CodePack(text, seed)
	if err != nil {
		b.Fatal(err)
	}
	for name, step := range map[string]func() error{
		"decode": func() error { _, err := edition.DecodePack(file, seed, int64(len(text))); return err },
		"prove":  func() error { edition.Sum(text); return nil },
		"parse":  func() error { _, err := edition.ParsePackText(text); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if err := step(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
