package interchange

import (
	"fmt"
	"math"

	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// A Method is how numbers become pents.
type Method string

// The methods.
const (
	// Nearest scales a row so that its largest value is a pent of 2, or rounds to one, and
	// rounds every value to the nearest pent.
	Nearest Method = "nearest"
	// LeastSquares chooses the scale with the least sum of squared errors.
	LeastSquares Method = "least-squares"
	// ErrorFeedback is LeastSquares, and moves the error of each column, as far as the
	// inputs of the layer allow, to the columns after it (GPTQ, arXiv 2210.17323). It
	// needs the inputs: see Network.
	ErrorFeedback Method = "error-feedback"
)

// Methods lists the methods.
var Methods = []Method{Nearest, LeastSquares, ErrorFeedback}

func (m Method) String() string { return string(m) }

// A Report says what became of a tensor.
type Report struct {
	Name      string  `json:"name"`
	Rows      int     `json:"rows"`
	Cols      int     `json:"cols"`
	Levels    [5]int  `json:"levels"`    // how many weights are -2, -1, 0, 1 and 2
	SNR       float64 `json:"snr_db"`    // energy of the weights to the energy of their errors
	Exact     bool    `json:"exact"`     // no weight has changed
	Saturated int     `json:"saturated"` // weights beyond 2.5 pents

	signal, noise float64
}

// add counts a weight whose value became pent times scale.
func (r *Report) add(value, scale float64, pent int8) {
	r.Levels[pent+2]++
	off := value - float64(pent)*scale
	r.signal += value * value
	r.noise += off * off
	if math.Abs(value) > 2.5*scale {
		r.Saturated++
	}
}

// MaxSNR is the SNR of a tensor without errors: JSON has no infinity.
const MaxSNR = 999

func (r *Report) finish() {
	r.Exact = r.noise == 0
	r.SNR = MaxSNR
	if r.noise > 0 {
		r.SNR = 10 * math.Log10(r.signal/r.noise)
		if r.signal == 0 {
			r.SNR = 0
		}
	}
}

// roundPent returns the nearest pent, halves away from zero.
func roundPent(v float64) int8 {
	return int8(max(-2, min(2, math.Round(v))))
}

// nearestExponent returns the least e for which all values are below 2.5·2^e, so that
// none is saturated: 0 for zeros.
func nearestExponent(values []float32) int {
	most := 0.0
	for _, v := range values {
		most = max(most, math.Abs(float64(v)))
	}
	if most == 0 {
		return 0
	}
	_, e := math.Frexp(most / 2.5) // most/2.5 is in [2^(e-1), 2^e)
	if most/2.5 == math.Ldexp(1, e-1) {
		e--
	}
	return e
}

// powerOfTwo returns the exponent of the scale of values, by a method.
func powerOfTwo(values []float32, m Method) int {
	first := nearestExponent(values)
	if m == Nearest {
		return first
	}
	best, least := first, math.Inf(1)
	for e := first; e > first-6; e-- {
		sum, scale := 0.0, math.Ldexp(1, e)
		for _, v := range values {
			off := float64(v) - float64(roundPent(float64(v)/scale))*scale
			sum += off * off
		}
		if sum < least {
			best, least = e, sum
		}
	}
	return best
}

// suffixExponents names the tensor of the scales of another one's rows.
const suffixExponents = ".exponents"

// exponentDigits are the pents of an exponent, which is their sum, digit i times 5^i:
// ±312, and the exponents of float32 are within ±149.
const exponentDigits = 4

// File makes a .pent file of the archive's tensors, each a matrix of rows of its last
// dimension, and a report of each.
//
// The tensors of a file that Write has made become those that it was made of, exactly,
// and the same model. Any other tensor is quantized, by rows with a scale of a power of
// two each. Where the rows' scales differ, the tensor's Scale is 0, and a tensor of its
// name and ".exponents" follows: 4 × rows pents, of which column i holds the balanced
// base-5 digits, lowest first, of the binary logarithm of row i's scale.
//
// method is Nearest or LeastSquares. Data are read tensor by tensor, row by row.
func (a *Archive) File(method Method) (*packed.File, []Report, error) {
	if method != Nearest && method != LeastSquares {
		return nil, nil, fmt.Errorf("interchange: method %q for tensors without their inputs, want %s or %s", method, Nearest, LeastSquares)
	}
	f := &packed.File{Meta: a.Meta}
	own, err := a.own()
	if err != nil {
		return nil, nil, err
	}
	var reports []Report
	add := func(t packed.Tensor, r Report) {
		f.Tensors, reports = append(f.Tensors, t), append(reports, r)
	}
	for i := range a.Tensors {
		t := &a.Tensors[i]
		switch o, ok := own[t.Name]; {
		case ok && o.part:
		case ok:
			tensor, r, err := o.read(t)
			if err != nil {
				return nil, nil, err
			}
			add(tensor, r)
		case t.Rows() == 0 || t.Cols() == 0:
			return nil, nil, fmt.Errorf("tensor %q at offset %d: no elements in shape %v", t.Name, t.Offset, t.Shape)
		default:
			tensor, exponents, r, err := quantizeRows(t, method)
			if err != nil {
				return nil, nil, err
			}
			if add(tensor, r); exponents != nil {
				f.Tensors = append(f.Tensors, packed.Tensor{Name: t.Name + suffixExponents, Matrix: exponents})
			}
		}
	}
	return f, reports, nil
}

// quantizeRows quantizes a tensor row by row. exponents are nil where all rows have one
// scale.
func quantizeRows(t *Tensor, method Method) (tensor packed.Tensor, exponents *packed.Matrix, r Report, err error) {
	rows, cols := t.Rows(), t.Cols()
	m := packed.NewMatrix(rows, cols)
	r = Report{Name: t.Name, Rows: rows, Cols: cols}
	pents, scales, zero := make([]int8, cols), make([]int16, rows), make([]bool, rows)
	common, known, same := int16(0), false, true // scale of all rows that are not zero
	err = t.Read(func(i int, values []float32) error {
		e := powerOfTwo(values, method)
		scale := math.Ldexp(1, e)
		for j, v := range values {
			pents[j] = roundPent(float64(v) / scale)
			r.add(float64(v), scale, pents[j])
		}
		m.Row(i).Pack(pents)
		scales[i] = int16(e)
		if zero[i] = allZero(values); zero[i] {
			return nil
		}
		if !known {
			common, known = scales[i], true
		}
		same = same && scales[i] == common
		return nil
	})
	r.finish()
	tensor = packed.Tensor{Name: t.Name, Matrix: m}
	if same {
		tensor.Scale = int32(common)
		return tensor, nil, r, err
	}
	exponents = packed.NewMatrix(exponentDigits, rows)
	for i, e := range scales {
		if zero[i] {
			continue
		}
		for d := range exponentDigits {
			digit := (int(e)+2+5*64)%5 - 2 // -2…2
			exponents.Set(d, i, trit5.Pent(digit))
			e = (e - int16(digit)) / 5
		}
	}
	return tensor, exponents, r, err
}

func allZero(values []float32) bool {
	for _, v := range values {
		if v != 0 {
			return false
		}
	}
	return true
}
