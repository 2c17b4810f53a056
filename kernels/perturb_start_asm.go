//go:build !purego && (amd64 || arm64)

package kernels

import (
	"math"

	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/packed"
)

// A population whose pairs have whole groups of eight columns is perturbed where its
// tiles start: the accumulators begin with the perturbation, and no pass over Y adds it.
// Products of words compute it, or at rank 1 each row looks it up by its code.
// Other populations, and on arm64 populations of higher ranks, are perturbed panel by panel, when
// the sums of a panel are whole.

// levelGroup is the columns that share a row's code, and levelCount the entries of
// their table, one for each code of three bits.
const (
	levelGroup = 8
	levelCount = 8
)

// startRows is the most rows of a call of rankStart, and rankRows the rows of a block.
const (
	startRows = 64
	rankRows  = 16
)

// perturbsStart reports whether the perturbation is what tiles start from.
func (p *product) perturbsStart() bool {
	return p.perturbed && (p.pert.pop.Rank == 1 || p.startsRank(p.pert.pop.Rank)) && 2*p.pert.pop.Columns%levelGroup == 0
}

// tabulate makes the tables, or words, of cols packed columns from j on, where a pair begins.
func (p *part) tabulate(j, cols int) {
	streams := p.pert.pop.Columns
	p.origin = reuse.Slice(p.origin, min(panelRows, (p.i1-p.i0+rankRows-1)/rankRows*rankRows)*maxWidth)
	p.signs = reuse.Slice(p.signs, cols+levelGroup) // whole vectors
	for c := 0; c < cols; c += 2 * streams {        // a pair
		clear(p.signs[c:][:streams])
		for i := range p.signs[c+streams:][:streams] {
			p.signs[c+streams+i] = -1
		}
	}
	if p.startsRank(p.pert.pop.Rank) {
		p.tabulateWords(j, cols)
		return
	}
	p.levels = reuse.Slice(p.levels, p.padded*levelCount)
	if p.looksUpInSweeps() {
		clear(p.start[:cols]) // which the sweep that packs a strip adds to its levels
		p.locateCodes(j, cols)
	}
	levels(&p.levels[0], &p.start[0], &p.pert.t[j], &p.signs[0], cols/levelGroup, p.pert.shift)
}

// looksUpInSweeps reports whether sweeps look up what their tiles start from.
func (p *product) looksUpInSweeps() bool { return p.looksUp() && !p.startsRank(p.pert.pop.Rank) }

// locateCodes sets the offsets of the codes of each group of cols packed columns from j on, and
// of those beyond, which may be of any codes.
func (p *part) locateCodes(j, cols int) {
	own, mp := 2*p.pert.pop.Columns, packed.PaddedLen(p.pert.m)
	p.offsets = reuse.Slice(p.offsets, p.padded/levelGroup)
	for g := range p.offsets {
		p.offsets[g] = (j + min(g*levelGroup, cols-levelGroup)) / own * mp
	}
}

// startTiles sets the start of a strip, span columns wide: rows from i on, cols columns
// from j+c on (docs/decisions.md#perturbed-products).
func (p *part) startTiles(i, rows, j, c, cols, span int) {
	if p.startsRank(p.pert.pop.Rank) {
		p.startRanks(i, rows, c, cols, span)
		return
	}
	own, mp := 2*p.pert.pop.Columns, packed.PaddedLen(p.pert.m)
	if own == levelGroup { // a group is a pair
		p.lookUp(i, rows, (j+c)/levelGroup, mp, c, 0, cols, span)
		return
	}
	for at := 0; at < cols; {
		pair := (j + c + at) / own
		wide := min((pair+1)*own-j-c, cols) - at
		p.lookUp(i, rows, pair, 0, c, at, wide, span)
		at += wide
	}
}

// lookUp looks up wide columns of the start from at on: the first group of a pair,
// each further one of the pair whose codes are step on.
func (p *part) lookUp(i, rows, pair, step, c, at, wide, span int) {
	p.tier.lookUp(&lookUpArgs{
		dst: &p.origin[at], ld: span, rows: rows, groups: wide / levelGroup,
		a: &p.pert.a[pair*packed.PaddedLen(p.pert.m)+i], aStep: step, levels: &p.levels[(c+at)*levelCount],
	})
}

// words returns the elements that pairWords sets for a vector of columns.
func (p *part) words() int { return p.wordColumns() * (1 + p.wordRanks(p.pert.pop.Rank)) }

