package exec

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/Kaleaon/pentary-go/internal/fixed"
	"github.com/Kaleaon/pentary-go/internal/hw/isa"
	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/trit5"
)

// noise is a decoded noise descriptor.
type noise struct {
	seed                     uint64
	generation, tensor, pair uint32
	law                      kernels.Distribution
	sigma                    uint
	use                      lowrank.StreamKind
	next                     uint32
	address                  int // of the word named next
}

func (m *Machine) noise(address int64) (n noise, err error) {
	words, err := m.descriptor(address, isa.Noise)
	if err != nil {
		return n, err
	}
	for _, f := range []struct{ word, most int64 }{
		{isa.NoiseSeedLow, math.MaxUint32},
		{isa.NoiseSeedHigh, math.MaxUint32},
		{isa.NoiseGeneration, math.MaxUint32},
		{isa.NoiseTensor, lowrank.MaxTensor},
		{isa.NoisePair, math.MaxUint32},
		{isa.NoiseLaw, int64(kernels.Uniform)},
		{isa.NoiseSigma, lowrank.MaxSigma},
		{isa.NoiseUse, 15},
		{isa.NoiseNext, math.MaxUint32},
	} {
		if v := words[f.word]; v < 0 || v > f.most {
			return n, fmt.Errorf("noise at %d has %s %d, want 0 to %d", address, isa.DescriptorOf(isa.Noise).Fields[f.word-1].Name, v, f.most)
		}
	}
	return noise{
		seed:       uint64(words[isa.NoiseSeedHigh])<<32 | uint64(words[isa.NoiseSeedLow]),
		generation: uint32(words[isa.NoiseGeneration]),
		tensor:     uint32(words[isa.NoiseTensor]),
		pair:       uint32(words[isa.NoisePair]),
		law:        kernels.Distribution(words[isa.NoiseLaw]),
		sigma:      uint(words[isa.NoiseSigma]),
		use:        lowrank.StreamKind(words[isa.NoiseUse]),
		next:       uint32(words[isa.NoiseNext]),
		address:    int(address) + isa.NoiseNext,
	}, nil
}

// ofRank returns the noise as a lowrank.Noise, or an error if the rank is out of range.
func (n noise) ofRank(rank int64) (lowrank.Noise, error) {
	if rank < 1 || rank > lowrank.MaxRank {
		return lowrank.Noise{}, fmt.Errorf("rank %d, want 1 to %d", rank, lowrank.MaxRank)
	}
	return lowrank.Noise{
		Seed: n.seed, Generation: int(n.generation), Distribution: n.law, Rank: int(rank), Sigma: n.sigma,
	}, nil
}

// stream returns the stream that PRNG draws from.
func (n noise) stream() kernels.Stream {
	return lowrank.StreamOf(n.seed, int(n.generation), n.tensor, n.use, int(n.pair))
}

// blocks returns the number of blocks for the given number of pents.
func blocks(law kernels.Distribution, pents int) int {
	if law == kernels.Uniform {
		return pents / 8
	}
	return pents / 32
}

// scaleBits is the number of fraction bits of the projections' multiplier.
const scaleBits = 7

// scale returns the multiplier and shift that scale A·Bᵀ, whose entries have variance v, to a
// standard deviation of 2^-sigma. With e the least integer such that 2^e ≥ √v, they are
// round(2^7·2^e/√v) and sigma + e.
func scale(variance int, sigma uint) (multiplier int64, shift uint) {
	e := uint(bits.Len(uint(variance-1))+1) / 2
	square := uint64(1) << (2 * (scaleBits + e))
	return int64(fixed.Sqrt(4*square/uint64(variance))+1) / 2, sigma + e
}

// factors is a decoded factors descriptor.
type factors struct {
	a, b       Tensor
	multiplier int64
	shift      int64
	address    int // of the word named multiplier
}

// factors returns the factors at address with the given rank, as results or operands of an
// instruction.
func (m *Machine) factors(address int64, rank int32) (f factors, err error) {
	words, err := m.descriptor(address, isa.Factors)
	if err != nil {
		return f, err
	}
	f.multiplier, f.shift, f.address = words[isa.FactorsMultiplier], words[isa.FactorsShift], int(address)+isa.FactorsMultiplier
	if f.a, err = m.tensor(words[isa.FactorsA], isa.Pents); err != nil {
		return f, fmt.Errorf("factor A: %w", err)
	}
	if f.b, err = m.tensor(words[isa.FactorsB], isa.Pents); err != nil {
		return f, fmt.Errorf("factor B: %w", err)
	}
	if f.a.Rows != int(rank) || f.b.Rows != int(rank) {
		return f, fmt.Errorf("factors A %v and B %v, want %d rows each", f.a, f.b, rank)
	}
	return f, nil
}

