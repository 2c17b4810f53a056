package rtl

import (
	"github.com/Kaleaon/pentary-go/trit5"
)

// Checks returns the number of checksum bit lines that pent_crossbar needs for cols bit lines:
// the number of digits of sums up to 2·cols.
func Checks(cols int) int {
	n := 0
	for reach := 0; reach < 2*cols; n++ {
		reach = 5*reach + 2
	}
	return n
}

// AppendChecks appends the checksum of a word line's pents as pent_crossbar holds it: the
// digits of their sum in balanced base 5, lowest first.
func AppendChecks(dst, cells []trit5.Pent) []trit5.Pent {
	sum := 0
	for _, p := range cells {
		sum += int(p)
	}
	// Checks(len(cells)) is at most 12 for slices of up to 100 million pents.
	word, _ := trit5.FromInt64(int64(sum))
	for i := range Checks(len(cells)) {
		dst = append(dst, word.Pent(i))
	}
	return dst
}
