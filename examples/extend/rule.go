package main

import (
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Outliers is an update rule of its own, which keeps no state: a weight moves a level where
// Z is beyond a number of standard deviations of pure noise.
type Outliers struct{ Deviations int64 }

func (r Outliers) String() string { return fmt.Sprintf("outliers(%d)", r.Deviations) }
func (r Outliers) StateBits() int { return 0 }

// Check implements es.Rule.
func (r Outliers) Check() error {
	if r.Deviations < 1 {
		return errors.New("outliers: want at least one deviation")
	}
	return nil
}

// Start implements es.Rule.
func (r Outliers) Start(w lowrank.Parameter) es.RuleState { return &outliers{Outliers: r, tensor: w} }

type outliers struct {
	Outliers
	tensor lowrank.Parameter
	scale  kernels.Scale // of a deviation to 256
}

func (o *outliers) Prepare(g *es.GenerationUpdate) { o.scale = g.Scale(es.Ratio(1, 1), o.tensor) }
func (o *outliers) AppendState(b []byte) []byte    { return b }
func (o *outliers) RestoreState([]byte)            {}

// Step implements lowrank.Stepper for the rows from lo to hi.
func (o *outliers) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) (moved int) {
	z := make([]int32, w.Cols())
	for i := lo; i < hi; i++ {
		t.Row(z, i)
		for j, v := range z {
			steps := (int64(v) * int64(o.scale.Mul) >> o.scale.Shift) / (256 * o.Deviations)
			to := w.At(i, j) + trit5.Pent(max(-1, min(1, steps)))
			if to != w.At(i, j) && to >= trit5.Min && to <= trit5.Max {
				w.Set(i, j, to)
				moved++
			}
		}
	}
	return moved
}
