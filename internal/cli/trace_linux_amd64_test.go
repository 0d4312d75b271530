package cli_test

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A fault is what happens to a traced program at one of its calls that write in a folder.
type fault struct {
	at   int           // the number of the call, from 1; 0 is never
	on   bool          // at every later call too: the disk stays full
	err  syscall.Errno // what the call returns instead of being carried out; 0 kills the program instead
	half bool          // a write is carried out by half before the program is killed
}

// what says in words what happens.
func (f fault) what() string {
	switch {
	case f.err != 0 && f.on:
		return unix.ErrnoName(f.err) + " from a call on"
	case f.err != 0:
		return unix.ErrnoName(f.err) + " at a call"
	case f.half:
		return "killed half-way through a call"
	}
	return "killed at a call"
}

// A trace is what became of a traced program.
type trace struct {
	calls []string // its calls that write, as "renameat public/latest"
	hit   string   // the call that the fault first struck; empty when there was none
	exit  int      // its exit code; -1 when it was killed
}

// writes are the system calls that change a folder, a file or what a disk holds of them, and where they name what they
// change: a file descriptor in argument fd, a path in argument path with the folder it begins from in the one before.
var writes = map[uint64]struct {
	name     string
	fd, path int
}{
	unix.SYS_WRITE: {"write", 0, -1}, unix.SYS_WRITEV: {"writev", 0, -1},
	unix.SYS_PWRITE64: {"pwrite64", 0, -1}, unix.SYS_PWRITEV: {"pwritev", 0, -1}, unix.SYS_PWRITEV2: {"pwritev2", 0, -1},
	unix.SYS_SENDFILE: {"sendfile", 0, -1}, unix.SYS_COPY_FILE_RANGE: {"copy_file_range", 2, -1}, unix.SYS_SPLICE: {"splice", 2, -1},
	unix.SYS_FTRUNCATE: {"ftruncate", 0, -1}, unix.SYS_FALLOCATE: {"fallocate", 0, -1},
	unix.SYS_FSYNC: {"fsync", 0, -1}, unix.SYS_FDATASYNC: {"fdatasync", 0, -1}, unix.SYS_SYNCFS: {"syncfs", 0, -1},
	unix.SYS_SYNC_FILE_RANGE: {"sync_file_range", 0, -1}, unix.SYS_FCHMOD: {"fchmod", 0, -1}, unix.SYS_FCHOWN: {"fchown", 0, -1},
	unix.SYS_OPEN: {"open", -1, 0}, unix.SYS_OPENAT: {"openat", -1, 1}, unix.SYS_CREAT: {"creat", -1, 0},
	unix.SYS_TRUNCATE: {"truncate", -1, 0}, unix.SYS_CHMOD: {"chmod", -1, 0}, unix.SYS_FCHMODAT: {"fchmodat", -1, 1},
	unix.SYS_MKDIR: {"mkdir", -1, 0}, unix.SYS_MKDIRAT: {"mkdirat", -1, 1},
	unix.SYS_RMDIR: {"rmdir", -1, 0}, unix.SYS_UNLINK: {"unlink", -1, 0}, unix.SYS_UNLINKAT: {"unlinkat", -1, 1},
	unix.SYS_RENAME: {"rename", -1, 1}, unix.SYS_RENAMEAT: {"renameat", -1, 3}, unix.SYS_RENAMEAT2: {"renameat2", -1, 3},
	unix.SYS_LINK: {"link", -1, 1}, unix.SYS_LINKAT: {"linkat", -1, 3},
	unix.SYS_SYMLINK: {"symlink", -1, 1}, unix.SYS_SYMLINKAT: {"symlinkat", -1, 2},
	unix.SYS_UTIMENSAT: {"utimensat", -1, 1},
}

// needRoom are the calls that a full disk refuses; it still lets files go, and waits for what it has taken.
var needRoom = []string{
	"write", "writev", "pwrite64", "pwritev", "pwritev2", "sendfile", "copy_file_range", "splice", "fallocate",
	"open", "openat", "creat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
}

// run runs a program under a fault and waits for it. Calls are counted over all threads of the program, as strace's
// inject does not, and each is struck before it is carried out: so killing at 1, 2, 3 … until the program comes to its
// end leaves the folder in every state that it goes through. The error is about the tracing.
func (f fault) run(cmd *exec.Cmd, dir string) (trace, error) {
	runtime.LockOSThread() // ptrace knows threads: who started the program must wait for it
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return trace{}, err
	}
	defer cmd.Process.Release()
	p := &traced{fault: f, pid: cmd.Process.Pid, dir: dir, inside: map[int]bool{}, refuse: map[int]bool{}}
	err := p.follow()
	if err != nil {
		err = errors.Join(err, syscall.Kill(p.pid, syscall.SIGKILL))
	}
	return p.trace, err
}

// A traced is a program that is being traced.
type traced struct {
	fault
	trace
	pid    int
	dir    string
	inside map[int]bool // the threads that are inside of a call
	refuse map[int]bool // those whose call was made void and gets its error when it ends
}

