package es

// Record is what a generation leaves behind: all that moving the weights needs, and
// nothing of the scores.
type Record struct {
	Generation int        // finished generations, so 1 after the first
	Codes      []int8     // fitness code of each pair
	Touched    [][]uint64 // of each tensor, a bitset of the rows that took part; nil for all
}
