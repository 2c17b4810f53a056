package energy

import "math"

// State is a power state of a core.
type State struct {
	Name  string
	Share float64 // fraction of full power
	Wake  float64 // wake-up time in ns
}

// States returns the power states, from full power down.
func States() []State {
	var all []State
	for _, name := range []string{"full", "reduced", "gated", "off", "deep"} {
		all = append(all, State{name, value("state." + name), value("wake." + name)})
	}
	return all
}

// Idle returns the state in which a core that is idle for a time, in ns, takes the least
// energy, and the mean power as a fraction of full power. The core wakes up, at full power, before
// the time is over; states with a longer wake-up time are excluded.
func Idle(time float64) (State, float64) {
	all := States()
	best, least := all[0], all[0].Share
	for _, s := range all[1:] {
		if s.Wake > time {
			break
		}
		average := (float64(s.Share*(time-s.Wake)) + s.Wake) / time
		if average < least {
			best, least = s, average
		}
	}
	return best, least
}

// OperatingPoint is a supply voltage with the clock that the Pentary documents state for it.
type OperatingPoint struct {
	Name    string
	Voltage float64 // V
	Clock   float64 // GHz
}

// OperatingPoints returns the operating points of the Pentary documents, fastest first.
func OperatingPoints() []OperatingPoint {
	var all []OperatingPoint
	for _, name := range []string{"high", "balanced", "saver"} {
		all = append(all, OperatingPoint{name, value("dvfs." + name + ".voltage"), value("dvfs." + name + ".clock")})
	}
	return all
}

// Operation returns the energy of an operation at p, relative to q. Dynamic energy is C·V².
func (p OperatingPoint) Operation(q OperatingPoint) float64 {
	ratio := p.Voltage / q.Voltage
	return ratio * ratio
}

// Power returns the dynamic power at p, relative to q.
func (p OperatingPoint) Power(q OperatingPoint) float64 {
	return p.Operation(q) * p.Clock / q.Clock
}

// Reachable returns the clock, in GHz, at the voltage of p of a circuit that reaches q: the delay
// is proportional to V/(V − threshold)^α.
func (p OperatingPoint) Reachable(q OperatingPoint) float64 {
	threshold, alpha := value("mosfet.threshold"), value("mosfet.alpha")
	drive := math.Pow((p.Voltage-threshold)/(q.Voltage-threshold), alpha)
	return q.Clock * drive * q.Voltage / p.Voltage
}

// Consumer is a part of a core with its power at full load.
type Consumer struct {
	Name  string
	Power float64 // W
}

// Budget returns the parts of the core in the Pentary documents.
func Budget() []Consumer {
	var parts []Consumer
	for _, name := range []string{"array", "sram", "control", "io", "clock", "leakage"} {
		parts = append(parts, Consumer{name, value("core." + name)})
	}
	return parts
}

// ArrayWrite returns the time, in ns, of writing the cells of the documents' array one after
// another.
func ArrayWrite() float64 {
	side := value("documents.crossbar.size")
	return side * side * value("cell.program")
}
