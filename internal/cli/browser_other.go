//go:build !unix

package cli

import "os/exec"

// apart lets a program go on when the terminal interrupts this one; elsewhere than on Unix it does so by itself.
func apart(*exec.Cmd) {}
