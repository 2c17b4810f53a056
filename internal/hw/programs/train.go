package programs

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/hw/exec"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// Training is a program that trains a network, like an es.Optimizer with an nn.Evaluator for
// nn.Classify.
type Training struct {
	*Program
	layers []*nn.Dense
	data   *data.Dataset

	sampleBase, labelBase int // addresses of the dataset in the memory of bytes
}

// trainingText is the data for the template of Training.
type trainingText struct {
	Seed                            string // both words
	Generations, Pairs, Members     int
	Rank, Law, Sigma                int
	Coding                          isa.Coding
	Rule                            isa.Rule
	Rate                            int64 // in 1/65536
	Decays                          bool
	Batch, Samples                  int
	SampleBytes                     int
	SampleBase, LabelBase           string
	Sample, Label, X, Labels, Codes string
	Outputs                         string
	Layers                          []layerText
}

type layerText struct {
	N                                         int
	In                                        string
	Shift                                     uint
	ReLU                                      bool
	W, A, B, Product, Noisy, Sum, H, Residual string
}

// NewTraining returns the program of a run of es.Optimizer that trains net from its present
// weights on batches of data, drawn as by nn.Classify. It returns an error that names the first
// option that the machine does not implement: noise in activations or of full rank, rules other
// than residual and stochastic, codings other than FourBit and Sign, schedules other than linear
// and constant, groups, noise reuse, weight decay, and minimized scores.
func NewTraining(net *nn.Model, data *data.Dataset, batch int, o es.Options) (*Training, error) {
	layers, err := denseLayers(net)
	if err != nil {
		return nil, err
	}
	if batch < 1 {
		return nil, fmt.Errorf("programs: batch of %d samples, want at least 1", batch)
	}
	if _, err := nn.NewEvaluator(net, nn.Classify(data), nn.EvaluatorOptions{Streams: batch}); err != nil {
		return nil, err
	}
	opt, err := es.New(net.Parameters(), nil, o)
	if err != nil {
		return nil, err
	}
	o = opt.Options()
	text := trainingText{
		Seed:        seedWords(o.Seed),
		Generations: o.Generations, Pairs: o.Pairs, Members: 2 * o.Pairs, Rank: o.Rank,
		Law: int(o.Distribution), Sigma: int(o.SigmaShift()), Decays: o.Schedule == es.Linear,
		Batch: batch, Samples: data.Len(), SampleBytes: 4 * kernels.Quads(data.Features),
	}
	if err := text.setRule(o); err != nil {
		return nil, fmt.Errorf("programs: %w", err)
	}
	return newTraining(layers, data, &text)
}

// setRule sets the fields of the update rule, or returns an error if the machine does not
// implement the rule.
func (t *trainingText) setRule(o es.Options) error {
	switch rule := o.Rule.(type) {
	case es.ErrorFeedback:
		t.Rule, t.Rate = isa.Residual, int64(rule.Rate)
	case es.Stochastic:
		t.Rule, t.Rate = isa.Stochastic, int64(rule.Rate)
	default:
		return fmt.Errorf("rule %v, want residual or stochastic", o.Rule)
	}
	switch o.Fitness {
	case es.FourBit:
		t.Coding = isa.FourBits
	case es.Sign:
		t.Coding = isa.Signs
	default:
		return fmt.Errorf("fitness coding %v, want %v or %v", o.Fitness, es.FourBit, es.Sign)
	}
	const most = trit5.WordMax / 2 // largest dividend of a rate
	switch {
	case o.Estimator != lowrank.PerturbWeights:
		return errors.New("noise in activations")
	case o.Rank == lowrank.FullRank:
		return errors.New("noise of full rank")
	case t.Members > isa.MaxSmall:
		return fmt.Errorf("%d pairs, want at most %d", o.Pairs, isa.MaxSmall/2)
	case o.Schedule != es.Linear && o.Schedule != es.Constant || o.SigmaSchedule != es.Constant || o.Restart != 0:
		return fmt.Errorf("schedules %v and %v of σ, restart %d, want linear or constant, constant and none", o.Schedule, o.SigmaSchedule, o.Restart)
	case o.Groups != 1 || o.NoiseReuse != 1 || o.WeightDecay != 0 || o.Minimize:
		return fmt.Errorf("%d groups, reuse %d, shrink %d, minimize %t", o.Groups, o.NoiseReuse, o.WeightDecay, o.Minimize)
	case o.Generations > isa.MaxLarge || int64(o.Generations)*t.Rate > most:
		return fmt.Errorf("%d generations at a rate of %d/65536, want a product of at most %d", o.Generations, t.Rate, int64(most))
	}
	return nil
}

