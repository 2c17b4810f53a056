package claims

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// count formats a whole number in groups of three digits.
func count[T int | int64](n T) string {
	digits := strconv.FormatInt(int64(max(n, -n)), 10)
	var b strings.Builder
	if n < 0 {
		b.WriteString("−")
	}
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// number formats a number with three significant digits, or as a whole number if that has
// more.
func number(v float64) string {
	switch magnitude := math.Abs(v); {
	case magnitude >= 1e7:
		text := strconv.FormatFloat(v, 'e', 1, 64)
		mantissa, exponent, _ := strings.Cut(text, "e+")
		return strings.TrimSuffix(mantissa, ".0") + "e" + strings.TrimLeft(exponent, "0")
	case magnitude >= 100:
		return count(int64(math.Round(v)))
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// times formats a factor and percent a fraction.
func times(v float64) string   { return number(v) + "×" }
func percent(v float64) string { return fmt.Sprintf("%.0f %%", 100*v) }

// span formats a range, or one number if both ends have the same text.
func span(low, high float64, write func(float64) string) string {
	a, b := write(low), write(high)
	if a == b {
		return a
	}
	return a + " to " + b
}

// duration formats a time given in ns.
func duration(ns float64) string {
	switch {
	case ns >= 1e9:
		return number(ns/1e9) + " s"
	case ns >= 1e6:
		return number(ns/1e6) + " ms"
	case ns >= 1e3:
		return number(ns/1e3) + " µs"
	}
	return number(ns) + " ns"
}
