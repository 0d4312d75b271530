package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"

	"coranto/edition"
	"coranto/internal/cli"
	"coranto/internal/mirror"
)

// lanternRoom makes a newsroom that has published one story, and returns its folder and the URL of a mirror of it.
func lanternRoom(t *testing.T, name string) (dir, url string) {
	t.Helper()
	base := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", filepath.Join(base, "cache"))
	dir = filepath.Join(base, "room")
	must(t, "init", dir, "--name", name, "--languages", "en")
	must(t, "-C", dir, "publish", "-q")
	return dir, serveFolder(t, filepath.Join(dir, "public"))
}

func serveFolder(t *testing.T, dir string) string {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(mirror.Handler(root))
	t.Cleanup(func() { s.Close(); root.Close() })
	return s.URL
}

// line returns the short form of a newsroom with a mirror.
func line(t *testing.T, dir, url string) string {
	t.Helper()
	return strings.TrimSpace(must(t, "-C", dir, "masthead", "--text", "--mirror", url))
}

// TestMastheadCodes holds that what is drawn on a terminal, in a PNG and in an SVG are the modules of the code of the line.
func TestMastheadCodes(t *testing.T) {
	dir, _ := lanternRoom(t, "The <Lantern> & Co")
	const url = "https://mirror.example/lantern/"
	q, err := qrcode.New(line(t, dir, url), qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	want := q.Bitmap()
	pngFile, svgFile := filepath.Join(dir, "code.png"), filepath.Join(dir, "code.svg")
	must(t, "-C", dir, "masthead", "--mirror", url, "--png", pngFile, "--svg", svgFile)
	for what, got := range map[string][][]bool{
		"terminal": fromTerminal(must(t, "-C", dir, "masthead", "--mirror", url), len(want)),
		"PNG":      fromPNG(t, pngFile),
		"SVG":      fromSVG(t, svgFile, "The &lt;Lantern&gt; &amp; Co"),
	} {
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: got %d rows that differ from the code's %d", what, len(got), len(want))
		}
	}
}

// TestCodesAreRead holds that a decoder which is not ours reads the line off each code: a short one, one in another script,
// and the longest that there may be.
func TestCodesAreRead(t *testing.T) {
	if _, err := exec.LookPath("zbarimg"); err != nil {
		t.Skip("this test needs zbarimg")
	}
	long := "https://mirror.example/" + strings.Repeat("x", 256-len("https://mirror.example/"))
	for _, c := range []struct{ name, url string }{
		{"The <Lantern> & Co", "https://mirror.example/lantern/"},
		{"روزنامهٔ فانوس", "http://127.0.0.1:1/"},
		{strings.Repeat("ف", 100), long},
	} {
		dir, _ := lanternRoom(t, c.name)
		want := line(t, dir, c.url)
		pngFile, svgFile := filepath.Join(dir, "code.png"), filepath.Join(dir, "code.svg")
		must(t, "-C", dir, "masthead", "--mirror", c.url, "--png", pngFile, "--svg", svgFile)
		q, err := qrcode.New(want, qrcode.Medium)
		if err != nil {
			t.Fatal(err)
		}
		drawn := map[string][][]bool{
			"terminal": fromTerminal(must(t, "-C", dir, "masthead", "--mirror", c.url), len(q.Bitmap())),
			"svg":      fromSVG(t, svgFile, html.EscapeString(c.name)),
		}
		files := map[string]string{"png": pngFile}
		for what, rows := range drawn {
			files[what] = filepath.Join(dir, what+".png")
			paint(t, files[what], rows)
		}
		for what, file := range files {
			got, err := exec.Command("zbarimg", "--quiet", "--raw", "--nodbus", file).Output()
			if err != nil || strings.TrimSuffix(string(got), "\n") != want {
				t.Errorf("%s of %.20q: got %q, %v, want %q", what, c.name, got, err, want)
			}
		}
	}
}

