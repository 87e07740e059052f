// Command bailiwick is the server and its tools; see `bailiwick --help`.
package main

import (
	"os"

	"github.com/bailiwick-iam/bailiwick/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
