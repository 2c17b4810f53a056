package nn

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// Classifier is an es.Evaluator that scores a network by its cross-entropy on
// batches of a dataset. The members of a group of pairs, by default all of a
// generation, see the same batch, drawn anew each generation from the run's seed;
// the first layer's product with it is therefore computed once.
type Classifier struct {
	net   *MLP
	data  *data.Dataset
	batch int
	chunk int // pairs that one task evaluates

	inputs []int8        // a batch, sample after sample
	drawn  batchName     // of inputs, zero before the first
	shared []sharedBatch // by group
	work   []classifierWork

	layers []layerOutputs // for Inputs
	seen   [][]int8

	ctx        context.Context
	generation es.Generation
	scores     []int64
	evaluate   func(worker, i int)
	score      func(worker, i int)
}

// sharedBatch is the data of a group.
type sharedBatch struct {
	x      []int8  // in quads
	base   []int32 // the first layer's product
	labels []uint8 // of the columns of one task
}

// batchName is what a batch is drawn from.
type batchName struct {
	seed       uint64
	generation uint32
	group      int // counts from 1
}

type classifierWork struct {
	Workspace
	columns []int32 // score of each column

	x   []int8 // columns of Score, in quads
	sum int64  // of their scores
}

// layerOutputs is what a layer yields without noise.
type layerOutputs struct {
	y []int32 // accumulators
	x []int8  // activations
}

// chunkColumns is how many columns a task evaluates at once, if one pair does not
// already have more: enough to spread the unpacking of the weights and what pairs
// share, few enough that a layer's accumulators stay in the second-level cache.
const chunkColumns = 1024

// scoreColumns is how many columns a task of Score has: few, so that a small batch
// makes tasks for several processors.
const scoreColumns = 64

// NewClassifier returns an evaluator of net on batches of the given size. Samples may be
// replaced, added and removed between generations, as long as the data would pass Check.
func NewClassifier(net *MLP, data *data.Dataset, batch int) (*Classifier, error) {
	if err := data.Check(); err != nil {
		return nil, err
	}
	if net.Inputs() != data.Features || net.Outputs() != data.Classes {
		return nil, fmt.Errorf("nn: network of %d→%d for data of %d features and %d classes",
			net.Inputs(), net.Outputs(), data.Features, data.Classes)
	}
	if data.Classes > kernels.MaxClasses {
		return nil, fmt.Errorf("nn: %d classes, want at most %d", data.Classes, kernels.MaxClasses)
	}
	if batch < 1 || batch > 1<<20 {
		return nil, fmt.Errorf("nn: batch of %d, want 1 to 2^20", batch)
	}
	c := &Classifier{
		net: net, data: data, batch: batch,
		chunk:  max(1, chunkColumns/(2*batch)),
		inputs: make([]int8, batch*data.Features),
		work:   make([]classifierWork, parallel.Workers()),
	}
	c.layers = make([]layerOutputs, len(net.Layers)-1)
	c.evaluate, c.score = c.evaluateChunk, c.scoreChunk
	return c, nil
}

// LimitColumns sets how many columns a task evaluates at once, a column for each
// member and sample, but never less than a pair's: by default 1024, for speed. A worker
// keeps a few bytes for every column and output of the widest layer, so that a program
// with little memory wants few. Scores do not depend on it.
func (c *Classifier) LimitColumns(columns int) {
	c.chunk = max(1, columns/(2*c.batch))
	c.shared, c.drawn = nil, batchName{} // made for tasks of another size
}

// Evaluate implements es.Evaluator. A score is the sum of the batch's
// log-probabilities in units of 1/256 bit; with noise in activations every sample's is
// a score. It returns an error if the generation is not one of the network's weights,
// or scores has another length.
func (c *Classifier) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	if err := c.check(g, scores); err != nil {
		return err
	}
	c.ctx, c.generation, c.scores = ctx, g, scores
	c.share(g.Groups)
	for i := range g.Groups {
		c.begin(i)
	}
	parallel.For(len(c.work), g.Groups*c.chunks(), c.evaluate)
	return ctx.Err()
}

// begin draws the batch of a group of the generation.
func (c *Classifier) begin(group int) {
	s := &c.shared[group]
	c.draw(s, c.generation.Noise.Seed, c.generation.Number, group)
	kernels.MatMul(s.base, c.net.Layers[0].W, s.x, c.batch)
}

// Samples implements es.InputSource.
func (c *Classifier) Samples() int { return c.batch }

// Inputs implements es.InputSource.
func (c *Classifier) Inputs(_ context.Context, g es.Generation) ([][]int8, error) {
	c.generation = g
	c.share(1)
	c.begin(0)
	x, y := c.shared[0].x, c.shared[0].base
	c.seen = append(c.seen[:0], x)
	for i, l := range c.net.Layers[:len(c.net.Layers)-1] {
		in := &c.layers[i]
		if i > 0 {
			in.y = reuse.Slice(in.y, l.W.Rows()*c.batch)
			kernels.MatMul(in.y, l.W, x, c.batch)
			y = in.y
		}
		in.x = reuse.Slice(in.x, kernels.Quads(l.W.Rows())*4*c.batch)
		l.requantize(in.x, y, c.batch)
		x = in.x
		c.seen = append(c.seen, x)
	}
	return c.seen, nil
}

// Score scores the network's present weights, unperturbed, on the batch that the
// generation of a run with that seed draws, or the first group of it, in the units of
// Evaluate. It is the objective of an algorithm that has no use for factors.
func (c *Classifier) Score(seed uint64, generation uint32) int64 {
	c.share(1)
	c.draw(&c.shared[0], seed, generation, 0)
	parallel.For(len(c.work), (c.batch+scoreColumns-1)/scoreColumns, c.score)
	sum := int64(0)
	for i := range c.work {
		sum += c.work[i].sum
		c.work[i].sum = 0
	}
	return sum
}