// tabulateWords makes the words of cols packed columns from j on, and the offsets of
// their codes.
func (p *part) tabulateWords(j, cols int) {
	rank, own, mp := p.pert.pop.Rank, 2*p.pert.pop.Columns, packed.PaddedLen(p.pert.m)
	wide := p.wordColumns()
	vectors := (cols + wide - levelGroup) / wide
	p.levels = reuse.Slice(p.levels, (vectors+1)*p.words()) // a strip may be one wider
	p.offsets = reuse.Slice(p.offsets, 2*vectors)
	size := rank * mp
	if p.pert.draws {
		size = 1
	}
	o := pairWordsArgs{tRank: 4 * own, ranks: rank, half: 1 << p.pert.shift >> 1}
	for v := range vectors {
		var t [2]*int32
		for half := range t {
			at := j + min(v*wide+half*levelGroup, cols-levelGroup) // the last may lack its second half
			p.offsets[2*v+half] = at / own * size
			t[half] = &p.pert.t[at/own*own*rank+at%own]
		}
		o.t0, o.t1, o.words, o.signs = t[0], t[1], &p.levels[v*p.words()], &p.signs[v*wide]
		p.pairWords(&o)
	}
	p.wide = o.wide
}

// startRanks sets the start of a strip, span columns wide: rows of Y from i on, whole
// rankRows of them, cols columns from packed column c on
// (docs/decisions.md#perturbed-products-of-higher-rank).
func (p *part) startRanks(i, rows, c, cols, span int) {
	if p.ordersCodes() {
		o := p.orderRanks(i, rows, c, cols, span/p.lanes)
		o.dst, o.ld = &p.origin[0], 4*span
		rankStartInOrder(o)
		return
	}
	wide := p.wordColumns()
	v := c / wide
	for r := 0; r < rows; r += startRows {
		rankStart(&rankStartArgs{
			dst: &p.origin[r*span], ld: 4 * span, blocks: (min(startRows, rows-r) + rankRows - 1) / rankRows, vectors: (cols + wide - levelGroup) / wide,
			start: &p.start[c], a: &p.pert.a[i+r], offsets: &p.offsets[2*v], aRank: packed.PaddedLen(p.pert.m), ranks: p.pert.pop.Rank,
			words: &p.levels[v*p.words()], wide: p.wide, shift: p.pert.shift,
		})
	}
}

// orderRanks puts the codes of a strip, width vectors wide, in order: rows of Y from i on, at
// most a panel's, and cols columns from packed column c on. It returns what its tiles begin with.
func (p *part) orderRanks(i, rows, c, cols, width int) *rankArgs {
	rank, v, mp := p.pert.pop.Rank, c/p.wordColumns(), packed.PaddedLen(p.pert.m)
	fours := (rank + 3) / 4
	p.order = reuse.Slice(p.order, fours*width*orderedBytes)
	p.ranks = rankArgs{
		words: &p.levels[v*p.words()], wordStep: 4 * p.words(), fours: fours, wide: p.wide != 0, shift: p.pert.shift,
		order: &p.order[0], step: width * orderedBytes, offsets: &p.offsets[2*v], ranks: rank,
		vectors: (cols + levelGroup) / p.wordColumns(), rows: rows, aRank: mp, tiles: &tilesInOrder,
		// Σ_ρ (c-2)·t of two digits, the rounding constant and the start stay below 2^31.
		folds: p.wide == 0 && 256*min(p.w.Cols(), p.kc)+1 <= (math.MaxInt32-2*rank*(1<<15+1<<7))>>p.pert.shift,
	}
	o := &p.ranks
	if p.pert.draws {
		o.tiles, o.counter, o.seed, o.rankBlocks = &tilesDrawn, p.pert.source.counter, p.pert.source.seed, mp/binomialPents
		o.counter[0] += uint64(i / binomialPents)
		drawCodes(o)
	} else {
		o.a = &p.pert.a[i]
		orderCodes(o)
		o.a = nil // kept no longer than the call
	}
	return o
}

// lookUpArgs are the operands of lookUp.
type lookUpArgs struct {
	dst    *int32
	ld     int // elements from one row of dst to the next
	rows   int
	groups int
	a      *uint8
	aStep  int // from the codes of a group to the next's
	levels *int32
}

// pairWordsArgs are the operands of pairWords.
type pairWordsArgs struct {
	words  *int32
	t0, t1 *int32 // of the first eight columns, and of the other eight if there are sixteen
	tRank  int    // bytes from one rank of t to the next
	ranks  int
	signs  *int32 // 0 or -1 for each column
	half   int    // the rounding constant
	wide   int    // set if a high word, or digit 2 or 3, is not zero
}

// rankStartArgs are the operands of rankStart.
type rankStartArgs struct {
	dst     *int32
	ld      int // bytes from one row of dst to the next
	blocks  int // of rankRows, at most startRows in all; what has been done is counted down
	vectors int
	a       *uint8
	offsets *int // of the codes of each half of each vector
	aRank   int  // bytes from one rank of codes to the next
	ranks   int
	words   *int32
	wide    int // as pairWords sets it
	start   *int32
	shift   uint
}

