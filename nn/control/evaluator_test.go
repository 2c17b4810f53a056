package control

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/internal/asmtest"
	"github.com/Kaleaon/pentary-go/internal/race"
	"github.com/Kaleaon/pentary-go/kernels/kerneltest"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// begin returns a network, its evaluator and an optimizer of it.
func begin(t *testing.T, env Environment, episodes int, o es.Options, hidden ...int) (*nn.Model, *Evaluator, *es.Optimizer) {
	t.Helper()
	net := nn.NewMLP(3, Widths(env, hidden...)...)
	e, err := NewEvaluator(net, env, episodes)
	if err != nil {
		t.Fatal(err)
	}
	opt, err := es.New(net.Parameters(), e, o)
	if err != nil {
		t.Fatal(err)
	}
	return net, e, opt
}

// member is a member's network by its definition, for one column: its noise is of rank
// 1 or 4 and the binomial law.
type member struct {
	net        *nn.Model
	noise      lowrank.Noise
	pair, sign int
}

func (m member) forward(x []int8) []int8 {
	layers, _ := m.net.Dense()
	for i, l := range layers {
		out, in := l.W.Rows(), l.W.Cols()
		op, ip := packed.PaddedLen(out), packed.PaddedLen(in)
		a, b := make([]uint8, m.noise.Rank*op), make([]uint8, m.noise.Rank*ip)
		m.noise.Factor(a, lowrank.FactorA, uint32(i), m.pair, out)
		m.noise.Factor(b, lowrank.FactorB, uint32(i), m.pair, in)
		next := make([]int8, out)
		for row := range next {
			sum, noise := 0, 0
			for κ := range in {
				sum += int(l.W.At(row, κ)) * int(x[κ])
				for ρ := range m.noise.Rank {
					noise += (int(a[ρ*op+row]) - 2) * (int(b[ρ*ip+κ]) - 2) * int(x[κ])
				}
			}
			shift := m.noise.Sigma
			if m.noise.Rank == 4 {
				shift++
			}
			sum += m.sign * roundShift(noise, shift)
			low := -127
			if l.ReLU {
				low = 0
			}
			next[row] = int8(max(min(roundShift(sum, l.Shift), 127), low))
		}
		x = next
	}
	return x
}

func roundShift(v int, n uint) int { return (v + 1<<n>>1) >> n }

// score plays one episode after another.
func (m member) score(env Environment, number, group, episodes int) int64 {
	s, sum := env.Spec(), int64(0)
	for i := range episodes {
		e := NewEpisodes(env, 1)
		e.Begin(env, 0, 0, 0)
		random := newRandom(m.noise.Seed, number, group, i)
		env.Reset(e, 0, &random)
		for !e.Done[0] {
			x := make([]int8, s.Inputs)
			env.Observe(e, 0, x)
			y := m.forward(x)
			if e.Action[0] = int(y[0]); !s.Throttle {
				e.Action[0] = slices.Index(y, slices.Max(y))
			}
			env.Step(e)
		}
		sum += int64(e.Reward[0]+e.Progress[0]) >> (fraction - ScoreBits)
	}
	return sum
}

