package crossbar

import "math"

// driftRate returns the speed of drift at a temperature, relative to 25 °C.
func driftRate(celsius float64) float64 {
	const kelvin, room, hot, faster = 273.15, 25 + 273.15, 85 + 273.15, 5
	const lnFaster = 1.6094379124341003
	return exp(lnFaster * (1/room - 1/(celsius+kelvin)) / (1/room - 1/hot))
}

// advance applies the drift between two times to all cells.
func (a *array) advance(from, to, rate float64) {
	age, decades := math.NaN(), float32(0) // of the previous cell: most cells have the same age
	for i := range a.cells {
		c := &a.cells[i]
		if c.stuck || c.drift == 0 {
			continue
		}
		if old := from - c.written; old != age {
			age = old
			decades = float32(rate * (log10(1+to-c.written) - log10(1+old)))
		}
		c.drifted += decades
	}
}
