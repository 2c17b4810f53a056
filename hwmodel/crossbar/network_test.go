package crossbar

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
)

// blobs returns samples scattered around a random center for each class.
func blobs(features, classes, samples int) *data.Dataset {
	rng := rand.New(rand.NewPCG(1, 0))
	centers := make([]int, classes*features)
	for i := range centers {
		centers[i] = rng.IntN(161) - 80
	}
	d := &data.Dataset{Features: features, Classes: classes}
	for i := range samples {
		class := i % classes
		d.Labels = append(d.Labels, uint8(class))
		for _, c := range centers[class*features:][:features] {
			d.Inputs = append(d.Inputs, int8(c+rng.IntN(81)-40))
		}
	}
	return d
}

func network(t *testing.T, data *data.Dataset, config Config) (*nn.Model, *Network) {
	t.Helper()
	m := nn.NewMLP(3, data.Features, 20, 12, data.Classes)
	n, err := NewNetwork(m, config)
	if err != nil {
		t.Fatal(err)
	}
	return m, n
}

// On ideal crossbars, training and classification are bit-identical to package nn.
func TestIdealTraining(t *testing.T) {
	for name, make := range map[string]func() *nn.Model{
		"dense": func() *nn.Model { return nn.NewMLP(3, 64, 20, 12, 7) },
		"residual": func() *nn.Model {
			return nn.NewModel(nn.NewDense(64, 16, false), nn.NewMLPBlock(16, 24), nn.NewDense(16, 7, false))
		},
	} {
		t.Run(name, func(t *testing.T) { testIdealTraining(t, make(), make()) })
	}
}

