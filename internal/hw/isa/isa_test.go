package isa

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	for i := range Specs {
		s := &Specs[i]
		if int(s.Op) != i+1 || SpecOf(s.Op) != s || byName[s.Name] != s || byCode[s.key()] != s {
			t.Errorf("%s: entry %d is found elsewhere", s.Name, i)
		}
		if s.Name != strings.ToUpper(s.Name) || s.Summary == "" || s.Effect == "" {
			t.Errorf("%s: name or text", s.Name)
		}
		if usesFunct(s.Code) != (s.Funct != 0) || usesFunct(s.Code) != (s.Format == FormatR) || s.Code > 15 || s.Funct >= 1<<functBits {
			t.Errorf("%s: code %d, function %d in format %v", s.Name, s.Code, s.Funct, s.Format)
		}
		fields, optional := map[Field]bool{}, false
		for _, o := range s.Operands {
			register := o.Role == Source || o.Role == Dest || o.Role == Place
			if fields[o.Field] || register == (o.Field == Imm) || optional && !o.Optional || s.Format != FormatR && o.Field == Rs2 {
				t.Errorf("%s: operand %s", s.Name, o.Name)
			}
			fields[o.Field], optional = true, o.Optional
		}
	}
	if len(byName) != len(Specs) || len(byCode) != len(Specs) {
		t.Errorf("%d names and %d codes of %d instructions", len(byName), len(byCode), len(Specs))
	}
	if SpecOf(0) != nil || SpecOf(Op(len(Specs)+1)) != nil {
		t.Error("operations that do not exist have entries")
	}
}

func TestDescriptors(t *testing.T) {
	sizes := map[Kind]int{
		Pents: TensorWords, Bytes: TensorWords, Accumulators: TensorWords, Noise: NoiseWords,
		Factors: FactorsWords, Population: PopulationWords, Update: UpdateWords,
	}
	for i := range Descriptors {
		d := &Descriptors[i]
		if int(d.Kind) != i+1 || DescriptorOf(d.Kind) != d || d.Words() != sizes[d.Kind] || d.Kind.String() != d.Name {
			t.Errorf("%s: kind %d of %d words", d.Name, d.Kind, d.Words())
		}
		optional := false
		for _, f := range d.Fields {
			if optional && !f.Optional || f.Doc == "" {
				t.Errorf("%s: field %s", d.Name, f.Name)
			}
			optional = f.Optional
		}
	}
	if len(sizes) != len(Descriptors) || DescriptorOf(0) != nil || Kind(-1).String() != "unknown" {
		t.Error("kinds that do not exist have entries")
	}
}

// Encodings equal words composed by hand.
func TestGoldenWords(t *testing.T) {
	zero6, zero11 := uint64(0o222222), uint64(0o22222222222)
	for _, test := range []struct {
		in   Instruction
		want uint64
		text string
	}{
		{Instruction{Op: ADD, Rd: 1, Rs1: 2, Rs2: 3}, 1<<39 | 2<<34 | 3<<29 | 1<<18 | zero6, "ADD P1, P2, P3"},
		{Instruction{Op: ADDI, Rd: 29, Rs1: 29, Imm: -1}, 1<<44 | 29<<39 | 29<<34 | zero11 - 1, "ADDI SP, SP, -1"},
		{Instruction{Op: ADDI, Rd: 1, Imm: MaxLarge}, 1<<44 | 1<<39 | 0o44444444444, "ADDI P1, P0, 24414062"},
		{Instruction{Op: LOAD, Rd: 4, Rs1: 30, Imm: 7}, 2<<44 | 4<<39 | 30<<34 | 0o22222222234, "LOAD P4, [FP+7]"},
		{Instruction{Op: BLT, Rd: 5, Rs1: 6, Imm: -3}, 6<<44 | 5<<39 | 6<<34 | 0o22222222214, "BLT P5, P6, .-3"},
		{Instruction{Op: MAC, Rd: 7, Rs1: 8, Rs2: 9, Imm: 16}, 7<<39 | 8<<34 | 9<<29 | 8<<18 | 0o222303, "MAC P7, P8, P9, 16"},
		{Instruction{Op: RET}, 10<<44 | 3<<18 | zero6, "RET"},
		{Instruction{Op: QUANT, Rd: 1, Rs1: 2, Imm: 3}, 12<<44 | 1<<39 | 2<<34 | 5<<18 | 0o222230, "QUANT P1, P2, 3"},
		{Instruction{Op: PRNG, Rd: 1, Rs1: 2, Rs2: 3}, 14<<44 | 1<<39 | 2<<34 | 3<<29 | 7<<18 | zero6, "PRNG P1, P2, P3"},
	} {
		got, err := test.in.Encode()
		if err != nil || got != test.want {
			t.Errorf("%v: %#014x, error %v, want %#014x", test.in, got, err, test.want)
		}
		if s := test.in.String(); s != test.text {
			t.Errorf("%q, want %q", s, test.text)
		}
	}
	if _, err := Decode(0); err == nil {
		t.Error("48 zero bits are an instruction")
	}
}

