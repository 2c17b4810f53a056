package nn

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Samples that have been replaced are seen by the next call, whatever came before it.
func TestReplacedSamples(t *testing.T) {
	d := blobs(1, 12, 2, 64)
	net := NewMLP(1, 12, 8, 2)
	used, err := NewEvaluator(net, Classify(d), EvaluatorOptions{Streams: 16})
	if err != nil {
		t.Fatal(err)
	}
	weights, activations := generationOf(net, lowrank.PerturbWeights, 3, 1), generationOf(net, lowrank.PerturbActivations, 3, 1)
	results := func(e *Evaluator) string {
		score, err := e.Score(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		scores, each := make([]int64, 6), make([]int64, 6*16)
		if err := e.Evaluate(context.Background(), weights, scores); err != nil {
			t.Fatal(err)
		}
		if err := e.Evaluate(context.Background(), activations, each); err != nil {
			t.Fatal(err)
		}
		inputs, err := e.Inputs(context.Background(), activations)
		if err != nil {
			t.Fatal(err)
		}
		again, err := e.Inputs(context.Background(), activations) // without Evaluate, as a replay does
		if err != nil {
			t.Fatal(err)
		}
		seen := fmt.Sprint(inputs, again)
		flip := func() {
			for i := range d.Len() {
				d.Sample(i)[1] ^= 1
			}
		}
		flip()
		if inputs, err = e.Inputs(context.Background(), activations); err != nil {
			t.Fatal(err)
		}
		changed := fmt.Sprint(inputs)
		if strings.Contains(seen, changed) {
			t.Error("inputs asked for again are those of the samples before")
		}
		flip()
		return fmt.Sprint(score, scores, each, seen, changed)
	}
	before := results(used)
	for round := range 2 {
		for i := range d.Labels {
			d.Labels[i] ^= 1
			d.Sample(i)[round] ^= 3
		}
		fresh, err := NewEvaluator(net, Classify(d), EvaluatorOptions{Streams: 16})
		if err != nil {
			t.Fatal(err)
		}
		got, want := results(used), results(fresh)
		if got != want {
			t.Errorf("round %d: an evaluator that is used again sees other data than a new one", round)
		}
		if got == before {
			t.Errorf("round %d: the results are those before", round)
		}
	}
}

// A run on a text is pinned: where streams begin, how they continue, and the bytes of
// every place.
func TestTextRunIsPinned(t *testing.T) {
	const want = "66064f4bd2d9fc933dfe1f1558a85c629a3f65bb73188ee02b9c77c1f4969cd7"
	m := languageModel(t, LanguageConfig{Width: 8, Layers: 1, Mixer: MixerMinGRU, Context: 5})
	data := make([]byte, 3001)
	for i := range data {
		data[i] = byte(i*i>>3 ^ i)
	}
	p, err := NewEvaluator(m, &Text{Data: data, Context: 5}, EvaluatorOptions{Streams: 6, Steps: 3, WarmUp: 2})
	if err != nil {
		t.Fatal(err)
	}
	opt, err := es.New(m.Parameters(), p, es.Options{Seed: 4, Generations: 6, Pairs: 16, Sigma: 2, Rule: es.ErrorFeedback{Rate: es.Ratio(3, 10)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := opt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, weightsOf(m)))); got != want {
		t.Errorf("weights %s, want %s", got, want)
	}
}

// scoreByDefinition is the score of TextScorer, a column and a byte at a time.
func scoreByDefinition(m *Model, text []byte, from int) (sum int64, scored int) {
	n, length := len(text)-from, (len(text)-from+63)/64
	for stream := range 64 {
		tw := twin{model: m}
		for step := -64; step < length; step++ {
			at := from + stream*length + step
			x := make([]int, m.Inputs())
			for place := range x {
				x[place] = int(text[((at-1-place)%len(text)+len(text))%len(text)])
			}
			y := tw.step(x)
			if step >= 0 && stream*length+step < n {
				sum += int64(scoreOf(y, text[at]))
				scored++
			}
		}
	}
	return sum, scored
}

// A score is the sum over every byte once, by the model that has read the 64 bytes before
// its part, and bits per byte are what it says: pinned where the parts are not as long as
// each other, for four places and more.
func TestTextScorerByDefinition(t *testing.T) {
	for _, c := range []struct {
		n, from, places int
		score           int64
	}{{601, 200, 4, -904826}, {500, 437, 5, -142708}} {
		m := languageModel(t, LanguageConfig{Width: 8, Layers: 1, Mixer: MixerAttention, Heads: 1, Window: 90, Context: c.places})
		data := make([]byte, c.n)
		for i := range data {
			data[i] = byte(i * i >> 4)
		}
		s, err := NewTextScorer(m, data, c.from)
		if err != nil {
			t.Fatal(err)
		}
		want, scored := scoreByDefinition(m, data, c.from)
		if got := s.Score(); got != want || got != c.score || s.Len() != scored {
			t.Errorf("%+v: score %d of %d bytes, by definition %d of %d", c, got, s.Len(), want, scored)
		}
	}
}

// A model of constant logits, whose answer is known: 8 bits per byte where all are equal,
// and what a peak makes of the rest.
func TestBitsPerByte(t *testing.T) {
	m := languageModel(t, LanguageConfig{Width: 8, Context: 4, Mixer: NoMixer})
	for _, tensor := range m.matrices {
		for i := range tensor.W.Rows() {
			for j := range tensor.W.Cols() {
				tensor.W.Set(i, j, 0)
			}
		}
	}
	s, err := NewTextScorer(m, text, 7)
	if err != nil {
		t.Fatal(err)
	}
	if bits := -float64(s.Score()) / 256 / float64(s.Len()); math.Abs(bits-8) > 0.01 {
		t.Errorf("%.3f bits per byte of equal logits, want 8", bits)
	}
}

// The number of processors may change while a score is computed.
func TestScoreWhileProcessorsChange(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	m := languageModel(t, LanguageConfig{Width: 8, Layers: 1, Mixer: MixerMinGRU, Context: 2})
	scorer, err := NewTextScorer(m, text, 1000)
	if err != nil {
		t.Fatal(err)
	}
	d := blobs(1, 16, 4, 200)
	net := NewMLP(1, 16, 8, 4)
	e, err := NewEvaluator(net, Classify(d), EvaluatorOptions{Streams: 128, Columns: 128})
	if err != nil {
		t.Fatal(err)
	}
	g := generationOf(net, lowrank.PerturbWeights, 32, 1)
	scores, wantScores := make([]int64, 64), make([]int64, 64)
	if err := e.Evaluate(context.Background(), g, wantScores); err != nil {
		t.Fatal(err)
	}
	want := scorer.Score()
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			default:
				runtime.GOMAXPROCS(1 + n*3%8)
				time.Sleep(200 * time.Microsecond)
			}
		}
	}()
	for range 25 {
		if got := scorer.Score(); got != want {
			t.Errorf("score %d, want %d", got, want)
		}
		if err := e.Evaluate(context.Background(), g, scores); err != nil || !slices.Equal(scores, wantScores) {
			t.Errorf("error %v, or other scores", err)
		}
	}
	close(done)
	<-stopped
}

