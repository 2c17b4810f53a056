package kernels

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// goldenJSON is what testdata/golden.py computes from the documentation, apart
// from this code: the numerical contract as bytes.
//
//go:embed testdata/golden.json
var goldenJSON []byte

// The arrays of the golden file are base64 of little-endian elements; arrays of
// single bytes and of codes are []byte.
type (
	int8s  []int8
	int32s []int32
)

func (s *int8s) UnmarshalJSON(text []byte) error { return decodeInto((*[]int8)(s), 1, text) }

func (s *int32s) UnmarshalJSON(text []byte) error { return decodeInto((*[]int32)(s), 4, text) }

func decodeInto[T int8 | int32](s *[]T, width int, text []byte) error {
	if string(text) == "null" {
		return nil
	}
	data, err := base64.StdEncoding.AppendDecode(nil, bytes.Trim(text, `"`))
	if err != nil {
		return err
	}
	*s = make([]T, len(data)/width)
	_, err = binary.Decode(data, binary.LittleEndian, *s)
	return err
}

type golden struct {
	RoundShift [][3]int32
	Philox     []struct {
		Counter, Block [4]uint32
		Key            [2]uint32
	}
	ARS []struct {
		Counter, Key, Block [4]uint32
	}
	Noise []struct {
		Generator                Generator
		Distribution             Distribution
		N                        int
		Seed                     uint64
		Generation, Tensor, Pair uint32
		Codes                    []byte
	}
	Pairs []struct {
		Generator                Generator
		Distribution             Distribution
		Pairs                    int
		Seed                     uint64
		Generation, Tensor, Pair uint32
		Codes                    []byte
	}
	Row []struct {
		N          int
		Codes, Row []byte
	}
	Batch []struct {
		K, N       int
		Vectors, X int8s
		Sums       int32s
	}
	Product []struct {
		M, K, N  int
		W, Codes []byte
		X        int8s
		Y        int32s
	}
	Population []struct {
		Pairs, Rank, Columns, M, K int
		Shift                      uint
		A, B, W                    []byte
		X                          int8s
		T, Y, Perturbed, Product   int32s
		Shared                     struct {
			X                  int8s
			T, Base, Perturbed int32s
		}
	}
	Drawn []struct {
		Distribution             Distribution
		Rank, M, K               int
		Shift                    uint
		Seed                     uint64
		Generation, Tensor, Pair uint32
		X                        int8s
		W                        []byte
		T, Y                     int32s
	}
	Requantize []struct {
		M, N    int
		Shift   uint
		ReLU    bool
		Bias, Y int32s
		Out     int8s
	}
	Normalize []struct {
		K, N, Target int
		X, Out       int8s
	}
	Gates []struct {
		X, Gate, H                    int8s
		Added, Larger, Gated, Blended int8s
	}
	Score []struct {
		M, N    int
		Logits  int8s
		Targets []byte
		Scores  int32s
	}
	Update []struct {
		M, K, Rank          int
		Mul, Limit, Tau     int32
		Shift               uint
		Lo, Hi              int
		F, Left             int8s
		A, B, Right, W      []byte
		E                   int8s
		Residual, Threshold struct {
			W     []byte
			E     int8s
			Moved int
		}
	}
	Inputs []struct {
		K, N    int
		X       int8s
		Strip   []byte
		Squares uint64
	}
	Deltas []struct {
		M, N, Quarters       int
		Low                  int8
		Mul                  int64
		Delta, Centered      int32s
		Y, Left              int8s
		Squares, TermSquares uint64
	}
	Rules []struct {
		M, K               int
		Mul, Limit         int32
		Shift, Decay       uint
		Tau                int64
		Threshold          int8
		Chance             uint32
		Generator          Generator
		Lo, Hi             int
		Seed               uint64
		Generation, Tensor uint32

		F                         int8s
		A, B, W, Random           []byte
		Residual4, Residual4After []byte
		Average, AverageAfter     int8s
		Saturated                 int
		After                     struct {
			Residual4, Stochastic, Flip, Threshold, Shrink struct {
				W     []byte
				Moved int
			}
		}
	}
	Turn []struct {
		K, N             int
		Cos, Sin         []int16
		High, Low, Words int8s
	}
	Attend []struct {
		Heads, KVHeads, Width, Steps, N int
		Shift                           uint
		Q, Keys, Out                    int8s
		Values                          []int8s
	}
	Wide []struct {
		High, Low, XHigh, XLow, SumHigh, SumLow int8s
		Shift                                   uint
		Gates, X, Gated                         int8s
	}
	Root []struct {
		K, N, Target   int
		High, Low, Out int8s
	}
	Scaled []struct {
		M, N, Digits int
		Shift        uint
		Wide, ReLU   bool
		Y, Scale     int32s
		Gains, Out   int8s
	}
	Offset []struct {
		M, N            int
		Shift           uint
		Y, Offsets, Out int32s
		Numbers         int8s
	}
	Fused []struct {
		Pairs, Rank, Columns, M int
		PerturbShift, Shift     uint
		ReLU                    bool
		A                       []byte
		T, Base, Bias           int32s
		Out                     int8s
	}
}

