package mirror

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"coranto/internal/durable"
)

// shunFile is the file of the mirror's memory that names sources which lied.
const shunFile = "shunned"

// shunFor is how long a source that lied is asked only where no other is left. It is not for ever: a disk may have
// failed there, and was replaced.
const shunFor = 30 * 24 * time.Hour

// maxShunned is the number of sources that are remembered for having lied; the newest stay.
const maxShunned = 256

// maxShunFile bounds that file.
const maxShunFile = 1 << 20

// A lie is what a source is remembered for. It names a source and never who asks one.
type lie struct {
	source, detail string
	at             time.Time
}

// marshalLies returns a line for each lie: the time, the source and what it did, both quoted.
func marshalLies(lies []lie) []byte {
	var b strings.Builder
	for _, l := range lies[max(0, len(lies)-maxShunned):] {
		fmt.Fprintf(&b, "%s %q %q\n", l.at.UTC().Format(time.RFC3339), l.source, l.detail)
	}
	return []byte(b.String())
}

func parseLies(b []byte) (lies []lie, err error) {
	for line := range strings.Lines(string(b)) {
		var l lie
		when, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if l.at, err = time.Parse(time.RFC3339, when); err != nil {
			return nil, err
		}
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return nil, err
		}
		if l.source, err = strconv.Unquote(quoted); err != nil {
			return nil, err
		}
		if l.detail, err = strconv.Unquote(strings.TrimPrefix(rest[len(quoted):], " ")); err != nil {
			return nil, err
		}
		lies = append(lies, l)
	}
	return lies, nil
}

// maxDetail is how much of what a source did is remembered, in bytes.
const maxDetail = 200

// shun puts the sources that lied not long ago behind all others. What can't be read is left out: it costs bytes, not
// truth.
func (p *pull) shun() {
	b, err := readState(p.opt.State, shunFile, maxShunFile)
	if err == nil {
		p.lies, err = parseLies(b)
	}
	if err != nil {
		p.opt.Log.Warn("the list of sources that lied is left out", "error", err)
	}
	now, known := p.opt.Now(), p.lies[:0]
	for _, l := range p.lies {
		if age := now.Sub(l.at); age < 0 || age >= shunFor {
			continue
		}
		known = append(known, l)
		if s := p.sources.named(l.source); s != nil {
			s.shunned, s.before = true, l.detail
		}
	}
	p.lies = known
}

// rememberLies notes the sources that lied in this pull.
func (p *pull) rememberLies() {
	news := false
	for _, s := range p.sources {
		r := s.report()
		if !r.State.Dropped() {
			continue
		}
		p.lies = slices.DeleteFunc(p.lies, func(l lie) bool { return l.source == s.Name() })
		p.lies = append(p.lies, lie{s.Name(), r.Detail[:min(len(r.Detail), maxDetail)], p.opt.Now()})
		news = true
	}
	if !news {
		return
	}
	if err := durable.WritePrivate(p.opt.State, shunFile, marshalLies(p.lies)); err != nil {
		p.opt.Log.Warn("sources that lied are not remembered", "error", err)
	}
}
