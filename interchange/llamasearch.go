package interchange

import "slices"

// A search looks for the pents and scales of a row w with the least error of its outputs, which
// is off·h·off of the errors off of its weights.
type search struct {
	m      *moments
	w      []float64
	pents  []int8
	scales []float64
	group  int  // of columns that share a scale
	powers bool // whether scales are powers of two

	off  []float64 // w less pents times scales
	pull []float64 // h·off
}

// start takes the pents that error feedback gives.
func (s *search) start() {
	s.m.f.quantize(s.pents, s.w, s.scales)
	s.restart()
}

// restart computes the errors anew.
func (s *search) restart() {
	s.off, s.pull = make([]float64, len(s.w)), make([]float64, len(s.w))
	for j, v := range s.w {
		s.move(j, v-float64(s.pents[j])*s.scales[j])
	}
}

// move adds to the error of a weight.
func (s *search) move(j int, by float64) {
	if by == 0 {
		return
	}
	s.off[j] += by
	for k, v := range s.m.h[j] {
		s.pull[k] += by * v
	}
}

func (s *search) error() float64 {
	sum := 0.0
	for j, v := range s.off {
		sum += v * s.pull[j]
	}
	return sum
}

// most rounds of a search: it ends before them.
const searchRounds = 20

// improve moves pents, and then real scales, to where the error is least with the others as
// they are, until none moves.
func (s *search) improve() {
	for range searchRounds {
		moved := false
		for j, p := range s.pents {
			better := roundPent(float64(p) + s.pull[j]/(s.m.h[j][j]*s.scales[j]))
			if better != p {
				s.move(j, float64(p-better)*s.scales[j])
				s.pents[j], moved = better, true
			}
		}
		if !moved {
			return
		}
		if !s.powers {
			s.rescale()
		}
	}
}

// rescale sets the scale of a row to the one with the least error.
func (s *search) rescale() {
	along, square := 0.0, 0.0
	for j, p := range s.pents {
		if p == 0 {
			continue
		}
		along += float64(p) * s.pull[j]
		for k, r := range s.pents {
			square += float64(p) * float64(r) * s.m.h[j][k]
		}
	}
	if by := along / square; square > 0 && s.scales[0]+by > 0 {
		for j, p := range s.pents {
			s.move(j, -by*float64(p))
		}
		setAll(s.scales, s.scales[0]+by)
	}
}

// powersAround tries half and twice the scale of each group in turn.
func (s *search) powersAround() {
	for at := 0; at < len(s.w); at += s.group {
		end := min(at+s.group, len(s.w))
		for _, factor := range []float64{0.5, 2} {
			pents, scales, before := slices.Clone(s.pents), slices.Clone(s.scales), s.error()
			for j := at; j < end; j++ {
				s.scales[j] *= factor
				p := roundPent(float64(pents[j]) / factor)
				s.move(j, float64(pents[j])*scales[j]-float64(p)*s.scales[j])
				s.pents[j] = p
			}
			s.improve()
			if s.error() < before*(1-1e-9) {
				break
			}
			s.pents, s.scales = pents, scales
			s.restart()
		}
	}
}
