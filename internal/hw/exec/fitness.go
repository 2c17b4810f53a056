package exec

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/kernels"
)

// score executes POPEVAL.
func score(m *Machine, in isa.Instruction, e *Event) error {
	words, err := m.descriptor(m.regs[in.Rs1], isa.Population)
	if err != nil {
		return err
	}
	scores, err := m.vector(m.regs[in.Rd], int64(in.Imm))
	if err != nil {
		return fmt.Errorf("scores: %w", err)
	}
	outputs, err := m.operand(0, words[isa.PopulationOutputs], 0)
	if err != nil {
		return fmt.Errorf("outputs: %w", err)
	}
	targetKind := outputs.Kind
	targets, err := m.operand(1, words[isa.PopulationTargets], targetKind)
	if err != nil {
		return fmt.Errorf("targets: %w", err)
	}
	of, each := outputs.Cols, targets.Cols
	if outputs.Kind == isa.Pents {
		of, each = outputs.Rows, targets.Rows
	}
	if int64(of) != int64(in.Imm)*int64(each) {
		return fmt.Errorf("%v for %d members with targets %v", outputs, in.Imm, targets)
	}
	e.M, e.N = outputs.Rows, len(scores)
	e.Written.Words += len(scores) * isa.WordBytes
	switch isa.Objective(words[isa.PopulationObjective]) {
	case isa.CrossEntropy:
		return m.crossEntropy(scores, outputs, targets)
	case isa.SquaredError:
		return m.squaredError(scores, outputs, targets)
	}
	return fmt.Errorf("objective %d", words[isa.PopulationObjective])
}

// vector returns n words of data memory, beginning at address.
func (m *Machine) vector(address, n int64) ([]int64, error) {
	if n < 1 || address < 0 || n > int64(len(m.words)) || address > int64(len(m.words))-n {
		return nil, fmt.Errorf("%d words at address %d of a data memory of %d", n, address, len(m.words))
	}
	return m.words[address:][:n], nil
}

func (m *Machine) crossEntropy(scores []int64, outputs, targets Tensor) error {
	if outputs.Kind != isa.Bytes || targets.Rows != 1 || outputs.Rows > kernels.MaxClasses {
		return fmt.Errorf("cross-entropy of %v with %v, want outputs in bytes of at most %d classes and one row of targets", outputs, targets, kernels.MaxClasses)
	}
	classes := m.activations(targets)
	labels := resize(&m.scratch.a, outputs.Cols)
	for c := range labels {
		label := uint8(classes[targets.quad(0, c%targets.Cols)])
		if int(label) >= outputs.Rows {
			return fmt.Errorf("class %d in column %d, want below %d", label, c%targets.Cols, outputs.Rows)
		}
		labels[c] = label
	}
	columns := resize(&m.scratch.t, outputs.Cols)
	kernels.LogProb(columns, m.activations(outputs), labels, outputs.Rows, outputs.Cols)
	for i := range scores {
		sum := int64(0)
		for _, v := range columns[i*targets.Cols : (i+1)*targets.Cols] {
			sum += int64(v)
		}
		scores[i] = saturate(sum)
	}
	return nil
}

// saturate limits v to the range of a word.
func saturate(v int64) int64 { return min(max(v, -wordMax), wordMax) }

func (m *Machine) squaredError(scores []int64, outputs, targets Tensor) error {
	if outputs.Kind != isa.Pents && outputs.Rows != targets.Rows || outputs.Kind == isa.Pents && outputs.Cols != targets.Cols {
		return fmt.Errorf("%v and targets %v differ in shape", outputs, targets)
	}
	at, want, err := m.elements(outputs, targets)
	if err != nil {
		return err
	}
	rows, cols := targets.Rows, targets.Cols
	for i := range scores {
		sum := int64(0)
		for row := range rows {
			for c := range cols {
				y := int64(0)
				if outputs.Kind == isa.Pents {
					y = at(i*rows+row, c)
				} else {
					y = at(row, i*cols+c)
				}
				const most = 1 << 19 // its square exceeds a word
				d := min(max(y-want(row, c), -most), most)
				sum = min(sum+d*d, wordMax)
			}
		}
		scores[i] = -sum
	}
	return nil
}

