package fixed

// Sum is a sum of int64s that does not overflow for up to 2^31 of them.
type Sum struct {
	high, low, n int64
}

// Add adds a number.
func (s *Sum) Add(v int64) {
	s.high += v >> 32
	s.low += v & (1<<32 - 1)
	s.n++
}

// Mean returns the mean of the numbers, rounded down, or 0 if there are none.
func (s *Sum) Mean() int64 {
	if s.n == 0 {
		return 0
	}
	share := FloorDiv(s.high, s.n)
	return share<<32 + ((s.high-share*s.n)<<32+s.low)/s.n
}
