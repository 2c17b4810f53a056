package rtl_test

// record is the value of a wide port; bit 0 is the lowest bit of the first byte.
type record []byte

// A writer writes a record and a reader reads one, field by field.
type writer struct {
	bits record
	at   int
}

// put appends the low n bits of v.
func (w *writer) put(v uint64, n int) {
	for i := 0; i < n; {
		if w.at%8 == 0 {
			w.bits = append(w.bits, 0)
		}
		step := min(8-w.at%8, n-i)
		w.bits[w.at/8] |= byte(v>>i&(1<<step-1)) << (w.at % 8)
		w.at, i = w.at+step, i+step
	}
}

type reader struct {
	bits record
	at   int
}

// take returns the next n bits.
func (r *reader) take(n int) (v uint64) {
	for i := 0; i < n; {
		step := min(8-r.at%8, n-i)
		v |= uint64(r.bits[r.at/8]) >> (r.at % 8) & (1<<step - 1) << i
		r.at, i = r.at+step, i+step
	}
	return v
}

// signed takes n bits in two's complement.
func (r *reader) signed(n int) int64 { return int64(r.take(n)<<(64-n)) >> (64 - n) }
