package ppmd_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// An archive is what a 7z file with one file in it, coded by PPMD, says. 7zFormat.txt of the LZMA SDK has the format.
type archive struct {
	shape
	coded []byte
	size  int    // of the text
	crc   uint32 // of the text
}

// The ids of properties that the header of an archive of one file has.
const (
	header, streams, packs, coders, parts   = 1, 4, 6, 7, 8
	sizes, crcs, folder, unpackSizes, files = 9, 10, 11, 12, 5
	names, end                              = 17, 0
)

var signature = []byte("7z\xBC\xAF\x27\x1C\x00\x04")

// ppmd is the coder's id with its length, and a bit for its properties.
var ppmdCoder = []byte{0x23, 3, 4, 1, 5}

// bytes returns the archive as a file.
func (a archive) bytes() []byte {
	h := []byte{header, streams, packs, 0, 1, sizes}
	h = appendNumber(h, len(a.coded))
	h = append(h, end, coders, folder, 1, 0, 1)
	h = append(h, ppmdCoder...)
	h = append(h, byte(a.order))
	h = binary.LittleEndian.AppendUint32(h, uint32(a.arena))
	h = append(h, unpackSizes)
	h = appendNumber(h, a.size)
	h = append(h, crcs, 1)
	h = binary.LittleEndian.AppendUint32(h, a.crc)
	h = append(h, end, end, files, 1, names, 5, 0, 't', 0, 0, 0, end, end)

	next := binary.LittleEndian.AppendUint64(nil, uint64(len(a.coded)))
	next = binary.LittleEndian.AppendUint64(next, uint64(len(h)))
	next = binary.LittleEndian.AppendUint32(next, crc32.ChecksumIEEE(h))

	b := binary.LittleEndian.AppendUint32(bytes.Clone(signature), crc32.ChecksumIEEE(next))
	b = append(b, next...)
	b = append(b, a.coded...)
	return append(b, h...)
}

// appendNumber appends a number in its longest form: any reader takes it.
func appendNumber(b []byte, n int) []byte {
	return binary.LittleEndian.AppendUint64(append(b, 0xFF), uint64(n))
}

// parseArchive reads an archive that 7z made of one file with -mhc=off.
func parseArchive(b []byte) (a archive, err error) {
	if len(b) < 32 || !bytes.HasPrefix(b, signature) {
		return a, errors.New("no 7z archive")
	}
	offset := int(binary.LittleEndian.Uint64(b[12:]))
	r := bytes.NewReader(b[32+offset:])
	packed := 0
	err = errors.Join(
		expect(r, header, streams, packs, 0, 1, sizes), number(r, &packed), expect(r, end),
		expect(r, coders, folder, 1, 0, 1), expect(r, ppmdCoder...), properties(r, &a),
		expect(r, unpackSizes), number(r, &a.size), expect(r, end), expect(r, parts, crcs, 1),
		binary.Read(r, binary.LittleEndian, &a.crc))
	a.coded = b[32 : 32+packed]
	return a, err
}

func expect(r io.Reader, want ...byte) error {
	got := make([]byte, len(want))
	if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, want) {
		return fmt.Errorf("header has % x, want % x", got, want)
	}
	return nil
}

func properties(r io.Reader, a *archive) error {
	var p [5]byte
	_, err := io.ReadFull(r, p[:])
	a.order, a.arena = int(p[0]), int(binary.LittleEndian.Uint32(p[1:]))
	return err
}

// number reads a number: as many bytes follow the first as that has ones at its top, and its other bits are the
// highest.
func number(r *bytes.Reader, n *int) error {
	first, err := r.ReadByte()
	*n = 0
	for i := range 8 {
		if first&(0x80>>i) == 0 {
			*n |= int(first&(0x80>>i-1)) << (8 * i)
			break
		}
		var b byte
		b, err = r.ReadByte()
		*n |= int(b) << (8 * i)
	}
	return err
}

// sevenZip returns a function that runs 7z in a folder and returns its standard output.
func sevenZip(t *testing.T) func(dir string, args ...string) []byte {
	t.Helper()
	if testing.Short() {
		t.Skip("7z is asked without -short")
	}
	name, err := exec.LookPath("7z")
	if err != nil {
		t.Skip("needs 7z (p7zip-full of Debian)")
	}
	return func(dir string, args ...string) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir = dir
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("7z %q: %v\n%s%s", args, err, stderr.Bytes(), stdout.Bytes())
		}
		return stdout.Bytes()
	}
}

// TestSevenZipUnpacks has 7z unpack what Encode made, for orders and arenas at its limits and between.
func TestSevenZipUnpacks(t *testing.T) {
	t.Parallel()
	run, dir := sevenZip(t), t.TempDir()
	for name, text := range texts() {
		if len(text) == 0 {
			continue // of an empty file 7z has no stream
		}
		for _, s := range shapes {
			a := archive{shape: s, coded: newModel(t, s.order, s.arena).Encode(nil, text), size: len(text)}
			a.crc = crc32.ChecksumIEEE(text)
			file := filepath.Join(dir, fmt.Sprintf("%s-%d-%d.7z", name, s.order, s.arena))
			if err := os.WriteFile(file, a.bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	run(dir, "t", "*.7z")
}

// TestSevenZipPacks has 7z pack, which Decode must read, and Encode make in the same bytes. 7z packs with orders up to
// 32 and arenas from 64 KiB, and takes a smaller one for a small text.
func TestSevenZipPacks(t *testing.T) {
	t.Parallel()
	run, dir := sevenZip(t), t.TempDir()
	methods := []string{"PPMd:o=2:mem=64k", "PPMd:o=6:mem=16m", "PPMd:o=16:mem=1m", "PPMd:o=32:mem=64k"}
	for name, text := range texts() {
		if len(text) == 0 {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
		for i, method := range methods {
			file := fmt.Sprintf("%s-%d.7z", name, i)
			run(dir, "a", "-mhc=off", "-m0="+method, file, name)
			b, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			testArchive(t, name+" as "+method, b)
		}
	}
}

// testArchive decodes what an archive has in it, and codes it again.
func testArchive(t *testing.T, name string, b []byte) {
	t.Helper()
	a, err := parseArchive(b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	text, err := newModel(t, a.order, a.arena).Decode(nil, a.coded, a.size)
	if err != nil || crc32.ChecksumIEEE(text) != a.crc {
		t.Errorf("%s: decoded %d bytes of %d, not those that were packed: %v", name, len(text), a.size, err)
	}
	if coded := newModel(t, a.order, a.arena).Encode(nil, text); !bytes.Equal(coded, a.coded) {
		t.Errorf("%s: coded in %d bytes, not as 7z's %d", name, len(coded), len(a.coded))
	}
}
