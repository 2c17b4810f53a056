// Command streams writes the random bytes of noise to its output, without end, for
// batteries of statistical tests. Orders are: blocks, one long stream; pairs, the first
// block of one pair after another; run, all that a run with three tensors and 64 pairs
// draws, two blocks of each factor, generation by generation.
//
//	go run ./bench/streams -order run | dieharder -a -g 200
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

func main() {
	order := flag.String("order", "blocks", "`order` of the blocks: blocks, pairs or run")
	philox := flag.Bool("philox", false, "blocks of Philox4x32-10 instead of ARS4x32-7")
	seed := flag.Uint64("seed", 1, "key of the streams")
	flag.Parse()
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	write := func(bytes, generation int, tensor uint32, kind lowrank.StreamKind, pair int) {
		s := lowrank.StreamOf(*seed, generation, tensor, kind, pair)
		if !*philox {
			s.Generator = kernels.ARS4x32
		}
		b := make([]uint8, bytes)
		kernels.Random(b, s)
		if _, err := out.Write(b); err != nil {
			os.Exit(0) // the battery has read enough
		}
	}
	switch *order {
	case "blocks":
		for pair := 0; ; pair++ {
			write(1<<20, 0, 0, lowrank.FactorA, pair)
		}
	case "pairs":
		for pair := 0; ; pair++ {
			write(kernels.NoiseUnit, 0, 0, lowrank.FactorA, pair)
		}
	case "run":
		for generation := 0; ; generation++ {
			for tensor := range uint32(3) {
				for pair := range 64 {
					write(kernels.NoiseUnit, generation, tensor, lowrank.FactorA, pair)
					write(kernels.NoiseUnit, generation, tensor, lowrank.FactorB, pair)
				}
			}
		}
	default:
		fmt.Fprintf(os.Stderr, "streams: order %q, want blocks, pairs or run\n", *order)
		os.Exit(2)
	}
}
