package main

import "math/rand/v2"

// A machine's condition, as its vibration tells it.
const (
	healthy      = iota // little beside noise
	unbalance           // a strong tone at the speed of the shaft
	misalignment        // as strong at twice the speed
	looseness           // many harmonics, and one at half the speed
	bearing             // impacts that set a high resonance ringing
	conditions
)

var conditionNames = [conditions]string{"healthy", "unbalance", "misalignment", "looseness", "bearing"}

// windowSamples is the length of a window: what an accelerometer returns between two
// looks at it.
const windowSamples = 128

// A sensor is an accelerometer on a machine that runs at changing speed and load, one
// window after another. Window n is a pure function of the seed and n, in integers.
type sensor struct {
	seed uint64
	n    uint64 // of the next window
	rng  rand.PCG
}

// next writes a window and returns the condition that the machine was in. Machines are
// healthy half of the time.
func (s *sensor) next(window *[windowSamples]int32) (condition int) {
	s.rng.Seed(s.seed, s.n)
	s.n++
	if draw := s.below(8); draw < conditions-1 {
		condition = 1 + draw
	}

	speed := uint32(4+s.below(4))<<cycleBits + uint32(s.below(1<<cycleBits)) // cycles a window
	level := int32(300 + s.below(256))                                       // of the fault
	for t := range window {
		window[t] = s.noise()
	}
	s.tone(window, speed, 100)
	switch condition {
	case unbalance:
		s.tone(window, speed, 3*level)
	case misalignment:
		s.tone(window, speed, level)
		s.tone(window, 2*speed, 3*level)
	case looseness:
		s.tone(window, speed/2, level)
		for harmonic := uint32(2); harmonic <= 6; harmonic++ {
			s.tone(window, harmonic*speed, level/2)
		}
	case bearing:
		s.impacts(window, speed*7/2, 4*level)
	}
	return condition
}

// cycleBits counts the fraction bits of a frequency in cycles a window.
const cycleBits = 8

// tone adds a sine of a frequency and amplitude at a random phase.
func (s *sensor) tone(window *[windowSamples]int32, frequency uint32, amplitude int32) {
	phase, step := uint32(s.rng.Uint64()), turn(frequency)
	for t := range window {
		window[t] += amplitude * sine(phase) >> sineBits
		phase += step
	}
}

// impacts adds blows at a rate, each of which rings and dies away.
func (s *sensor) impacts(window *[windowSamples]int32, rate uint32, amplitude int32) {
	step, ring := turn(rate), turn(uint32(40+s.below(16))<<cycleBits)
	next, phase, strength := uint32(s.rng.Uint64()), uint32(0), int32(0)
	for t := range window {
		if next += step; next < step { // a turn is complete
			strength += amplitude
		}
		window[t] += strength * sine(phase) >> sineBits
		phase += ring
		strength -= strength >> 2
	}
}

// turn returns the part of a turn, in 2^-32, by which a frequency advances in a sample.
func turn(frequency uint32) uint32 { return frequency << (32 - cycleBits - 7) }

// noise returns what the sensor adds by itself: eight random bytes, centred, which is
// nearly normal with a deviation of 209.
func (s *sensor) noise() int32 {
	sum := int32(-8 * 255 / 2)
	for v := s.rng.Uint64(); v > 0; v >>= 8 {
		sum += int32(v & 255)
	}
	return sum
}

// below returns a random number below n, a power of two.
func (s *sensor) below(n int) int { return int(s.rng.Uint64() & uint64(n-1)) }
