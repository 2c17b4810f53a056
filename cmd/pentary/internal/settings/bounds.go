package settings

import (
	"fmt"
	"math"
)

// A bound is a whole number that a flag sets, and the values that it may have.
type bound struct {
	flag               string
	value, least, most int
}

// inRange returns an error that names the first flag out of its range.
func inRange(bounds ...bound) error {
	for _, b := range bounds {
		switch {
		case b.value >= b.least && b.value <= b.most:
		case b.most == math.MaxInt:
			return fmt.Errorf("--%s %d: want at least %d", b.flag, b.value, b.least)
		default:
			return fmt.Errorf("--%s %d: want %d to %d", b.flag, b.value, b.least, b.most)
		}
	}
	return nil
}
