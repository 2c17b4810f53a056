package pentary

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// integerPackages are those that compute training and inference. No float occurs
// in them, not even for reporting, but where floatsAllowed says so.
var integerPackages = []string{
	"trit5", "packed", "kernels", "lowrank", "es", "es/baseline", "es/journal", "nn", "nn/control",
	"train", "data", "data/digits", "data/mnist1d", "data/opticks",
	"internal/durable", "internal/fixed", "internal/impl", "internal/memory", "internal/parallel", "internal/reuse",
	"internal/hw/isa", "internal/hw/exec", "internal/hw/programs",
}

// floatsAllowed lists the files where floats may occur, and in which declarations: all
// of the file if there is none. Scales make the inputs of a table before training begins; the
// rest reports results, times and rates.
var floatsAllowed = map[string][]string{
	"data/table.go":  nil, // the numbers of a CSV file
	"data/scaler.go": nil, // their scales, which make the inputs
	"data/rows.go":   nil, // the same of new rows
	"data/ngrams.go": nil, // baselines to compare results with

	"train/terminal.go":       nil,
	"train/task.go":           {"Metric"},
	"train/classification.go": {"Accuracy", "trainingBits"},
	"train/regression.go":     {"Regression", "RMSE"}, // what an output is worth to the user
	"train/language.go":       {"BitsPerByte"},
	"train/tokens.go":         {"NatsPerToken"},
	"train/completions.go":    {"MeanReward", "trainingReward"},
	"train/policy.go":         {"reward", "Reward", "trainingRewards"},
	"train/observer.go":       {"Progress", "Value", "Text", "Attrs", "LogAttrs"},
	"train/run.go":            {"Result", "result", "progress", "throughput"},
	"train/timing.go":         {"remaining"},
	"train/replay.go":         {"TimesFaster"},
	"train/audit.go":          {"Detects"},
}

// TestIntegerPackages finds no package that training imports and that TestNoFloats does not
// check, but the one that writes to terminals.
func TestIntegerPackages(t *testing.T) {
	const module = "github.com/Kaleaon/pentary-go/"
	seen := map[string]bool{}
	var visit func(dir string)
	visit = func(dir string) {
		if seen[dir] {
			return
		}
		seen[dir] = true
		if !slices.Contains(integerPackages, dir) && dir != "internal/terminal" {
			t.Errorf("training imports %s, which is not in integerPackages", dir)
		}
		pkg, err := build.ImportDir(dir, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range pkg.Imports {
			if dir, ok := strings.CutPrefix(path, module); ok {
				visit(dir)
			}
		}
	}
	visit("train")
}

// TestNoFloats type-checks the packages under every choice of files that a build
// can make, and fails on each expression whose type is a float or complex number
// or an aggregate of them, and on each literal written as one, and on each exception
// that no float needs.
func TestNoFloats(t *testing.T) {
	deps := importer.ForCompiler(token.NewFileSet(), "source", nil)
	unused := map[string]bool{}
	for file, decls := range floatsAllowed {
		if decls == nil {
			unused[file] = true
		}
		for _, decl := range decls {
			unused[file+" "+decl] = true
		}
	}
	for _, dir := range integerPackages {
		for _, arch := range []string{"amd64", "arm64"} {
			for _, tags := range [][]string{nil, {"purego"}} {
				ctx := build.Default
				ctx.GOARCH, ctx.BuildTags, ctx.CgoEnabled = arch, tags, false
				pkg, err := ctx.ImportDir(dir, 0)
				if err != nil {
					t.Fatal(err)
				}
				fset := token.NewFileSet()
				var files []*ast.File
				for _, name := range pkg.GoFiles {
					f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
					if err != nil {
						t.Fatal(err)
					}
					files = append(files, f)
				}
				found, err := floats(fset, files, deps)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range found {
					decls, ok := floatsAllowed[p.file]
					switch {
					case ok && decls == nil:
						delete(unused, p.file)
					case slices.Contains(decls, p.decl):
						delete(unused, p.file+" "+p.decl)
					default:
						t.Errorf("%s, tags %v: %s, in %s", arch, tags, p.text, p.decl)
					}
				}
			}
		}
	}
	for exception := range unused {
		t.Errorf("no float in %s, which may have them", exception)
	}
}

// place is where a float occurs: the file, the name of the declaration, and the
// expression with its position.
type place struct{ file, decl, text string }

// declaration returns the name of the function, method, type, variable or constant that is
// declared around a position, or "".
func declaration(files []*ast.File, at token.Pos) string {
	for _, file := range files {
		for _, d := range file.Decls {
			if at < d.Pos() || d.End() <= at {
				continue
			}
			if f, ok := d.(*ast.FuncDecl); ok {
				return f.Name.Name
			}
			for _, spec := range d.(*ast.GenDecl).Specs {
				if at < spec.Pos() || spec.End() <= at {
					continue
				}
				switch s := spec.(type) {
				case *ast.TypeSpec:
					return s.Name.Name
				case *ast.ValueSpec:
					return s.Names[0].Name
				}
			}
		}
	}
	return ""
}

// floats returns the places of a package where a float or complex number occurs.
func floats(fset *token.FileSet, files []*ast.File, deps types.Importer) ([]place, error) {
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: deps}
	if _, err := conf.Check(files[0].Name.Name, fset, files, info); err != nil {
		return nil, err
	}
	var found []place
	for e, tv := range info.Types {
		lit, ok := e.(*ast.BasicLit)
		written := ok && (lit.Kind == token.FLOAT || lit.Kind == token.IMAG)
		if written || holdsFloat(tv.Type) {
			at := fset.Position(e.Pos())
			found = append(found, place{filepath.ToSlash(at.Filename), declaration(files, e.Pos()), fmt.Sprintf("%s: %s", at, types.ExprString(e))})
		}
	}
	slices.SortFunc(found, func(a, b place) int { return strings.Compare(a.text, b.text) })
	return found, nil
}

