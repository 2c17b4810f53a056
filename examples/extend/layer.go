package main

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/nn"
)

// Maxout is a layer of its own: each output is the larger of two products.
type Maxout struct {
	in, out int
	both    *nn.Dense // 2·out × in
}

// NewMaxout returns a layer with matrices from a source.
func NewMaxout(in, out int, from nn.Source) (*Maxout, error) {
	if out%4 != 0 { // so that the halves of a batch in quads are the two products
		return nil, fmt.Errorf("maxout of %d outputs, want a multiple of 4", out)
	}
	both, err := from("both", 2*out, in, false)
	return &Maxout{in, out, both}, err
}

func init() { // so that nn.Load knows it
	nn.Register("maxout", 2, func(s nn.Spec, from nn.Source) (nn.Layer, error) {
		return NewMaxout(s.Sizes[0], s.Sizes[1], from)
	})
}

func (l *Maxout) Inputs() int    { return l.in }
func (l *Maxout) Outputs() int   { return l.out }
func (l *Maxout) String() string { return fmt.Sprintf("maxout %d→%d", l.in, l.out) }

func (l *Maxout) Spec() nn.Spec                       { return nn.Spec{Kind: "maxout", Sizes: []int{l.in, l.out}} }
func (l *Maxout) Weights(add func(string, *nn.Dense)) { add("both", l.both) }

// Step implements nn.Layer.
func (l *Maxout) Step(p *nn.Pass, x []int8) []int8 {
	both, y := p.Product(l.both, x), p.Alloc(l.out)
	for i := range y {
		y[i] = max(both[i], both[len(y)+i])
	}
	p.Free(both)
	return y
}