// pictures are 8×8 pictures of four channels with a bar, upright or level, at any place.
func pictures(n int) *data.Dataset {
	d := &data.Dataset{Features: 64 * 4, Classes: 2}
	random := lowrank.StreamOf(1, 0, 0, lowrank.Batch, 0)
	for i := range n {
		x, r := make([]int8, d.Features), random.Block(uint32(i))
		row, column, label := int(r[0]%6), int(r[1]%6), uint8(r[2]&1)
		for k := range 3 {
			at := (row+k)*8 + column
			if label == 1 {
				at = row*8 + column + k
			}
			x[at*4] = 100
		}
		d.Inputs, d.Labels = append(d.Inputs, x...), append(d.Labels, label)
	}
	return d
}

// A convolution classifies, as every model does.
func TestConvolutionClassifies(t *testing.T) {
	d := pictures(400)
	m := NewModel(NewConv2D(8, 8, 4, 8, 3, 3, 1, true), NewDense(6*6*8, 2, false))
	m.Randomize(2)
	e, err := NewEvaluator(m, Classify(d), EvaluatorOptions{Streams: 32})
	if err != nil {
		t.Fatal(err)
	}
	opt, err := es.New(m.Parameters(), e, es.Options{Seed: 1, Generations: 80, Pairs: 48, Sigma: 3})
	if err != nil {
		t.Fatal(err)
	}
	if err := opt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if correct, err := m.Accuracy(d); err != nil || correct < 380 {
		t.Errorf("%d of 400 right, error %v", correct, err)
	}
}

// sine is a regression of one curve, x as two inputs beside a constant one.
func sine() *data.Dataset {
	d := &data.Dataset{Features: 4, Outputs: 1}
	for i := range 200 {
		x := i*254/199 - 127
		d.Inputs = append(d.Inputs, int8(x), int8(max(-127, min(127, 4*(x%32))))/2, 127, int8(x/2))
		d.Targets = append(d.Targets, int16(math.Round(100*math.Sin(float64(x)/40))))
	}
	return d
}

