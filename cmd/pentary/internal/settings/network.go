package settings

import (
	"fmt"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// layerShape is the size of a matrix and the number of places of a sample at which it multiplies.
type layerShape struct{ rows, columns, places int }

// plannedLayer is a layer before it is built.
type plannedLayer struct {
	shapes []layerShape // shapes of its matrices
	build  func() nn.Layer
}

// plan returns the layers of the network with the given widths, inputs first: convolutions with
// ReLU, a recurrent layer, and the dense layers of nn.NewMLP. Images have one channel.
func (s *Classifier) plan(widths []int) (layers []plannedLayer, err error) {
	in := widths[0]
	if len(s.convolutions()) > 0 {
		if layers, in, err = s.planConvolutions(in); err != nil {
			return nil, err
		}
	}
	if r := s.Recurrent; r != nil && r.Cell != "" {
		if in%r.Part != 0 {
			return nil, fmt.Errorf("--recurrent %v: %d inputs are not a multiple of the values per step", r, in)
		}
		parts, cell := in/r.Part, cells[r.Cell]
		l := plannedLayer{build: func() nn.Layer { return r.layer(parts) }}
		for _, n := range cell.outputs {
			l.shapes = append(l.shapes, layerShape{n * r.Width, r.Part + r.Width, parts})
		}
		if in = r.Width; r.All {
			in *= parts
		}
		if err := s.checkOutputs("--recurrent "+r.String(), in, l.shapes); err != nil {
			return nil, err
		}
		layers = append(layers, l)
	}
	for i, out := range widths[1:] {
		from, last := in, i == len(widths)-2
		layers = append(layers, plannedLayer{[]layerShape{{out, s.columns(in), 1}}, func() nn.Layer {
			d := s.dense(from, out, !last)
			if last {
				d.Shift++
			}
			return d
		}})
		in = out
	}
	return layers, nil
}

// planConvolutions returns the convolutions and their number of outputs.
func (s *Classifier) planConvolutions(in int) (layers []plannedLayer, out int, err error) {
	rows, columns, channels := s.Rows, 0, 1
	if rows == 0 {
		rows = int(fixed.Sqrt(uint64(in)))
	}
	if columns = in / rows; rows*columns != in || s.Rows == 0 && rows != columns {
		return nil, 0, fmt.Errorf("--conv: samples of %d features, want square images of one channel", in)
	}
	for _, c := range s.convolutions() {
		if c.Height > rows || c.Width > columns {
			return nil, 0, fmt.Errorf("--conv %v: for images of %d×%d, want a size of at most %[2]d×%[3]d", c, rows, columns)
		}
		fromRows, fromColumns, from := rows, columns, channels
		rows, columns, channels = (rows-c.Height)/c.Stride+1, (columns-c.Width)/c.Stride+1, c.Filters
		l := plannedLayer{[]layerShape{{c.Filters, s.columns(c.Height * c.Width * from), rows * columns}}, func() nn.Layer {
			l := nn.NewConv2D(fromRows, fromColumns, from, c.Filters, c.Height, c.Width, c.Stride, true)
			l.Kernel = s.dense(l.Kernel.Inputs(), c.Filters, true)
			return l
		}}
		out = rows * columns * channels
		if err := s.checkOutputs("--conv "+c.String(), out, l.shapes); err != nil {
			return nil, 0, err
		}
		layers = append(layers, l)
	}
	return layers, out, nil
}

// biased reports whether layers have biases.
func (s *Classifier) biased() bool { return s.Bias != nil && *s.Bias }

// columns returns the number of columns of a matrix for the given number of inputs.
func (s *Classifier) columns(in int) int {
	if s.biased() {
		in++
	}
	return in
}

// dense returns a dense layer, with a bias if layers have biases.
func (s *Classifier) dense(in, out int, relu bool) *nn.Dense {
	if s.biased() {
		return nn.NewBiasedDense(in, out, relu)
	}
	return nn.NewDense(in, out, relu)
}

// checkOutputs returns an error if a layer is too large.
func (s *Classifier) checkOutputs(flag string, out int, shapes []layerShape) error {
	widest := 1
	for _, l := range shapes {
		out = max(out, l.rows*l.places)
		widest = max(widest, out, l.columns)
	}
	if rank := int(s.Rank); out > 1<<20 || rank > kernels.MaxRankK/widest {
		return fmt.Errorf("%s: %d outputs, want at most %d, and %d with --rank %d", flag, out, 1<<20, kernels.MaxRankK/max(rank, 1), rank)
	}
	return nil
}

func (s *Classifier) convolutions() Convolutions {
	if s.Convolutions == nil {
		return nil
	}
	return *s.Convolutions
}

// Model returns the network with the given widths, inputs first, and initial weights.
func (s *Classifier) Model(widths []int) (*nn.Model, error) {
	planned, err := s.plan(widths)
	if err != nil {
		return nil, err
	}
	var layers []nn.Layer
	for _, l := range planned {
		layers = append(layers, l.build())
	}
	m := nn.NewModel(layers...)
	m.Randomize(s.Base.Seed)
	matrices := m.Matrices()
	matrices[len(matrices)-1].Sigma = s.Output
	return m, nil
}

// Memory is NetworkMemory for the network with the given widths, or 0 if the network is invalid.
func (s *Classifier) Memory(widths []int) int {
	planned, err := s.plan(widths)
	if err != nil {
		return 0 // Model returns the error
	}
	var shapes []layerShape
	for _, l := range planned {
		shapes = append(shapes, l.shapes...)
	}
	return memoryOf(shapes, widths[0], s.Options(), s.Batch)
}

// Network formats the layers of the network with the given widths, inputs first, for example
// 784-8x5/2-16x5/2-64-10.
func (s *Classifier) Network(widths []int) string {
	text := Network(widths[:1])
	for _, c := range s.convolutions() {
		text += "-" + c.String()
	}
	if r := s.Recurrent; r != nil && r.Cell != "" {
		text += "-" + r.String()
	}
	return text + "-" + Network(widths[1:])
}