// holdsFloat reports whether values of type t are floats or complex numbers, are
// made of them, or are functions of them. Fields of structs are looked at where
// the struct is declared or the field is used.
func holdsFloat(t types.Type) bool {
	switch t := t.(type) {
	case *types.Tuple:
		for v := range t.Variables() {
			if holdsFloat(v.Type()) {
				return true
			}
		}
	case *types.Signature:
		return holdsFloat(t.Params()) || holdsFloat(t.Results())
	case *types.Map:
		return holdsFloat(t.Key()) || holdsFloat(t.Elem())
	case interface{ Elem() types.Type }: // array, slice, pointer, channel
		return holdsFloat(t.Elem())
	case nil:
	default:
		basic, ok := t.Underlying().(*types.Basic)
		return ok && basic.Info()&(types.IsFloat|types.IsComplex) != 0
	}
	return false
}

// The search finds every way that a float can come into a package.
func TestFloatsAreFound(t *testing.T) {
	deps := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for source, want := range map[string]bool{
		"var x int32 = 3; func f() int32 { return x << 2 / 3 }": false,
		"import \"math\"; var x int64 = math.MaxInt64":          false,
		"type s struct{ a [4]int8; b map[string][]uint64 }":     false,

		"var x float64":         true,
		"var x = 1.5":           true,
		"var x = int64(1e6)":    true,
		"const c = 1 << 3 / 2.": true,
		"var x = 2i":            true,
		"type real float32; func f(r real) int { return 1 }":                           true,
		"func f(x []float32) int { return len(x) }":                                    true,
		"var x map[int]*[4]chan complex64":                                             true,
		"func f[T int | float32](x T) {}":                                              true,
		"var z int; var x = int(float32(z))":                                           true,
		"import \"math\"; var x = int(math.Sqrt(9))":                                   true,
		"import \"math\"; var f = math.Abs":                                            true,
		"import \"math\"; var x = int(math.Pi*0+1)":                                    true,
		"import \"time\"; func f(d time.Duration) int64 { return int64(d.Seconds()) }": true,
	} {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "planted.go", "package planted; "+source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		found, err := floats(fset, []*ast.File{f}, deps)
		if err != nil {
			t.Fatal(err)
		}
		if (len(found) > 0) != want {
			t.Errorf("%s: found %q", source, found)
		}
	}
}

// floatMoves are the float instructions that the assembly may use, because they
// move or combine bits and compute nothing: loads and stores, logic, permutations
// and lanes.
var floatMoves = regexp.MustCompile(`^V?(MOV|AND|OR|XOR|SHUF|PERM|UNPCK|BLEND|BROADCAST|INSERT|EXTRACT|COMPRESS|EXPAND|MASKMOV|GATHER|SCATTER|TEST)|^F(MOV|LDP|STP)`)

