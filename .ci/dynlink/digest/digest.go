// Command digest prints a hash of the results of kernels. Built as a plugin, it
// exports that hash to the command host.
package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Digest returns a hash of the results of kernels that read tables of constants:
// noise, packing, products, perturbation, requantization, scores and gates.
func Digest() string {
	const m, k, streams, pairs = 52, 76, 5, 2
	l := kernels.Population{Pairs: pairs, Columns: streams, Rank: 2}
	n := l.TotalColumns()
	bytes := make([]uint8, (k*n+31)/32*32)
	kernels.Random(bytes, kernels.Stream{Seed: 7})
	x := make([]int8, k*n)
	for i := range x {
		x[i] = int8(max(int(int8(bytes[i])), -127))
	}
	const kp = (k + packed.SmallPents - 1) / packed.SmallPents * packed.SmallPents
	codes := make([]uint8, m*kp)
	kernels.Noise(codes, kernels.Binomial, kernels.Stream{Seed: 8})
	w := packed.NewMatrix(m, k)
	for i := range m {
		row := codes[i*kp:][:kp]
		for j := k; j < kp; j++ {
			row[j] = 2
		}
		kernels.Pack(w.Row(i).Bytes(), row, k)
	}
	batch := make([]int8, kernels.Quads(k)*4*n)
	kernels.Interleave(batch, x, k, n)
	y := make([]int32, m*n)
	kernels.MatMul(y, w, batch, n)
	a := make([]uint8, l.Pairs*l.Rank*packed.PaddedLen(m))
	kernels.Noise(a, kernels.Uniform, kernels.Stream{Seed: 9})
	t := make([]int32, l.Pairs*l.Rank*streams)
	for i := range t {
		t[i] = int32(i*37 - 200)
	}
	dst := make([]int8, kernels.Quads(m)*4*n)
	kernels.PerturbSharedRequantize(dst, y[:m*streams], a, t, l, m, 3, kernels.Output{Shift: 5})
	gated := make([]int8, len(dst))
	kernels.Gate(gated, dst, dst)
	scores := make([]int32, n)
	kernels.LogProb(scores, dst, make([]uint8, n), m, n)

	h := sha256.New()
	for _, v := range []any{codes, batch, y, a, dst, gated, scores} {
		_ = binary.Write(h, binary.LittleEndian, v)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

func main() { fmt.Println(kernels.Selected(), Digest()) }
