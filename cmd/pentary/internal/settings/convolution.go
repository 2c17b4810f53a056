package settings

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/nn"
)

// A Convolution is a layer of an image network: filters of size × size pixels, at every
// stride-th pixel.
type Convolution struct{ Filters, Size, Stride int }

// Convolutions is a flag's value: convolutions before the hidden layers, as in
// 8x5/2,16x5/2, or "none".
type Convolutions []Convolution

const noConvolutions = "none"

// Set implements pflag.Value. Whether they fit the images Model says.
func (l *Convolutions) Set(text string) error {
	var all Convolutions
	if text == noConvolutions {
		*l = nil
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		filters, rest, _ := strings.Cut(part, "x")
		size, stride, found := strings.Cut(rest, "/")
		if !found {
			stride = "1"
		}
		var c Convolution
		for _, n := range []struct {
			to   *int
			text string
			most int
		}{{&c.Filters, filters, maxFilters}, {&c.Size, size, maxSize}, {&c.Stride, stride, maxSize}} {
			v, err := strconv.ParseUint(n.text, 10, 31)
			if err != nil || v < 1 || int(v) > n.most {
				return fmt.Errorf("want filters, size and stride of each layer, as in 8x5/2,16x5/2, of at most %d, %d and %[2]d, or %q", maxFilters, maxSize, noConvolutions)
			}
			*n.to = int(v)
		}
		if c.Filters%4 != 0 {
			return fmt.Errorf("%d filters, want a multiple of 4", c.Filters)
		}
		all = append(all, c)
	}
	if len(all) > MaxHidden {
		return fmt.Errorf("%d layers, want at most %d", len(all), MaxHidden)
	}
	*l = all
	return nil
}

const (
	maxFilters = 1024
	maxSize    = 64
)

// String implements pflag.Value.
func (l *Convolutions) String() string {
	if len(*l) == 0 {
		return noConvolutions
	}
	parts := make([]string, len(*l))
	for i, c := range *l {
		parts[i] = c.String()
	}
	return strings.Join(parts, ",")
}

func (c Convolution) String() string {
	if c.Stride == 1 {
		return fmt.Sprintf("%dx%d", c.Filters, c.Size)
	}
	return fmt.Sprintf("%dx%d/%d", c.Filters, c.Size, c.Stride)
}

// Type implements pflag.Value.
func (l *Convolutions) Type() string { return "layers" }

// A layerShape is the size of a layer's matrix and at how many places of a sample it multiplies.
type layerShape struct{ rows, columns, places int }

// shapes returns the layers of the network of those widths, inputs first. The images of
// convolutions are square and have one channel.
func (s *Classifier) shapes(widths []int) (layers []layerShape, side int, err error) {
	in := widths[0]
	if len(s.convolutions()) > 0 {
		side = int(fixed.Sqrt(uint64(in)))
		if side*side != in {
			return nil, 0, fmt.Errorf("--conv: samples of %d features, want square images of one channel", in)
		}
	}
	from, channels := side, 1
	for _, c := range s.convolutions() {
		if c.Size > from {
			return nil, 0, fmt.Errorf("--conv %v: for images of %d×%[2]d, want a size of at most %[2]d", c, from)
		}
		l := layerShape{c.Filters, c.Size * c.Size * channels, 0}
		from, channels = (from-c.Size)/c.Stride+1, c.Filters
		l.places = from * from
		in = l.places * c.Filters
		if rank := int(s.Rank); in > 1<<20 || rank > kernels.MaxRankK/max(in, l.columns) {
			return nil, 0, fmt.Errorf("--conv %v: %d outputs, want at most %d, and %d with --rank %d", c, in, 1<<20, kernels.MaxRankK/max(rank, 1), rank)
		}
		layers = append(layers, l)
	}
	for _, out := range widths[1:] {
		layers = append(layers, layerShape{out, in, 1})
		in = out
	}
	return layers, side, nil
}

func (s *Classifier) convolutions() Convolutions {
	if s.Convolutions == nil {
		return nil
	}
	return *s.Convolutions
}

// Model returns the network of those widths, inputs first, with its initial weights:
// convolutions with ReLU, if there are any, before the dense layers of nn.NewMLP.
func (s *Classifier) Model(widths []int) (*nn.Model, error) {
	if len(s.convolutions()) == 0 {
		return nn.NewMLP(s.Base.Seed, widths...), nil
	}
	shapes, side, err := s.shapes(widths)
	if err != nil {
		return nil, err
	}
	var layers []nn.Layer
	channels := 1
	for _, c := range s.convolutions() {
		layers = append(layers, nn.NewConv2D(side, side, channels, c.Filters, c.Size, c.Stride, true))
		side, channels = (side-c.Size)/c.Stride+1, c.Filters
	}
	for i, l := range shapes[len(layers):] {
		last := i == len(widths)-2
		d := nn.NewDense(l.columns, l.rows, !last)
		if last {
			d.Shift++
		}
		layers = append(layers, d)
	}
	m := nn.NewModel(layers...)
	m.Randomize(s.Base.Seed)
	return m, nil
}

// Memory is NetworkMemory of the network of those widths, of 0 bytes if there can be none.
func (s *Classifier) Memory(widths []int) int {
	shapes, _, err := s.shapes(widths)
	if err != nil {
		return 0 // Model says so
	}
	return memoryOf(shapes, widths[0], s.Options(), s.Batch)
}

// Network describes the layers of the network of those widths, inputs first, as in
// 784-8x5/2-16x5/2-64-10.
func (s *Classifier) Network(widths []int) string {
	text := Network(widths[:1])
	for _, c := range s.convolutions() {
		text += "-" + c.String()
	}
	return text + "-" + Network(widths[1:])
}