// follow waits for each stop of each thread and lets it go on, until the program ends.
func (p *traced) follow() error {
	const all = unix.WALL | unix.WNOTHREAD
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(p.pid, &ws, all, nil); err != nil || !ws.Stopped() {
		return fmt.Errorf("the program did not stop for its tracer: %v, %v", ws, err)
	}
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := syscall.PtraceSetOptions(p.pid, options); err != nil {
		return err
	}
	tid, sig := p.pid, 0
	for {
		// A thread may be gone by now, killed with the program: the wait will say so.
		if err := syscall.PtraceSyscall(tid, sig); err != nil && err != syscall.ESRCH {
			return err
		}
		var err error
		for tid, err = syscall.Wait4(-1, &ws, all, nil); err == syscall.EINTR; tid, err = syscall.Wait4(-1, &ws, all, nil) {
		}
		if err != nil {
			return err
		}
		if tid == p.pid && (ws.Exited() || ws.Signaled()) {
			p.exit = ws.ExitStatus()
			return nil
		}
		if sig, err = p.stopped(tid, ws); err != nil && err != syscall.ESRCH {
			return err
		}
	}
}

// stopped deals with one stop and returns the signal to deliver.
func (p *traced) stopped(tid int, ws syscall.WaitStatus) (sig int, err error) {
	switch s := ws.StopSignal(); {
	case !ws.Stopped():
		return 0, nil // the end of a thread
	case s == syscall.SIGTRAP|0x80:
		if p.inside[tid] = !p.inside[tid]; p.inside[tid] {
			return 0, p.enter(tid)
		}
		return 0, p.leave(tid)
	case s == syscall.SIGTRAP, s == syscall.SIGSTOP:
		return 0, nil // a new thread
	default:
		return int(s), nil
	}
}

// enter looks at a call that is about to be carried out.
func (p *traced) enter(tid int) error {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	call, name, ok := p.describe(tid, &regs)
	if !ok {
		return nil
	}
	p.calls = append(p.calls, name)
	n := len(p.calls)
	if p.at == 0 || n < p.at || n > p.at && !p.on {
		return nil
	}
	full := p.err == syscall.ENOSPC
	if full && !slices.Contains(needRoom, call) {
		return nil
	}
	if p.hit == "" {
		p.hit = name
	}
	switch {
	case p.err != 0:
		p.refuse[tid] = true
		regs.Orig_rax = ^uint64(0) // no call has this number
		return syscall.PtraceSetRegs(tid, &regs)
	case p.half && (call == "write" || call == "pwrite64"):
		p.refuse[tid] = true
		regs.Rdx /= 2
		return syscall.PtraceSetRegs(tid, &regs)
	}
	return syscall.Kill(p.pid, syscall.SIGKILL)
}

// leave ends what enter began.
func (p *traced) leave(tid int) error {
	if !p.refuse[tid] {
		return nil
	}
	delete(p.refuse, tid)
	if p.err == 0 {
		return syscall.Kill(p.pid, syscall.SIGKILL)
	}
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	regs.Rax = uint64(-int64(p.err))
	return syscall.PtraceSetRegs(tid, &regs)
}

// describe says which call it is and on what, or that it changes nothing in the folder.
func (p *traced) describe(tid int, regs *syscall.PtraceRegs) (call, name string, ok bool) {
	w, ok := writes[regs.Orig_rax]
	if !ok {
		return "", "", false
	}
	args := []uint64{regs.Rdi, regs.Rsi, regs.Rdx, regs.R10, regs.R8}
	const makes = unix.O_CREAT | unix.O_TRUNC
	if w.name == "open" && args[1]&makes == 0 || w.name == "openat" && args[2]&makes == 0 {
		return "", "", false
	}
	var file string
	if w.fd >= 0 {
		file = p.link(fmt.Sprintf("fd/%d", int32(args[w.fd])))
	} else if file = p.text(tid, args[w.path]); !filepath.IsAbs(file) {
		from := ""
		if w.path > 0 {
			from = p.link(fmt.Sprintf("fd/%d", int32(args[w.path-1])))
		}
		file = filepath.Join(cmp.Or(from, p.link("cwd")), file)
	}
	rel, err := filepath.Rel(p.dir, file)
	if err != nil || strings.HasPrefix(rel, "..") {
		return "", "", false
	}
	return w.name, w.name + " " + rel, true
}

// link returns where something that the program has open stands; empty when it has no such thing.
func (p *traced) link(what string) string {
	file, _ := os.Readlink(fmt.Sprintf("/proc/%d/%s", p.pid, what))
	return file
}

// text reads a path from the program's memory.
func (p *traced) text(tid int, at uint64) string {
	var path []byte
	for len(path) < unix.PathMax {
		var word [8]byte
		if n, err := syscall.PtracePeekData(tid, uintptr(at)+uintptr(len(path)), word[:]); err != nil || n == 0 {
			break
		}
		for _, c := range word {
			if c == 0 {
				return string(path)
			}
			path = append(path, c)
		}
	}
	return string(path)
}
