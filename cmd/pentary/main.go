// Command pentary trains, evaluates and inspects neural networks whose weights
// are balanced base-5 digits.
package main

import (
	"os"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}
