//go:build unix

package cli

import (
	"os/exec"
	"syscall"
)

// apart lets a program go on when the terminal interrupts this one.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
