// Isa writes the reference of the instruction set to a file.
package main

import (
	"io"
	"log"
	"os"

	"github.com/Kaleaon/pentary-go/internal/durable"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: isa FILE")
	}
	if err := durable.Write(os.Args[1], func(w io.Writer) error { return isa.WriteReference(w) }); err != nil {
		log.Fatal(err)
	}
}