func testIdealTraining(t *testing.T, m, digital *nn.Model) {
	data := blobs(64, 7, 300)
	m.Randomize(3)
	digital.Randomize(3)
	n, err := NewNetwork(m, Config{Device: Ideal, Rows: 16, Cols: 8})
	if err != nil {
		t.Fatal(err)
	}
	through, err := NewEvaluator(n, nn.Classify(data), nn.EvaluatorOptions{Streams: 37})
	if err != nil {
		t.Fatal(err)
	}
	without, err := nn.NewEvaluator(digital, nn.Classify(data), nn.EvaluatorOptions{Streams: 37})
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range []struct {
		model     *nn.Model
		evaluator es.Evaluator
	}{{m, through}, {digital, without}} {
		opt, err := es.New(run.model.Parameters(), run.evaluator, es.Options{Generations: 12, Pairs: 20, Rank: 4, Sigma: 2, Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	for i, l := range m.Matrices() {
		if !l.W.Equal(digital.Matrices()[i].W) {
			t.Errorf("matrix %d differs", i)
		}
	}
	n.Update()
	correct, _, err := n.Accuracy(data, 0)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := digital.Confusion(data)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for class := range counts {
		want += counts[class][class]
	}
	if correct != want || correct < 2*data.Len()/7 {
		t.Errorf("%d of %d right, want %d", correct, data.Len(), want)
	}
}

// Training through crossbars with every imperfection results in the same weights on any number
// of threads.
func TestTrainingIsDeterministic(t *testing.T) {
	data := blobs(30, 7, 300)
	config := everything
	config.Device.Endurance = 50
	var first *nn.Model
	for _, threads := range []int{1, 3} {
		func() {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
			m, n := network(t, data, config)
			n.Calibrate(data)
			evaluator, err := NewEvaluator(n, nn.Classify(data), nn.EvaluatorOptions{Streams: 37})
			if err != nil {
				t.Fatal(err)
			}
			opt, err := es.New(m.Parameters(), evaluator, es.Options{Sigma: es.WholeLevel, Generations: 5, Pairs: 60, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			if err := opt.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = m
				return
			}
			for i, l := range m.Matrices() {
				if !l.W.Equal(first.Matrices()[i].W) {
					t.Errorf("layer %d differs with %d threads", i, threads)
				}
			}
		}()
	}
}

// Each layer of a network has its own chip; ageing, refresh and wear of the network are the
// sums over its chips.
func TestNetwork(t *testing.T) {
	data := blobs(20, 7, 50)
	_, n := network(t, data, Config{Device: RRAM, ADCBits: 8})
	if n.Crossbars[1].config.Seed == n.Crossbars[2].config.Seed {
		t.Error("layers are alike")
	}
	before := weights(n.Crossbars[1])
	if err := n.Advance(1e6, 85); err != nil {
		t.Fatal(err)
	}
	if slices.Equal(before, weights(n.Crossbars[1])) {
		t.Error("no drift")
	}
	if err := n.Advance(-1, 85); err == nil {
		t.Error("time goes backwards")
	}
	cells := 2 * n.Model.Size()
	if written := n.Refresh(); written != cells {
		t.Errorf("refresh writes %d cells of %d", written, cells)
	}
	if w := n.Wear(); w.Cells != cells || w.Writes != 2*uint64(cells) || w.Least != 2 || w.Most != 2 || w.Histogram[2] != cells {
		t.Errorf("wear %+v of %d cells", w, cells)
	}
}

func TestEvaluatorErrors(t *testing.T) {
	samples := blobs(20, 7, 50)
	m, n := network(t, samples, Config{Device: Ideal})
	for want, make := range map[string]func() (*Evaluator, error){
		"model of 20→7": func() (*Evaluator, error) {
			return NewEvaluator(n, nn.Classify(blobs(19, 7, 50)), nn.EvaluatorOptions{Streams: 5})
		},
		"-1 streams": func() (*Evaluator, error) {
			return NewEvaluator(n, nn.Classify(samples), nn.EvaluatorOptions{Streams: -1})
		},
		"0 samples": func() (*Evaluator, error) {
			return NewEvaluator(n, nn.Classify(&data.Dataset{Features: 20, Classes: 7}), nn.EvaluatorOptions{Streams: 5})
		},
	} {
		if _, err := make(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if _, _, err := n.Accuracy(blobs(20, 6, 50), 0); err == nil {
		t.Error("accuracy on data of another shape")
	}
	c, err := NewEvaluator(n, nn.Classify(samples), nn.EvaluatorOptions{Streams: 5})
	if err != nil {
		t.Fatal(err)
	}
	opt, err := es.New(m.Parameters(), nil, es.Options{Sigma: es.WholeLevel, Generations: 1, Pairs: 4})
	if err != nil {
		t.Fatal(err)
	}
	good := opt.Ask()
	for want, spoil := range map[string]func(*es.Generation){
		"8 scores for 3 pairs":         func(g *es.Generation) { g.Pairs = 3 },
		"2 groups":                     func(g *es.Generation) { g.Groups = 2 },
		"want one group":               func(g *es.Generation) { g.Noise.Estimator = lowrank.PerturbActivations },
		"noise of rank -1":             func(g *es.Generation) { g.Noise.Rank = lowrank.FullRank },
		"generation of 2 parameters":   func(g *es.Generation) { g.Parameters = g.Parameters[:2] },
		"parameter 0 of the generatio": func(g *es.Generation) { g.Parameters = slices.Clone(g.Parameters); g.Parameters[0] = g.Parameters[1] },
	} {
		g := good
		spoil(&g)
		if err := c.Evaluate(context.Background(), g, make([]int64, 8)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if err := c.Evaluate(done, good, make([]int64, 8)); err != context.Canceled {
		t.Errorf("error %v of a context that is done", err)
	}
}

// The reads of a generation have its number, so that their noise differs between generations.
func TestReadsOfGenerations(t *testing.T) {
	samples := blobs(20, 7, 50)
	config := Config{Device: RRAM}
	config.Device.ReadNoise = 2
	m, n := network(t, samples, config)
	e, err := NewEvaluator(n, nn.Classify(samples), nn.EvaluatorOptions{Streams: 16})
	if err != nil {
		t.Fatal(err)
	}
	opt, err := es.New(m.Parameters(), nil, es.Options{Sigma: es.WholeLevel, Generations: 9, Pairs: 8})
	if err != nil {
		t.Fatal(err)
	}
	x := samples.Inputs[:20]
	product := func(multiply func(y []int32)) []int32 {
		y := make([]int32, 20)
		multiply(y)
		return y
	}
	var first []int32
	for generation := range 3 {
		g := opt.Ask()
		g.Number = generation
		if err := e.Evaluate(context.Background(), g, make([]int64, 16)); err != nil {
			t.Fatal(err)
		}
		r := &generationReader{reader: reader{network: n}, number: &e.generation}
		got := product(func(y []int32) { r.Multiply(y, 0, nil, x, 1, 0) })
		want := product(func(y []int32) { n.Crossbars[0].Product(&Workspace{}, y, x, 1, Read{uint32(generation), 0}) })
		if !slices.Equal(got, want) {
			t.Errorf("generation %d reads %v, want %v", generation, got, want)
		}
		if generation == 0 {
			first = got
		} else if slices.Equal(got, first) {
			t.Errorf("generation %d reads what generation 0 did", generation)
		}
	}
}

func TestEvaluateAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	data := blobs(20, 7, 50)
	m, n := network(t, data, everything)
	c, err := NewEvaluator(n, nn.Classify(data), nn.EvaluatorOptions{Streams: 16})
	if err != nil {
		t.Fatal(err)
	}
	opt, err := es.New(m.Parameters(), nil, es.Options{Sigma: es.WholeLevel, Generations: 1, Pairs: 100})
	if err != nil {
		t.Fatal(err)
	}
	g, scores := opt.Ask(), make([]int64, 200)
	// Enough runs that a worker whose first task comes late does not change the mean.
	if n := asmtest.AllocsPerRun(60, func() {
		if err := c.Evaluate(context.Background(), g, scores); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%d allocations a generation", n)
	}
}

// On ideal crossbars, running and training are bit-identical for all models: recurrent layers
// over several steps, and a convolution, whose samples have many columns.
func TestIdealModels(t *testing.T) {
	samples := blobs(4*4*4, 5, 60)
	for name, model := range map[string]func() *nn.Model{
		"gru": func() *nn.Model { return nn.NewModel(nn.NewGRU(64, 8), nn.NewDense(8, 5, false)) },
		"conv2d": func() *nn.Model {
			return nn.NewModel(nn.NewConv2D(4, 4, 4, 4, 3, 3, 1, true), nn.NewDense(16, 5, false))
		},
	} {
		digital, m := model(), model()
		digital.Randomize(2)
		m.Randomize(2)
		n, err := NewNetwork(m, Config{Device: Ideal, Rows: 16, Cols: 8})
		if err != nil {
			t.Fatal(err)
		}
		shape := nn.EvaluatorOptions{Streams: 6, Steps: 3, WarmUp: 1}
		plain, err := nn.NewEvaluator(digital, nn.Classify(samples), shape)
		if err != nil {
			t.Fatal(err)
		}
		through, err := NewEvaluator(n, nn.Classify(samples), shape)
		if err != nil {
			t.Fatal(err)
		}
		o := es.Options{Generations: 5, Pairs: 12, Sigma: 2, Seed: 5}
		for _, run := range []struct {
			model     *nn.Model
			evaluator es.Evaluator
		}{{digital, plain}, {m, through}} {
			opt, err := es.New(run.model.Parameters(), run.evaluator, o)
			if err != nil {
				t.Fatal(err)
			}
			if err := opt.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		for i, d := range m.Matrices() {
			if !d.W.Equal(digital.Matrices()[i].W) {
				t.Errorf("%s: matrix %d differs", name, i)
			}
		}
		n.Update()
		correct, _, err := n.Accuracy(samples, 0)
		if err != nil {
			t.Fatal(err)
		}
		if want, err := digital.Accuracy(samples); err != nil || correct != want {
			t.Errorf("%s: %d right, want %d, error %v", name, correct, want, err)
		}
	}
}

// The noise of a read depends only on its number and column, however the work is split.
func TestReadsHaveColumnsOfTheirOwn(t *testing.T) {
	samples := blobs(20, 7, chunkColumns+50)
	config := Config{Device: RRAM, Rows: 16, Cols: 8}
	config.Device.ReadNoise *= 20
	config.Device.ReadNoise = max(config.Device.ReadNoise, 2)
	m, n := network(t, samples, config)
	opt, err := es.New(m.Parameters(), nil, es.Options{Sigma: es.WholeLevel, Generations: 1, Pairs: 9, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	g := opt.Ask()
	g.Number = 3
	var want []int64
	for _, columns := range []int{1, 40, 1000} {
		e, err := NewEvaluator(n, nn.Classify(samples), nn.EvaluatorOptions{Streams: 7, Columns: columns})
		if err != nil {
			t.Fatal(err)
		}
		scores := make([]int64, 18)
		if err := e.Evaluate(context.Background(), g, scores); err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = scores
		}
		if !slices.Equal(scores, want) {
			t.Errorf("%d columns at once: scores %d, want %d", columns, scores, want)
		}
	}

	all := samples.Len()
	x := make([]int8, 20*all)
	kernels.Interleave(x, samples.Inputs, 20, all)
	different := map[int]bool{}
	for read := range uint32(12) {
		run, r := n.runner()
		r.read = Read{Number: read}
		run.Restart(all)
		logits, want := run.Step(x), 0
		for i, label := range samples.Labels {
			if nn.Argmax(logits, i, 7, all) == int(label) {
				want++
			}
		}
		got, _, err := n.Accuracy(samples, read)
		if err != nil || got != want {
			t.Errorf("read %d: %d right, %d in one piece, error %v", read, got, want, err)
		}
		different[want] = true
	}
	if len(different) < 3 {
		t.Errorf("12 reads have %d results: the noise is too small to tell", len(different))
	}
}