func readGolden(t *testing.T) (g golden) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(goldenJSON))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&g); err != nil {
		t.Fatal(err)
	}
	for kernel, cases := range reflect.ValueOf(g).Fields() {
		if cases.Len() == 0 {
			t.Errorf("no cases of %s", kernel.Name)
		}
	}
	return g
}

func TestGolden(t *testing.T) {
	g := readGolden(t)
	for _, c := range g.RoundShift {
		if got := RoundShift(c[0], uint(c[1])); got != c[2] {
			t.Errorf("RoundShift(%d, %d) is %d, want %d", c[0], c[1], got, c[2])
		}
	}
	for _, c := range g.Philox {
		if got := Philox(c.Counter, c.Key); got != c.Block {
			t.Errorf("Philox(%x, %x) is %x, want %x", c.Counter, c.Key, got, c.Block)
		}
	}
	for _, c := range g.ARS {
		if got := ARS(c.Counter, c.Key); got != c.Block {
			t.Errorf("ARS(%x, %x) is %x, want %x", c.Counter, c.Key, got, c.Block)
		}
	}
	forEachImpl(t, func(t *testing.T) {
		for _, c := range g.Noise {
			got := make([]uint8, c.N)
			Noise(got, c.Distribution, Stream{Seed: c.Seed, Generation: c.Generation, Tensor: c.Tensor, Pair: c.Pair, Generator: c.Generator})
			equal(t, "Noise", got, c.Codes)
		}
		for _, c := range g.Pairs {
			got := make([]uint8, len(c.Codes))
			NoisePairs(got, c.Distribution, Stream{Seed: c.Seed, Generation: c.Generation, Tensor: c.Tensor, Pair: c.Pair, Generator: c.Generator}, c.Pairs)
			equal(t, "NoisePairs", got, c.Codes)
		}
		for _, c := range g.Row {
			codes, row := make([]uint8, len(c.Codes)), make([]byte, len(c.Row))
			Unpack(codes, c.Row, c.N)
			Pack(row, c.Codes, c.N)
			equal(t, "Unpack", codes, c.Codes)
			equal(t, "Pack", row, c.Row)
		}
		for _, c := range g.Batch {
			x, sums := make([]int8, len(c.X)), make([]int32, c.N)
			Interleave(x, c.Vectors, c.K, c.N)
			ColumnSums(sums, c.X, c.K, c.N)
			equal(t, "Interleave", x, c.X)
			equal(t, "ColumnSums", sums, c.Sums)
		}
		for _, c := range g.Product {
			w := over(t, c.M, c.K, c.W)
			products(t, w, c.X, c.N, c.Y)
			codes := make([]uint8, len(c.Codes))
			InterleaveCodes(codes, w)
			equal(t, "InterleaveCodes", codes, c.Codes)
			if c.N <= MaxVecs {
				y := make([]int32, len(c.Y))
				MatVecCodes(y, codes, c.X, c.M, c.K, c.N)
				equal(t, "MatVecCodes", y, c.Y)
			}
		}
		for _, c := range g.Population {
			pop := Population{Pairs: c.Pairs, Rank: c.Rank, Columns: c.Columns}
			low := make([]int32, len(c.T))
			Project(low, c.B, c.X, pop, c.K)
			equal(t, "Project", low, c.T)
			low = make([]int32, len(c.T))
			for p := range pop.Pairs {
				of, factors := len(c.T)/pop.Pairs, len(c.B)/pop.Pairs
				ProjectPairs(low[p*of:][:of], c.B[p*factors:][:factors], c.X, pop, c.K, p, p+1)
			}
			equal(t, "ProjectPairs", low, c.T)
			y := append([]int32(nil), c.Y...)
			Perturb(y, c.A, c.T, pop, c.M, c.Shift)
			equal(t, "Perturb", y, c.Perturbed)
			MatMulPerturbed(y, over(t, c.M, c.K, c.W), c.X, c.A, c.T, pop, c.Shift)
			equal(t, "MatMulPerturbed", y, c.Product)
			low = make([]int32, len(c.Shared.T))
			ProjectShared(low, c.B, c.Shared.X, pop, c.K)
			equal(t, "ProjectShared", low, c.Shared.T)
			PerturbShared(y, c.Shared.Base, c.A, c.Shared.T, pop, c.M, c.Shift)
			equal(t, "PerturbShared", y, c.Shared.Perturbed)
		}
		for _, c := range g.Drawn {
			stream := Stream{Seed: c.Seed, Generation: c.Generation, Tensor: c.Tensor, Pair: c.Pair}
			pop := Population{Pairs: 2, Rank: c.Rank, Columns: 4}
			y, a := make([]int32, len(c.Y)), make([]uint8, 2*c.Rank*packed.PaddedLen(c.M))
			MatMulDrawn(y, over(t, c.M, c.K, c.W), c.X, a, stream, c.Distribution, c.T, pop, c.Shift)
			equal(t, "MatMulDrawn", y, c.Y)
		}
		for _, c := range g.Requantize {
			got := make([]int8, len(c.Out))
			Requantize(got, c.Y, c.M, c.N, Output{Bias: c.Bias, Shift: c.Shift, ReLU: c.ReLU})
			equal(t, "Requantize", got, c.Out)
		}
		for _, c := range g.Normalize {
			got := make([]int8, len(c.Out))
			Normalize(got, c.X, c.K, c.N, c.Target)
			equal(t, "Normalize", got, c.Out)
		}
		for _, c := range g.Gates {
			got := append([]int8(nil), c.H...)
			Add(got, c.X)
			equal(t, "Add", got, c.Added)
			copy(got, c.H)
			Max(got, c.X)
			equal(t, "Max", got, c.Larger)
			Gate(got, c.Gate, c.X)
			equal(t, "Gate", got, c.Gated)
			copy(got, c.H)
			Blend(got, c.Gate, c.X)
			equal(t, "Blend", got, c.Blended)
		}
		for _, c := range g.Score {
			got := make([]int32, c.N)
			LogProb(got, c.Logits, c.Targets, c.M, c.N)
			equal(t, "LogProb", got, c.Scores)
		}
		for _, c := range g.Update {
			terms := newTerms(c.A, c.B, c.F, c.Rank, c.M, c.K)
			equal(t, "WeighFactors", terms.Left, c.Left)
			equal(t, "InterleaveFactors", terms.Right, c.Right)

			scale := Scale{Mul: c.Mul, Shift: c.Shift, Limit: c.Limit}
			w, e := over(t, c.M, c.K, bytes.Clone(c.W)), append([]int8(nil), c.E...)
			moved := UpdateResidual(w, e, terms, scale, c.Lo, c.Hi)
			equal(t, "UpdateResidual", w.Bytes(), c.Residual.W)
			equal(t, "residual", e, c.Residual.E)
			equal(t, "moved", []int{moved}, []int{c.Residual.Moved})

			w = over(t, c.M, c.K, bytes.Clone(c.W))
			moved = UpdateThreshold(w, terms, int64(c.Tau)*ThresholdUnit, Stream{}, c.Lo, c.Hi)
			equal(t, "UpdateThreshold", w.Bytes(), c.Threshold.W)
			equal(t, "moved", []int{moved}, []int{c.Threshold.Moved})
		}
		for _, c := range g.Inputs {
			strip := make([]uint8, len(c.Strip))
			squares := UpdateTermsOfInputs(strip, c.X, c.K, c.N)
			equal(t, "UpdateTermsOfInputs", strip, c.Strip)
			equal(t, "squares", []uint64{squares}, []uint64{c.Squares})
		}
		for _, c := range g.Deltas {
			delta, left := append([]int32(nil), c.Delta...), make([]int8, len(c.Left))
			var y []int8
			if len(c.Y) > 0 {
				y = c.Y
			}
			squares := CenterDeltas(delta, y, c.M, c.N, c.Low, c.Quarters)
			equal(t, "CenterDeltas", delta, c.Centered)
			equal(t, "squares", []uint64{squares}, []uint64{c.Squares})
			squares = UpdateTermsOfDeltas(left, delta, c.M, c.N, 0, c.M, c.Mul)
			equal(t, "UpdateTermsOfDeltas", left, c.Left)
			equal(t, "squares", []uint64{squares}, []uint64{c.TermSquares})
		}
		for _, c := range g.Rules {
			terms := newTerms(c.A, c.B, c.F, 1, c.M, c.K)
			scale := Scale{Mul: c.Mul, Shift: c.Shift, Limit: c.Limit}
			s := Stream{Seed: c.Seed, Generation: c.Generation, Tensor: c.Tensor, Pair: uint32(c.Lo), Generator: c.Generator}

			random := make([]uint8, len(c.Random))
			Random(random, s)
			equal(t, "Random", random, c.Random)

			w := over(t, c.M, c.K, bytes.Clone(c.W))
			equal(t, "CountSaturated", []int{CountSaturated(w, c.Lo, c.Hi)}, []int{c.Saturated})
			residual := bytes.Clone(c.Residual4)
			moved := UpdateResidual4(w, residual, terms, scale, s, c.Lo, c.Hi)
			equal(t, "UpdateResidual4", w.Bytes(), c.After.Residual4.W)
			equal(t, "residual", residual, c.Residual4After)
			equal(t, "moved", []int{moved}, []int{c.After.Residual4.Moved})

			w = over(t, c.M, c.K, bytes.Clone(c.W))
			moved = UpdateStochastic(w, terms, scale, s, c.Lo, c.Hi)
			equal(t, "UpdateStochastic", w.Bytes(), c.After.Stochastic.W)
			equal(t, "moved", []int{moved}, []int{c.After.Stochastic.Moved})

			w = over(t, c.M, c.K, bytes.Clone(c.W))
			average := append([]int8(nil), c.Average...)
			moved = UpdateFlip(w, average, terms, Flip{Scale: scale, Decay: c.Decay, Threshold: c.Threshold}, s, c.Lo, c.Hi)
			equal(t, "UpdateFlip", w.Bytes(), c.After.Flip.W)
			equal(t, "average", average, c.AverageAfter)
			equal(t, "moved", []int{moved}, []int{c.After.Flip.Moved})

			w = over(t, c.M, c.K, bytes.Clone(c.W))
			moved = UpdateThreshold(w, terms, c.Tau, s, c.Lo, c.Hi)
			equal(t, "UpdateThreshold", w.Bytes(), c.After.Threshold.W)
			equal(t, "moved", []int{moved}, []int{c.After.Threshold.Moved})

			w = over(t, c.M, c.K, bytes.Clone(c.W))
			moved = Shrink(w, c.Chance, s, c.Lo, c.Hi)
			equal(t, "Shrink", w.Bytes(), c.After.Shrink.W)
			equal(t, "moved", []int{moved}, []int{c.After.Shrink.Moved})
		}
		goldenTransformer(t, &g)
		for _, c := range g.Fused {
			got := make([]int8, len(c.Out))
			pop := Population{Pairs: c.Pairs, Rank: c.Rank, Columns: c.Columns}
			PerturbSharedRequantize(got, c.Base, c.A, c.T, pop, c.M, c.PerturbShift, Output{Bias: c.Bias, Shift: c.Shift, ReLU: c.ReLU})
			equal(t, "PerturbSharedRequantize", got, c.Out)
		}
	})
}

