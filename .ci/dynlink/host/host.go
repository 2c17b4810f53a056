// Command host loads the plugin that its argument names and prints the hash that its
// function Digest returns. It imports no kernels, so that the plugin has its own.
package main

import (
	"fmt"
	"os"
	"plugin"
)

func main() {
	p, err := plugin.Open(os.Args[1])
	if err == nil {
		var digest plugin.Symbol
		if digest, err = p.Lookup("Digest"); err == nil {
			fmt.Println(digest.(func() string)())
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