func newTraining(layers []*nn.Dense, data *data.Dataset, text *trainingText) (*Training, error) {
	l, n := &layout{}, text.Batch
	t := &Training{layers: layers, data: data, sampleBase: l.bytes}
	l.activations(4*kernels.Quads(data.Features), data.Len())
	t.labelBase = l.bytes
	l.activations(1, data.Len())
	text.SampleBase, text.LabelBase = strconv.Itoa(t.sampleBase), strconv.Itoa(t.labelBase)
	text.Sample = fmt.Sprintf("%d, %d, 1", t.sampleBase, data.Features)
	text.Label = fmt.Sprintf("%d, 1, 1", t.labelBase)
	text.X, text.Labels, text.Codes = l.activations(data.Features, n), l.activations(1, n), l.activations(text.Pairs, 1)

	in := "x"
	for i, layer := range layers {
		m, k := layer.W.Rows(), layer.W.Cols()
		own := 2 * n // columns of the pair's inputs
		if i == 0 {
			own = n
		}
		text.Layers = append(text.Layers, layerText{
			N: i, In: in, Shift: layer.Shift, ReLU: layer.ReLU,
			W: l.matrix(m, k), A: l.matrix(text.Rank, m), B: l.matrix(text.Rank, k),
			Product: l.accumulators(m, own), Noisy: l.accumulators(m, own), Sum: l.accumulators(m, 2*n),
			H: l.activations(m, 2*n), Residual: l.activations(m*packed.PaddedLen(k), 1),
		})
		in = "h" + strconv.Itoa(i)
	}
	text.Outputs = in
	var err error
	if t.Program, err = build("train.pasm", text, l); err != nil {
		return nil, err
	}
	return t, nil
}

// Machine returns a machine with the network's weights and the dataset in memory.
func (t *Training) Machine(observers ...exec.Observer) (*exec.Machine, error) {
	m, err := t.Program.Machine(observers...)
	if err != nil {
		return nil, err
	}
	for i, l := range t.layers {
		if err := setMatrix(m, "w"+strconv.Itoa(i), l.W); err != nil {
			return nil, err
		}
	}
	size := 4 * kernels.Quads(t.data.Features)
	samples := m.Activations(exec.Tensor{Kind: isa.Bytes, Base: t.sampleBase, Rows: size, Cols: t.data.Len()})
	labels := m.Activations(exec.Tensor{Kind: isa.Bytes, Base: t.labelBase, Rows: 1, Cols: t.data.Len()})
	for i, label := range t.data.Labels {
		copy(samples[i*size:], t.data.Sample(i))
		labels[4*i] = int8(label)
	}
	return m, nil
}

// Run trains the network on a machine. After an error, the weights are unchanged.
func (t *Training) Run(ctx context.Context, observers ...exec.Observer) error {
	m, err := t.Machine(observers...)
	if err != nil {
		return err
	}
	if err := m.Run(ctx); err != nil {
		return err
	}
	for i, l := range t.layers {
		if err := getMatrix(m, "w"+strconv.Itoa(i), l.W); err != nil {
			return err
		}
	}
	return nil
}
