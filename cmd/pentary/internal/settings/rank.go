package settings

import (
	"fmt"
	"strconv"

	"github.com/Kaleaon/pentary-go/lowrank"
)

// Rank is a flag's value: the rank of a perturbation, or "full".
type Rank int

// Set implements pflag.Value. What number is in range the optimizer says.
func (r *Rank) Set(text string) error {
	if text == FullRank {
		*r = lowrank.FullRank
		return nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return fmt.Errorf("want a number or %q", FullRank)
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
