package crossbar

// Activity is the mean magnitude of inputs, as a fraction of the largest, assumed for the
// voltage loss along bit lines.
const Activity = 0.25

// wireLoss returns the factor by which the resistance of the wires weakens each cell,
// [lines][pairs][2], or nil without resistance. It is a first-order approximation: the
// currents are taken as they would be without resistance. Voltage is lost on the word line
// between its driver, at pair 0, and the cell, and on the bit line between the cell and its
// converter, after the last line. A relative loss v leaves 1/(1+v).
func (a *array) wireLoss() []float64 {
	if a.config.Wire == 0 {
		return nil
	}
	const perMicro = 1e-6 // Ω·µS
	ohms := a.config.Wire * perMicro
	columns := 2 * a.pairs
	loss := make([]float64, len(a.cells))
	inUse := func(line int) bool { return line != a.gap.at || a.lines == a.hi-a.lo }

	// Along a word line: a segment carries the current of all cells after it.
	for line := range a.lines {
		cells := a.line(line)
		beyond := 0.0
		for i := range cells {
			beyond += cells[i].now()
		}
		lost := 0.0
		for i := range cells {
			lost += float64(ohms * beyond)
			beyond -= cells[i].now()
			loss[line*columns+i] = lost
		}
	}
	// Along a bit line: a segment carries the current of all cells before it.
	for i := range columns {
		before := 0.0
		total := 0.0 // of the whole line
		for line := range a.lines {
			if inUse(line) {
				before += a.line(line)[i].now()
			}
			total += before
		}
		before = 0
		for line := range a.lines {
			loss[line*columns+i] += float64(ohms * Activity * total)
			if inUse(line) {
				before += a.line(line)[i].now()
			}
			total -= before
		}
	}
	for i, lost := range loss {
		loss[i] = 1 / (1 + max(0, lost))
	}
	return loss
}