// generate executes LRGEN.
func generate(m *Machine, in isa.Instruction, e *Event) error {
	f, err := m.factors(m.regs[in.Rd], in.Imm)
	if err != nil {
		return err
	}
	n, err := m.noise(m.regs[in.Rs1])
	if err != nil {
		return err
	}
	noise, err := n.ofRank(int64(in.Imm))
	if err != nil {
		return err
	}
	if err := apart(f.a, f.b, false); err != nil {
		return err
	}
	for _, factor := range []struct {
		t    Tensor
		kind lowrank.StreamKind
	}{{f.a, lowrank.FactorA}, {f.b, lowrank.FactorB}} {
		padded := packed.PaddedLen(factor.t.Cols)
		codes := resize(&m.scratch.a, factor.t.Rows*padded)
		noise.Factor(codes, factor.kind, n.tensor, int(n.pair), factor.t.Cols)
		m.pack(factor.t, codes)
		e.Blocks += blocks(n.law, len(codes))
		e.Written.add(factor.t.traffic())
	}
	multiplier, shift := scale(noise.Variance(), n.sigma)
	m.words[f.address], m.words[f.address+1] = multiplier, int64(shift)
	e.Written.Words += 2 * isa.WordBytes
	e.Tensors[0], e.Tensors[1] = f.a, f.b
	e.M, e.K, e.Rank = f.a.Cols, f.b.Cols, noise.Rank
	if m.watched() {
		for _, t := range []Tensor{f.a, f.b} {
			w, err := m.matrix(t)
			if err != nil {
				return err
			}
			e.Weights.add(w.Histogram())
		}
	}
	return nil
}

// pack stores codes with padded rows as a tensor of pents.
func (m *Machine) pack(t Tensor, codes []uint8) {
	padded, stride := packed.PaddedLen(t.Cols), packed.RowBytes(t.Cols)
	for i := range t.Rows {
		kernels.Pack(m.pents[t.Base+i*stride:][:stride], codes[i*padded:(i+1)*padded], t.Cols)
	}
}

// random executes PRNG.
func random(m *Machine, in isa.Instruction, e *Event) error {
	n, err := m.noise(m.regs[in.Rs1])
	if err != nil {
		return err
	}
	s, next := n.stream(), int64(n.next)
	var v int64
	if in.Rs2 != isa.Zero {
		bound := m.regs[in.Rs2]
		if bound < 1 || bound > 1<<32 {
			return fmt.Errorf("bound %d, want 1 to 2^32", bound)
		}
		high, low := bits.Mul64(uint64(s.Block(n.next / 4)[n.next%4]), uint64(bound))
		v = int64(high<<32 | low>>32)
		e.Blocks = 1
		next++
	} else {
		word := trit5.ZeroWord
		for i, c := range randomPents(s, n.law, n.next) {
			word = word.With(i, trit5.Pent(c)-trit5.CodeZero)
		}
		v = word.Int64()
		e.Blocks = 1 + int(n.law)
		next += int64(e.Blocks)
	}
	m.words[n.address] = next & math.MaxUint32
	e.Written.Words += isa.WordBytes
	m.SetRegister(in.Rd, v)
	return nil
}

// randomPents returns the first 16 codes of a stream, beginning at block, as kernels.Noise draws
// them.
func randomPents(s kernels.Stream, law kernels.Distribution, block uint32) (codes [trit5.WordPents]uint8) {
	words := s.Block(block)
	if law == kernels.Binomial {
		for i := range codes {
			codes[i] = uint8(bits.OnesCount32(words[i/4] >> (i % 4 * 8) & 15))
		}
		return codes
	}
	for i := range codes {
		if i == 8 {
			words = s.Block(block + 1)
		}
		codes[i] = uint8((5*(words[i%8/2]>>(i%2*16)&65535) + 2) >> 16)
	}
	return codes
}
