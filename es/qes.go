package es

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// QES is error feedback that keeps no residual between generations. An update rebuilds the
// residual from the codes of earlier generations, whose noise it draws again (QES, arXiv
// 2602.03120, in integers). Its state is the codes of at most Window-1 generations, whatever
// the number of weights.
//
// Every Window generations the residual is set to zero and all codes are dropped. A sliding
// window would rebuild another residual than the one that moved the weights: on the pattern
// task it learns nothing, and little even if the residual decays.
//
// The steps are replayed on a scratch matrix of zero weights, as ErrorFeedback moves weights
// that are far from ±2. On average an update takes (Window+1)/2 times as long as one of
// ErrorFeedback, and while it runs it takes the memory of a residual and a copy of the
// largest matrix.
type QES struct {
	Rate   Q16 // levels that one standard deviation of Z moves a weight, at most 1
	Window int // generations; 1 to MaxWindow
}

// MaxWindow bounds the window of QES.
const MaxWindow = 256

// String returns the rule with its parameters, under the name "replay" that the
// identity of runs has for it.
func (r QES) String() string {
	return fmt.Sprintf("replay(rate %v, window %d)", ratio(r.Rate), r.Window)
}

// Check implements Rule.
func (r QES) Check() error {
	if r.Window < 1 || r.Window > MaxWindow {
		return fmt.Errorf("es: qes window of %d generations, want 1 to %d", r.Window, MaxWindow)
	}
	return checkRate("qes", r.Rate)
}

// StateBits implements Rule.
func (r QES) StateBits() int { return 0 }

func (r QES) pairsOnly() {}

func (r QES) window() int { return r.Window }

// Start implements Rule.
func (r QES) Start(w lowrank.Parameter) RuleState { return r.startAll([]lowrank.Parameter{w})[0] }

// startAll starts the rule for all matrices, which share their scratch.
func (r QES) startAll(matrices []lowrank.Parameter) []RuleState {
	weights, residuals := 0, 0 // of the largest matrix
	for _, w := range matrices {
		weights, residuals = max(weights, len(w.W.Bytes())), max(residuals, padded(w.W))
	}
	scratch, residual := make([]byte, weights), make([]int8, residuals)
	states := make([]RuleState, len(matrices))
	for i, w := range matrices {
		own := scratch[:copy(scratch, w.W.Bytes())] // sound weights to begin with
		m, err := packed.MatrixOver(w.W.Rows(), w.W.Cols(), own)
		if err != nil {
			panic(err)
		}
		step := residualState{rate: r.Rate, parameter: w, int8s: residual[:padded(w.W)]}
		states[i] = &qesState{residualState: step, past: pastState{
			residualState: step,
			scratch:       lowrank.Parameter{Number: w.Number, W: m, Rank: w.Rank, Sigma: w.Sigma},
			zero:          packed.NewMatrix(1, w.W.Cols()).Bytes(),
		}}
	}
	return states
}

// qesState is the residual rule with a residual that all matrices share, as each
// is updated after the other.
type qesState struct {
	residualState
	past pastState
}

func (s *qesState) AppendState(b []byte) []byte { return b }
func (s *qesState) RestoreState(b []byte)       {}

func (s *qesState) Prepare(g *GenerationUpdate) {
	clear(s.int8s)
	for i := range g.earlier {
		e := &g.earlier[i]
		s.past.residualState.Prepare(e)
		g.updater.Update(e.noise(), s.past.scratch, e.codes, &s.past)
	}
	s.residualState.Prepare(g)
}

// pastState is the residual rule on zero weights.
type pastState struct {
	residualState
	scratch lowrank.Parameter
	zero    []byte // a row
}

// Step implements lowrank.Stepper.
func (s *pastState) Step(w *packed.Matrix, t kernels.Terms, lo, hi int) int {
	for i := lo; i < hi; i++ {
		copy(w.Row(i).Bytes(), s.zero)
	}
	return s.residualState.Step(w, t, lo, hi)
}