// The scores of a regression are the losses, and it learns under both estimators.
func TestRegression(t *testing.T) {
	d := sine()
	for _, loss := range []Loss{Squared, Absolute} {
		for _, estimator := range []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations} {
			m := NewMLP(1, 4, 32, 1)
			e, err := NewEvaluator(m, Regress(d, 2, loss), EvaluatorOptions{Streams: 64})
			if err != nil {
				t.Fatal(err)
			}
			score, err := e.Score(3, 5)
			if err != nil {
				t.Fatal(err)
			}
			want := int64(0)
			DrawBatch(d.Len(), 3, 5, 0, 64, func(_, sample int) {
				off := int64(m.Predict(d.Sample(sample))[0])*2 - int64(d.Target(sample)[0])
				if loss == Squared {
					want -= off * off
				} else {
					want -= max(off, -off)
				}
			})
			if score != want {
				t.Errorf("loss %v: score %d, want %d", loss, score, want)
			}
			opt, err := es.New(m.Parameters(), e, es.Options{Seed: 1, Generations: 200, Pairs: 64, Sigma: 3, Estimator: estimator})
			if err != nil {
				t.Fatal(err)
			}
			before := rootMeanSquare(m, d, 2)
			if err := opt.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			if after := rootMeanSquare(m, d, 2); after > 25 || after > before/2 {
				t.Errorf("loss %v, noise in %v: root mean square from %.1f to %.1f of 100", loss, estimator, before, after)
			}
		}
	}
}

func rootMeanSquare(m *Model, d *data.Dataset, unit int) float64 {
	sum := 0.0
	for i := range d.Len() {
		off := float64(m.Predict(d.Sample(i))[0])*float64(unit) - float64(d.Target(i)[0])
		sum += off * off
	}
	return math.Sqrt(sum / float64(d.Len()))
}

