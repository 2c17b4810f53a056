package interchange

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/Kaleaon/pentary-go/nn"
)

// inference holds the functions that a header may need, each with its comment, an empty
// line apart.
//
//go:embed inference.h
var inference string

// identifier matches names that C takes, and that no keyword or standard name is likely to be.
var identifier = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// WriteC writes one step of a model as a C99 header of its own: weights at three bits each
// and the functions that compute the model's activations from them, bit for bit, in
// integers. It includes stdint.h and string.h alone and allocates nothing.
//
// The header defines
//
//	NAME_INPUTS, NAME_OUTPUTS
//	static void NAME_run(const int8_t *x, int8_t *y);
//
// or, of a model that remembers something from step to step, a struct NAME_state, to be
// filled with zeros before the first step, and
//
//	static void NAME_run(struct NAME_state *state, const int8_t *x, int8_t *y);
//
// An embedding's tokens come in as the bytes of their numbers. The function is not
// reentrant: it has static scratch memory, whose size a comment gives. A name that is no
// identifier, an attention layer and a layer that is none of package nn's are errors.
func WriteC(w io.Writer, m *nn.Model, name string) error {
	if !identifier.MatchString(name) {
		return fmt.Errorf("interchange: %q is no C identifier: letters, digits and _, a letter first", name)
	}
	p, err := compile(m)
	if err != nil {
		return err
	}
	g := cHeader{program: p, name: name}
	g.place()
	g.write()
	_, err = w.Write(g.out.Bytes())
	return err
}

// A cHeader is a header under construction.
type cHeader struct {
	*program
	name string
	out  bytes.Buffer

	at      []int // of each value, its place in the scratch memory; -1: elsewhere
	scratch int   // bytes
	patch   int   // bytes of a convolution's patch
}

// place gives values places in the scratch memory. A value's place is free again after
// its last use. A slice lies in the value that it is of.
func (g *cHeader) place() {
	root := make([]int, len(g.widths))
	last := make([]int, len(g.widths)) // operation that uses a value last
	for v := range root {
		root[v] = v
	}
	for i, o := range g.ops {
		if o.kind == opSlice {
			root[o.dst] = root[o.a]
		}
		for _, v := range []int{o.a, o.b, o.c, o.dst} { // 0, where there is no operand, is the input
			last[root[v]] = i
		}
	}
	for _, s := range g.states {
		last[root[s.after]] = len(g.ops)
	}
	last[root[g.output]] = len(g.ops)

	g.at = make([]int, len(g.widths))
	for v := range g.at {
		g.at[v] = -1
	}
	var live []int
	for i, o := range g.ops {
		if o.kind == opConv {
			g.patch = max(g.patch, o.dense.Inputs())
		}
		if root[o.dst] != o.dst {
			continue
		}
		at := 0
		for moved := true; moved; {
			moved = false
			for _, v := range live {
				if last[v] >= i && at < g.at[v]+g.widths[v] && g.at[v] < at+g.widths[o.dst] {
					at, moved = g.at[v]+g.widths[v], true
				}
			}
		}
		g.at[o.dst] = at
		g.scratch = max(g.scratch, at+g.widths[o.dst])
		live = append(live, o.dst)
	}
}

// pointer returns the C expression of a pointer to a value.
func (g *cHeader) pointer(v int) string {
	if v == g.input {
		return "x"
	}
	for i, s := range g.states {
		if v == s.before {
			return "state->" + stateName(i)
		}
	}
	if g.at[v] >= 0 {
		return fmt.Sprintf("m + %d", g.at[v])
	}
	for _, o := range g.ops {
		if o.dst == v { // a slice
			return fmt.Sprintf("%s + %d", g.pointer(o.a), o.number)
		}
	}
	panic("interchange: a value of no operation")
}

func (g *cHeader) print(format string, args ...any) { fmt.Fprintf(&g.out, format, args...) }

func (g *cHeader) write() {
	guard := strings.ToUpper(g.name) + "_H"
	g.print("/* A network of pents, %d -> %d, written by pentary convert. Include it in one C file. */\n", g.widths[g.input], g.widths[g.output])
	g.print("#ifndef %s\n#define %[1]s\n\n#include <stdint.h>\n#include <string.h>\n\n", guard)
	g.print("#define %s_INPUTS %d\n#define %[1]s_OUTPUTS %[3]d\n\n", g.name, g.widths[g.input], g.widths[g.output])

	var body strings.Builder
	for i, o := range g.ops {
		if call, ok := g.call(i, o); ok {
			body.WriteString("\t" + call + "\n")
		}
	}
	g.functions(body.String())
	for i, o := range g.ops {
		if o.dense != nil && g.matrix(i) == i {
			g.weights(i, o)
		}
	}
	argument := ""
	if len(g.states) > 0 {
		argument = fmt.Sprintf("struct %s_state *state, ", g.name)
		g.print("/* What a sequence remembers: zeros before its first step. */\nstruct %s_state {\n", g.name)
		for i, s := range g.states {
			g.print("\tint8_t %s[%d];\n", stateName(i), g.widths[s.before])
		}
		g.print("};\n\n")
	}
	g.print("/* Computes the outputs y of the inputs x. Scratch memory: %d bytes. */\n", g.scratch+g.patch)
	g.print("static void %s_run(%sconst int8_t *x, int8_t *y)\n{\n", g.name, argument)
	g.print("\tstatic int8_t m[%d];\n", g.scratch)
	if g.patch > 0 {
		g.print("\tstatic int8_t patch[%d];\n", g.patch)
	}
	g.print("\n%s", body.String())
	for i, s := range g.states {
		g.print("\tmemcpy(state->%s, %s, %d);\n", stateName(i), g.pointer(s.after), g.widths[s.after])
	}
	g.print("\tmemcpy(y, %s, %d);\n}\n\n#endif\n", g.pointer(g.output), g.widths[g.output])
}