func TestScores(t *testing.T) {
	for _, env := range All {
		for _, c := range []struct {
			episodes int
			hidden   []int
			options  es.Options
		}{
			{1, nil, es.Options{Pairs: 5, Sigma: 1}},
			{3, []int{7}, es.Options{Sigma: es.WholeLevel, Pairs: 6, Rank: 4, Groups: 2}},
			{2, []int{5, 6}, es.Options{Pairs: 9, Sigma: 2, Groups: 3, NoiseReuse: 2}},
		} {
			o := c.options
			o.Generations, o.Seed = 2, 77
			net, e, opt := begin(t, env, c.episodes, o, c.hidden...)
			e.chunk = 2
			scores := make([]int64, 2*o.Pairs)
			for !opt.Done() {
				g := opt.Ask()
				if err := e.Evaluate(context.Background(), g, scores); err != nil {
					t.Fatal(err)
				}
				sum, best := int64(0), int64(math.MinInt64)
				for i, got := range scores {
					m := member{net, g.Noise, i / 2, 1 - i%2*2}
					if want := m.score(env, g.Number, g.Group(i/2), c.episodes); got != want {
						t.Fatalf("%s, generation %d: score %d is %d, want %d", env.Spec().Name, g.Number, i, got, want)
					}
					sum, best = sum+got, max(best, got)
				}
				// Progress, at most one an episode, makes scores better than rewards.
				mean, top := e.Rewards()
				for name, c := range map[string][2]int64{
					"mean": {int64(mean), sum / int64(len(scores)*c.episodes)}, "best": {int64(top), best / int64(c.episodes)},
				} {
					if reward := c[0] >> (fraction - ScoreBits); reward > c[1]+1 || reward < c[1]-1<<ScoreBits-1 {
						t.Errorf("%s: %s reward %d, score %d", env.Spec().Name, name, reward, c[1])
					}
				}
				if _, err := opt.Tell(scores); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// goldenWeights pin the weights after some generations.
var goldenWeights = map[string]string{
	"mountaincarcontinuous": "3d799c6f4d48e2a088d48f32a18f80fa307a20c5f2e48ee4f7823d1276fbc388",
	"breakout":              "c8233690a21633d9ef0891942476738c6c3e1c39e6d26c75ae3ddc0acf799e09",
	"spaceinvaders":         "87215375a1a8d8a9377cfa34fbb87ab7510d023544233f3beda2084c8fb70b22",
	"cartpole":              "1158c2ae346bd55c5339baf106fdd2a8f28b07bf5b95e82c3100f4018ca50161",
	"mountaincar":           "2195035adcf87aef6489b5273e5208b59c3a0935b11b3958a44716107a6b4ac8",
	"acrobot":               "0866b4e43126b546e74812d5c96009da40c980e3d688583e5e6aa6b42deb547c",
	"pendulum":              "5d414fad41b5ca761dcad746a81f73330d313d56f03a2af888b183c0de6f2865",
	"pendulum of 4 inputs":  "64ea9116b0fcad1bed811fda1ec08f0f0a2c780b04584c81039013f83f745b5c",
}

// Weights after a run do not depend on the pieces that the work is cut into, the
// processors or the kernels.
func TestDeterminism(t *testing.T) {
	for name, env := range golden() {
		check := func(how string, chunk int) {
			t.Helper()
			net, e, opt := begin(t, env, 2, es.Options{
				Seed: 9, Generations: 3, Pairs: 11, Sigma: 1, Rule: es.ErrorFeedback{Rate: es.Ratio(3, 10)},
			}, 16)
			if chunk > 0 {
				e.chunk = chunk
			}
			if err := opt.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			h := sha256.New()
			for _, w := range net.Parameters() {
				h.Write(w.W.Bytes())
			}
			if got := fmt.Sprintf("%x", h.Sum(nil)); got != goldenWeights[name] {
				t.Errorf("%s, %s: weights %s, want %s", name, how, got, goldenWeights[name])
			}
		}
		check("as usual", 0)
		if slices.Contains([]string{"acrobot", "pendulum", "mountaincarcontinuous", "breakout", "spaceinvaders"}, env.Spec().Name) { // are long, and differ in Step alone
			continue
		}
		for _, chunk := range []int{1, 4, 11} {
			check(fmt.Sprintf("tasks of %d pairs", chunk), chunk)
		}
		for _, procs := range []int{1, 2, 7} {
			before := runtime.GOMAXPROCS(procs)
			check(fmt.Sprintf("%d processors", procs), 2)
			runtime.GOMAXPROCS(before)
		}
		kerneltest.Each(t, func(impl string) {
			check(impl, 0)
		})
	}
}

// A policy acts as its network's members do where noise rounds to nothing.
func TestPolicy(t *testing.T) {
	for _, env := range All {
		net := nn.NewMLP(4, Widths(env, 8)...)
		p, err := NewPolicy(net, env)
		if err != nil {
			t.Fatal(err)
		}
		noise := lowrank.Noise{Seed: 5, Rank: 1, Sigma: lowrank.MaxSigma}
		m := member{net: net, noise: noise, sign: 1}
		e := NewEpisodes(env, 6)
		for e.Begin(env, 5, HeldOut, 0); e.Live > 0; env.Step(e) {
			p.Act(e)
		}
		sum := int64(0)
		for i := range e.Reward {
			sum += int64(e.Reward[i]+e.Progress[i]) >> (fraction - ScoreBits)
		}
		if want := m.score(env, HeldOut, 0, 6); sum != want {
			t.Errorf("%s: score %d, want %d", env.Spec().Name, sum, want)
		}
		if got := p.Test(5, HeldOut, 6); !slices.Equal(got, e.Reward) {
			t.Errorf("%s: rewards %d, want %d", env.Spec().Name, got, e.Reward)
		}
	}
}

func TestErrors(t *testing.T) {
	if _, err := NewPolicy(nn.NewMLP(1, 4, 3), CartPole{}); err == nil || err.Error() != "control: model of 4→3 for cartpole, want 4→2" {
		t.Errorf("error %v", err)
	}
	for _, episodes := range []int{0, MaxEpisodes + 1} {
		if _, err := NewEvaluator(nn.NewMLP(1, 4, 2), CartPole{}, episodes); err == nil || !strings.Contains(err.Error(), "episodes, want 1 to 1024") {
			t.Errorf("%d episodes: error %v", episodes, err)
		}
	}
	_, e, opt := begin(t, CartPole{}, 2, es.Options{Sigma: es.WholeLevel, Generations: 1, Pairs: 5}, 4)
	_, _, other := begin(t, CartPole{}, 2, es.Options{Sigma: es.WholeLevel, Generations: 1, Pairs: 5}, 4)
	few, placed := opt.Ask(), opt.Ask()
	few.Parameters = few.Parameters[:1]
	placed.Noise.Estimator = lowrank.PerturbActivations
	for _, test := range []struct {
		g      es.Generation
		scores int
		want   string
	}{
		{opt.Ask(), 9, "9 scores for 5 pairs"},
		{placed, 10, "noise in activations"},
		{few, 10, "generation of 1 parameters for a model of 2"},
		{other.Ask(), 10, "parameter 0 of the generation is not \"layer0\""},
	} {
		err := e.Evaluate(context.Background(), test.g, make([]int64, test.scores))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.Evaluate(ctx, opt.Ask(), make([]int64, 10)); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: error %v", err)
	}
}

func TestEvaluateAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for _, env := range All {
		_, e, opt := begin(t, env, 1, es.Options{Sigma: es.WholeLevel, Generations: 1, Pairs: 8}, 16)
		e.chunk = 2
		g, scores, ctx := opt.Ask(), make([]int64, 16), context.Background()
		evaluate := func() {
			if err := e.Evaluate(ctx, g, scores); err != nil {
				t.Fatal(err)
			}
		}
		evaluate()
		for worker := range e.work { // which may have had nothing to do
			e.evaluateChunk(worker, 0)
		}
		if n := asmtest.AllocsPerRun(20, evaluate); n > 0 {
			t.Errorf("%s: %d allocations a generation", env.Spec().Name, n)
		}
	}
}

// Pairs that are done are left out of the batch, and so nothing reads their columns.
func TestNarrow(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	e := NewEpisodes(CartPole{}, 12)
	e.Begin(CartPole{}, 1, 0, 0)
	for i := range e.Done {
		e.State[0][i], e.Done[i] = Q40(i), rng.IntN(2) == 0
	}
	var part Episodes
	part.share(e)
	part.narrow(3, 8)
	if len(e.State[0]) != 12 || part.Len() != 5 || part.State[0][0] != 3 || part.State[0][4] != 7 || len(part.Reward) != 5 || !slices.Equal(part.Done, e.Done[3:8]) {
		t.Errorf("%+v of %+v", part, e)
	}
}
