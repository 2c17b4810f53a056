package es

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// Replay is error feedback that keeps no residual between generations: it rebuilds
// the residual when it needs it, from the codes of the last generations, whose noise
// it draws again (QES, arXiv 2602.03120, in integers). Its state is Window-1
// generations' codes, whatever the number of weights.
//
// The residual starts at zero and goes through the earlier generations of the window
// as Residual would have it, on a copy of the weights as they are now: where they
// have been since is not known. An update takes Window times as long, and the memory
// of a residual and a copy of the largest matrix while it runs.
type Replay struct {
	Rate   Q16 // levels that one standard deviation of Z moves a weight, at most 1
	Window int // generations, the current one included; 1 to MaxWindow
}

// MaxWindow bounds the window of Replay.
const MaxWindow = 256

// String returns the rule with its parameters.
func (r Replay) String() string {
	return fmt.Sprintf("replay(rate %v, window %d)", ratio(r.Rate), r.Window)
}

func (r Replay) check() error {
	if r.Window < 1 || r.Window > MaxWindow {
		return fmt.Errorf("es: replay of %d generations, want 1 to %d", r.Window, MaxWindow)
	}
	return checkRate("replay", r.Rate)
}

func (r Replay) profile() profile { return profile{window: r.Window, vectorRate: r.Rate} }

func (r Replay) start(matrices []lowrank.Tensor) []stepper {
	weights, residuals := r.scratch(matrices)
	copied, residual := make([]byte, weights), make([]int8, residuals)
	return startEach(matrices, func(w lowrank.Tensor) stepper {
		own := copied[:copy(copied, w.W.Bytes())] // sound weights to begin with
		m, err := packed.MatrixOver(w.W.Rows(), w.W.Cols(), own)
		if err != nil {
			panic(err)
		}
		step := residualStep{rate: r.Rate, tensor: w, int8s: residual[:padded(w.W)]}
		return &replayStep{residualStep: step, past: pastStep{
			residualStep: step, copied: lowrank.Tensor{Number: w.Number, W: m},
		}}
	})
}

// scratch returns the bytes that the copy and the residual of the largest matrix
// take.
func (r Replay) scratch(matrices []lowrank.Tensor) (weights, residuals int) {
	for _, w := range matrices {
		weights, residuals = max(weights, len(w.W.Bytes())), max(residuals, padded(w.W))
	}
	return weights, residuals
}

// replayStep is the residual rule with a residual that all matrices share, as each
// is updated after the other.
type replayStep struct {
	residualStep
	past pastStep
}

func (s *replayStep) appendState(b []byte) []byte  { return b }
func (s *replayStep) restoreState(b []byte) []byte { return b }

func (s *replayStep) prepare(g *update, u *lowrank.Updater) {
	clear(s.int8s)
	for i := range g.earlier {
		e := &g.earlier[i]
		s.past.residualStep.prepare(e, u)
		u.Update(e.noise(), s.past.copied, e.codes, &s.past)
	}
	s.residualStep.prepare(g, u)
}

// pastStep is the residual rule on a copy of the weights.
type pastStep struct {
	residualStep
	copied lowrank.Tensor
}

func (s *pastStep) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	stride := w.Stride()
	copy(w.Bytes()[lo*stride:hi*stride], s.tensor.W.Bytes()[lo*stride:hi*stride])
	return s.residualStep.Step(w, t, lo, hi)
}
