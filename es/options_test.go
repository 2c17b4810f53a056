package es_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

func ExampleRatio() {
	fmt.Println(es.ErrorFeedback{Rate: es.Ratio(1, 4)})
	// Output: residual(rate 16384/65536)
}

func TestQ16String(t *testing.T) {
	for v, want := range map[es.Q16]string{
		es.Ratio(3, 10): "0.3", es.Ratio(1, 3): "0.33333", es.Ratio(-1, 4): "-0.25", es.Ratio(7, 1): "7", 0: "0",
		1: "0.00002", 2: "0.00003", math.MaxInt32: "32767.99998", math.MinInt32: "-32768", es.Ratio(15, 1000): "0.015",
	} {
		if got := v.String(); got != want {
			t.Errorf("%d/65536 is %s, want %s", int32(v), got, want)
		}
	}
	seen := map[string]bool{}
	for v := es.Q16(0); v < 1<<16; v++ {
		if seen[v.String()] {
			t.Fatalf("%v twice", v)
		}
		seen[v.String()] = true
	}
}

func TestDefaults(t *testing.T) {
	opt, err := es.New(es.Matrices(packed.NewMatrix(2, 2)), nil, es.Options{Generations: 100})
	if err != nil {
		t.Fatal(err)
	}
	want := es.Options{
		Generations: 100, Pairs: 128, Rank: 1, Sigma: 3, Distribution: kernels.Binomial, Fitness: es.FourBit,
		Rule: es.ErrorFeedback{Rate: es.Ratio(3, 10)}, Schedule: es.Linear, SigmaSchedule: es.Constant,
		InverseRate: es.Ratio(15, 1000), Groups: 1, NoiseReuse: 1,
	}
	if opt.Options() != want {
		t.Errorf("defaults %+v, want %+v", opt.Options(), want)
	}
}

// 3/√generations: a quarter of the generations, twice the rate, and no more than 1/2.
func TestDefaultRate(t *testing.T) {
	for generations, want := range map[int]es.Q16{
		-1: es.Ratio(1, 2), 0: es.Ratio(1, 2), 1: es.Ratio(1, 2), 36: es.Ratio(1, 2), 37: 32322, 100: es.Ratio(3, 10), 400: es.Ratio(15, 100),
		10_000: es.Ratio(3, 100), math.MaxInt32: 4,
	} {
		if got := es.DefaultRate(generations); got != want {
			t.Errorf("%d generations: rate %v, want %v", generations, got, want)
		}
	}
}

// A whole level is what identities call sigma 0, as they did when it was the default.
func TestWholeLevel(t *testing.T) {
	for sigma, want := range map[uint]string{0: "sigma 3 ", es.WholeLevel: "sigma 0 ", 5: "sigma 5 "} {
		o := es.Options{Generations: 1, Sigma: sigma}
		opt, err := es.New(es.Matrices(packed.NewMatrix(2, 2)), nil, o)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(opt.Identity(), want) || fmt.Sprintf("sigma %d ", opt.Ask().Noise.Sigma) != want || fmt.Sprintf("sigma %d ", o.SigmaShift()) != want {
			t.Errorf("Sigma %d: identity %s, noise of %d, want %s", sigma, opt.Identity(), opt.Ask().Noise.Sigma, want)
		}
		if again, err := es.New(opt.Parameters(), nil, opt.Options()); err != nil || again.Identity() != opt.Identity() {
			t.Errorf("Sigma %d: the options in force make another run: %v", sigma, err)
		}
	}
}

func TestManyGenerations(t *testing.T) {
	most := int64(math.MaxInt32)
	if most == math.MaxInt {
		t.Skip("an int has 32 bits")
	}
	_, err := es.New(es.Matrices(packed.NewMatrix(2, 2)), nil, es.Options{Generations: int(most + 1)})
	if want := "2147483648 generations, want 1 to 2^31-1"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q in it", err, want)
	}
}

