// Command coranto publishes a newsroom so that any mirror can carry it and any reader can prove it.
package main

import (
	"os"
	_ "time/tzdata" // imports read dates of any time zone, and many a machine has no list of them

	"coranto/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}
