package hw

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
)

// result is the result of a run.
type result struct {
	Halted        bool             `json:"halted"`
	Interrupted   bool             `json:"interrupted,omitempty"`
	Steps         int              `json:"steps"`
	Operations    []operation      `json:"operations"` // most frequent first
	MACs          int              `json:"macs"`
	FarBytes      int              `json:"far_bytes"`
	Registers     map[string]int64 `json:"registers"` // registers that are not zero
	Shown         []shownSymbol    `json:"shown,omitempty"`
	Task          string           `json:"task,omitempty"` // for a network
	TestAccuracy  *float64         `json:"test_accuracy,omitempty"`
	TestSamples   int              `json:"test_samples,omitempty"`
	Identical     bool             `json:"identical,omitempty"`      // whether the outputs, or weights, equal the library's
	WeightsSHA256 string           `json:"weights_sha256,omitempty"` // for a trained network
	Confusion     [][]int          `json:"confusion,omitempty"`
}

// operation counts the executions of an operation.
type operation struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
	MACs  int    `json:"macs,omitempty"`
}

// shownSymbol is the content at a symbol.
type shownSymbol struct {
	Symbol string    `json:"symbol"`
	Kind   string    `json:"kind"` // kind of a tensor, or "words"
	Values [][]int64 `json:"values"`
}

// counter is an observer that sums the work of all instructions.
type counter struct {
	counts, macs [isa.PRNG + 1]int // by operation
	far, steps   int
}

// Step implements exec.Observer.
func (c *counter) Step(e exec.Event) {
	c.counts[e.Inst.Op]++
	c.macs[e.Inst.Op] += e.MACs()
	c.far += e.Far
	c.steps++
}

// result returns the counts as a result.
func (c *counter) result() *result {
	r := &result{
		Steps: c.steps, FarBytes: c.far,
		Operations: []operation{}, Registers: map[string]int64{},
	}
	for i := range isa.Specs {
		op := isa.Specs[i].Op
		r.MACs += c.macs[op]
		if c.counts[op] > 0 {
			r.Operations = append(r.Operations, operation{isa.Specs[i].Name, c.counts[op], c.macs[op]})
		}
	}
	slices.SortStableFunc(r.Operations, func(a, b operation) int { return cmp.Compare(b.Count, a.Count) })
	return r
}

// describe adds the result of a network whose outputs or weights equal the library's.
func (r *result) describe(task string, c report.Confusion) {
	accuracy := c.Accuracy()
	r.Task, r.TestAccuracy, r.TestSamples = task, &accuracy, c.Total()
	r.Identical, r.Confusion = true, c
}

// Write prints the result as text.
func (r *result) Write(p *report.Printer) {
	if r.TestAccuracy != nil {
		p.Section("Confusion", "row: true class, column: assigned")
		report.Confusion(r.Confusion).Write(p, nil)
	}
	p.Section("Instructions", report.Count(r.Steps)+" executed")
	for _, o := range r.Operations {
		macs := ""
		if o.MACs > 0 {
			macs = p.Dim("  " + report.Count(o.MACs) + " multiply-adds")
		}
		p.Printf("  %-8s %12s%s\n", o.Name, report.Count(o.Count), macs)
	}
	for _, shown := range r.Shown {
		p.Section(shown.Symbol, shown.Kind)
		for _, row := range shown.Values {
			p.Printf("  %s\n", strings.Trim(fmt.Sprint(row), "[]"))
		}
	}
	if r.TestAccuracy == nil {
		p.Section("Registers", "not zero")
		for reg := range isa.Reg(isa.Registers) {
			if v, ok := r.Registers[reg.String()]; ok {
				p.Printf("  %-4v %15d\n", reg, v)
			}
		}
	}
	r.writeSummary(p)
}

// writeSummary prints the final lines, if any.
func (r *result) writeSummary(p *report.Printer) {
	if r.TestAccuracy != nil || r.MACs > 0 || r.FarBytes > 0 || !r.Halted {
		fmt.Fprintln(p)
	}
	if r.TestAccuracy != nil {
		c := report.Confusion(r.Confusion)
		p.Line("Test accuracy", p.Good(report.Percent(c.Correct(), c.Total())), p.Dim(fmt.Sprintf(
			"%s of %s held-out samples", report.Count(c.Correct()), report.Count(c.Total()))))
		if r.WeightsSHA256 == "" {
			p.Line("Outputs", "bit-identical to the library's")
		} else {
			p.Line("Weights", "bit-identical to the library's")
			p.Line("Weights sha256", r.WeightsSHA256)
		}
	}
	if r.MACs > 0 {
		p.Line("Work", report.Count(r.MACs)+" multiply-adds")
	}
	if r.FarBytes > 0 {
		p.Line("Far memory", report.Count(r.FarBytes)+" bytes")
	}
	if !r.Halted {
		p.Line("Stopped", fmt.Sprintf("after %s instructions", report.Count(r.Steps)))
	}
}

// show returns the content at a symbol: a tensor if there is a descriptor, otherwise the words up
// to the next symbol.
func show(j *job, symbol string) (shownSymbol, error) {
	at, ok := j.program.Find(symbol)
	if !ok {
		return shownSymbol{}, fmt.Errorf("no data symbol %q", symbol)
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