func TestEncodeErrors(t *testing.T) {
	for want, in := range map[string]Instruction{
		"unknown operation 0":                      {},
		"unknown operation 200":                    {Op: 200},
		"register 32 as rs1":                       {Op: ADD, Rs1: 32},
		"P1 as rs2, which it does not use":         {Op: NEG, Rs2: 1},
		"LR as rd, which it does not use":          {Op: RET, Rd: 31},
		"immediate 7813, want at most ±7812":       {Op: MUL, Imm: 7813},
		"immediate -24414063, want at most ±24414": {Op: ADDI, Imm: -24414063},
		"immediate 1, which it does not use":       {Op: ADD, Imm: 1},
		"immediate -1, which it does not use":      {Op: ADD, Imm: -1},
		"immediate -7813, want at most ±7812":      {Op: MUL, Imm: -7813},
	} {
		if _, err := in.Encode(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

// randomInstruction returns an instruction with random fields that it uses.
func randomInstruction(rng *rand.Rand, s *Spec) Instruction {
	in := Instruction{Op: s.Op}
	most := int(s.Format.MaxImm())
	for _, o := range s.Operands {
		if o.Field != Imm {
			in.setRegister(o.Field, Reg(rng.IntN(Registers)))
		}
		if o.Field == Imm || o.Role == Place {
			in.Imm = int32(rng.IntN(2*most+1) - most)
		}
	}
	return in
}

func TestRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	seen := map[uint64]bool{}
	for i := range Specs {
		for range 200 {
			in := randomInstruction(rng, &Specs[i])
			w, err := in.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := Decode(w); err != nil || got != in {
				t.Fatalf("%v: %#x decodes to %v, error %v", in, w, got, err)
			}
			p, err := Assemble(in.String(), nil)
			if err != nil || len(p.Code) != 1 || p.Code[0] != w {
				t.Fatalf("%v assembles to %+v, error %v", in, p, err)
			}
			seen[w] = true
		}
	}
	if len(seen) < 100*len(Specs)/2 {
		t.Errorf("only %d different words", len(seen))
	}
}

// Every immediate of six pents.
func TestSmallImmediates(t *testing.T) {
	for v := int32(-MaxSmall); v <= MaxSmall; v++ {
		bits := encodePents(v, smallPents)
		if got, err := decodePents(bits, smallPents); err != nil || got != v || bits>>18 != 0 {
			t.Fatalf("%d: bits %#x, decoded %d, error %v", v, bits, got, err)
		}
	}
	valid := 0
	for bits := range uint64(1 << 18) {
		if v, err := decodePents(bits, smallPents); err == nil {
			valid++
			if encodePents(v, smallPents) != bits {
				t.Fatalf("%#x decodes to %d", bits, v)
			}
		}
	}
	if valid != 2*MaxSmall+1 {
		t.Errorf("%d immediates are valid, want %d", valid, 2*MaxSmall+1)
	}
}

func FuzzDecode(f *testing.F) {
	rng := rand.New(rand.NewPCG(2, 2))
	for i := range Specs {
		w, _ := randomInstruction(rng, &Specs[i]).Encode()
		f.Add(w)
	}
	f.Add(uint64(0))
	f.Add(uint64(1) << 48)
	f.Fuzz(func(t *testing.T, w uint64) {
		in, err := Decode(w)
		if err != nil {
			return
		}
		if got, err := in.Encode(); err != nil || got != w {
			t.Errorf("%#x decodes to %v and encodes to %#x, error %v", w, in, got, err)
		}
		if p, err := Assemble(in.String(), nil); err != nil || p.Code[0] != w {
			t.Errorf("%#x is %q, which does not assemble to it: %v", w, in, err)
		}
	})
}

func TestRegisters(t *testing.T) {
	for r := range Reg(Registers) {
		if got, ok := parseRegister(r.String()); !ok || got != r {
			t.Errorf("%v is register %d", r, got)
		}
	}
	for name, want := range map[string]Reg{"p0": 0, "r31": 31, "P29": SP, "sp": SP, "Fp": FP, "LR": LR} {
		if got, ok := parseRegister(name); !ok || got != want {
			t.Errorf("%s is register %d, want %d", name, got, want)
		}
	}
	for _, name := range []string{"", "P", "P32", "P01", "P00", "P-1", "P+1", "X1", "PP1", "P256", "P1x"} {
		if r, ok := parseRegister(name); ok {
			t.Errorf("%q is register %v", name, r)
		}
	}
}

func TestHazards(t *testing.T) {
	for _, test := range []struct {
		text          string
		reads, writes string
	}{
		{"ADD P1, P2, P3", "P2 P3", "P1"},
		{"ADD P0, P0, P3", "P3", ""},
		{"LOAD P1, [P2+3]", "P2", "P1"},
		{"STORE P1, [P2]", "P1 P2", ""},
		{"BEQ P4, P5, 0", "P4 P5", ""},
		{"PUSH P4", "P4 SP", "SP"},
		{"POP P4", "SP", "P4 SP"},
		{"CALL 0", "", "LR"},
		{"RET", "LR", ""},
		{"MATVEC P1, P2, P3", "P1 P2 P3", ""},
		{"PRNG P1, P2", "P2", "P1"},
		{"NOP", "", ""},
	} {
		p, err := Assemble(test.text, nil)
		if err != nil {
			t.Fatal(err)
		}
		in, err := Decode(p.Code[0])
		if err != nil {
			t.Fatal(err)
		}
		reads, n := in.Reads()
		writes, m := in.Writes()
		if got := join(reads[:n]); got != test.reads {
			t.Errorf("%s reads %q, want %q", test.text, got, test.reads)
		}
		if got := join(writes[:m]); got != test.writes {
			t.Errorf("%s writes %q, want %q", test.text, got, test.writes)
		}
	}
	if (Instruction{Op: MUL}).ReadsACC() || !(Instruction{Op: MAC}).ReadsACC() || !(Instruction{Op: MUL}).WritesACC() {
		t.Error("ACC")
	}
}

func join(regs []Reg) string {
	var names []string
	for _, r := range regs {
		names = append(names, r.String())
	}
	return strings.Join(names, " ")
}

// docs/isa.md is the output of go generate.
func TestReference(t *testing.T) {
	var got bytes.Buffer
	if err := WriteReference(&got); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../../docs/isa.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("docs/isa.md differs from the tables: run go generate ./internal/hw/isa")
	}
}

func TestChoices(t *testing.T) {
	if len(Objectives) != int(SquaredError) || len(Codings) != int(Normalized) || len(Rules) != int(Prototype) {
		t.Error("a choice without an entry")
	}
}