// scoreChunk scores columns of the first group's batch.
func (c *Classifier) scoreChunk(worker, i int) {
	ws, features := &c.work[worker], c.data.Features
	lo := i * scoreColumns
	n := min(scoreColumns, c.batch-lo)
	ws.x = reuse.Slice(ws.x, kernels.Quads(features)*4*n)
	kernels.Interleave(ws.x, c.inputs[lo*features:(lo+n)*features], features, n)
	logits := c.net.Forward(&ws.Workspace, ws.x, n)
	ws.columns = reuse.Slice(ws.columns, n)
	kernels.Score(ws.columns, logits, c.shared[0].labels[lo:lo+n], c.data.Classes, n)
	for _, s := range ws.columns {
		ws.sum += int64(s)
	}
}

// share makes room for the data of so many groups.
func (c *Classifier) share(groups int) {
	for len(c.shared) < groups {
		c.shared = append(c.shared, sharedBatch{
			x:      make([]int8, kernels.Quads(c.data.Features)*4*c.batch),
			base:   make([]int32, c.net.Layers[0].W.Rows()*c.batch),
			labels: make([]uint8, 2*c.chunk*c.batch),
		})
	}
}

func (c *Classifier) check(g es.Generation, scores []int64) error {
	if want := 2 * g.Pairs * c.scoresOf(g); len(scores) != want {
		return fmt.Errorf("nn: %d scores for %d pairs, want %d", len(scores), g.Pairs, want)
	}
	if len(g.Tensors) != len(c.net.Layers) {
		return fmt.Errorf("nn: generation of %d tensors for a network of %d layers", len(g.Tensors), len(c.net.Layers))
	}
	for i, l := range c.net.Layers {
		if g.Tensors[i].W != l.W {
			return fmt.Errorf("nn: tensor %d of the generation is not the weights of layer %d", i, i)
		}
	}
	return nil
}

// chunks returns the number of tasks that a group of the generation makes.
func (c *Classifier) chunks() int {
	return (c.generation.Pairs/c.generation.Groups + c.chunk - 1) / c.chunk
}

// draw gathers a group's batch: samples by independent uniform choice. The batch drawn
// last, which Inputs asks for once more, is still there.
func (c *Classifier) draw(to *sharedBatch, seed uint64, generation uint32, group int) {
	name := batchName{seed, generation, group + 1}
	if c.drawn == name {
		return
	}
	c.drawn = name
	DrawBatch(c.data.Len(), seed, generation, group, c.batch, func(i, sample int) {
		copy(c.inputs[i*c.data.Features:], c.data.Sample(sample))
		for at := i; at < len(to.labels); at += c.batch {
			to.labels[at] = c.data.Labels[sample]
		}
	})
	kernels.Interleave(to.x, c.inputs, c.data.Features, c.batch)
}

func (c *Classifier) evaluateChunk(worker, i int) {
	if c.ctx.Err() != nil {
		return
	}
	ws := &c.work[worker]
	group, size := i/c.chunks(), c.generation.Pairs/c.generation.Groups
	shared := &c.shared[group]
	lo := group*size + i%c.chunks()*c.chunk
	hi := min(lo+c.chunk, (group+1)*size)
	n := 2 * (hi - lo) * c.batch
	logits := c.net.forwardPopulation(&ws.Workspace, c.generation.Noise, c.generation.Tensors, shared.base, shared.x, lo, hi, c.batch)
	ws.columns = reuse.Slice(ws.columns, n)
	kernels.Score(ws.columns, logits, shared.labels[:n], c.data.Classes, n)
	each := c.scoresOf(c.generation)
	columns := c.batch / each
	for i := range 2 * (hi - lo) * each {
		sum := int64(0)
		for _, s := range ws.columns[i*columns : (i+1)*columns] {
			sum += int64(s)
		}
		c.scores[2*lo*each+i] = sum
	}
}

// scoresOf returns the number of scores of a member.
func (c *Classifier) scoresOf(g es.Generation) int {
	if g.Noise.Estimator == lowrank.PerturbActivations {
		return c.batch
	}
	return 1
}

// Confusion counts, for each true class, how many samples of a dataset the
// network assigns to each class.
func (m *MLP) Confusion(data *data.Dataset) ([][]int, error) {
	if err := data.Check(); err != nil {
		return nil, err
	}
	if m.Inputs() != data.Features || m.Outputs() < data.Classes {
		return nil, fmt.Errorf("nn: network of %d→%d for data of %d features and %d classes",
			m.Inputs(), m.Outputs(), data.Features, data.Classes)
	}
	counts := make([][]int, data.Classes)
	for i := range counts {
		counts[i] = make([]int, m.Outputs())
	}
	var ws Workspace
	x := make([]int8, kernels.Quads(data.Features)*4*chunkColumns)
	for at := 0; at < data.Len(); at += chunkColumns {
		n := min(chunkColumns, data.Len()-at)
		batch := x[:kernels.Quads(data.Features)*4*n]
		kernels.Interleave(batch, data.Inputs[at*data.Features:(at+n)*data.Features], data.Features, n)
		logits := m.Forward(&ws, batch, n)
		for c := range n {
			counts[data.Labels[at+c]][Argmax(logits, c, m.Outputs(), n)]++
		}
	}
	return counts, nil
}

// Argmax returns the row with the largest activation in column c of m×n, the
// first of equals.
func Argmax(x []int8, c, m, n int) int {
	best, at := int8(-128), 0
	for i := range m {
		if v := x[(i/4*n+c)*4+i%4]; v > best {
			best, at = v, i
		}
	}
	return at
}
