package nn

import "fmt"

// Embedding turns the tokens of a column, of the present step and of steps before it, into
// activations: the sum of a row of weights for each place and token.
//
//	out[i] = clip127(RoundShift(hot·Σ_j W[i, j·Vocabulary + token_j], Shift)), then max(0, out) if ReLU
//
// Each of the Context places has rows of its own, so the layer is an embedding followed by a
// causal convolution of width Context. A token is one input byte if Vocabulary is at most 256,
// else two, the low one first. W multiplies the one-hot codes of the tokens. All members of a
// population see the same tokens, so this product, though the widest, is computed once
// (docs/decisions.md#embedding-as-a-product).
type Embedding struct {
	Vocabulary, Context int
	Rows                *Dense // outputs × Context·Vocabulary
}

// hot is the activation of a token in its one-hot code: 16 is one, with the fraction bits
// that activations have.
const hot = 1 << activationBits

// MaxVocabulary bounds the tokens of an Embedding.
const MaxVocabulary = 1 << 16

// NewEmbedding returns an embedding of zero weights.
func NewEmbedding(vocabulary, places, out int, relu bool) *Embedding {
	e := must(buildEmbedding(vocabulary, places, out, relu, Zeros))
	e.Rows.Shift = rootShift(places) // of as many inputs other than zero
	return e
}

func buildEmbedding(vocabulary, places, out int, relu bool, from Source) (*Embedding, error) {
	if vocabulary < 2 || vocabulary > MaxVocabulary {
		return nil, fmt.Errorf("nn: Embedding of %d tokens, want 2 to %d", vocabulary, MaxVocabulary)
	}
	if err := checkWidths("Embedding", 1, places, out); err != nil {
		return nil, err
	}
	rows, err := from("rows", out, vocabulary*places, relu)
	return &Embedding{vocabulary, places, rows}, err
}

// Inputs returns the bytes of the tokens of all places.
func (e *Embedding) Inputs() int { return e.Context * e.bytes() }

// bytes returns the bytes of a token.
func (e *Embedding) bytes() int {
	if e.Vocabulary > 256 {
		return 2
	}
	return 1
}

// Outputs returns the width.
func (e *Embedding) Outputs() int { return e.Rows.Outputs() }

func (e *Embedding) String() string {
	return fmt.Sprintf("embedding of %d tokens at %d places → %d%s%s >>%d", e.Vocabulary, e.Context, e.Rows.values(), reluName(e.Rows.ReLU), e.Rows.scaleName(), e.Rows.Shift)
}

// Spec implements Layer.
func (e *Embedding) Spec() Spec {
	return Spec{Kind: "embedding", Sizes: []int{e.Vocabulary, e.Context, e.Rows.values()}, ReLU: e.Rows.ReLU, Wide: e.Rows.Wide}
}

// Weights implements Layer.
func (e *Embedding) Weights(add func(string, *Dense)) { add("rows", e.Rows) }

// Step implements Layer.
func (e *Embedding) Step(p *Pass, x []int8) []int8 { return stepFirst(e, p, x) }

func (e *Embedding) matrix() *Dense { return e.Rows }

func (e *Embedding) places() int { return 1 }

func (e *Embedding) operand(p *Pass, x []int8, _ int) []int8 {
	code := p.Alloc(e.Rows.W.Cols())
	clear(code)
	for j := range e.Context {
		for c := range p.n {
			token := 0
			for b := range e.bytes() {
				i := j*e.bytes() + b
				token |= int(uint8(x[(i/4*p.n+c)*4+i%4])) << (8 * b)
			}
			if token >= e.Vocabulary {
				panic(fmt.Sprintf("nn: token %d for an embedding of %d", token, e.Vocabulary))
			}
			row := j*e.Vocabulary + token
			code[(row/4*p.n+c)*4+row%4] = hot
		}
	}
	return code
}
