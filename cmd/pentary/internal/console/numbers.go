package console

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// number is the value of a numeric flag of pflag with one syntax: decimal digits, also with leading
// zeros; no other bases, no separators, no exponents.
type number struct {
	pflag.Value
	bounded     bool
	least, most int
}

var (
	errInteger  = errors.New("want a whole number in decimal digits")
	errFraction = errors.New("want a decimal number, such as 0.25")
)

// Set implements pflag.Value.
func (n *number) Set(text string) error {
	kind := n.Type()
	fraction := strings.HasPrefix(kind, "float")
	var parts []string
	for part := range strings.SplitSeq(text, ",") {
		if !strings.HasSuffix(kind, "Slice") {
			part = text
		}
		plain, ok := Decimal(part, fraction)
		switch {
		case !ok && fraction:
			return errFraction
		case !ok:
			return errInteger
		}
		parts = append(parts, plain)
		if part == text {
			break
		}
	}
	before := n.String()
	err := n.Value.Set(strings.Join(parts, ","))
	if n.bounded && err == nil {
		v, atoiErr := strconv.Atoi(n.String())
		if err = atoiErr; err == nil && (v < n.least || v > n.most) {
			err = strconv.ErrRange
		}
	}
	if err != nil && len(parts) == 1 && !strings.HasSuffix(kind, "Slice") {
		n.Value.Set(before) // pflag sets the nearest value in range
	}
	if errors.Is(err, strconv.ErrRange) || errors.Is(err, strconv.ErrSyntax) { // for example, a sign for an unsigned number
		return fmt.Errorf("want %s", n.accepts())
	}
	return err
}

// accepts describes the accepted numbers.
func (n *number) accepts() string {
	switch {
	case n.bounded && n.most == math.MaxInt:
		return fmt.Sprintf("at least %d", n.least)
	case n.bounded:
		return fmt.Sprintf("%d to %d", n.least, n.most)
	case strings.HasPrefix(n.Type(), "uint"):
		return "0 to 2^64-1"
	}
	return "a number of 64 bits"
}

// Decimal returns text without leading zeros, and whether it is a decimal number: an optional sign,
// digits, and, if allowed, a fraction.
func Decimal(text string, fraction bool) (plain string, ok bool) {
	sign, digits := "", text
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, digits = "-", rest
	}
	whole, part, dot := strings.Cut(digits, ".")
	if whole+part == "" || strings.Trim(whole+part, "0123456789") != "" || dot && !fraction {
		return "", false
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if dot {
		whole += "." + part
	}
	return sign + whole, true
}

// Bound sets the range of an int or uint flag. Values out of range are errors of the command line.
func Bound(f *pflag.FlagSet, name string, least, most int) {
	flag := f.Lookup(name)
	flag.Value = &number{Value: inner(flag.Value), bounded: true, least: least, most: most}
}

// Numbers makes all numeric flags of a set use the syntax of number.
func Numbers(f *pflag.FlagSet) {
	f.VisitAll(func(flag *pflag.Flag) {
		switch flag.Value.(type) {
		case *number, *Path, duration:
			return
		}
		switch flag.Value.Type() {
		case "duration":
			flag.Value = duration{flag.Value}
		case "int", "int32", "int64", "uint", "uint8", "uint32", "uint64", "float64", "intSlice", "uintSlice", "float64Slice":
			flag.Value = &number{Value: flag.Value}
		}
	})
}

// duration is the value of a duration flag whose errors state the accepted syntax.
type duration struct{ pflag.Value }

// Set implements pflag.Value.
func (d duration) Set(text string) error {
	if d.Value.Set(text) != nil {
		return errors.New("want a time with its unit, such as 90s, 500ms or 1h30m")
	}
	return nil
}

// inner returns the original value of a flag.
func inner(v pflag.Value) pflag.Value {
	switch v := v.(type) {
	case *number:
		return inner(v.Value)
	case *offered:
		return inner(v.Value)
	case duration:
		return v.Value
	}
	return v
}
