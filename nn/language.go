package nn

import (
	"errors"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/kernels"
)

// Bytes is the vocabulary of language models.
const Bytes = 256

// A Cell is the kind of a language model's recurrent layers.
type Cell string

// The cells. NoCell leaves the recurrent layers out.
const (
	CellMinGRU Cell = "mingru"
	CellGRU    Cell = "gru"
	CellLSTM   Cell = "lstm"
	CellRNN    Cell = "rnn"
	CellAttend Cell = "attention"
	NoCell     Cell = "none"
)

// Cells lists the cells.
var Cells = []Cell{CellMinGRU, CellGRU, CellLSTM, CellRNN, CellAttend, NoCell}

func (c Cell) String() string { return string(c) }

// Language is the shape of a language model over bytes.
type Language struct {
	Width  int  // of the layers, a multiple of 4
	Layers int  // of blocks: a recurrent layer and an MLP block, each around a residual connection
	Cell   Cell // of the recurrent layers
	Hidden int  // width of the MLP blocks within, in Widths; 0 for none
	Places int  // bytes that come in at a step, see Embedding

	Heads, Window int // of CellAttend
}

// NewLanguageModel returns a language model with random weights from the seed: an
// embedding, Layers times x + cell(norm(x)) and x + mlp(norm(x)), and a norm and a dense
// layer that yield the logits of the next byte. With MinGRU cells, one place and Hidden
// of 4 it has the geometry of the paper's (arXiv 2511.16652, App. D).
func NewLanguageModel(seed uint64, l Language) (*Model, error) {
	if l.Layers < 0 || l.Hidden < 0 || !slices.Contains(Cells, l.Cell) {
		return nil, fmt.Errorf("nn: language model of %d layers of %q and %d widths", l.Layers, l.Cell, l.Hidden)
	}
	if err := errors.Join(checkWidths("language model", 4, l.Width), checkWidths("language model", 1, l.Places)); err != nil {
		return nil, err
	}
	if l.Width*max(1, l.Hidden) > kernels.MaxK/4 || l.Places > kernels.MaxK/Bytes {
		return nil, fmt.Errorf("nn: language model of width %d, %d widths within and %d places is too large", l.Width, l.Hidden, l.Places)
	}
	if l.Cell == CellAttend {
		if _, err := buildAttention(l.Width, l.Heads, l.Window, Zeros); err != nil {
			return nil, err
		}
	}
	w := l.Width
	layers := []Layer{NewEmbedding(Bytes, l.Places, w, true)}
	for range l.Layers {
		if cell := l.cell(); cell != nil {
			layers = append(layers, NewResidual(NewLayerNorm(w), cell))
		}
		if l.Hidden > 0 {
			layers = append(layers, NewMLPBlock(w, l.Hidden*w))
		}
	}
	m, err := buildModel(append(layers, NewLayerNorm(w), NewDense(w, Bytes, false)))
	if err != nil {
		return nil, err
	}
	m.Randomize(seed)
	return m, nil
}

// cell returns a recurrent layer, nil for none.
func (l *Language) cell() Layer {
	switch l.Cell {
	case CellMinGRU:
		return NewMinGRU(l.Width, l.Width)
	case CellGRU:
		return NewGRU(l.Width, l.Width)
	case CellLSTM:
		return NewLSTM(l.Width, l.Width)
	case CellRNN:
		return NewRNN(l.Width, l.Width)
	case CellAttend:
		return NewAttention(l.Width, l.Heads, l.Window)
	}
	return nil
}