func TestOptionErrors(t *testing.T) {
	for _, test := range []struct {
		change func(o *es.Options)
		want   string
	}{
		{func(o *es.Options) { o.Generations = 0 }, "0 generations"},
		{func(o *es.Options) { o.Generations = -1 }, "-1 generations"},
		{func(o *es.Options) { o.Pairs = -1 }, "-1 pairs"},
		{func(o *es.Options) { o.Pairs = es.MaxPairs + 1 }, "4194305 pairs, want 1 to 4194304"},
		{func(o *es.Options) { o.Pairs, o.Rank = es.MaxPairs, 5 }, "4194304 pairs of rank 5 make 20971520 terms"},
		{func(o *es.Options) { o.Rank = -2 }, "rank -2"},
		{func(o *es.Options) { o.Rank = 257 }, "rank 257, want 1 to 256"},
		{func(o *es.Options) { o.Sigma = 21 }, "sigma 2^-21"},
		{func(o *es.Options) { o.Distribution = 2 }, "unknown distribution Distribution(2)"},
		{func(o *es.Options) { o.Fitness = 6 }, "unknown fitness coding Fitness(6)"},
		{func(o *es.Options) { o.Schedule = 5 }, "unknown schedule Schedule(5)"},
		{func(o *es.Options) { o.SigmaSchedule = 5 }, "unknown schedule Schedule(5)"},
		{func(o *es.Options) { o.InverseRate = -1 }, "inverse rate -0.00002"},
		{func(o *es.Options) { o.Restart = -1 }, "restart after -1"},
		{func(o *es.Options) { o.Groups = 3 }, "3 groups of 128 pairs"},
		{func(o *es.Options) { o.Groups = -1 }, "-1 groups"},
		{func(o *es.Options) { o.NoiseReuse = -1 }, "noise of -1 generations"},
		{func(o *es.Options) { o.WeightDecay = -1 }, "weight decay of -0.00002"},
		{func(o *es.Options) { o.WeightDecay = 1<<16 + 1 }, "weight decay of 1.00002"},
		{func(o *es.Options) { o.MemoryLimit = -1 }, "memory limit of -1"},
		{func(o *es.Options) { o.MemoryLimit = 100 }, "bytes, more than the limit of 100"},
		{func(o *es.Options) { o.Rule = es.ErrorFeedback{Bits: 4} }, "residual4 rate 0"},
		{func(o *es.Options) { o.Rule = es.Stochastic{} }, "stochastic rate 0"},
		{func(o *es.Options) { o.Rule = es.QES{Rate: 1} }, "qes window of 0 generations, want 1 to 256"},
		{func(o *es.Options) { o.Rule = es.QES{Window: 1} }, "qes rate 0"},
		{func(o *es.Options) { o.Rule = es.Bop{Decay: 1, Level: 1 << 10} }, "bop rate 0"},
		{func(o *es.Options) { o.Rule = es.Bop{Rate: 1, Level: 1 << 10} }, "bop decay 0, want 1 to 7"},
		{func(o *es.Options) { o.Rule = es.Bop{Rate: 1, Decay: 1, Level: 1 << 15} }, "bop level 0.5"},
		{func(o *es.Options) { o.Rule = es.ErrorFeedback{} }, "residual rate 0, want more than 0"},
		{func(o *es.Options) { o.Rule = es.ErrorFeedback{Rate: -1} }, "residual rate -0.00002"},
		{func(o *es.Options) { o.Rule = es.ErrorFeedback{Rate: es.Ratio(1, 1) + 1} }, "residual rate 1.00002"},
		{func(o *es.Options) { o.Rule = es.Threshold{} }, "threshold share 0"},
		{func(o *es.Options) { o.Rule = es.Threshold{Share: -1} }, "threshold share -0.00002"},
	} {
		o := es.Options{Generations: 10}
		test.change(&o)
		opt, err := es.New(es.Matrices(packed.NewMatrix(2, 2)), nil, o)
		if opt != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
}

func TestParameterErrors(t *testing.T) {
	sound := lowrank.Parameter{Name: "sound", W: packed.NewMatrix(2, 2)}
	for _, test := range []struct {
		parameters []lowrank.Parameter
		want       string
	}{
		{nil, "no parameters"},
		{[]lowrank.Parameter{sound, {}}, "parameter 1 is empty"},
		{es.Matrices(packed.NewMatrix(0, 0), sound.W), "parameter 0 is empty"},
		{es.Matrices(sound.W, packed.NewMatrix(1, 8193)), "parameter 1 has 8193 columns, want at most 8192 for rank 256"},
	} {
		opt, err := es.New(test.parameters, nil, es.Options{Generations: 1, Rank: 256, Rule: es.QES{Rate: 1, Window: 2}})
		if opt != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q in it", err, test.want)
		}
	}
}

func TestStrings(t *testing.T) {
	for _, test := range []struct {
		v    fmt.Stringer
		want string
	}{
		{es.Sign, "sign"},
		{es.FourBit, "4bit"},
		{es.Ranks, "ranks"},
		{es.Raw, "raw"},
		{es.Tails, "tails"},
		{es.Fitness(9), "Fitness(9)"},
		{es.Cosine, "cosine"},
		{es.Inverse, "inverse"},
		{es.Linear, "linear"},
		{es.Constant, "constant"},
		{es.ErrorFeedback{Rate: es.Ratio(1, 2)}, "residual(rate 32768/65536)"},
		{es.ErrorFeedback{Bits: 4, Rate: es.Ratio(1, 2)}, "residual4(rate 32768/65536)"},
		{es.Stochastic{Rate: es.Ratio(1, 2)}, "stochastic(rate 32768/65536)"},
		{es.QES{Rate: es.Ratio(1, 2), Window: 9}, "replay(rate 32768/65536, window 9)"},
		{es.Bop{Rate: es.Ratio(1, 2), Decay: 3, Level: es.Ratio(1, 4)}, "flip(rate 32768/65536, decay 3, level 16384/65536)"},
		{lowrank.Parameter{Name: "w", W: packed.NewMatrix(2, 3), Log2Scale: 9}, `"w" 2×3 unit 9`},
		{lowrank.Parameter{Name: "w", W: packed.NewMatrix(2, 3), Rate: 5, Constant: true}, `"w" 2×3 rate +5 constant`},
		{lowrank.Parameter{W: packed.NewMatrix(1, 4), Frozen: true}, `"" 1×4 frozen`},
		{es.Threshold{Share: es.Ratio(1, 2)}, "threshold(share 32768/65536)"},
	} {
		if got := test.v.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
