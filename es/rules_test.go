package es_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/kernels/kerneltest"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// rules has one of every kind.
var rules = []es.Rule{
	es.ErrorFeedback{Rate: es.Ratio(3, 10)},
	es.ErrorFeedback{Bits: 4, Rate: es.Ratio(3, 10)},
	es.Stochastic{Rate: es.Ratio(1, 10)},
	es.Threshold{Share: es.Ratio(1, 20)},
	es.QES{Rate: es.Ratio(3, 10), Window: 4},
	es.Bop{Rate: es.Ratio(1, 4), Decay: 2, Level: es.Ratio(1, 4)},
}

// model is a small network: an embedding, a layer with bias, and one that is frozen. Its
// members imitate a function of the token.
type model struct {
	ws         lowrank.Workspace
	parameters []lowrank.Parameter
}

const tokens, width, outputs = 70, 40, 9

func newModel() *model {
	var m model
	for i, shape := range [][2]int{{width, tokens}, {outputs, width}, {1, width}, {outputs, 1}} {
		w := packed.NewMatrix(shape[0], shape[1])
		lowrank.Randomize(lowrank.Parameter{Number: uint32(i), W: w}, kernels.Binomial, 3)
		m.parameters = append(m.parameters, lowrank.Parameter{Name: fmt.Sprint("w", i), W: w})
	}
	m.parameters[2].Frozen = true
	return &m
}

// Evaluate scores each member on the token of its group, which changes by generation.
func (m *model) Evaluate(ctx context.Context, g es.Generation, scores []int64) error {
	n, cols := g.Noise, 2*g.Pairs
	token := func(group int) int { return (g.Number*13 + 29*group) % tokens }
	rows := make([]int, cols)
	hot, one := make([]int8, kernels.Quads(tokens)*4*cols), make([]int8, 4*cols)
	for c := range rows {
		rows[c] = token(g.Group(c / 2))
		hot[rows[c]/4*4*cols+c*4+rows[c]%4], one[c*4] = 32, 16
	}
	y := make([]int32, width*cols)
	n.Product(&m.ws, y, g.Parameters[0], hot, 0, g.Pairs, 1)
	x := make([]int8, kernels.Quads(width)*4*cols)
	kernels.Requantize(x, y, width, cols, kernels.Output{Shift: 1})
	z := make([]int32, outputs*cols)
	n.Product(&m.ws, z, g.Parameters[1], x, 0, g.Pairs, 1)
	frozen := make([]int32, cols)
	n.Product(&m.ws, frozen, g.Parameters[2], x, 0, g.Pairs, 1)
	bias := make([]int32, outputs*cols)
	n.Product(&m.ws, bias, g.Parameters[3], one, 0, g.Pairs, 1)
	clear(scores)
	for i, v := range z {
		c := i % cols
		want := int64((rows[c]*7+i/cols*31)%101 - 50)
		d := int64(v+frozen[c]+bias[i])/8 - want
		scores[c] -= d * d
	}
	return ctx.Err()
}

func (m *model) digest() string {
	h := sha256.New()
	for _, p := range m.parameters {
		h.Write(p.W.Bytes())
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// clone returns the same model with weights of its own.
func (m *model) clone() *model {
	c := &model{parameters: slices.Clone(m.parameters)}
	for i, p := range c.parameters {
		c.parameters[i].W = p.W.Clone()
	}
	return c
}

// full has every option that a run can have.
func full(rule es.Rule) es.Options {
	return es.Options{
		Seed: 5, Generations: 200, Pairs: 12, Rank: 2, Sigma: 1, Rule: rule, Fitness: es.Raw,
		Schedule: es.Cosine, SigmaSchedule: es.Inverse, Restart: 150, Groups: 3, NoiseReuse: 2, WeightDecay: es.Ratio(1, 1000),
	}
}

// trainModel runs the model to the end and returns the digest of its weights. At
// generation resume it goes on in another optimizer, on a copy of the weights; 0 is
// never.
func trainModel(t *testing.T, o es.Options, resume int) string {
	t.Helper()
	m := newModel()
	opt, err := es.New(m.parameters, m, o)
	if err != nil {
		t.Fatal(err)
	}
	if resume > 0 {
		stop := func(s es.Stats) error {
			if s.Finished == resume {
				return es.ErrStop
			}
			return nil
		}
		if err := opt.Run(context.Background(), stop); err != nil {
			t.Fatal(err)
		}
		state := opt.AppendState([]byte("before"))[len("before"):]
		identity := opt.Identity()
		m = m.clone()
		if opt, err = es.New(m.parameters, m, o); err != nil {
			t.Fatal(err)
		}
		if opt.Identity() != identity {
			t.Errorf("identity %s, want %s", opt.Identity(), identity)
		}
		if err := opt.RestoreState(state); err != nil {
			t.Fatal(err)
		}
		if opt.Generation() != resume {
			t.Fatalf("resumed at generation %d, want %d", opt.Generation(), resume)
		}
	}
	if err := opt.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return m.digest()
}

// goldenRules pins 200 generations of every rule with every option.
const goldenRules = "a155a51c8c758e90377b1d6c63e1dd03483fdde05e2d2743edfbc95928c996bc"

func TestRulesDeterminism(t *testing.T) {
	kerneltest.Each(t, func(impl string) {
		for _, procs := range []int{1, 2, 7} {
			for _, resume := range []int{0, 77} {
				if testing.Short() && (procs == 7) != (resume > 0) {
					continue
				}
				t.Run(fmt.Sprintf("%s/%d/%d", impl, procs, resume), func(t *testing.T) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
					h := sha256.New()
					for _, rule := range rules {
						fmt.Fprintln(h, trainModel(t, full(rule), resume))
					}
					if got := fmt.Sprintf("%x", h.Sum(nil)); got != goldenRules {
						t.Errorf("final weights %s, want %s", got, goldenRules)
					}
				})
			}
		}
	})
}
