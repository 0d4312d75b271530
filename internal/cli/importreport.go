package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"coranto/internal/importer"
	"coranto/internal/store"
	"coranto/internal/term"
)

// reportFiles are the files that an import writes its report to. They are opened before it begins, so that nobody waits an
// hour for a report that can't be written.
type reportFiles struct{ files []*os.File }

func openReports(names []string) (*reportFiles, error) {
	out := &reportFiles{}
	for _, name := range names {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) // it may tell of what is not published
		if err != nil {
			return nil, errors.Join(withHint(err, "choose another with --report FILE"), out.close())
		}
		out.files = append(out.files, f)
	}
	return out, nil
}

func (o *reportFiles) close() (err error) {
	for _, f := range o.files {
		err = errors.Join(err, f.Close())
	}
	o.files = nil
	return err
}

// findings writes all entries of the report to the .jsonl files.
func (o *reportFiles) findings(all iter.Seq2[store.Finding, error]) error {
	for _, f := range o.files {
		if filepath.Ext(f.Name()) != ".jsonl" {
			continue
		}
		w := bufio.NewWriter(f)
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for found, err := range all {
			if err == nil {
				err = enc.Encode(importer.Entry(found))
			}
			if err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// write writes the report to the other files.
func (o *reportFiles) write(r importer.Report, about importer.About) error {
	for _, f := range o.files {
		var err error
		switch filepath.Ext(f.Name()) {
		case ".html":
			err = importer.WritePage(f, r, about)
		case ".json":
			err = json.NewEncoder(f).Encode(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tellImport prints what became of an import, and writes its report.
func (e *env) tellImport(k importKind, sources []string, r importer.Report, outs *reportFiles) error {
	err := outs.write(r, importer.About{Kind: k.name, Sources: sources})
	if err = errors.Join(err, outs.close()); err != nil {
		return err
	}
	if err := e.printReport(r); err != nil {
		return err
	}
	if len(r.Kinds) == 0 && r.Total == 0 {
		e.say("found nothing to import in %s; what the kind %q takes: coranto import --help", strings.Join(sources, ", "), k.name)
	}
	if r.New+r.Changed > 0 && !r.Rehearsal && !e.json {
		e.say("next: coranto -C %s publish; or look at it first: coranto -C %[1]s preview", e.dir)
	}
	if !r.Whole() {
		return &codeError{code: exitPartial}
	}
	return nil
}

// The entries of each list that are printed for people: so many in all, and of one reason.
const (
	maxPrinted = 40
	maxAlike   = 3
)

func (e *env) printReport(r importer.Report) error {
	if e.json {
		return e.printJSON(r)
	}
	reason := func(p importer.Problem) string { return p.Reason }
	cut := printEntries(e, "refused", r.Problems, importer.Problem.String, r.Unlisted[importer.ListProblems])
	cut = printEntries(e, "missing", r.Missing, func(a importer.Absent) string { return a.Reason }, r.Unlisted[importer.ListMissing]) || cut
	cut = printEntries(e, "left", r.Left, reason, r.Unlisted[importer.ListLeft]) || cut
	cut = printEntries(e, "note", r.Notes, reason, r.Unlisted[importer.ListNotes]) || cut
	if cut {
		e.say("all entries: the same again with --report FILE.html, or FILE.jsonl for a script")
	}
	if err := e.printKinds(r); err != nil {
		return err
	}
	end := ""
	if r.ToFetch > 0 {
		end += fmt.Sprintf(", %s to fetch", plural(r.ToFetch, "file", "files"))
	}
	if n := len(r.Missing) + r.Unlisted[importer.ListMissing]; n > 0 {
		end += fmt.Sprintf(", %s missing", plural(n, "file", "files"))
	}
	if r.Rehearsal {
		end += " (a rehearsal: nothing was written)"
	}
	_, err := fmt.Fprintf(e.stdout, "%s: %d new, %d changed, %d unchanged, %d refused%s\n",
		plural(r.Total, "article", "articles"), r.New, r.Changed, r.Unchanged, r.Refused, end)
	return err
}

// printEntries prints the entries of a list, those of one reason some few times, and says whether some are left.
func printEntries[T fmt.Stringer](e *env, what string, entries []T, why func(T) string, unlisted int) bool {
	alike := make(map[string]int)
	printed := 0
	for _, entry := range entries {
		if alike[why(entry)]++; alike[why(entry)] > maxAlike || printed == maxPrinted {
			continue
		}
		printed++
		fmt.Fprintf(e.stdout, "%-8s %s\n", what, term.Clean(entry.String()))
	}
	left := len(entries) - printed + unlisted
	if left > 0 {
		fmt.Fprintf(e.stdout, "%-8s … and %d more%s\n", what, left, map[bool]string{true: ", for the same reasons"}[len(alike) <= printed])
	}
	return left > 0
}

// printKinds prints what the source has against what came in, by kind.
func (e *env) printKinds(r importer.Report) error {
	if len(r.Kinds) == 0 {
		return nil
	}
	rows := make([][]string, 0, len(r.Kinds))
	for _, name := range r.KindNames() {
		t := r.Kinds[name]
		row := []string{name}
		for _, n := range []int{t.Has, t.Taken, t.Missing, t.Left, t.Refused, t.New, t.Changed} {
			row = append(row, strconv.Itoa(n))
		}
		if !t.AddsUp() {
			row = append(row, fmt.Sprintf("does not add up: %d were met", t.Met()))
		}
		rows = append(rows, row)
	}
	return term.Table(e.stdout, []string{"kind", "has", "taken", "missing", "left out", "refused", "new", "changed"}, rows)
}
