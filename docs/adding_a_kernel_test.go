// Package docs tests the pages beside it.
package docs

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

var block = regexp.MustCompile("(?ms)^```(?:go|asm)\n(.*?)^```$")

// The kernel of adding-a-kernel.md, put into the files that the page names, passes the tests
// of the catalogue with every implementation.
func TestAddingAKernel(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles package kernels")
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("the page's assembly is for amd64")
	}
	page, err := os.ReadFile("adding-a-kernel.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := block.FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 5 {
		t.Fatalf("the page has %d blocks of code, want 5", len(blocks))
	}
	dir, replace := t.TempDir(), map[string]string{}
	for i, name := range []string{
		"kernels/activation.go", "kernels/noasm.go", "kernels/activation_amd64.go", "kernels/activation_avx2_amd64.s",
		"internal/catalogue/catalogue.go",
	} {
		path, err := filepath.Abs(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		changed, code := string(text)+"\n"+blocks[i][1], blocks[i][1]
		if i == 4 {
			const before = "\t{\n\t\tName: \"Add\""
			changed = strings.Replace(string(text), before, code+before, 1)
		}
		replace[path] = filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(replace[path], []byte(changed), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	overlay := filepath.Join(dir, "overlay.json")
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err == nil {
		err = os.WriteFile(overlay, text, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "test", "-overlay", overlay, "-short", "-v", "-run", "^Test(Conformance|Catalogue|Panics|Concurrent|Allocations)$/^Negate$",
		"github.com/Kaleaon/pentary-go/kernels").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestConformance/Negate") {
		t.Errorf("%v\n%s", err, out)
	}
}
