//go:build !purego && (amd64 || arm64)

package kernels

import (
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// TestVectorPieces divides rows for several processors: every row is in one piece, and
// no piece has fewer rows than the kernels take at once, if there are as many.
func TestVectorPieces(t *testing.T) {
	for rows := 1; rows < 150; rows++ {
		for step := vectorRows; step < rows+vectorRows; step += vectorRows {
			v := vectors{w: packed.NewMatrix(rows, 1), step: step}
			next := 0
			for i := range v.pieces() {
				lo, hi := v.rows(i)
				if lo != next || hi-lo < min(rows, vectorRows) || hi-lo >= step+vectorRows {
					t.Fatalf("%d rows by %d: piece %d is rows %d to %d, after row %d", rows, step, i, lo, hi, next)
				}
				next = hi
			}
			if next != rows {
				t.Fatalf("%d rows by %d: the pieces end at row %d", rows, step, next)
			}
		}
	}
}
