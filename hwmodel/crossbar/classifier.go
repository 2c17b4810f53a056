package crossbar

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/parallel"
	"github.com/Kaleaon/pentary-go/internal/reuse"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// Classifier is an es.Evaluator that scores a network through its crossbars, as
// nn.Classifier does without them: what all members share, W·x, is the product of the
// cells as programmed, and a member's perturbation of low rank is added to it
// digitally, in the accumulator. The error of the cells is then part of the function
// that evolution strategies climb, and only the few weights that a generation moves are
// written.
type Classifier struct {
	net   *Network
	data  *data.Dataset
	batch int
	chunk int // pairs that one task evaluates

	inputs []int8 // a batch, sample after sample
	x      []int8 // in quads
	base   []int32
	labels []uint8          // of the columns of one task
	zero   []*packed.Matrix // of each layer's shape: perturbations of nothing
	work   []classifierWork

	ctx        context.Context
	generation es.Generation
	scores     []int64
	evaluate   func(worker, i int)
}

type classifierWork struct {
	NetworkWorkspace
	noise   lowrank.Workspace
	shift   []int32 // perturbations of a layer's accumulators
	columns []int32 // score of each column
}

// taskColumns is how many columns a task evaluates at once, if one pair does not
// already have more.
const taskColumns = 1024

// NewClassifier returns an evaluator of net on batches of the given size.
func NewClassifier(net *Network, data *data.Dataset, batch int) (*Classifier, error) {
	if err := net.checkData(data); err != nil {
		return nil, err
	}
	if data.Classes > kernels.MaxClasses {
		return nil, fmt.Errorf("crossbar: %d classes, want at most %d", data.Classes, kernels.MaxClasses)
	}
	if batch < 1 || batch > 1<<20 {
		return nil, fmt.Errorf("crossbar: batch of %d, want 1 to 2^20", batch)
	}
	c := &Classifier{
		net: net, data: data, batch: batch,
		chunk:  max(1, taskColumns/(2*batch)),
		inputs: make([]int8, batch*data.Features),
		x:      make([]int8, kernels.Quads(data.Features)*4*batch),
		base:   make([]int32, net.Layers[0].rows*batch),
		work:   make([]classifierWork, parallel.Workers()),
	}
	c.labels = make([]uint8, 2*c.chunk*batch)
	for _, l := range net.Layers {
		c.zero = append(c.zero, packed.NewMatrix(l.rows, l.cols))
	}
	c.evaluate = c.evaluateChunk
	return c, nil
}

// Evaluate implements es.Evaluator. It first writes the weights that have changed. A
// score is the sum of the batch's log-probabilities in units of 1/256 bit. It returns
// an error if the generation is not one of noise in the network's weights, with one
// group, or scores has another length.
func (c *Classifier) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	if err := c.check(g, scores); err != nil {
		return err
	}
	c.net.Update()
	c.draw(g)
	c.net.Layers[0].MatMul(c.base, c.x, c.batch, Read{Number: g.Number})
	c.ctx, c.generation, c.scores = ctx, g, scores
	parallel.For(len(c.work), (g.Pairs+c.chunk-1)/c.chunk, c.evaluate)
	return ctx.Err()
}

func (c *Classifier) check(g es.Generation, scores []int64) error {
	switch {
	case len(scores) != 2*g.Pairs:
		return fmt.Errorf("crossbar: %d scores for %d pairs, want %d", len(scores), g.Pairs, 2*g.Pairs)
	case g.Groups != 1 || g.Noise.Estimator != lowrank.PerturbWeights || g.Noise.Rank == lowrank.FullRank:
		return fmt.Errorf("crossbar: %d groups, noise of rank %d %v: want one group and low-rank noise in weights",
			g.Groups, g.Noise.Rank, g.Noise.Estimator)
	case len(g.Tensors) != len(c.net.Layers):
		return fmt.Errorf("crossbar: generation of %d tensors for a network of %d layers", len(g.Tensors), len(c.net.Layers))
	}
	for i, l := range c.net.MLP.Layers {
		if g.Tensors[i].W != l.W {
			return fmt.Errorf("crossbar: tensor %d of the generation is not the weights of layer %d", i, i)
		}
	}
	return nil
}

// draw gathers the generation's batch as nn.Classifier does.
func (c *Classifier) draw(g es.Generation) {
	nn.DrawBatch(c.data.Len(), g.Noise.Seed, g.Number, 0, c.batch, func(i, sample int) {
		copy(c.inputs[i*c.data.Features:], c.data.Sample(sample))
		for at := i; at < len(c.labels); at += c.batch {
			c.labels[at] = c.data.Labels[sample]
		}
	})
	kernels.Interleave(c.x, c.inputs, c.data.Features, c.batch)
}

func (c *Classifier) evaluateChunk(worker, i int) {
	if c.ctx.Err() != nil {
		return
	}
	ws, g := &c.work[worker], &c.generation
	lo := i * c.chunk
	hi := min(lo+c.chunk, g.Pairs)
	n := 2 * (hi - lo) * c.batch
	x := c.x
	for layer, l := range c.net.Layers {
		dense, tensor := c.net.MLP.Layers[layer], g.Tensors[layer]
		if layer == 0 {
			act := ws.layer(dense, layer, n)
			g.Noise.ActivationsShared(&ws.noise, act, c.base, tensor, x, lo, hi, c.batch, nil, dense.Shift, dense.ReLU)
			x = act
			continue
		}
		// Every read of a generation has a column of its own.
		y := ws.accumulators(l, n)
		l.Product(&ws.product, y, x, n, Read{g.Number, 2 * lo * c.batch})
		tensor.W = c.zero[layer]
		ws.shift = reuse.Slice(ws.shift, len(y))
		g.Noise.Product(&ws.noise, ws.shift, tensor, x, lo, hi, c.batch)
		for i, v := range ws.shift {
			y[i] += v
		}
		x = ws.activations(dense, layer, y, n)
	}
	ws.columns = reuse.Slice(ws.columns, n)
	kernels.Score(ws.columns, x, c.labels[:n], c.data.Classes, n)
	for m := range 2 * (hi - lo) {
		sum := int64(0)
		for _, s := range ws.columns[m*c.batch : (m+1)*c.batch] {
			sum += int64(s)
		}
		c.scores[2*lo+m] = sum
	}
}
