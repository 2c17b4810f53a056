//go:build !purego && (amd64 || arm64)

package kernels

import (
	"math"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// TestSteps steps tiles by any Z that an int32 holds, also beyond what terms within
// bounds add up to.
func TestSteps(t *testing.T) {
	const n = packed.BlockPents
	forEachImpl(t, func(t *testing.T) {
		if level == generic {
			t.Skip("the steps are generic")
		}
		for seed := range uint64(2000) {
			o := newOperands(t, seed, 0, 0)
			r := &rule{
				kind: kind(seed) % (byShrink + 1), scale: o.scale(), decay: uint(1 + o.IntN(MaxDecay)),
				threshold: 1 + o.Int32N(127), fraction: uint8(o.Uint32()), chance: 1 + o.Uint32N(AlwaysShrink),
			}
			if r.kind == byThreshold && o.IntN(2) == 0 {
				r.threshold = math.MaxInt32>>1 + 1
			}
			want := *r
			r.state, want.state = inout(o, n, between[int8](o, -128, 127))
			r.state4, want.state4 = inout(o, n/2, between[uint8](o, 0, 255))
			codes, wantCodes := inout(o, n, between[uint8](o, 0, 4))
			var z [n]int32
			var u [maxDraws * n]uint8
			between[int32](o, math.MinInt32, math.MaxInt32)(z[:])
			between[uint8](o, 0, 255)(u[:])
			draws := u[:r.draws()*n]

			size := packed.SmallPents * (1 + o.IntN(n/packed.SmallPents))
			moved := r.step(codes[:size], 0, &z, &u)
			wantMoved := want.stepGeneric(wantCodes[:size], 0, z[:size], draws)
			equal(t, "codes", codes, wantCodes)
			equal(t, "state", r.state, want.state)
			equal(t, "state of four bits", r.state4, want.state4)
			if moved != wantMoved {
				t.Errorf("%d pents moved, want %d", moved, wantMoved)
			}
			if t.Failed() {
				t.Fatalf("rule %+v", want.kind)
			}
		}
	})
}
