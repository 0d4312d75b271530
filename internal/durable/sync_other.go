//go:build !unix

package durable

import "os"

// Flush has nothing left to do: here each file reaches the disk as it is written, and names are the file system's care.
func Flush(*os.Root) error { return nil }

func syncFile(f *os.File, _ bool) error { return f.Sync() }

func syncFolder(*os.Root, string) error { return nil }