// orderedBytes is the codes of four ranks, of the rows of a panel for both pairs of a vector.
const orderedBytes = panelRows * 4 * 2

// rankArgs are the operands of orderCodes and drawCodes, and what tiles begin with.
type rankArgs struct {
	words    *int32 // as pairWords sets them
	wordStep int    // bytes from the words of a vector to the next's
	fours    int    // of ranks
	wide     bool   // there are more than two digits
	shift    uint
	rows     int // of a panel
	vectors  int // what has been done is counted down

	order *uint8
	tiles *[panelRows / 8]int // where the codes of each tile begin
	step  int                 // bytes from four ranks to the next

	offsets *int // of the codes of each half of each vector, or numbers of their pairs
	ranks   int

	// Of orderCodes:
	a             *uint8
	aRank         int     // bytes from one rank of codes to the next
	first, second uintptr //lint:ignore U1000 scratch of the assembly

	// Of drawCodes: the block of the first row of the population's first pair, and the blocks
	// of a rank.
	counter    [2]uint64
	seed       uint64
	rankBlocks int

	// Of a sweep:
	folds  bool // words gain the start of the columns, once it is known
	higher bool //lint:ignore U1000 scratch of the assembly: the higher digits are multiplied
	left   int  //lint:ignore U1000 scratch of the assembly: fours of ranks, and of rankStart bytes of order that are done

	// Of rankStart:
	dst *int32
	ld  int // bytes from one row of dst to the next
}

// tilesInOrder and tilesDrawn are where the codes of each eight rows of a panel begin after
// orderCodes, whose lanes take neighbouring sixteens of rows, and drawCodes, whose lanes take the
// low nibbles of neighbouring blocks and then the high ones.
var (
	tilesInOrder = [panelRows / 8]int{0, 256, 16, 272, 32, 288, 48, 304, 512, 768, 528, 784, 544, 800, 560, 816}
	tilesDrawn   = [panelRows / 8]int{0, 256, 512, 768, 16, 272, 528, 784, 32, 288, 544, 800, 48, 304, 560, 816}
)

// Contracts of the assembly, whose names end in the instruction set.
//
// levels makes the table of each group:
//
//	levels[(levelCount*g+code)*levelGroup+c] = start[at] ± RoundShift((code-2)·t[at], shift)
//
// for at = levelGroup*g + c: minus where signs[at] is -1 and not 0, and the start alone
// for codes 5 to 7. groups is at least 1.
//
// lookUp sets rows to the entries of their codes:
//
//	dst[r*ld+levelGroup*g+c] = levels[(levelCount*g + a[g*aStep+r]&7)*levelGroup + c]
//
// rows and groups are at least 1.
//
// pairWords makes the operand of rankStart for a vector of n columns: v is t, of minus members
// -t, split into a signed low word and a high word.
//
//	words[l]                   = half' - 2·Σ_ρ v[ρ]
//	words[n*(1+ρ/2)+l]         = low(v[ρ]), low(v[ρ+1]) for even ρ, 0 beyond the ranks
//	words[n*(1+ρ/2+pairs)+l]   = high(v[ρ]), high(v[ρ+1])
//
// with l = c for column c and pairs = (ranks+1)/2. half' is half, and half-1 for minus members
// unless half is 0: -RoundShift(v) is (half'-v) >> shift.
//
// With AVX-512 VNNI v is split into bytes, v = Σ_δ 256^δ·digit(δ, v), of which all but the
// highest are from -128 to 127, l is 2*(c%8) + c/8, and for ρ a multiple of 4
//
//	words[n*(1+ρ/2+δ)+l]           = digits δ of v[ρ] to v[ρ+3] for δ = 0, 1
//	words[n*(1+ρ/2+2*fours+δ-2)+l] = digits δ of v[ρ] to v[ρ+3] for δ = 2, 3
//
// with fours = (ranks+3)/4.
//
// rankStart sets blocks of sixteen rows of the perturbation, for vectors of n columns:
//
//	dst[r*ld+c] = ± RoundShift(Σ_ρ (a[offsets[c/8]+ρ*aRank+r]-2)·t[ρ], shift)
//
// orderCodes puts codes in the order in which they multiply t, row r of a panel:
//
//	order[ρ/4*step + v*orderedBytes + tiles[r/8] + r%8/2*64 + r%2*8 + half*4 + ρ%4]
//	    = a[offsets[2*v+half] + ρ*aRank + r]
//
// for ranks padded to whole fours and rows padded to sixteens with any codes.
//
// drawCodes draws the codes of a whole panel in that order: the codes of rank ρ of a pair begin at
// block ρ·rankBlocks of the pair's stream, under the binomial distribution by ARS.
