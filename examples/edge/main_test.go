package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

func command(t *testing.T, ctx context.Context, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var out, errs bytes.Buffer
	code = run(ctx, args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestReport(t *testing.T) {
	code, out, errs := command(t, context.Background(), "-generations", "30", "-test", "100", "-reports", "2")
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for _, want := range []string{"64-64-5 of 4416 pents", "\n         1 ", "\n        15 ", "\n        30 ", "accuracy", "peak heap", "bearing", "allocations       0 in 29 steps", "weights"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "edge.pent")
	code, out, errs := command(t, context.Background(), "-json", "-generations", "20", "-test", "100", "-out", file)
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	var last struct {
		Result      bool
		Generations int
		Peak        float64 `json:"peak_heap_kib"`
		Limit       float64 `json:"limit_kib"`
		Allocations int
		Weights     string
	}
	for line := range strings.Lines(out) {
		if err := json.Unmarshal([]byte(line), &last); err != nil {
			t.Errorf("%v: %s", err, line)
		}
	}
	if !last.Result || last.Generations != 20 || last.Weights != train64(t, 20, 20).hash() || last.Allocations != 0 || last.Peak > last.Limit || last.Limit != 64 {
		t.Errorf("result %+v", last)
	}
	f, err := packed.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if net, err := nn.Load(f); err != nil || net.Size() != 4416 {
		t.Errorf("the file holds %v, %v", net, err)
	}
}

func TestLimit(t *testing.T) {
	code, _, errs := command(t, context.Background(), "-limit", "20", "-generations", "5")
	if code != 1 || !strings.Contains(errs, "limit of 20.0") {
		t.Errorf("exit code %d: %s", code, errs)
	}
	code, _, errs = command(t, context.Background(), "-limit", "2", "-generations", "5")
	if code != 1 || !strings.Contains(errs, "limit of 2048") {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	code, out, errs := command(t, ctx, "-test", "10")
	if code != 130 || !strings.Contains(out, "interrupted after generation 0") || errs != "" {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
}

func TestArguments(t *testing.T) {
	for _, test := range []struct {
		args, want string
		code       int
	}{
		{"-pairs 0", "-pairs is 0, want 1 to 4096", 2},
		{"-batch 4097", "-batch is 4097", 2},
		{"-limit -1", "-limit is -1", 2},
		{"-threads 0", "-threads is 0", 2},
		{"-what", "not defined", 2},
		{"train", `got "train"`, 2},
		{"-h", "Usage of edge", 0},
		{"-generations 3 -test 1 -out /does/not/exist.pent", "does not exist", 1},
	} {
		code, _, errs := command(t, context.Background(), strings.Fields(test.args)...)
		if code != test.code || !strings.Contains(errs, test.want) {
			t.Errorf("edge %s: exit code %d, want %d, and %q in %s", test.args, code, test.code, test.want, errs)
		}
	}
}

// TestCross builds the command for small devices and, where there is an emulator for
// it, runs it: the weights are this machine's.
func TestCross(t *testing.T) {
	if testing.Short() {
		t.Skip("builds for four platforms")
	}
	want := train64(t, 5, 5).hash()
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	wasm := filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", "go_js_wasm_exec")
	for _, test := range []struct{ platform, emulator, needs string }{
		{"linux/arm64", "qemu-aarch64", "qemu-aarch64"},
		{"linux/arm", "qemu-arm", "qemu-arm"},
		{"linux/riscv64", "qemu-riscv64", "qemu-riscv64"},
		{"js/wasm", wasm, "node"},
	} {
		t.Run(strings.ReplaceAll(test.platform, "/", "-"), func(t *testing.T) {
			goos, goarch, _ := strings.Cut(test.platform, "/")
			binary := filepath.Join(t.TempDir(), "edge")
			build := exec.Command("go", "build", "-o", binary, ".")
			build.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if _, err := exec.LookPath(test.needs); errors.Is(err, exec.ErrNotFound) {
				t.Skipf("built, but not run: no %s", test.needs)
			}
			out, err := exec.Command(test.emulator, binary, "-json", "-generations", "5", "-reports", "1", "-test", "10").Output()
			if err != nil || !strings.Contains(string(out), `"weights":"`+want+`"`) {
				t.Errorf("%v, want weights %s in\n%s", err, want, out)
			}
			t.Logf("%s", out)
		})
	}
}
