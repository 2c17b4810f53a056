//go:build !purego && (amd64 || arm64)

package kernels

// offsetsArgs are the operands of addOffsets in assembly: whole quads of outputs, and the first
// columns, a multiple of 8.
type offsetsArgs struct {
	y       *int32
	offsets *int32
	numbers *int8
	quads   int
	columns int
	row     int // bytes of a row of y, and of a quad of numbers
	shift   int
}

func addOffsets(y, offsets []int32, numbers []int8, m, n int, shift uint) (rows, columns int) {
	rows, columns = m&^3, n&^7
	if rows == 0 || columns == 0 || level == generic {
		return 0, 0
	}
	addOffsetsAssembly(&offsetsArgs{
		y: &y[0], offsets: &offsets[0], numbers: &numbers[0], quads: rows / 4, columns: columns, row: 4 * n, shift: int(shift),
	})
	return rows, columns
}
