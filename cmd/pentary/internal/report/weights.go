package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"unicode/utf8"

	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Weights summarizes the weights of tensors.
type Weights struct {
	Count  int
	Bytes  int // packed size
	Levels [trit5.Levels]int
	SHA256 string // of the packed bytes of all tensors, in order
}

// WeightsOf returns the summary of the tensors.
func WeightsOf(tensors ...packed.Tensor) Weights {
	var w Weights
	hash := sha256.New()
	for _, t := range tensors {
		w.Count += t.Matrix.Rows() * t.Matrix.Cols()
		w.Bytes += len(t.Matrix.Bytes())
		for level, n := range t.Matrix.Histogram() {
			w.Levels[level] += n
		}
		hash.Write(t.Matrix.Bytes())
	}
	w.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return w
}

// BitsPerWeight returns the packed bits per weight, padding included.
func (w Weights) BitsPerWeight() float64 {
	return 8 * float64(w.Bytes) / float64(max(w.Count, 1))
}

// Bits describes the packed bits per weight, with the reason if they exceed three.
func (w Weights) Bits() string {
	text := fmt.Sprintf("%.2f bits per weight", w.BitsPerWeight())
	if 8*w.Bytes > 3*w.Count {
		text += ", rows padded to multiples of 32 weights of 3 bits"
	}
	return text
}

// WriteLevels draws the histogram of the five levels.
func (w Weights) WriteLevels(p *Printer) {
	const width = 40
	most := 0
	for _, n := range w.Levels {
		most = max(most, n)
	}
	for code, n := range w.Levels {
		pent := trit5.Pent(code - trit5.CodeZero)
		value := fmt.Sprintf("%+d", pent)
		if pent == 0 {
			value = " 0"
		}
		bar := Bar(n, most, width)
		p.Printf("  %s %s  %s %7s  %s\n", p.Bold(value), p.Dim(pent.String()),
			pad(bar, utf8.RuneCountInString(bar), width), Percent(n, w.Count), p.Dim(fmt.Sprintf("%10s", Count(n))))
	}
}

// WriteSize prints the packed size and the sizes with wider numbers.
func (w Weights) WriteSize(p *Printer) {
	times := func(bytes int) string { return fmt.Sprintf("%.1f×", float64(bytes)/float64(max(w.Bytes, 1))) }
	p.Printf("  pents    %s bytes  %s\n", p.Bold(fmt.Sprintf("%12s", Count(w.Bytes))),
		p.Dim(w.Bits()))
	p.Printf("  int8     %12s bytes  %s\n", Count(w.Count), p.Dim(times(w.Count)))
	p.Printf("  float32  %12s bytes  %s\n", Count(4*w.Count), p.Dim(times(4*w.Count)))
}
