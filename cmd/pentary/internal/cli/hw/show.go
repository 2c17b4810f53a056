package hw

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// show returns the content of a symbol: the tensor if there is a descriptor, otherwise the
// words up to the next symbol.
func show(j *job, symbol string) (shownSymbol, error) {
	at, ok := j.program.Find(symbol)
	if !ok {
		return shownSymbol{}, fmt.Errorf("no data at a symbol %q", symbol)
	}
	if t, err := j.machine.Tensor(symbol); err == nil {
		values, err := tensorValues(j.machine, t)
		return shownSymbol{symbol, t.Kind.String(), values}, err
	}
	end := len(j.program.Data)
	for _, s := range j.program.Symbols {
		if s.Section == isa.Data && s.Value > at {
			end = min(end, s.Value)
		}
	}
	var words []int64
	for ; at < end; at++ {
		v, err := j.machine.Word(at)
		if err != nil {
			return shownSymbol{}, err
		}
		words = append(words, v)
	}
	return shownSymbol{symbol, "words", [][]int64{words}}, nil
}

// tensorValues returns a tensor row by row.
func tensorValues(m *exec.Machine, t exec.Tensor) ([][]int64, error) {
	at := func(i, c int) int64 { return int64(m.Accumulators(t)[i*t.Cols+c]) }
	switch t.Kind {
	case isa.Pents:
		w, err := m.Matrix(t)
		if err != nil {
			return nil, err
		}
		at = func(i, c int) int64 { return int64(w.At(i, c)) }
	case isa.Bytes:
		at = func(i, c int) int64 { return int64(m.Activations(t)[(i/4*t.Cols+c)*4+i%4]) }
	}
	rows := make([][]int64, t.Rows)
	for i := range rows {
		rows[i] = make([]int64, t.Cols)
		for c := range rows[i] {
			rows[i][c] = at(i, c)
		}
	}
	return rows, nil
}
