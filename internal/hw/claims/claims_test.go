package claims

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/hwmodel/rtl"
	"github.com/Kaleaon/pentary-go/internal/hw/energy"
)

// outcomes are the expected findings. A change here is a change of a model or of a measurement
// and needs an explanation.
var outcomes = []struct {
	claim, computed string
	verdict         Verdict
}{
	{"storage of a population, 64×64, N = 100, r = 8", "74.2 % less than dense, 14.6× more than seeds", "true against dense"},
	{"storage of a population, 1024×1024, N = 1,000, r = 16", "96.8 % less than dense, 31.3× more than seeds", "true against dense"},
	{"operations of a generation, 1024×1024, N = 1,000, r = 16", "0.97×", "false"},
	{"training speed from low rank", "0.97×", "false"},
	{"savings from smaller multipliers and low rank multiply", "3.25× to 12.1×", "false"},
	{"operations of an update", "N·r·m·n, 512× as many", "false"},
	{"a population in the time of one member, N = 1,000", "60 µs", "false"},
	{"random numbers are free", "7.17 µs per member and layer, 119× its product", "false"},
	{"quantized perturbations train", "0 of 4,096 weights changed", "false"},
	{"cell endurance if members are written into the crossbar", "1,000 generations", "false"},
	{"cell endurance if 1 % of the base weights is written per generation", "100,000,000 generations", "confirmed"},
	{"a pent multiplier is smaller than an int8 multiplier", "4.74× to 12.4×", "overstated"},
	{"a lane of a pent dot product is smaller than an int8 lane", "3.35× to 4.23×", "overstated"},
	{"a ternary lane is cheaper than a pent lane", "1× to 1.1×", "overstated"},
	{"a pentary adder costs twice as much as a binary adder", "3.51× to 20.2×", "overstated"},
	{"the quantizer rounds to the nearest pent", "wrong for 100 % of negative pents, 0 % of positive ones", "false"},
	{"the EGGROLL instructions extend the ISA", "0 codes left of 16", "false"},
	{"a word of 16 pents", "37.2 bits", "confirmed"},
	{"range of a word", "±76,293,945,312", "confirmed"},
	{"registers reset to zero", "48'b0 = −76,293,945,312", "false"},
	{"MUL2 is a shift by a pent", "×5", "false"},
	{"memory of pents is denser than binary", "0.774× as information, 2.67× compared with int8 weights", "false"},
	{"a product of a 256×256 crossbar", "259 cycles", "false"},
	{"throughput of an array at 60 ns", "1.09 TMAC/s", "confirmed"},
	{"five-level converters read a crossbar", "16 of 256 outputs, 240 are clipped", "false"},
	{"analog products are exact", "18 % of outputs, 23.0 dB", "false"},
	{"an array of 1 mS cells at 1 V", "22.1 W", "false"},
	{"programming an array", "32.8 ms", "confirmed"},
	{"computing in memory saves energy", "0.629× to 1.48×", "overstated"},
	{"power of training", "70 % to 86 % less", "overstated"},
	{"80 % zeros in the weights", "45 % less", "overstated"},
	{"energy of a multiply-accumulate compared with int8", "3.79× to 4.29×", "understated"},
	{"1.2 V raises a core from 3 GHz to 5 GHz", "3.47 GHz", "overstated"},
	{"a core's power", "5 W", "confirmed"},
}

func TestOutcomes(t *testing.T) {
	findings, err := Compute(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(findings) != len(outcomes) {
		t.Errorf("%d claims, want %d", len(findings), len(outcomes))
	}
	seen := map[string]bool{}
	for i, f := range findings {
		if f.Claim == "" || f.Claimed == "" || f.Source == "" || f.Basis == "" || seen[f.Claim] {
			t.Errorf("a claim lacks something or occurs twice: %+v", f)
		}
		seen[f.Claim] = true
		if strings.Contains(f.Computed+f.Basis, "NaN") || strings.Contains(f.Computed+f.Basis, "%!") {
			t.Errorf("%s: %s; %s", f.Claim, f.Computed, f.Basis)
		}
		if i >= len(outcomes) {
			t.Errorf("unexpected: {%q, %q, %q},", f.Claim, f.Computed, f.Verdict)
		} else if want := outcomes[i]; f.Claim != want.claim || f.Computed != want.computed || f.Verdict != want.verdict {
			t.Errorf("got  {%q, %q, %q}\nwant %q", f.Claim, f.Computed, f.Verdict, want)
		}
	}
}

func TestComputeInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if f, err := Compute(ctx); f != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%d findings, error %v", len(f), err)
	}
}

