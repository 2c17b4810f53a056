package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// decimal is a flag's value: a decimal number, held exactly as num/den, a power of
// ten.
type decimal struct {
	text     string
	num, den int
	most     int // largest value allowed
	orZero   bool
}

// newDecimal returns the decimal that text writes.
func newDecimal(text string, most int) decimal {
	d := decimal{most: most}
	if err := d.Set(text); err != nil {
		panic(fmt.Sprintf("cli: decimal %q: %v", text, err))
	}
	return d
}

// newDecimalOrZero is newDecimal for one that may be zero, and is.
func newDecimalOrZero(most int) decimal {
	return decimal{text: "0", den: 1, most: most, orZero: true}
}

// q16 returns the decimal in fixed point.
func (d *decimal) q16() es.Q16 { return es.Ratio(d.num, d.den) }

// Set implements pflag.Value. It takes at most nine digits, so that num and den
// fit 32 bits.
func (d *decimal) Set(text string) error {
	whole, fraction, _ := strings.Cut(text, ".")
	digits := whole + fraction
	if len(digits) == 0 || len(digits) > 9 || strings.Trim(digits, "0123456789") != "" {
		return errors.New("want a decimal number of at most nine digits, such as 0.25")
	}
	num, err := strconv.Atoi(digits)
	if err != nil {
		return err
	}
	den := 1
	for range fraction {
		den *= 10
	}
	switch {
	case num == 0 && !d.orZero, num > d.most*den && !d.orZero:
		return fmt.Errorf("want more than 0 and at most %d", d.most)
	case num > d.most*den:
		return fmt.Errorf("want 0 to %d", d.most)
	}
	d.text, d.num, d.den = text, num, den
	return nil
}

// String implements pflag.Value.
func (d *decimal) String() string { return d.text }

// Type implements pflag.Value.
func (d *decimal) Type() string { return "decimal" }

// rank is a flag's value: the rank of a perturbation, or "full".
type rank int

// Set implements pflag.Value. What number is in range the optimizer says.
func (r *rank) Set(text string) error {
	if text == fullRank {
		*r = lowrank.FullRank
		return nil
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return fmt.Errorf("want a number or %q", fullRank)
	}
	*r = rank(n)
	return nil
}

const fullRank = "full"

// String implements pflag.Value.
func (r *rank) String() string {
	if *r == lowrank.FullRank {
		return fullRank
	}
	return strconv.Itoa(int(*r))
}

// Type implements pflag.Value.
func (r *rank) Type() string { return "rank" }

const noLayers = "none"
