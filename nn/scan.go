package nn

import (
	"errors"
	"fmt"
	"strings"

	"github.com/Kaleaon/pentary-go/kernels"
)

// Scan reads its input part by part within one step of the model: it applies Layers to Parts equal
// parts of the input, one after another, with states that begin as zeros, and returns the outputs
// for the last part. This lets a recurrent layer classify a signal:
//
//	NewModel(NewScan(10, NewGRU(4, 32)), NewDense(32, 10, false)) // of 40 values
//
// With All it returns the outputs for all parts, side by side. Noise in activations is drawn for
// each part (docs/decisions.md#scans-within-a-step).
type Scan struct {
	Layers []Layer
	Parts  int
	All    bool
}

// NewScan returns a Scan that returns the outputs for the last part. It panics if the widths of the
// layers do not match, or if the first layer's number of inputs is not a multiple of 4.
func NewScan(parts int, layers ...Layer) *Scan { return must(buildScan(layers, parts, false)) }

func buildScan(layers []Layer, parts int, all bool) (*Scan, error) {
	if err := checkChain("Scan", layers); err != nil {
		return nil, err
	}
	s := &Scan{layers, parts, all}
	in, out := layers[0].Inputs(), layers[len(layers)-1].Outputs()
	err := checkWidths("Scan", 4, in)
	if all {
		err = errors.Join(err, checkWidths("Scan of all parts", 4, out))
	}
	if most := kernels.MaxK / max(in, out); err == nil && (parts < 1 || parts > most) {
		err = fmt.Errorf("nn: Scan of %d parts, want 1 to %d", parts, most)
	}
	return s, err
}

// Inputs returns the width of all parts.
func (l *Scan) Inputs() int { return l.Parts * l.Layers[0].Inputs() }

// Outputs returns the width of the last layer, of all parts with All.
func (l *Scan) Outputs() int {
	out := l.Layers[len(l.Layers)-1].Outputs()
	if l.All {
		return l.Parts * out
	}
	return out
}

func (l *Scan) String() string {
	names := make([]string, len(l.Layers))
	for i, one := range l.Layers {
		names[i] = one.String()
	}
	return fmt.Sprintf("%s (%s)", l.name(), strings.Join(names, ", "))
}

func (l *Scan) name() string {
	which := "last"
	if l.All {
		which = "all"
	}
	return fmt.Sprintf("scan of %d parts, %s", l.Parts, which)
}

// Spec implements Layer.
func (l *Scan) Spec() Spec {
	return Spec{Kind: scanKind, Sizes: []int{l.Parts}, Layers: specs(l.Layers), All: l.All}
}

// Weights implements Layer.
func (l *Scan) Weights(add func(string, *Dense)) { chainWeights(l.Layers, add) }

// Step implements Layer.
func (l *Scan) Step(p *Pass, x []int8) []int8 {
	outer, time, first, start := p.placed, p.time, p.first, p.start
	tensor, memory := p.tensor, p.memory
	var all []int8
	if l.All {
		all = p.Alloc(l.Outputs())
	}
	p.first, p.start = 0, nil
	size := len(x) / l.Parts
	for part := range l.Parts {
		p.placed = placed{outer.place*l.Parts + part, outer.places * l.Parts}
		p.time, p.tensor, p.memory = part, tensor, memory
		y := chainStep(l.Layers, p, x[part*size:][:size])
		if part == l.Parts-1 && !l.All {
			all = y
			break
		}
		if l.All {
			copy(all[part*len(y):], y)
		}
		p.Free(y)
	}
	p.placed, p.time, p.first, p.start = outer, time, first, start
	return all
}
