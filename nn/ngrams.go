package nn

import "fmt"

// NGrams turns the bytes before the one to predict into activations, with embeddings of
// single bytes and of hashed n-grams (as in fastText, arXiv 1607.01759). The output is the sum
// of one row of weights for each of the last Context bytes and, for each n from 2 to Longest,
// of one for the n-gram that ends with the last byte:
//
//	out[i] = clip127(RoundShift(hot·Σ_r W[i, r], Shift)), then max(0, out) if ReLU
//
// over Context + Longest - 1 rows r. Byte number j, the last one being 0, has row
// 128·j + byte mod 128, so every byte of ASCII has rows of its own. The n-gram of the bytes
// number 0 to n-1 has row 128·Context + (n-2)·Buckets + h mod Buckets, where h is their 32-bit
// FNV-1a hash, the last byte first, folded: h ^ h>>15. N-grams in the same bucket share a row.
//
// A model thus learns what follows thousands of n-grams, while noise in activations perturbs
// no more outputs than with a small embedding (docs/decisions.md#n-grams-in-the-embedding).
type NGrams struct {
	Context, Longest, Buckets int
	Rows                      *Dense // outputs × rows
}

// byteRows is the number of rows of a single byte's table.
const byteRows = 128

// maxBuckets bounds the rows of a table of n-grams.
const maxBuckets = 1 << 20

// NewNGrams returns a layer of zero weights.
func NewNGrams(context, longest, buckets, out int, relu bool) *NGrams {
	g := must(buildNGrams(context, longest, buckets, out, relu, Zeros))
	g.Rows.Shift = rootShift(context + longest - 1) // of as many inputs other than zero
	return g
}

func buildNGrams(context, longest, buckets, out int, relu bool, from Source) (*NGrams, error) {
	if err := checkNGrams(context, longest, buckets, out); err != nil {
		return nil, err
	}
	rows, err := from("rows", out, ngramRows(context, longest, buckets), relu)
	if err != nil {
		return nil, err
	}
	rows.sparse = true
	return &NGrams{context, longest, buckets, rows}, nil
}

// maxNGramContext bounds the bytes that NGrams read, so that the number of rows fits an int.
const maxNGramContext = 1 << 10

func checkNGrams(context, longest, buckets, out int) error {
	switch {
	case context < 2 || context > maxNGramContext:
		return fmt.Errorf("nn: NGrams of %d bytes of context, want 2 to %d", context, maxNGramContext)
	case longest < 2 || longest > context:
		return fmt.Errorf("nn: NGrams of up to %d bytes, want 2 to the context of %d", longest, context)
	case buckets < 1 || buckets > maxBuckets:
		return fmt.Errorf("nn: NGrams of %d buckets, want 1 to %d", buckets, maxBuckets)
	}
	return checkWidths("NGrams", 1, ngramRows(context, longest, buckets), out)
}

// ngramRows returns the rows of all tables.
func ngramRows(context, longest, buckets int) int { return byteRows*context + (longest-1)*buckets }

// Inputs returns the bytes of context.
func (g *NGrams) Inputs() int { return g.Context }

// Outputs returns the width.
func (g *NGrams) Outputs() int { return g.Rows.Outputs() }

func (g *NGrams) String() string {
	return fmt.Sprintf("embedding of %d bytes and %d-grams in %d buckets → %d%s >>%d",
		g.Context, g.Longest, g.Buckets, g.Outputs(), reluName(g.Rows.ReLU), g.Rows.Shift)
}

// Spec implements Layer.
func (g *NGrams) Spec() Spec {
	return Spec{Kind: "ngrams", Sizes: []int{g.Context, g.Longest, g.Buckets, g.Outputs()}, ReLU: g.Rows.ReLU}
}

// Weights implements Layer.
func (g *NGrams) Weights(add func(string, *Dense)) { add("rows", g.Rows) }

// Step implements Layer.
func (g *NGrams) Step(p *Pass, x []int8) []int8 { return stepFirst(g, p, x) }

func (g *NGrams) matrix() *Dense { return g.Rows }

// FNV-1a, 32 bits.
const (
	fnvBasis = 0x811c9dc5
	fnvPrime = 0x01000193
)

func (g *NGrams) places() int { return 1 }

func (g *NGrams) operand(p *Pass, x []int8, _ int) []int8 {
	code := p.Alloc(g.Rows.W.Cols())
	clear(code)
	for c := range p.n {
		hash := uint32(fnvBasis)
		for j := range g.Context {
			b := uint8(x[(j/4*p.n+c)*4+j%4])
			set(code, byteRows*j+int(b%byteRows), c, p.n)
			if j < g.Longest {
				hash = (hash ^ uint32(b)) * fnvPrime
			}
			if 0 < j && j < g.Longest {
				bucket := (hash ^ hash>>15) % uint32(g.Buckets)
				set(code, byteRows*g.Context+(j-1)*g.Buckets+int(bucket), c, p.n)
			}
		}
	}
	return code
}

// set makes a row of a column hot.
func set(code []int8, row, c, n int) { code[(row/4*n+c)*4+row%4] = hot }
