package hw

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// execute runs a command of hw like the command line.
func execute(ctx context.Context, args ...string) (stdout, stderr string, err error) {
	var out, errs bytes.Buffer
	s := console.NewStreams(&out, &errs)
	cmd := New(s)
	console.Finish(cmd, s)
	cmd.SetArgs(args)
	cmd.SetOut(s.Out)
	cmd.SetErr(s.Err)
	err = cmd.ExecuteContext(ctx)
	return out.String(), errs.String(), err
}

// The programs named in the help exist and do what their head comments state.
func TestExamples(t *testing.T) {
	t.Chdir("../../../../..")
	for args, want := range map[string]string{
		"run examples/hw/sum.s --set n=100 --show total":       "total  words\n  5050\n",
		"run examples/hw/sum.s --set n=010 --show total":       "total  words\n  55\n",
		"run examples/hw/loop.s -D N=10 --show squares":        "squares  words\n  0 1 4 9 16 25 36 49 64 81\n",
		"run examples/hw/loop.s --define N=0x4 --show squares": "squares  words\n  0 1 4 9\n",
		"trace examples/hw/sum.s --steps 20":                   "0  LOAD P1, [P0]",
	} {
		out, _, err := execute(t.Context(), strings.Fields(args)...)
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%s: error %v, printed\n%s\nwant %q in it", args, err, out, want)
		}
	}
	object := filepath.Join(t.TempDir(), "sum.pobj")
	if _, _, err := execute(t.Context(), "asm", "examples/hw/sum.s", "-o", object); err != nil {
		t.Error(err)
	}
	if out, _, err := execute(t.Context(), "dis", object); err != nil || !strings.Contains(out, "BEQ P1, P0, done") {
		t.Errorf("dis: error %v, printed\n%s", err, out)
	}
}

// Commands do not overwrite their inputs, and no number is octal.
func TestArguments(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, err := range []error{
		os.WriteFile("a.s", []byte("HALT\n.data\nn: .word 0\n"), 0o666),
		os.WriteFile("a.pobj", []byte("HALT\n"), 0o666),
		os.Link("a.s", "b.s"),
		packed.WriteFile("policy.pent", nn.NewMLP(1, 4, 2).File(map[string]string{"environment": "cartpole"})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for args, want := range map[string]string{
		"asm a.s -o a.s":                    "--out a.s",
		"asm a.s -o b.s":                    "--out b.s",
		"asm a.pobj":                        "--out a.pobj",
		"run a.s --emit x.s":                "--emit requires --model",
		"run a.s --set n=0o7":               `"0o7" is not a number`,
		"run a.s --set n=1_0":               `"1_0" is not a number`,
		"run a.s -D N=38146972656250000000": "is not a number within",
		"run a.s --steps -1":                "want at least 0",
		"run a.s --data x":                  "--data requires --model",
		"run":                               "takes one program or --model",
		"run --model policy.pent":           "a policy for cartpole, for \"pentary control cartpole --policy\"; want a classifier of digits, mnist, fashion and mnist1d",
		"run --model none.pent":             "none.pent",
	} {
		if _, _, err := execute(t.Context(), strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q in it", args, err, want)
		}
	}
	if text, err := os.ReadFile("a.s"); err != nil || !strings.HasPrefix(string(text), "HALT") {
		t.Errorf("a.s is %q, %v", text, err)
	}
}

// The error of an interrupted run states its progress.
func TestTrainInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out, errs, err := execute(ctx, "train", "--generations", "3")
	if err != console.ErrInterrupted || out != "" || !strings.Contains(errs, "Interrupted: the machine has trained 0 of 3 generations") {
		t.Errorf("error %v, printed %q and %q", err, out, errs)
	}
	if out, _, err := execute(ctx, "train", "--json"); err != console.ErrInterrupted || !strings.Contains(out, `"interrupted":true`) {
		t.Errorf("--json: error %v, printed %q", err, out)
	}
	if out, _, err := execute(ctx, "claims"); err != console.ErrInterrupted || out != "" {
		t.Errorf("claims: error %v, printed %q", err, out)
	}
}