// A score of one's own is called with the outputs and the number of each sample.
func TestScored(t *testing.T) {
	d := blobs(1, 6, 3, 40)
	m := NewMLP(1, 6, 5, 4) // another output than there are classes
	score := func(outputs []int8, sample int) int64 {
		if len(outputs) != 4 {
			t.Errorf("%d outputs, want 4", len(outputs))
		}
		return int64(outputs[d.Labels[sample]])<<40 + int64(sample)
	}
	e, err := NewEvaluator(m, Scored(d, 4, score), EvaluatorOptions{Streams: 70})
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Score(9, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := int64(0)
	DrawBatch(d.Len(), 9, 2, 0, 70, func(_, sample int) { want += score(m.Predict(d.Sample(sample)), sample) })
	if got != want {
		t.Errorf("score %d, want %d", got, want)
	}
	g := generationOf(m, lowrank.PerturbWeights, 4, 2)
	g.Noise.Sigma = lowrank.MaxSigma // so that members score as the model does
	scores := make([]int64, 8)
	if err := e.Evaluate(context.Background(), g, scores); err != nil {
		t.Fatal(err)
	}
	for i, s := range scores {
		want := int64(0)
		DrawBatch(d.Len(), g.Noise.Seed, g.Number, i/4, 70, func(_, sample int) { want += score(m.Predict(d.Sample(sample)), sample) })
		if s != want {
			t.Errorf("member %d: score %d, want %d", i, s, want)
		}
	}
}

// Tasks that cannot draw, and arguments that are nil, are errors that say so.
func TestTaskErrors(t *testing.T) {
	d, r := blobs(1, 4, 3, 10), sine()
	for _, test := range []struct {
		want  string
		model *Model
		task  Task
	}{
		{"the model is nil", nil, Classify(d)},
		{"the task is nil", NewMLP(1, 4, 3), nil},
		{"no dataset", NewMLP(1, 4, 3), Classify(nil)},
		{"no dataset", NewMLP(1, 4, 1), Regress(nil, 1, Squared)},
		{"has targets, want classes", NewMLP(1, 4, 1), Classify(r)},
		{"has classes, want targets", NewMLP(1, 4, 3), Regress(d, 1, Squared)},
		{"unit 0, want 1 to 2^15", NewMLP(1, 4, 1), Regress(r, 0, Squared)},
		{"unknown loss 2", NewMLP(1, 4, 1), Regress(r, 1, 2)},
		{"a function that is not nil", NewMLP(1, 4, 1), Scored(r, 1, nil)},
		{"0 outputs", NewMLP(1, 4, 1), Scored(r, 0, func([]int8, int) int64 { return 0 })},
		{"model of 4→2 for a task of 4→1", NewMLP(1, 4, 2), Regress(r, 1, Squared)},
		{"text of 0 bytes", NewMLP(1, 4, 256), (*Text)(nil)},
	} {
		if _, err := NewEvaluator(test.model, test.task, EvaluatorOptions{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
	if _, err := Load(nil); err == nil || !strings.Contains(err.Error(), "the file is nil") {
		t.Errorf("error %v", err)
	}
	if _, err := NewTextScorer(nil, text, 0); err == nil || !strings.Contains(err.Error(), "the model is nil") {
		t.Errorf("error %v", err)
	}
	if _, err := NewMLP(1, 4, 1).Confusion(r); err == nil || !strings.Contains(err.Error(), "has targets, want classes") {
		t.Errorf("error %v", err)
	}
}

// Probabilities add up to one, and are in the order of the logits.
func TestProbabilities(t *testing.T) {
	for _, logits := range [][]int8{{0}, {0, 0, 0}, {16, 0}, {-127, 127}, {5, -9, 33, 12, 33}, make([]int8, 300)} {
		p, sum, exact := Probabilities(logits), 0, 0.0
		for i, v := range p {
			sum += v
			exact += math.Exp2(float64(logits[i]) / 16)
		}
		if sum != 1<<16 {
			t.Errorf("%v: probabilities %v add up to %d", logits, p, sum)
		}
		for i, v := range p {
			if want := 65536 * math.Exp2(float64(logits[i])/16) / exact; math.Abs(float64(v)-want) > 0.003*want+float64(len(p)) {
				t.Errorf("%v: probability %d of class %d, want %.0f", logits, v, i, want)
			}
		}
	}
	if Probabilities(nil) != nil {
		t.Error("no logits have probabilities")
	}
}

// What no weight of an input can say, a bias can, under both estimators.
func TestBias(t *testing.T) {
	d := &data.Dataset{Features: 4, Outputs: 2, Inputs: make([]int8, 16*4)}
	for range 16 {
		d.Targets = append(d.Targets, 40, -25)
	}
	for _, estimator := range []lowrank.Estimator{lowrank.PerturbWeights, lowrank.PerturbActivations} {
		m := NewBiasedMLP(2, 4, 8, 2)
		e, err := NewEvaluator(m, Regress(d, 1, Squared), EvaluatorOptions{Streams: 16})
		if err != nil {
			t.Fatal(err)
		}
		opt, err := es.New(m.Parameters(), e, es.Options{Seed: 1, Generations: 100, Pairs: 32, Sigma: 2, Estimator: estimator})
		if err != nil {
			t.Fatal(err)
		}
		if err := opt.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if y := m.Predict(make([]int8, 4)); abs(int(y[0])-40) > 8 || abs(int(y[1])+25) > 8 {
			t.Errorf("noise in %v: outputs %v, want about 40 and -25", estimator, y)
		}
		if y := NewMLP(2, 4, 8, 2).Predict(make([]int8, 4)); y[0] != 0 || y[1] != 0 {
			t.Errorf("without bias zeros return %v", y)
		}
	}
}

// Batches of a dataset with a shift are its images, moved by amounts that are a function of
// seed, generation and place; all amounts occur.
func TestShiftedSamples(t *testing.T) {
	d := blobs(1, 48, 2, 30)
	d.Rows, d.Columns, d.Shift = 8, 6, 1
	task := Classify(d)
	b := NewBatch(task, 301, 0, 1)
	drawn := map[[2]int]int{}
	task.Draw(b, 5, 7, 2)
	stream := lowrank.StreamOf(5, 7, 1, lowrank.Batch, 2)
	want := make([]int8, d.Features)
	for i := range b.Streams {
		var by [2]int
		for j := range by {
			at := 2*i + j
			by[j] = int(uint64(stream.Block(uint32(at / 4))[at%4])*3>>32) - 1
		}
		drawn[by]++
		d.Move(want, int(b.Samples[0][i]), by[0], by[1])
		if got := column(b.X[0], i, d.Features, b.Streams); !slices.Equal(got, want) {
			t.Fatalf("sample %d, moved by %v: %v, want %v", i, by, got, want)
		}
		if b.Targets[0][i] != d.Labels[b.Samples[0][i]] {
			t.Fatalf("sample %d: class %d", i, b.Targets[0][i])
		}
	}
	if len(drawn) != 9 {
		t.Errorf("moves %v, want nine", drawn)
	}
	d.Shift = 5
	if _, err := NewEvaluator(NewMLP(1, 48, 2), task, EvaluatorOptions{}); err == nil {
		t.Error("a shift of 5 pixels of 6 is taken")
	}
}
