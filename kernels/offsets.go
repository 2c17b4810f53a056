package kernels

// AddOffsets adds an offset to each accumulator of m outputs and n columns, with the numbers of a batch
// of m×n, unless that is nil:
//
//	y[i*n+c] += clamp(offsets[i] + numbers[(i/4*n+c)*4+i%4]<<shift, ±MaxScale)
//
// shift is at most 30. Sums are int32 and wrap around. Offsets without numbers are not clamped
// (docs/decisions.md#offsets-in-a-kernel).
func AddOffsets(y, offsets []int32, numbers []int8, m, n int, shift uint) {
	checkShift("AddOffsets", shift)
	checkLen("AddOffsets", "y", len(y), elements(m, n), "%d×%d", m, n)
	checkLen("AddOffsets", "offsets", len(offsets), m, "%d outputs", m)
	if numbers == nil {
		for i, offset := range offsets {
			row := y[i*n:][:n]
			for c := range row {
				row[c] += offset
			}
		}
		return
	}
	checkLen("AddOffsets", "numbers", len(numbers), batchLen(m, n), "a batch of %d×%d", m, n)
	rows, columns := addOffsets(y, offsets, numbers, m, n, shift)
	if columns < n {
		addOffsetsGeneric(y, offsets, numbers, 0, rows, columns, n, shift)
	}
	addOffsetsGeneric(y, offsets, numbers, rows, m, 0, n, shift)
}

// addOffsetsGeneric adds to rows from to to, from a column on.
func addOffsetsGeneric(y, offsets []int32, numbers []int8, from, to, column, n int, shift uint) {
	for i := from; i < to; i++ {
		offset, row := offsets[i], y[i*n:][:n]
		for c := column; c < n; c++ {
			row[c] += min(max(offset+int32(numbers[(i/4*n+c)*4+i%4])<<shift, -MaxScale), MaxScale)
		}
	}
}
