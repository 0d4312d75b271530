package mirror

import (
	"errors"
	"io"
	"io/fs"
	"path"

	"coranto/edition"
	"coranto/internal/durable"
)

// parts is the folder, beside the state, of objects that have come in part: the pieces that were proved.
const parts = "part"

// resume begins a download with what an earlier pull has left of it. What is there is proved again.
func (p *pull) resume(w want) *download {
	d := &download{want: w}
	if len(w.pieces) == 0 {
		return d
	}
	f, err := p.opt.State.Open(p.partName(w))
	if err != nil {
		return d
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, edition.MaxObject))
	if err == nil {
		_ = d.add(b) // what does not prove is dropped
		d.use(nil)
		d.got = d.got[:d.proved]
	}
	return d
}

func (p *pull) partName(w want) string { return path.Join(parts, w.hash.String()) }

// remember keeps the proved pieces of an object that is not whole yet. Failing costs bytes, not truth.
func (p *pull) remember(d *download) {
	if int64(d.proved) == d.size {
		return
	}
	if err := durable.WriteFile(p.opt.State, p.partName(d.want), d.got[:d.proved]); err != nil {
		p.opt.Log.Warn("pieces are not kept", "error", err)
	}
}

// forget removes what was kept of an object that is whole now.
func (p *pull) forget(w want) {
	if len(w.pieces) == 0 {
		return
	}
	if err := p.opt.State.Remove(p.partName(w)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.opt.Log.Warn("pieces are not removed", "error", err)
	}
}

// dropParts removes all pieces of objects that never became whole: no edition needs them any more.
func (p *pull) dropParts() {
	if err := p.opt.State.RemoveAll(parts); err != nil {
		p.opt.Log.Warn("pieces are not removed", "error", err)
	}
}
