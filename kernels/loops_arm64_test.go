//go:build !purego

package kernels

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/internal/asmtest"
)

// loopTable documents the inner loops.
const loopTable = "../docs/arm64.md"

// tierNames are the implementations that the endings of kernels' names stand for.
var tierNames = map[string]string{"NEON": "neon", "AES": "aes", "DotProd": "dotprod", "I8MM": "i8mm"}

// multiplyAdds are the multiply-adds of each instruction that kernels multiply with.
var multiplyAdds = []struct {
	instruction *regexp.Regexp
	count       int
}{
	{regexp.MustCompile(`^sm(ul|la)l2? v\d+\.8h`), 8},
	{regexp.MustCompile(`^mla v\d+\.4s`), 4},
	{regexp.MustCompile(`^sdot `), 16},
	{regexp.MustCompile(`^smmla `), 32},
}

// loop is an inner loop of a kernel.
type loop struct {
	instructions int
	multiplyAdds int
	each         int // multiply-adds of the instruction that makes them
}

// row is the loop's row of its table, up to what the test does not know.
func (l loop) row(kernel string) string {
	for ending, tier := range tierNames {
		name, ok := strings.CutSuffix(kernel, ending)
		switch {
		case ok && l.multiplyAdds == 0:
			return fmt.Sprintf("| %s | %s | %d |", name, tier, l.instructions)
		case ok:
			return fmt.Sprintf("| %s | %s | %d | %d | %.2f | %d |", name, tier,
				l.instructions, l.multiplyAdds, 32*float64(l.instructions)/float64(l.multiplyAdds), 32/l.each)
		}
	}
	return kernel + " does not say its tier"
}

// jump matches a branch within a function, and where it goes.
var jump = regexp.MustCompile(`^(?:b|b\..*|cbn?z .*|tbn?z .*) 0x([0-9a-f]+)`)

// mainLoop returns the innermost loop with the most multiply-adds or, where none has
// any, the longest.
func mainLoop(f asmtest.Function) (main loop) {
	last := -1 // where the last loop ended
	for at, instruction := range f.Code {
		match := jump.FindStringSubmatch(instruction)
		if match == nil {
			continue
		}
		address, _ := strconv.ParseInt(match[1], 16, 64)
		first := (int(address) - f.Start) / 4
		if first > at || first <= last { // forward, or around another loop
			continue
		}
		last = at
		l := loop{instructions: at + 1 - first}
		for _, instruction := range f.Code[first : at+1] {
			for _, m := range multiplyAdds {
				if m.instruction.MatchString(instruction) {
					l.multiplyAdds += m.count
					l.each = m.count
				}
			}
		}
		if l.multiplyAdds > main.multiplyAdds || main.multiplyAdds == 0 && l.instructions > main.instructions {
			main = l
		}
	}
	return main
}

// TestLoops counts the instructions of every inner loop and compares them with the
// tables in the documentation: a loop that grows fails, and so does a kernel that the
// tables lack.
func TestLoops(t *testing.T) {
	text, err := os.ReadFile(loopTable)
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| \w+ \| (?:neon|aes|dotprod|i8mm) \|.*$`).FindAllString(string(text), -1)
	kernels := asmtest.Disassemble(t, "github.com/Kaleaon/pentary-go/kernels")
	for _, name := range slices.Sorted(maps.Keys(kernels)) {
		l := mainLoop(kernels[name])
		if l.instructions == 0 {
			continue
		}
		row := l.row(name)
		at := slices.IndexFunc(rows, func(r string) bool { return strings.HasPrefix(r, row) })
		if at < 0 {
			t.Errorf("%s lacks\n%s", loopTable, row)
			continue
		}
		rows = slices.Delete(rows, at, at+1)
	}
	for _, row := range rows {
		t.Errorf("no kernel is as %s has it:\n%s", loopTable, row)
	}
}