// paint draws modules as a picture, black on white.
func paint(t *testing.T, file string, rows [][]bool) {
	t.Helper()
	const side = 6
	img := image.NewGray(image.Rect(0, 0, len(rows[0])*side, len(rows)*side))
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if !rows[y/side][x/side] {
				img.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	writeFile(t, file, b.String())
}

// fromTerminal reads the half blocks at the end of a text.
func fromTerminal(text string, size int) [][]bool {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var rows [][]bool
	for _, l := range lines[len(lines)-(size+1)/2:] {
		var top, bottom []bool
		for _, r := range l {
			top = append(top, r == '█' || r == '▀')
			bottom = append(bottom, r == '█' || r == '▄')
		}
		rows = append(rows, top, bottom)
	}
	return rows[:size]
}

func fromPNG(t *testing.T, file string) [][]bool {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	const module = 8
	rows := make([][]bool, img.Bounds().Dy()/module)
	for y := range rows {
		for x := range img.Bounds().Dx() / module {
			r, _, _, _ := img.At(x*module+module/2, y*module+module/2).RGBA()
			rows[y] = append(rows[y], r == 0)
		}
	}
	return rows
}

var svgRun = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1H(\d+)z`)

func fromSVG(t *testing.T, file, title string) [][]bool {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var size int
	if _, err := fmt.Sscanf(string(b), `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d`, &size); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte("<title>"+title+"</title>")) {
		t.Errorf("no title in %.300s", b)
	}
	rows := make([][]bool, size)
	for y := range rows {
		rows[y] = make([]bool, size)
	}
	for _, run := range svgRun.FindAllStringSubmatch(string(b), -1) {
		x, _ := strconv.Atoi(run[1])
		y, _ := strconv.Atoi(run[2])
		n, _ := strconv.Atoi(run[3])
		for i := range n {
			rows[y][x+i] = true
		}
	}
	return rows
}

// TestReadByLine reads with nothing but the line: the mirror in it is real.
func TestReadByLine(t *testing.T) {
	dir, url := lanternRoom(t, "The Lantern")
	code, stdout, stderr := command("read", line(t, dir, url), "--get", "en/")
	if code != 0 || !strings.Contains(stdout, `<html lang="en"`) || !strings.Contains(stderr, "first contact with The Lantern: ") {
		t.Errorf("exit %d: %.80q, %s", code, stdout, stderr)
	}
	var m struct{ ID, Words string }
	if err := json.Unmarshal([]byte(must(t, "-C", dir, "masthead", "--json", "--mirror", url)), &m); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stderr, "words   "+m.Words+"\n") {
		t.Errorf("the reader shows other words than the newsroom's %q: %s", m.Words, stderr)
	}
	// Of two mirrors that are asked for the root, one lies: the other has it.
	liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "{}") }))
	defer liar.Close()
	code, stdout, stderr = command("read", line(t, dir, url), "--mirror", liar.URL, "--get", "en/", "--leave-no-trace")
	if code != 0 || !strings.Contains(stdout, `<html lang="en"`) {
		t.Errorf("with a liar: exit %d, %s", code, stderr)
	}
	// Alone, it is believed nothing.
	code, stdout, stderr = command("read", line(t, dir, liar.URL), "--get", "en/", "--leave-no-trace")
	if code != 4 || stdout != "" || !strings.Contains(stderr, edition.RootPath(1)) {
		t.Errorf("a liar alone: got exit %d, want 4: %q, %s", code, stdout, stderr)
	}
}

// TestServeByLine holds that the pages which are served bear the newsroom's own name, whatever the line says.
func TestServeByLine(t *testing.T) {
	dir, url := lanternRoom(t, "The Lantern")
	forged, _, _ := strings.Cut(line(t, dir, url), "#")
	out, in := io.Pipe()
	done := make(chan int)
	go func() {
		done <- cli.Main([]string{"read", forged + "#The%20Thief", "-q", "--leave-no-trace"}, in, io.Discard)
		in.Close()
	}()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(strings.TrimSpace(address) + "en/index.html")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "signed by <bdi>The Lantern</bdi>") || strings.Contains(string(page), "Thief") {
		t.Errorf("%s %s: %.3000s", address, resp.Status, page)
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(os.Interrupt)
	}
	if err != nil {
		t.Fatal(err)
	}
	<-done
}

// TestReadByURL reads by a masthead from the web, which proves nothing about the mirror that it lies in.
func TestReadByURL(t *testing.T) {
	_, url := lanternRoom(t, "The Lantern")
	for _, where := range []string{url + "/masthead.json", url + "/"} {
		code, stdout, stderr := command("read", where, "--mirror", url, "--get", "en/", "--leave-no-trace")
		if code != 0 || !strings.Contains(stdout, `<html lang="en"`) {
			t.Errorf("%s: exit %d, %s", where, code, stderr)
		}
		if !strings.Contains(stderr, "only as good as that URL") {
			t.Errorf("%s: nobody is warned: %s", where, stderr)
		}
	}
	code, stdout, _ := command("verify", url, "--masthead", url+"/masthead.json", "--json")
	if code != 4 || !strings.Contains(stdout, `"authentic":null,"whole":true`) {
		t.Errorf("verified by its own masthead: exit %d, %s", code, stdout)
	}
	if code, stdout, stderr := command("verify", url+"/", "--masthead", serveMasthead(t, url)); code != 0 {
		t.Errorf("verified by a masthead from elsewhere: exit %d, %s%s", code, stdout, stderr)
	}
	for where, want := range map[string]int{
		url + "/index.html":       4, // no masthead
		url + "/nothing.json":     5,
		url + "/masthead.json?x":  2,
		"http://127.0.0.1:1/":     5,
		"https://me:pw@127.0.0.1": 2,
		"coranto:1:1:x":           4,
	} {
		if code, stdout, stderr := command("read", where, "--mirror", url, "--get", "en/", "--leave-no-trace"); code != want || stdout != "" {
			t.Errorf("%s: got exit %d, want %d: %s", where, code, want, stderr)
		}
	}
}

// serveMasthead serves the masthead of a mirror, and nothing else, at another address.
func serveMasthead(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url + "/masthead.json")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(b.Bytes()) }))
	t.Cleanup(s.Close)
	return s.URL + "/masthead.json"
}
