package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/Kaleaon/pentary-go/es"
)

// decimal is a flag's value: a positive decimal number, held exactly as num/den,
// a power of ten.
type decimal struct {
	text     string
	num, den int
	most     int // largest value allowed
}

// newDecimal returns the decimal that text writes.
func newDecimal(text string, most int) decimal {
	d := decimal{most: most}
	if err := d.Set(text); err != nil {
		panic(fmt.Sprintf("cli: decimal %q: %v", text, err))
	}
	return d
}

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
	if num == 0 || num > d.most*den {
		return fmt.Errorf("want more than 0 and at most %d", d.most)
	}
	d.text, d.num, d.den = text, num, den
	return nil
}

// String implements pflag.Value.
func (d *decimal) String() string { return d.text }

// Type implements pflag.Value.
func (d *decimal) Type() string { return "decimal" }

// choice is a flag's value: one of a few, by its name.
type choice[T fmt.Stringer] struct {
	value   *T
	options []T
}

// Set implements pflag.Value.
func (c choice[T]) Set(text string) error {
	for _, o := range c.options {
		if o.String() == text {
			*c.value = o
			return nil
		}
	}
	return fmt.Errorf("want %s", c.Type())
}

// String implements pflag.Value.
func (c choice[T]) String() string {
	if c.value == nil { // pflag asks the zero value for its default
		return ""
	}
	return (*c.value).String()
}

// Type implements pflag.Value.
func (c choice[T]) Type() string {
	names := make([]string, len(c.options))
	for i, o := range c.options {
		names[i] = o.String()
	}
	return strings.Join(names, "|")
}

// ruleName is the choice of an update rule.
type ruleName string

const (
	residual  ruleName = "residual"
	threshold ruleName = "threshold"
)

func (r ruleName) String() string { return string(r) }

// rule returns the rule of that name with the number that it takes.
func (r ruleName) rule(rate, share decimal) es.Rule {
	if r == threshold {
		return es.Threshold{Share: es.Ratio(share.num, share.den)}
	}
	return es.Residual{Rate: es.Ratio(rate.num, rate.den)}
}
