package report

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/Kaleaon/pentary-go/packed"
)

func ExampleConfusion() {
	c := Confusion{{8, 2}, {0, 10}}
	fmt.Printf("%d of %d\n", c.Correct(), c.Total())
	c.Write(&Printer{Writer: os.Stdout}, nil)
	// Output:
	// 18 of 20
	//         0   1
	//     0   8   2   80.0 %
	//     1   ·  10  100.0 %
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 12345: "12,345",
		999999: "999,999", 1000000: "1,000,000", -1: "-1", -1000: "-1,000", -100: "-100",
	} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestRate(t *testing.T) {
	for n, want := range map[float64]string{
		0: "0.00", 1.234: "1.23", 9.996: "10.0", 12.34: "12.3", 123.4: "123", 999.4: "999",
		999.6: "1.00 k", 12345: "12.3 k", 123456: "123 k", 1.25e6: "1.25 M", 3e9: "3.00 G", 5e15: "5000 T",
	} {
		if got := Rate(n); got != want {
			t.Errorf("Rate(%v) = %q, want %q", n, got, want)
		}
	}
}

func TestBar(t *testing.T) {
	for _, test := range []struct {
		part, whole, width int
		want               string
	}{
		{0, 8, 4, ""},
		{8, 8, 4, "████"},
		{4, 8, 4, "██"},
		{1, 8, 1, "▏"},
		{7, 8, 1, "▉"},
		{1, 1000000, 4, "▏"},
		{3, 16, 2, "▍"},
		{0, 0, 4, ""},
	} {
		if got := Bar(test.part, test.whole, test.width); got != test.want {
			t.Errorf("Bar(%d, %d, %d) = %q, want %q", test.part, test.whole, test.width, got, test.want)
		}
	}
	for part := range 1001 {
		if n := utf8.RuneCountInString(Bar(part, 1000, 7)); n > 7 {
			t.Fatalf("Bar(%d, 1000, 7) takes %d cells", part, n)
		}
	}
}

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "layer0": "layer0", "⊖ 5": "⊖ 5", "a\x1b[2J": `"a\x1b[2J"`, "a\nb": `"a\nb"`, "\xff": `"\xff"`,
	} {
		if got := Printable(text); got != want {
			t.Errorf("Printable(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestStyle(t *testing.T) {
	if got := (Style{}).Bold("x"); got != "x" {
		t.Errorf("plain: %q", got)
	}
	if got := (Style{Color: true}).Bold("x"); got != "\x1b[1mx\x1b[0m" {
		t.Errorf("colour: %q", got)
	}
}

func TestWeights(t *testing.T) {
	m := packed.NewMatrix(2, 32)
	m.Set(0, 0, -2)
	m.Set(1, 31, 1)
	w := WeightsOf(packed.Tensor{Matrix: m}, packed.Tensor{Matrix: packed.NewMatrix(1, 1)})
	if w.Count != 65 || w.Bytes != 36 || w.Levels != [5]int{1, 0, 63, 1, 0} {
		t.Errorf("summary %+v", w)
	}
	if got, want := w.BitsPerWeight(), 8*36./65; got != want {
		t.Errorf("%v bits a weight, want %v", got, want)
	}
	other := WeightsOf(packed.Tensor{Matrix: m})
	if len(w.SHA256) != 64 || w.SHA256 == other.SHA256 {
		t.Errorf("hashes %s and %s", w.SHA256, other.SHA256)
	}
	var out bytes.Buffer
	w.WriteLevels(&Printer{Writer: &out})
	w.WriteSize(&Printer{Writer: &out})
	for _, want := range []string{"-2 ⊖  ▋", " 0 0  " + strings.Repeat("█", 40), "96.9 %", "int8               65 bytes  1.8×"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

// A file may have no tensors, or empty ones.
func TestWeightsEmpty(t *testing.T) {
	for _, w := range []Weights{WeightsOf(), WeightsOf(packed.Tensor{Matrix: packed.NewMatrix(0, 0)})} {
		var out bytes.Buffer
		w.WriteLevels(&Printer{Writer: &out})
		w.WriteSize(&Printer{Writer: &out})
		if s := out.String(); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
			t.Errorf("empty weights print\n%s", s)
		}
	}
}

func TestConfusionEmptyClass(t *testing.T) {
	c := Confusion{{0, 0, 0}, {1, 2, 0}}
	var out bytes.Buffer
	c.Write(&Printer{Writer: &out}, nil)
	if s := out.String(); strings.Contains(s, "NaN") || c.Correct() != 2 || c.Total() != 3 {
		t.Errorf("%d of %d\n%s", c.Correct(), c.Total(), s)
	}
	if a := (Confusion{}).Accuracy(); a != 0 {
		t.Errorf("accuracy %v of nothing", a)
	}
}

func TestResample(t *testing.T) {
	points := []Point{{0, 0}, {10, 0.5}, {11, 1}, {20, 0.1}}
	values := resample(points, 21, 100)
	for generation, want := range map[int]float64{0: 0, 5: 25, 10: 50, 11: 100, 20: 10} {
		if got := values[generation]; math.Abs(got-want) > 1e-9 {
			t.Errorf("generation %d: %v, want %v", generation, got, want)
		}
	}
}

func TestWriteCurve(t *testing.T) {
	var out bytes.Buffer
	WriteCurve(&out, []Point{{0, 0.1}})
	if out.Len() != 0 {
		t.Errorf("one point draws\n%s", out.String())
	}
	WriteCurve(&out, []Point{{0, 0.1}, {1, 0.9}})
	for _, want := range []string{"100 %", "  0 %", "╭"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	for line := range strings.Lines(out.String()) {
		if strings.HasSuffix(line, " \n") || utf8.RuneCountInString(line) > 80 {
			t.Errorf("line %q", line)
		}
	}
}

// A table wider than the terminal has wrapped cells.
func TestWriteTableColumns(t *testing.T) {
	rows := [][]string{{"operations of a generation, 1024×1024", "31× fewer", "", Style{Color: true}.Bad("false")}, {"  range", "±76", "", "confirmed"}}
	for columns, want := range map[int]string{
		0: "  claim                                   computed  verdict\n" +
			"  operations of a generation, 1024×1024  31× fewer  \x1b[31mfalse\x1b[0m\n" +
			"    range                                      ±76  confirmed\n",
		40: "  claim              computed  verdict\n" +
			"  operations of a   31× fewer  \x1b[31mfalse\x1b[0m\n  generation,\n  1024×1024\n" +
			"    range                 ±76  confirmed\n",
	} {
		var out bytes.Buffer
		(&Printer{&out, Style{Columns: columns}}).Table(1, []string{"claim", "computed", "nothing", "verdict"}, rows)
		if got := out.String(); got != want {
			t.Errorf("%d columns:\n%s\nwant\n%s", columns, got, want)
		}
	}
}
