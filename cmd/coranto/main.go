// Command coranto publishes a newsroom so that any mirror can carry it and any reader can prove it.
package main

import (
	"os"

	"coranto/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}