func TestFindingJSON(t *testing.T) {
	line, err := json.Marshal(All()[0].Find())
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]string
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"claim", "claimed", "computed", "verdict"} {
		if got[key] == "" {
			t.Errorf("no %s in %s", key, line)
		}
	}
}

func TestRules(t *testing.T) {
	for _, test := range []struct {
		name      string
		got, want Verdict
	}{
		{"as claimed", gain(20, 19.5, 19.5), Confirmed},
		{"within the range", gain(20, 10, 30), Confirmed},
		{"more than claimed", gain(2, 3, 4), Understated},
		{"less than claimed", gain(20, 4.7, 12.4), Overstated},
		{"far less", gain(2000, 3, 12), False},
		{"no gain", gain(31, 0.97, 0.97), False},
		{"a share", gain(saved(0.8), saved(0.45), saved(0.45)), Overstated},
		{"a cost", cost(2, 2.05), Confirmed},
		{"a lower cost", cost(2, 1), Understated},
		{"a higher cost", cost(2, 3.5), Overstated},
		{"far higher", cost(10, 259), False},
		{"the same", same(37, 37.15), Confirmed},
		{"another", same(2, 5), False},
		{"holds", holds(true), Confirmed},
		{"does not", holds(false), False},
	} {
		if test.got != test.want {
			t.Errorf("%s: %s, want %s", test.name, test.got, test.want)
		}
	}
}

func TestFormat(t *testing.T) {
	for got, want := range map[string]string{
		count(0): "0", count(999): "999", count(1000): "1,000", count(-1234567): "−1,234,567", count(int64(33817576)): "33,817,576",
		number(0.0704): "0.0704", number(12.44): "12.4", number(99.96): "100", number(1012): "1,012", number(1e8): "1e8", number(1.08e9): "1.1e9",
		percent(0.968): "97 %", times(3.354): "3.35×", span(1.001, 1.002, times): "1×", span(4.7, 12.4, times): "4.7× to 12.4×",
		duration(60): "60 ns", duration(60_000): "60 µs", duration(32.768e6): "32.8 ms", duration(2e9): "2 s",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestQuantizers compares both quantizers with the values that the Pentary documents state.
func TestQuantizers(t *testing.T) {
	const one = 1 << 16
	for _, test := range []struct {
		x                 float64
		prototype, wanted int
	}{
		{0, 0, 0},
		{0.49, 0, 0},
		{0.5, 1, 1},
		{1.5, 2, 2},
		{7, 2, 2},
		{-0.4, 0, 0},
		{-0.5, 0, 0},
		{-0.51, 2, -1},
		{-1, 2, -1},
		{-1.6, 2, -2},
		{-100, 2, -2},
	} {
		x := int32(math.Round(test.x * one))
		if got := prototypeQuantize(x, one); got != test.prototype {
			t.Errorf("%g: the prototype returns %d, want %d", test.x, got, test.prototype)
		}
		if got := nearestPent(x, one); got != test.wanted {
			t.Errorf("%g: nearest is %d, want %d", test.x, got, test.wanted)
		}
	}
}

// The ratios in the table and the ratios of this module's synthesis agree within a factor of
// 1.6; cell library and int8 lane differ between them.
func TestOwnGates(t *testing.T) {
	r := rtl.Resources()
	for _, test := range []struct {
		name       string
		table, own float64
	}{
		{"dot product", energy.Ratio("gates.lane"), r.DotRatio()},
		{"lane", energy.Ratio("gates.mul"), r.LaneRatio()},
	} {
		if ratio := test.own / test.table; ratio < 0.6 || ratio > 1.6 {
			t.Errorf("%s: int8 over pents %.2f in the table, %.2f here", test.name, test.table, test.own)
		}
		t.Logf("%s: int8 over pents %.2f in the table, %.2f here", test.name, test.table, test.own)
	}
	if low, high := laneRatio(); !(2 < low && low <= high) {
		t.Errorf("lanes from %g to %g", low, high)
	}
}

func TestEntropy(t *testing.T) {
	if e := entropy(0.2); e <= 2.2 || e > math.Log2(5) {
		t.Errorf("%g bits of nearly equal shares", e)
	}
	if e := entropy(0.8); math.Abs(e-1.119) > 0.001 {
		t.Errorf("%g bits at 80 %% zeros", e)
	}
}