// goldenTransformer checks the kernels of attention and of values of two digits.
func goldenTransformer(t *testing.T, g *golden) {
	for _, c := range g.Turn {
		turns := make([]Turn, len(c.Cos))
		for i := range turns {
			turns[i] = Turn{Cos: c.Cos[i], Sin: c.Sin[i]}
		}
		got := make([]int8, len(c.Words))
		TurnWords(got, c.High, orNil(c.Low), turns, c.K, c.N)
		equal(t, "TurnWords", got, c.Words)
	}
	for _, c := range g.Attend {
		size := 4 * c.KVHeads * c.Width * c.N // of four steps of values
		values := make([]int8, Quads(c.Steps)*size)
		for step, v := range c.Values {
			CacheValues(values[step/4*size:][:size], v, step%4, c.KVHeads*c.Width, c.N)
		}
		got := make([]int8, len(c.Out))
		shape := Attention{Heads: c.Heads, KVHeads: c.KVHeads, Width: c.Width, Steps: c.Steps, Shift: c.Shift}
		Attend(got, c.Q, c.Keys, values, shape, c.N)
		equal(t, "Attend", got, c.Out)
	}
	for _, c := range g.Wide {
		high, low := append([]int8(nil), c.High...), append([]int8(nil), c.Low...)
		AddWide(high, low, c.XHigh, c.XLow)
		equal(t, "AddWide", high, c.SumHigh)
		equal(t, "AddWide's low digits", low, c.SumLow)
		got := make([]int8, len(c.Gated))
		SwiGLU(got, c.Gates, c.X, c.Shift)
		equal(t, "SwiGLU", got, c.Gated)
	}
	for _, c := range g.Root {
		got := make([]int8, len(c.Out))
		RootMeanSquare(got, c.High, orNil(c.Low), c.K, c.N, c.Target)
		equal(t, "RootMeanSquare", got, c.Out)
	}
	for _, c := range g.Scaled {
		got := make([]int8, len(c.Out))
		RequantizeScaled(got, c.Y, c.M, c.N, Scaled{
			Digits: c.Digits, Scale: orNil(c.Scale), Gains: orNil(c.Gains), Shift: c.Shift, Wide: c.Wide, ReLU: c.ReLU,
		})
		equal(t, "RequantizeScaled", got, c.Out)
	}
	for _, c := range g.Offset {
		got := slices.Clone(c.Y)
		AddOffsets(got, c.Offsets, c.Numbers, c.M, c.N, c.Shift)
		equal(t, "AddOffsets", got, c.Out)
	}
}

// orNil returns s, or nil if it is empty: golden arrays are not nil.
func orNil[S ~[]T, T any](s S) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

// over returns the matrix that packed rows hold.
func over(tb testing.TB, m, k int, rows []byte) *packed.Matrix {
	tb.Helper()
	w, err := packed.MatrixOver(m, k, rows)
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// TestGoldenIsComputed runs the program that computes the golden file.
func TestGoldenIsComputed(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no Python to compute the golden file with: ", err)
	}
	cmd := exec.Command(python, "testdata/golden.py")
	cmd.Stderr = os.Stderr
	got, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, goldenJSON) {
		t.Error("golden.json is not what golden.py computes")
	}
}
