package nn

import (
	"errors"
	"fmt"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
)

// Predict returns the outputs for one sample, at the start of a sequence. It panics if the
// sample has another length than the model's input. Use a Runner for many samples, or for
// the steps of a sequence.
func (m *Model) Predict(sample []int8) []int8 {
	if len(sample) != m.Inputs() {
		panic(fmt.Sprintf("nn: Predict: %d inputs, want %d", len(sample), m.Inputs()))
	}
	x := make([]int8, kernels.Quads(len(sample))*4) // quads of one column are a plain vector
	copy(x, sample)
	return m.NewRunner(1).Step(x)[:m.Outputs()]
}

// Probabilities returns the probabilities of the classes for logits in 1/16 bit, in units of
// 1/65536; they add up to exactly 65536.
func Probabilities(logits []int8) []int {
	if len(logits) == 0 {
		return nil
	}
	most := largest(logits, 0, len(logits), 1)
	p, sum := make([]int, len(logits)), 0
	for i, l := range logits {
		p[i] = int(fixed.Exp2(int32(l) - int32(logits[most])))
		sum += p[i]
	}
	left := 1 << 16
	for i, v := range p {
		p[i] = v << 16 / sum
		left -= p[i]
	}
	p[most] += left
	return p
}

// Accuracy returns the number of a dataset's samples that the model classifies correctly.
func (m *Model) Accuracy(d *data.Dataset) (correct int, err error) {
	counts, err := m.Confusion(d)
	for class, row := range counts {
		correct += row[class]
	}
	return correct, err
}

// Confusion counts, for each true class, how many samples of a dataset the model assigns
// to each class. The model may have more outputs than the dataset has classes.
func (m *Model) Confusion(d *data.Dataset) ([][]int, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	if d.Outputs > 0 {
		return nil, errors.New("nn: Confusion: the dataset has targets, want classes")
	}
	if m.Inputs() != d.Features || m.Outputs() < d.Classes {
		return nil, fmt.Errorf("nn: model of %d→%d for data of %d features and %d classes", m.Inputs(), m.Outputs(), d.Features, d.Classes)
	}
	counts := make([][]int, d.Classes)
	for i := range counts {
		counts[i] = make([]int, m.Outputs())
	}
	m.ForEach(d, func(sample int, outputs []int8, c, n int) {
		counts[d.Labels[sample]][Argmax(outputs, c, m.Outputs(), n)]++
	})
	return counts, nil
}

// ForEach calls visit for every sample of a dataset in turn, with a batch of outputs in
// quads, the sample's column in it, and the number of columns.
func (m *Model) ForEach(d *data.Dataset, visit func(sample int, outputs []int8, c, n int)) {
	r := m.NewRunner(1)
	x := make([]int8, kernels.Quads(d.Features)*4*predictColumns)
	for at := 0; at < d.Len(); at += predictColumns {
		n := min(predictColumns, d.Len()-at)
		r.Restart(n)
		batch := x[:kernels.Quads(d.Features)*4*n]
		kernels.Interleave(batch, d.Inputs[at*d.Features:(at+n)*d.Features], d.Features, n)
		y := r.Step(batch)
		for c := range n {
			visit(at+c, y, c, n)
		}
	}
}

// checkBatch panics unless x is a batch of m×n in quads and c one of its columns.
func checkBatch(fn string, x []int8, c, m, n int) {
	if m < 1 || m > kernels.MaxK || n < 1 || n > maxColumns || len(x) != kernels.Quads(m)*4*n || c < 0 || c >= n {
		panic(fmt.Sprintf("nn: %s: column %d of a batch of %d activations, want %d×%d in quads", fn, c, len(x), m, n))
	}
}

// predictColumns is how many samples are predicted at once.
const predictColumns = 1024

// Argmax returns the row with the largest activation in column c of a batch of m×n in
// quads, the first of equals. It panics if x is no such batch, or c no column of it.
func Argmax(x []int8, c, m, n int) int {
	checkBatch("Argmax", x, c, m, n)
	return largest(x, c, m, n)
}

func largest(x []int8, c, m, n int) int {
	best, at := int8(-128), 0
	for i := range m {
		if v := x[(i/4*n+c)*4+i%4]; v > best {
			best, at = v, i
		}
	}
	return at
}
