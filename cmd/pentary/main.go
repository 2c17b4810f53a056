// Command pentary trains, evaluates and inspects neural networks whose weights
// are balanced base-5 digits.
package main

import (
	"fmt"
	"os"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/cli"
	"github.com/Kaleaon/pentary-go/kernels"
)

func main() {
	if err := kernels.EnvError(); err != nil {
		// Do not continue with another implementation than requested.
		fmt.Fprintln(os.Stderr, "pentary:", err)
		os.Exit(2)
	}
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}
