package fixed

// Sum is a sum of int64 numbers that does not overflow for up to 2^31 numbers.
type Sum struct {
	high, low, n int64
}

// Add adds a number.
func (s *Sum) Add(v int64) {
	s.high += v >> 32
	s.low += v & (1<<32 - 1)
	s.n++
}

// AddAll adds all values not equal to except.
func (s *Sum) AddAll(values []int64, except int64) {
	high, low, n := s.high, s.low, s.n // in registers
	for _, v := range values {
		if v != except {
			high += v >> 32
			low += v & (1<<32 - 1)
			n++
		}
	}
	s.high, s.low, s.n = high, low, n
}

// Join adds another sum.
func (s *Sum) Join(other Sum) {
	s.high += other.high
	s.low += other.low
	s.n += other.n
}

// Mean returns the mean of the numbers, rounded down, or 0 if there are none.
func (s *Sum) Mean() int64 {
	if s.n == 0 {
		return 0
	}
	share := FloorDiv(s.high, s.n)
	return share<<32 + ((s.high-share*s.n)<<32+s.low)/s.n
}
