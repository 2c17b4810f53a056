package settings

import (
	"fmt"
	"strconv"

	"github.com/Kaleaon/pentary-go/lowrank"
)

// Rank is the value of a flag: the rank of a perturbation, or "full".
type Rank int

// Set implements pflag.Value.
func (r *Rank) Set(text string) error {
	if text == FullRank {
		*r = lowrank.FullRank
		return nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	switch {
	case err != nil:
		return fmt.Errorf("want a number or %q", FullRank)
	case n < 1 || n > lowrank.MaxRank:
		return fmt.Errorf("want 1 to %d", lowrank.MaxRank)
	}
	*r = Rank(n)
	return nil
}

// FullRank is the text of lowrank.FullRank.
const FullRank = "full"

// String implements pflag.Value.
func (r *Rank) String() string {
	if *r == lowrank.FullRank {
		return FullRank
	}
	return strconv.Itoa(int(*r))
}

// Type implements pflag.Value.
func (r *Rank) Type() string { return "rank" }
