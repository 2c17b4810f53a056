package cli

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// byteSize is a flag's value: a number of bytes, with a unit or without.
type byteSize int

// byteUnits are the units from the largest; that of one byte goes last.
var byteUnits = []struct {
	name string
	size float64
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// Set implements pflag.Value.
func (b *byteSize) Set(text string) error {
	number, unit := text, 1.
	for _, u := range byteUnits {
		if before, ok := strings.CutSuffix(text, u.name); ok {
			number, unit = strings.TrimSpace(before), u.size
			break
		}
	}
	v, err := strconv.ParseFloat(number, 64)
	if v *= unit; err != nil || !(v >= 1 && v < math.MaxInt) {
		return errors.New("want a size such as 2GiB, 1.5GiB or 512MiB")
	}
	*b = byteSize(v)
	return nil
}

// String implements pflag.Value: three digits and the unit, and nothing for no bytes.
func (b byteSize) String() string {
	for _, u := range byteUnits {
		if v := float64(b) / u.size; v >= 1 {
			return strconv.FormatFloat(v, 'f', max(0, 3-len(strconv.Itoa(int(v)))), 64) + " " + u.name
		}
	}
	return ""
}

// Type implements pflag.Value.
func (*byteSize) Type() string { return "size" }
