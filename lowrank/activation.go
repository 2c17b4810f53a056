package lowrank

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/packed"
)

// Place is where the noise of a generation enters.
type Place uint8

const (
	// InWeights perturbs W by σ·A·Bᵀ/√r. What a pair's members score is about all of
	// their samples together, and an update takes no data.
	InWeights Place = iota

	// InActivations perturbs what a layer yields for a batch, Y = W·X, by σ·A·Sᵀ/√r:
	// random signs S, one for each sample, stand in for XᵀB. Every sample of a member
	// has a score of its own.
	//
	// A sample x meets the noise of InWeights through the number Bᵀx alone, so all of
	// B that its score can tell of is what lies along x; the rest adds noise to Z.
	// Here the sum over pairs comes first: D = Σ_p A_p·(f_p·S_p)ᵀ estimates the
	// gradient by each sample's outputs, which are fewer than the weights by the
	// width of the layer, and then Z = D·Xᵀ.
	InActivations
)

// String returns the place's name.
func (p Place) String() string {
	switch p {
	case InWeights:
		return "weights"
	case InActivations:
		return "activations"
	}
	return fmt.Sprintf("Place(%d)", uint8(p))
}

// wantWeights panics unless the noise is a matrix beside W.
func (n Noise) wantWeights(fn string) {
	if n.Place != InWeights {
		panic(fmt.Sprintf("lowrank: %s: noise in %v, want %v", fn, n.Place, InWeights))
	}
}

// signs writes ± unit for every rank and sample of a pair, from bit 0 of random
// bytes. raw is scratch of at least PaddedLen(rank·samples).
func (n Noise) signs(dst []int32, raw []uint8, tensor uint32, pair, samples int, unit int32) {
	count := n.Rank * samples
	raw = raw[:packed.PaddedLen(count)]
	kernels.Random(raw, StreamOf(n.Seed, n.Generation, tensor, Signs, pair))
	for i, u := range raw[:count] {
		dst[i] = unit - int32(u&1)*2*unit
	}
}

// drawSigned returns factor A of pairs lo to hi and, in place of the projections
// Bᵀx, their signs: once for each pair if shared, else for both of its members.
func (n Noise) drawSigned(ws *Workspace, w Tensor, lo, hi, streams int, shared bool) (a []uint8, t []int32) {
	if w.Unit > MaxUnit {
		panic(fmt.Sprintf("lowrank: tensor %d has unit %d, want at most %d", w.Number, w.Unit, MaxUnit))
	}
	own := streams
	if !shared {
		own *= 2
	}
	each := n.Rank * own
	ws.a = reuse.Slice(ws.a, (hi-lo)*n.Rank*packed.PaddedLen(w.W.Rows()))
	ws.b = reuse.Slice(ws.b, packed.PaddedLen(n.Rank*streams))
	ws.t = reuse.Slice(ws.t, (hi-lo)*each)
	n.factors(ws.a, FactorA, w.Number, lo, hi, w.W.Rows())
	for p := lo; p < hi; p++ {
		t := ws.t[(p-lo)*each:][:each]
		n.signs(t, ws.b, w.Number, p, streams, 1<<w.Unit)
		if !shared { // t holds the signs of all ranks, one after another: spread from the last
			for ρ := n.Rank - 1; ρ >= 0; ρ-- {
				copy(t[ρ*own+streams:], t[ρ*streams:(ρ+1)*streams])
				copy(t[ρ*own:], t[ρ*own+streams:][:streams])
			}
		}
	}
	return ws.a, ws.t
}
