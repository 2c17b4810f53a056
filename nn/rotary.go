package nn

import (
	"math/big"
	"math/bits"
	"runtime"
	"sync"
	"weak"

	"github.com/Kaleaon/pentary-go/kernels"
)

// rotary turns pairs of elements 2i and 2i+1 of queries and keys by the angle p·θ_i at
// position p, θ_i = base^(-2i/width), as in arXiv 2104.09864. A score then depends on the
// distance of two positions.
//
// A turn is a complex number cos + i·sin. With one = 2^60 and a product rounded down,
// the turn of position p is the one of p mod 1024 times the one of ⌊p/1024⌋·1024 mod 2^20, in
// 2^-30 each; what multiplies activations is in 2^-14, see kernels.TurnWords.
type rotary struct {
	near, far [][]turn // by pair and position
}

type turn struct{ cos, sin int64 }

const (
	turnOne    = 60 // fraction bits while tables are made
	turnTable  = 30
	turnBits   = 14
	turnSplit  = 10 // bits of a position that near looks at, and far
	turnTables = 1 << turnSplit
)

// mulTurn returns a·b/2^60, rounded down in magnitude.
func mulTurn(a, b int64) int64 {
	high, low := bits.Mul64(uint64(max(a, -a)), uint64(max(b, -b)))
	v := int64(high<<(64-turnOne) | low>>turnOne)
	if (a < 0) != (b < 0) {
		return -v
	}
	return v
}

func (t turn) times(u turn) turn {
	return turn{mulTurn(t.cos, u.cos) - mulTurn(t.sin, u.sin), mulTurn(t.cos, u.sin) + mulTurn(t.sin, u.cos)}
}

// angleTurn returns the turn of an angle from 0 to 1, by its series.
func angleTurn(angle int64) turn {
	var t turn
	term := int64(1) << turnOne
	for i := int64(0); term != 0; i++ {
		sign := 1 - (i & 2)
		if i&1 == 0 {
			t.cos += sign * term
		} else {
			t.sin += sign * term
		}
		term = mulTurn(term, angle) / (i + 1)
	}
	return t
}

// rootOf returns ⌊2^60·base^(-1/n)⌋.
func rootOf(base, n int) int64 {
	low, high := int64(0), int64(1)<<turnOne // low^n·base ≤ 2^(60n) < (high+1)^n·base
	limit := new(big.Int).Lsh(big.NewInt(1), uint(turnOne*n))
	for low < high {
		mid := low + (high-low+1)/2
		v := new(big.Int).Exp(big.NewInt(mid), big.NewInt(int64(n)), nil)
		if v.Mul(v, big.NewInt(int64(base))).Cmp(limit) <= 0 {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low
}

// rotaries holds the tables in use by base and width: the layers of a network, and its copies,
// have the same.
var rotaries = struct {
	sync.Mutex
	tables map[[2]int]weak.Pointer[rotary]
}{tables: map[[2]int]weak.Pointer[rotary]{}}

// rotaryOf returns the tables of heads of a width, a multiple of 4.
func rotaryOf(base, width int) *rotary {
	of := [2]int{base, width}
	rotaries.Lock()
	defer rotaries.Unlock()
	if r := rotaries.tables[of].Value(); r != nil {
		return r
	}
	r := newRotary(base, width)
	rotaries.tables[of] = weak.Make(r)
	runtime.AddCleanup(r, func(of [2]int) {
		rotaries.Lock()
		defer rotaries.Unlock()
		if rotaries.tables[of].Value() == nil {
			delete(rotaries.tables, of)
		}
	}, of)
	return r
}

// newRotary makes the tables of rotaryOf.
func newRotary(base, width int) *rotary {
	r := &rotary{}
	root, angle := rootOf(base, width/2), int64(1)<<turnOne
	for range width / 2 {
		step := angleTurn(angle)
		near := tableOf(step)
		for range turnSplit { // 1024 steps are ten doublings
			step = step.times(step)
		}
		r.near, r.far = append(r.near, near), append(r.far, tableOf(step))
		angle = mulTurn(angle, root)
	}
	return r
}

// tableOf returns the turns of 0 to 1023 steps, in 2^-30.
func tableOf(step turn) []turn {
	table := make([]turn, turnTables)
	t := turn{cos: 1 << turnOne}
	const drop = turnOne - turnTable
	for i := range table {
		table[i] = turn{(t.cos + 1<<(drop-1)) >> drop, (t.sin + 1<<(drop-1)) >> drop}
		t = t.times(step)
	}
	return table
}

// at returns the turn of a pair at a position.
func (r *rotary) at(pair, position int) kernels.Turn {
	a := r.near[pair][position%turnTables]
	b := r.far[pair][position/turnTables%turnTables]
	const drop = 2*turnTable - turnBits
	round := func(v int64) int16 { return int16((v + 1<<(drop-1)) >> drop) }
	return kernels.Turn{Cos: round(a.cos*b.cos - a.sin*b.sin), Sin: round(a.cos*b.sin + a.sin*b.cos)}
}
