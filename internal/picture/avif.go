package picture

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// libavif is the encoder: see libavif/README.md for what is in it and where it comes from.
//
//go:embed libavif/encode.wasm.gz
var libavif []byte

// The limits of the encoder. A picture of 1280 by 1280 pixels takes it about 100 MB.
const (
	maxWasm      = 16 << 20
	maxWasmPages = 8192 // 512 MB, in pages of 64 kB
)

// avifSpeed is libavif's, of 0 to 10: see BENCHMARKS.md for what 8 and 10 come to.
const avifSpeed = 8

// yuv420 is libavif's number for colours at half the width and height.
const yuv420 = 3

// An encoder makes AVIF in WebAssembly: it has no files, no network, no clock, and a memory of its own for each picture.
type encoder struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

// avifEncoder compiles the encoder when the process makes its first AVIF, which takes most of a second.
var avifEncoder = sync.OnceValues(compile)

func compile() (*encoder, error) {
	z, err := gzip.NewReader(bytes.NewReader(libavif))
	if err != nil {
		return nil, fmt.Errorf("unpack the AVIF encoder: %w", err)
	}
	code, err := io.ReadAll(io.LimitReader(z, maxWasm))
	if err != nil {
		return nil, fmt.Errorf("unpack the AVIF encoder: %w", err)
	}
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(maxWasmPages))
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, r); err != nil {
		return nil, fmt.Errorf("start the AVIF encoder: %w", err)
	}
	m, err := r.CompileModule(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("compile the AVIF encoder: %w", err)
	}
	return &encoder{r, m}, nil
}

// writeAVIF writes a picture as AVIF in a quality of 1 to 100.
func writeAVIF(b *bytes.Buffer, img image.Image, quality int) error {
	e, err := avifEncoder()
	if err != nil {
		return err
	}
	return e.encode(b, img, quality)
}

func (e *encoder) encode(b *bytes.Buffer, img image.Image, quality int) (err error) {
	ctx := context.Background()
	m, err := e.runtime.InstantiateModule(ctx, e.module, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return fmt.Errorf("start the AVIF encoder: %w", err)
	}
	defer func() { err = errors.Join(err, m.Close(ctx)) }() // its memory goes with it
	size := img.Bounds().Size()
	rgba := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(rgba, rgba.Rect, img, img.Bounds().Min, draw.Src)
	in, err := put(ctx, m, rgba.Pix)
	if err != nil {
		return err
	}
	length, err := put(ctx, m, make([]byte, 8))
	if err != nil {
		return err
	}
	out, err := call(ctx, m, "encode", in, uint64(size.X), uint64(size.Y), length, uint64(quality), uint64(quality), avifSpeed, yuv420)
	if err != nil {
		return err
	}
	n, _ := m.Memory().ReadUint32Le(uint32(length))
	file, ok := m.Memory().Read(uint32(out), n)
	if n == 0 || !ok {
		return fmt.Errorf("the AVIF encoder made nothing of %d×%d pixels", size.X, size.Y)
	}
	b.Write(file)
	return nil
}

// put copies bytes into the encoder's memory, and returns where they lie.
func put(ctx context.Context, m api.Module, b []byte) (uint64, error) {
	at, err := call(ctx, m, "malloc", uint64(len(b)))
	if err == nil && (at == 0 || !m.Memory().Write(uint32(at), b)) {
		err = errors.New("the AVIF encoder is out of memory")
	}
	return at, err
}

// call calls a function that returns one number.
func call(ctx context.Context, m api.Module, name string, args ...uint64) (uint64, error) {
	f := m.ExportedFunction(name)
	if f == nil {
		return 0, fmt.Errorf("the AVIF encoder has no function %s", name)
	}
	out, err := f.Call(ctx, args...)
	if err != nil {
		return 0, fmt.Errorf("the AVIF encoder: %s: %w", name, err)
	}
	if len(out) != 1 {
		return 0, fmt.Errorf("the AVIF encoder: %s returned %d numbers", name, len(out))
	}
	return out[0], nil
}