// functions prints the functions of inference.h that a text calls, or that one of them calls.
func (g *cHeader) functions(text string) {
	parts := strings.Split(strings.TrimSpace(inference), "\n\n")
	needed := make([]bool, len(parts))
	for i := len(parts) - 1; i >= 0; i-- { // callers come later
		name := regexp.MustCompile(`\b(pent_[a-z0-9_]+)\(`).FindStringSubmatch(parts[i])[1]
		if needed[i] = strings.Contains(text, name+"("); needed[i] {
			text += parts[i]
		}
	}
	for i, part := range parts {
		if needed[i] {
			g.print("%s\n\n", part)
		}
	}
}

// matrix returns the first operation with the matrix of operation i: the parts of a scan share them.
func (g *cHeader) matrix(i int) int {
	return slices.IndexFunc(g.ops, func(o op) bool { return o.dense == g.ops[i].dense })
}

// weights prints the matrix of an operation: every eight codes w + 2 in three bytes, low
// bits first, rows padded.
func (g *cHeader) weights(i int, o op) {
	d := o.dense
	g.print("/* %s: %d x %d */\nstatic const uint8_t %s_w%d[] = {", o.name, d.W.Rows(), d.W.Cols(), g.name, i)
	row, n := make([]int8, (d.W.Cols()+7)/8*8), 0
	for r := range d.W.Rows() {
		clear(row)
		d.W.Row(r).Unpack(row[:d.W.Cols()])
		for at := 0; at < len(row); at += 8 {
			codes := uint32(0)
			for u, v := range row[at : at+8] {
				codes |= uint32(v+2) << (3 * u)
			}
			for range 3 {
				if n%24 == 0 {
					g.print("\n\t")
				}
				g.print("%d,", byte(codes))
				codes >>= 8
				n++
			}
		}
	}
	g.print("\n};\n\n")
}

// call returns the statement of operation i, and whether it has one.
func (g *cHeader) call(i int, o op) (string, bool) {
	dst, a, n := g.pointer(o.dst), g.pointer(o.a), g.widths[o.dst]
	w := fmt.Sprintf("%s_w%d", g.name, g.matrix(i))
	low := -127
	if o.dense != nil && o.dense.ReLU {
		low = 0
	}
	switch o.kind {
	case opLinear:
		d := o.dense
		return fmt.Sprintf("pent_dense(%s, %s, %s, %d, %d, %d, %d, %d);", dst, a, w, d.Outputs(), d.Inputs(), d.Bias, d.Shift, low), true
	case opConv:
		l := o.conv
		return fmt.Sprintf("pent_conv2d(%s, %s, patch, %s, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d);", dst, a, w,
			l.Rows, l.Columns, l.Channels, l.Kernel.Outputs(), l.Height, l.Width, l.Stride, l.Top, l.Left, l.Bottom, l.Right, l.Kernel.Bias, l.Kernel.Shift, low), true
	case opPool:
		l := o.pool
		return fmt.Sprintf("pent_maxpool(%s, %s, %d, %d, %d, %d, %d, %d, %d, %d, %d, %d);", dst, a, l.Rows, l.Columns, l.Channels, l.Height, l.Width, l.Stride, l.Top, l.Left, l.Bottom, l.Right), true
	case opEmbed:
		l := o.embed
		return fmt.Sprintf("pent_embed(%s, %s, %s, %d, %d, %d, %d, %d);", dst, a, w, n, l.Context, l.Vocabulary, l.Rows.Shift, low), true
	case opNGrams:
		l := o.ngrams
		return fmt.Sprintf("pent_ngrams(%s, %s, %s, %d, %d, %d, %d, %d, %d);", dst, a, w, n, l.Context, l.Longest, l.Buckets, l.Rows.Shift, low), true
	case opNorm:
		return fmt.Sprintf("pent_norm(%s, %s, %d, %d);", dst, a, n, o.number), true
	case opConcat:
		first := g.widths[o.a]
		return fmt.Sprintf("memcpy(%s, %s, %d); memcpy(%[1]s + %[3]d, %s, %d);", dst, a, first, g.pointer(o.b), g.widths[o.b]), true
	case opAdd:
		return fmt.Sprintf("pent_add(%s, %s, %s, %d);", dst, a, g.pointer(o.b), n), true
	case opOffset:
		return fmt.Sprintf("pent_offset(%s, %s, %d, %d);", dst, a, o.number, n), true
	case opGate:
		return fmt.Sprintf("pent_gate(%s, %s, %s, %d);", dst, a, g.pointer(o.b), n), true
	case opZero:
		return fmt.Sprintf("memset(%s, 0, %d);", dst, n), true
	case opBlend:
		return fmt.Sprintf("pent_blend(%s, %s, %s, %s, %d);", dst, g.pointer(o.c), a, g.pointer(o.b), n), true
	}
	return "", false // a slice is a place in another value
}
