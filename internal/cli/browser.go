package cli

import (
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"coranto/reader"
)

// A browserChoice says whether and with what to open the user's browser.
type browserChoice struct {
	none    bool
	command string // with its arguments; empty for what the system has
}

// openBrowser shows a server's site in the user's browser, and returns what is to be done when the server ends.
//
// The arguments of a program can be seen by every user of the machine. So what the browser is given is never the address
// itself, but an invitation to it, which works once and soon. On Linux the kernel says whose a connection is, so that
// nobody else can use it first; where that can't be told, the invitation stands in a file that only its owner can read.
func (e *env) openBrowser(ctx context.Context, s *reader.Server, o readOptions) (done func(), err error) {
	done = func() {}
	command := strings.Fields(o.browser.command)
	if o.browser.none || len(command) == 0 && !isTerminal(e.stdout) {
		return done, nil
	}
	if len(command) == 0 {
		if command = systemBrowser(runtime.GOOS, os.Getenv); command == nil {
			return done, nil
		}
	}
	where, err := s.Invite()
	if err != nil {
		return done, err
	}
	if needsFile(runtime.GOOS) && !o.keep.noTrace {
		if where, done, err = writeInvitation(where); err != nil {
			return done, err
		}
	}
	return done, startBrowser(ctx, append(command, where))
}

// systemBrowser returns the command that opens an address in the browser of a system; nil when there is no screen to
// show one on, where the command would look for a browser in the terminal.
func systemBrowser(system string, getenv func(string) string) []string {
	switch system {
	case "darwin":
		return []string{"open"}
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	if getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" {
		return nil
	}
	return []string{"xdg-open"}
}

// needsFile says whether others on the machine can see a program's arguments, and the system doesn't say whose a
// connection is.
func needsFile(system string) bool { return system != "linux" && system != "windows" }

// writeInvitation puts an address into a web page that leads there, for its owner alone to read. It is gone after done.
func writeInvitation(address string) (name string, done func(), err error) {
	done = func() {}
	dir, err := os.MkdirTemp("", "coranto-") // 0700
	if err != nil {
		return "", done, err
	}
	done = func() { os.RemoveAll(dir) }
	name = filepath.Join(dir, "open.html")
	page := fmt.Sprintf("<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">"+
		"<meta http-equiv=\"refresh\" content=\"0; url=%s\"><title>Coranto</title>\n", html.EscapeString(address))
	return name, done, os.WriteFile(name, []byte(page), 0o600)
}

// startBrowser starts a command that goes on when this program ends, and says so when it fails at once.
func startBrowser(ctx context.Context, command []string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	cmd := exec.Command(command[0], command[1:]...)
	apart(cmd)
	if err := cmd.Start(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			err = fmt.Errorf("there is no program %s", command[0])
		}
		return err
	}
	go cmd.Wait() // how it ends is nobody's concern
	return nil
}
