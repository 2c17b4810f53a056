//go:build !purego && (amd64 || arm64)

package kernels

// perturbRows is the rows that the assembly perturbs before it turns to the next
// pair: enough to pay for the multiples of t, few enough to leave the lines that
// neighbouring pairs share in the cache.
const perturbRows = 16

// perturbArgs are the operands of the assembly, of which each function reads its own.
type perturbArgs struct {
	y, base   *int32
	a         *uint8
	t         *int32
	sums      *sums
	multiples *multiples // scratch

	pairs, ranks, rows, cols int
	plus                     int // columns of the plus member, which come first
	shift                    uint

	// Strides in bytes.
	yPair, aPair, tPair int // from one pair to the next
	yRow, baseRow       int // from one row to the next
	yMinus              int // from the columns of the plus member to the columns of the minus
	aRank, tRank        int // from one rank of a pair to the next
}

func perturb(y []int32, a []uint8, t []int32, pop Population, m int, shift uint) {
	if level == generic {
		perturbGeneric(y, a, t, pop, m, shift)
		return
	}
	p := perturbation{a: a, t: t, pop: pop, m: m, shift: shift}
	p.add(y, 0, m, 0, pop.Pairs)
}

// perturbation is what a population adds to Y, m rows of l.TotalColumns() columns.
type perturbation struct {
	a     []uint8
	t     []int32
	pop   Population
	m     int
	shift uint

	// If draws is set, a is not, and tiles start from codes drawn from source.
	draws  bool
	source source
}

// The loops over blocks, add and perturbShared, are each architecture's own: one call
// more between them and the assembly costs 3 to 8 % on amd64.

// Contracts of the assembly, whose names end in the instruction set.
//
// spread1 is perturb1 for pairs that share a base:
//
//	y[i*yRow+c], y[i*yRow+yMinus+c] = base[i*baseRow+c] + d, base[i*baseRow+c] - d
//
// addRounded adds what combine has summed up:
//
//	y[i*yRow+c] += RoundShift(sums[8i+c], shift) // or -= where c >= plus
//
// spreadRounded is addRounded for a pair that shares a base, with d the
// rounded sum:
//
//	y[i*yRow+c], y[i*yRow+yMinus+c] = base[i*baseRow+c] + d, base[i*baseRow+c] - d