// elements returns functions that return single elements of two tensors.
func (m *Machine) elements(a, b Tensor) (x, y func(i, j int) int64, err error) {
	of := func(t Tensor) (func(i, j int) int64, error) {
		switch t.Kind {
		case isa.Bytes:
			v := m.activations(t)
			return func(i, j int) int64 { return int64(v[t.quad(i, j)]) }, nil
		case isa.Accumulators:
			v := m.accumulators(t)
			return func(i, j int) int64 { return int64(v[i*t.Cols+j]) }, nil
		}
		w, err := m.matrix(t)
		if err != nil {
			return nil, err
		}
		return func(i, j int) int64 { return int64(w.At(i, j)) }, nil
	}
	if x, err = of(a); err != nil {
		return nil, nil, err
	}
	y, err = of(b)
	return x, y, err
}

// shape executes POPAVG.
func shape(m *Machine, in isa.Instruction, e *Event) error {
	u, err := m.update(m.regs[in.Rd])
	if err != nil {
		return err
	}
	scores, err := m.vector(m.regs[in.Rs1], int64(in.Imm))
	if err != nil {
		return fmt.Errorf("scores: %w", err)
	}
	e.Tensors[0] = u.codes
	e.N = len(scores)
	e.Read.Words += len(scores) * isa.WordBytes
	e.Written.add(u.codes.traffic())
	if u.coding == isa.Normalized {
		if err := u.codes.want(len(scores), 1); err != nil {
			return fmt.Errorf("codes: %w", err)
		}
		m.normalize(m.accumulators(u.codes), scores)
		return nil
	}
	if len(scores)%2 != 0 {
		return fmt.Errorf("%d members, want an even number: pairs", len(scores))
	}
	if err := u.codes.want(len(scores)/2, 1); err != nil {
		return fmt.Errorf("codes: %w", err)
	}
	codes := m.activations(u.codes)
	clear(codes)
	codes = codes[:len(scores)/2]
	if u.coding == isa.Signs {
		for p := range codes {
			codes[p] = int8(cmp.Compare(scores[2*p], scores[2*p+1]))
		}
		return nil
	}
	m.quantize(codes, scores)
	return nil
}

// quantize writes the differences of pairs in units of half the median of their nonzero
// magnitudes, rounded to nearest, ties away from zero.
func (m *Machine) quantize(codes []int8, scores []int64) {
	magnitudes := resize(&m.scratch.sums, len(codes))[:0]
	for p := range codes {
		if d := scores[2*p] - scores[2*p+1]; d != 0 {
			magnitudes = append(magnitudes, max(d, -d))
		}
	}
	if len(magnitudes) == 0 {
		return
	}
	slices.Sort(magnitudes)
	median := magnitudes[len(magnitudes)/2]
	for p := range codes {
		codes[p] = int8(min(max(fixed.RoundDiv(2*(scores[2*p]-scores[2*p+1]), median), -7), 7))
	}
}

// normalize writes the distances of scores from their mean in standard deviations, with 16
// fraction bits; if all scores are equal, the distances are zero.
func (m *Machine) normalize(dst []int32, scores []int64) {
	distances := resize(&m.scratch.sums, len(scores))
	sum := int64(0)
	for _, v := range scores {
		sum += v
	}
	mean := fixed.FloorDiv(sum, int64(len(scores)))
	largest := int64(0)
	for i, v := range scores {
		distances[i] = v - mean
		largest = max(largest, distances[i], -distances[i])
	}
	// Sums of squares of 20-bit values do not overflow for the largest population.
	const fit = 20
	down := uint(max(0, bits.Len64(uint64(largest))-fit))
	squares := uint64(0)
	for i := range distances {
		distances[i] >>= down
		squares += uint64(distances[i] * distances[i])
	}
	deviation := int64(fixed.Sqrt(squares << 8 / uint64(len(scores)))) // with four fraction bits
	for i, d := range distances {
		if deviation == 0 {
			d = 0
		} else {
			d = fixed.RoundDiv(d<<20, deviation)
		}
		dst[i] = int32(d)
	}
}
