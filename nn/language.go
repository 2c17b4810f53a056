package nn

import (
	"errors"
	"fmt"
	"slices"

	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
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
		if _, err := buildAttention(l.Width, l.Heads, l.Window, zeros); err != nil {
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

// scoreStreams and scoreLead are how ScoreText takes a model through a text: in so many
// parts side by side, each after a lead of the bytes before it.
const (
	scoreStreams = 64
	scoreLead    = 64
)

// A TextScorer measures a language model on a text. It keeps its memory from one use to
// the next.
type TextScorer struct {
	model *Model
	text  Text
	from  int
	work  []scorerWork
	part  func(worker, i int)
	each  func(logits []int8, c, n int, target uint8)
	also  func(y []int32, d *Dense, x []int8, n int) // of the runners' passes
}

type scorerWork struct {
	runner   *Runner
	sequence Sequence
	columns  []int32
	sum      int64
}

// NewTextScorer returns a scorer of the bytes of a text from one on. Those before it are
// what the model sees ahead of it.
func NewTextScorer(model *Model, text []byte, from int) (*TextScorer, error) {
	t := Text{Data: text, Places: model.Inputs()}
	if err := t.Check(); err != nil {
		return nil, err
	}
	if model.Outputs() != Bytes || from < 0 || from >= len(text) {
		return nil, fmt.Errorf("nn: model of %d outputs for a text of %d bytes from %d on, want %d outputs", model.Outputs(), len(text), from, Bytes)
	}
	s := &TextScorer{model: model, text: t, from: from, work: make([]scorerWork, parallel.Workers())}
	s.part = s.scorePart
	return s, nil
}

// Len returns the number of bytes that are scored.
func (s *TextScorer) Len() int { return len(s.text.Data) - s.from }

// Score returns the sum of the log-probabilities of all bytes, in units of 1/256 bit: the
// same for any number of processors.
func (s *TextScorer) Score() int64 {
	parts := min(parallel.Workers(), scoreStreams)
	parallel.For(len(s.work), parts, s.part)
	sum := int64(0)
	for i := range s.work {
		sum += s.work[i].sum
		s.work[i].sum = 0
	}
	return sum
}

// Visit calls visit for every byte that Score scores, with the logits of all columns of
// a step, the byte's column, and the byte, on the goroutine of the caller.
func (s *TextScorer) Visit(visit func(logits []int8, c, n int, target uint8)) {
	s.each = visit
	defer func() { s.each = nil }()
	for i := range min(parallel.Workers(), scoreStreams) {
		s.scorePart(0, i)
	}
	s.work[0].sum = 0
}

// scorePart scores some streams of the text. Streams are as long as each other, but for
// the last, which is shorter: what comes after the end is not counted.
func (s *TextScorer) scorePart(worker, i int) {
	ws, parts := &s.work[worker], min(parallel.Workers(), scoreStreams)
	lo, hi := i*scoreStreams/parts, (i+1)*scoreStreams/parts
	n, length := hi-lo, (s.Len()+scoreStreams-1)/scoreStreams
	if ws.runner == nil || ws.runner.pass.n != n {
		ws.runner = s.model.NewRunner(n)
		ws.runner.pass.also = s.also
	}
	ws.runner.Restart()
	q := &ws.sequence
	q.Streams, q.Lead, q.Steps = n, 0, 1
	for step := -scoreLead; step < length; step++ {
		q.reset(s.model.Inputs())
		for c := range n {
			s.text.fill(q, c, s.from+(lo+c)*length+step)
		}
		logits := ws.runner.Step(q.X[0])
		if step < 0 {
			continue
		}
		for c := range n {
			if (lo+c)*length+step >= s.Len() {
				continue
			}
			if s.each != nil {
				s.each(logits, c, n, q.Targets[0][c])
			}
		}
		ws.columns = reuse.Slice(ws.columns, n)
		kernels.Score(ws.columns, logits, q.Targets[0], Bytes, n)
		for c, v := range ws.columns {
			if (lo+c)*length+step < s.Len() {
				ws.sum += int64(v)
			}
		}
	}
}
