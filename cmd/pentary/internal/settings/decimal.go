package settings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/Kaleaon/pentary-go/es"
)

// Decimal is the value of a flag: a decimal number, stored exactly as num/den, where den is a power
// of ten.
type Decimal struct {
	text     string
	num, den int
	most     int // largest value allowed
	orZero   bool
}

// NewDecimal returns the Decimal of a text, with the largest allowed value most.
func NewDecimal(text string, most int) Decimal {
	d := Decimal{most: most}
	if err := d.Set(text); err != nil {
		panic(fmt.Sprintf("settings: decimal %q: %v", text, err))
	}
	return d
}

// NewDecimalOrZero returns a Decimal that is 0 and may be set to 0.
func NewDecimalOrZero(most int) Decimal {
	return Decimal{text: "0", den: 1, most: most, orZero: true}
}

// Q16 returns the Decimal in fixed point.
func (d *Decimal) Q16() es.Q16 { return es.Ratio(d.num, d.den) }

// Set implements pflag.Value. It accepts at most nine digits, so that num and den fit in 32 bits.
func (d *Decimal) Set(text string) error {
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
func (d *Decimal) String() string { return d.text }

// Type implements pflag.Value.
func (d *Decimal) Type() string { return "decimal" }
