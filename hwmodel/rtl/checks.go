package rtl

import (
	"github.com/Kaleaon/pentary-go/trit5"
)

// Checks returns how many bit lines of checksums pent_crossbar needs beside cols bit
// lines: digits for sums of up to 2·cols.
func Checks(cols int) int {
	n := 0
	for reach := 0; reach < 2*cols; n++ {
		reach = 5*reach + 2
	}
	return n
}

// AppendChecks appends the checksums of a word line's pents, as pent_crossbar holds
// them: the digits of their sum in balanced base 5, the lowest first.
func AppendChecks(dst, cells []trit5.Pent) []trit5.Pent {
	sum := 0
	for _, p := range cells {
		sum += int(p)
	}
	// Checks(len(cells)) digits, at most 12 for any slice of 100 million.
	word, _ := trit5.FromInt64(int64(sum))
	for i := range Checks(len(cells)) {
		dst = append(dst, word.Pent(i))
	}
	return dst
}
