package hwreport

import (
	"fmt"
	"strings"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/hwmodel/isa"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// Generation is the program of one generation of evolution strategies that trains an
// MLP, and where its tensors lie.
type Generation struct {
	Source   string
	W        []int // address of each layer's weights, in bytes of pents
	Residual []int // of each layer's residuals, in bytes of activations
	X        int   // of the batch, in bytes of activations
	Labels   int   // of its classes, there
	Pents    int   // sizes of the memories
	Bytes    int
	Sums     int
}

// generator writes the two parts of a program.
type generator struct {
	Generation
	code, data strings.Builder
}

func (g *generator) op(format string, args ...any) { fmt.Fprintf(&g.code, "\t"+format+"\n", args...) }

func (g *generator) label(name string) { fmt.Fprintf(&g.code, "%s:\n", name) }

// at loads the address of a descriptor.
func (g *generator) at(register int, name string) { g.op("ADDI P%d, P0, %s", register, name) }

// describe adds a descriptor to the data.
func (g *generator) describe(name, kind string, fields ...any) {
	texts := make([]string, len(fields))
	for i, f := range fields {
		texts[i] = fmt.Sprint(f)
	}
	fmt.Fprintf(&g.data, "%s:\t.%s %s\n", name, kind, strings.Join(texts, ", "))
}

// pents, bytes and sums describe a tensor in new memory and return where.
func (g *generator) pents(name string, rows, cols int) (base int) {
	base, g.Pents = g.Pents, g.Pents+rows*packed.RowBytes(cols)
	g.describe(name, "pents", base, rows, cols)
	return base
}

func (g *generator) bytes(name string, rows, cols int) (base int) {
	base, g.Bytes = g.Bytes, g.Bytes+4*kernels.Quads(rows)*cols
	g.describe(name, "bytes", base, rows, cols)
	return base
}

func (g *generator) sums(name string, rows, cols int) {
	g.describe(name, "accumulators", g.Sums, rows, cols)
	g.Sums += rows * cols
}

// NewGeneration writes the program for a batch of so many samples, under the options
// of a run of which it is the first generation. The rate is that of the residual rule.
func NewGeneration(net *nn.MLP, o es.Options, rate es.Q16, batch int) *Generation {
	g := &generator{}
	last := len(net.Layers) - 1
	g.X = g.bytes("x0", net.Inputs(), batch)
	g.Labels = g.bytes("labels", 1, batch)
	for i, l := range net.Layers {
		g.layer(i, l, o, rate, batch)
	}
	g.describe("population", "population", int(isa.CrossEntropy), fmt.Sprintf("x%d", last+1), "labels")
	fmt.Fprintf(&g.data, "scores:\t.space %d\n", 2*o.Pairs)

	g.op("ADDI P10, P0, 0           ; pair")
	g.op("ADDI P11, P0, %d", o.Pairs)
	g.at(12, "scores")
	g.product(0) // which all members share
	g.label("pair")
	for i, l := range net.Layers {
		g.member(i, l, o.Rank)
	}
	g.at(9, "population")
	g.op("POPEVAL P12, P9, 2")
	g.op("ADDI P12, P12, 2")
	g.op("ADDI P10, P10, 1")
	g.op("BLT P10, P11, pair")
	g.at(12, "scores")
	for i := range net.Layers {
		g.at(4, fmt.Sprintf("noise%d", i))
		g.op("STORE P0, [P4+%d]         ; pairs from zero again", isa.NoisePair)
		g.at(7, fmt.Sprintf("update%d", i))
		g.op("POPAVG P7, P12, %d", 2*o.Pairs)
		g.at(2, fmt.Sprintf("w%d", i))
		g.op("PQUANT P2, P7, 5")
	}
	g.op("HALT")
	g.Source = "; one generation: pairs of members, their scores, the update\n" + g.code.String() + ".data\n" + g.data.String()
	return &g.Generation
}

// layer describes the tensors of a layer. Inputs of the first are one batch, and those
// of the others a batch of each member of a pair.
func (g *generator) layer(i int, l *nn.Dense, o es.Options, rate es.Q16, batch int) {
	m, k := l.W.Rows(), l.W.Cols()
	seen := 2 * batch
	if i == 0 {
		seen = batch
	}
	name := func(of string) string { return fmt.Sprintf("%s%d", of, i) }
	g.W = append(g.W, g.pents(name("w"), m, k))
	g.pents(name("a"), o.Rank, m)
	g.pents(name("b"), o.Rank, k)
	g.describe(name("factors"), "factors", name("a"), name("b"))
	g.describe(name("noise"), "noise", uint32(o.Seed), uint32(o.Seed>>32), 0, i, 0, int(o.Law), o.Sigma, int(lowrank.FactorA))
	g.sums(name("base"), m, seen)
	g.sums(name("d"), m, seen)
	g.sums(name("y"), m, 2*batch)
	g.bytes(fmt.Sprintf("x%d", i+1), m, 2*batch)
	g.bytes(name("codes"), o.Pairs, 1)
	g.Residual = append(g.Residual, g.bytes(name("residual"), m*packed.PaddedLen(k), 1))
	g.describe(name("update"), "update", name("noise"), o.Rank, int(isa.FourBits), name("codes"), int(isa.Residual), int(rate), name("residual"))
}

// product takes Y = W·X of a layer.
func (g *generator) product(i int) {
	g.at(1, fmt.Sprintf("base%d", i))
	g.at(2, fmt.Sprintf("w%d", i))
	g.at(3, fmt.Sprintf("x%d", i))
	g.op("MATVEC P1, P2, P3")
}

// member takes both members of the pair in P10 through a layer.
func (g *generator) member(i int, l *nn.Dense, rank int) {
	g.at(4, fmt.Sprintf("noise%d", i))
	g.op("STORE P10, [P4+%d]", isa.NoisePair)
	g.at(5, fmt.Sprintf("factors%d", i))
	g.op("LRGEN P5, P4, %d", rank)
	if i > 0 {
		g.product(i)
	} else {
		g.at(1, "base0")
		g.at(3, "x0")
	}
	g.at(6, fmt.Sprintf("d%d", i))
	g.op("LRMUL P6, P5, P3, %d", rank)
	g.at(7, fmt.Sprintf("y%d", i))
	g.op("LRADD P7, P1, P6")
	g.at(8, fmt.Sprintf("x%d", i+1))
	g.op("QUANT P8, P7, %d", l.Shift)
	if l.ReLU {
		g.op("RELU P8, P8")
	}
}