// floatInstruction matches the float instructions of amd64, by the type that ends
// their name, and arm64's, by its F: packed integers begin with P.
var floatInstruction = regexp.MustCompile(`^V?[^PV].*[PS][SDH]$|^V?CVT|^VF|^VPERM.*P[SD]$|^F[A-Z]|^[SU]CVTF`)

var (
	instruction = regexp.MustCompile(`\b[A-Z][A-Z0-9]+\b`)
	definition  = regexp.MustCompile(`(?m)^#define[ \t]+([A-Za-z0-9_]+)`)
)

// assembly returns the places of float instructions in assembly, in macros and
// their arguments as well, and the float moves that it uses. Names that #define
// gives count by their bodies.
func assembly(name, source string, defined map[string]bool) (found, moves []string) {
	for n, line := range strings.Split(source, "\n") {
		code, _, _ := strings.Cut(line, "//")
		for _, word := range instruction.FindAllString(code, -1) {
			switch {
			case defined[word] || !floatInstruction.MatchString(word):
			case floatMoves.MatchString(word):
				moves = append(moves, word)
			default:
				found = append(found, fmt.Sprintf("%s:%d: %s", name, n+1, word))
			}
		}
	}
	return found, moves
}

// definitions returns the names that a source defines, and the assembler's own
// that look like instructions.
func definitions(sources ...string) map[string]bool {
	defined := map[string]bool{"FP": true, "FUNCDATA": true}
	for _, source := range sources {
		for _, match := range definition.FindAllStringSubmatch(source, -1) {
			defined[match[1]] = true
		}
	}
	return defined
}

func TestNoFloatInstructions(t *testing.T) {
	names, err := filepath.Glob("kernels/*.[sh]")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d files of assembly: %v", len(names), err)
	}
	var sources, moves []string
	for _, name := range names {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, string(source))
	}
	defined := definitions(sources...)
	for i, name := range names {
		found, m := assembly(name, sources[i], defined)
		for _, place := range found {
			t.Errorf("float instruction: %s", place)
		}
		moves = append(moves, m...)
	}
	slices.Sort(moves)
	t.Logf("float moves in use: %v", slices.Compact(moves))
}

func TestFloatInstructionsAreFound(t *testing.T) {
	const integers = "VPADDD VPMULLD VPMADDUBSW VPDPBUSD VPDPBUSDS VPDPWSSD VPMAXSD VPMINSD VPABSD VPERMD PADDD PMULHRSW " +
		"VZEROUPPER ADDQ SUBQ MOVQ MOVOU MOVOA VMOVDQU VMOVDQU32 KMOVD RET PREFETCHT0 CALL VSMMLA SDOT SMULL VADD VTBL SHLQ SARQ CMPQ"
	const movesOnly = "MOVUPS MOVSS VMOVUPS VMOVAPD VANDPS VANDNPD VXORPS VORPS VSHUFPS VPERMPS VPERMILPS VPERM2F128 " +
		"VUNPCKLPS VBLENDPS VBROADCASTSS VINSERTF128 VEXTRACTF128 VMASKMOVPS FMOVQ FMOVD FLDPQ FSTPQ"
	const computing = "ADDPS VADDPS VADDPD VADDSS VMULPS MULSD VSUBPD VDIVPS VSQRTSD VMAXPS VCMPPS VHADDPS VDPPS VRCPPS VRSQRTPS VROUNDPS " +
		"CVTSL2SS CVTTSD2SQ VCVTDQ2PS VCVTPS2DQ VCVTTPS2DQ VFMADD231PS VFNMADD132SD VRNDSCALEPS VADDPH UCOMISS " +
		"VFMLA FADDS FADDD FMULD FMADDD FCVTZSD FCMPD SCVTFD UCVTFS"
	for _, test := range []struct {
		names string
		found bool
	}{{integers, false}, {movesOnly, false}, {computing, true}} {
		for name := range strings.FieldsSeq(test.names) {
			for _, form := range []string{
				"\tMOVQ x+8(FP), BX; %s Y1, Y2, Y3 // VADDPS\n",
				"#define STEPS(r) %s r, r, r; \\\n\tVPADDD r, r, r\n",
				"\tEACH(%s, X1)\n",
			} {
				source := fmt.Sprintf(form, name)
				if found, _ := assembly("planted.s", source, definitions(source)); (len(found) == 1) != test.found {
					t.Errorf("%s: found %q", source, found)
				}
			}
		}
	}
}
