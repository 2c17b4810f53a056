package console

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// guarded returns a command with every kind of path, which sets *ran when it runs.
func guarded(s *Streams, ran *bool) *cobra.Command {
	var out, svg, log, data, folder, dir, run string
	cmd := &cobra.Command{
		Use: "guarded", Annotations: Arguments(ArgRun, ArgModel),
		Args: cobra.ArbitraryArgs,
		RunE: func(*cobra.Command, []string) error {
			*ran = true
			return nil
		},
	}
	f := cmd.Flags()
	Output(f, &out, "out", "").Model()
	Output(f, &svg, "svg", "").Otherwise(func(args []string) string {
		if len(args) == 3 {
			return args[2]
		}
		return ""
	})
	Stream(f, &log, "log", "")
	Input(f, &data, "data", "")
	InputFolder(f, &folder, "folder", "")
	OutputFolder(f, &dir, "plots", "", func() []string { return []string{"a.svg", "b.svg"} })
	RunFolder(f, &run, "dir", "")
	Finish(cmd, s)
	return cmd
}

// makeFiles creates files that contain their names, folders (names with a final slash), symbolic
// links ("name -> target") and hard links ("name = target").
func makeFiles(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		var err error
		if link, target, ok := strings.Cut(name, " -> "); ok {
			err = os.Symlink(target, link)
		} else if link, target, ok := strings.Cut(name, " = "); ok {
			err = os.Link(target, link)
		} else if dir, ok := strings.CutSuffix(name, "/"); ok {
			err = os.MkdirAll(dir, 0o777)
		} else {
			err = os.WriteFile(name, []byte(name), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestGuard(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("paths are written as POSIX has them")
	}
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	makeFiles(t, "b.txt", "net.pent", "d/", "d/t10k-labels-idx1-ubyte", "run/", "run/journal.pej", "run/checkpoint", "run/model.pent",
		"other/", "other/journal.pej", "other/model.pent", "tuned/", "tuned/tune.jsonl", "tuned/a.svg", "free/", "read/",
		"e/", "e/emnist-letters-train-images.idx3-ubyte", "hard.idx = e/emnist-letters-train-images.idx3-ubyte",
		"hard.txt = b.txt", "soft.txt -> b.txt", "soft2.txt -> soft.txt", "link -> run", "free/away -> ../new.txt", "d/up -> ../free")
	for _, test := range []struct {
		args  string
		want  string // of the error, empty for none
		usage bool
	}{
		{"--out new.pent --log new.log --svg new.svg --data b.txt", "", false},
		{"--out net.pent --data b.txt", "", false},
		{"--data b.txt --out b.txt", "--out b.txt: is a file that --data reads", true},
		{"--data b.txt --out ./b.txt", "--out ./b.txt: is a file that --data reads", true},
		{"--data b.txt --log b.txt", "--log b.txt: is a file that --data reads", true},
		{"--data b.txt --out hard.txt", "reads", true},
		{"--data b.txt --out soft2.txt", "reads", true},
		{"--data soft2.txt --out b.txt", "reads", true},
		{"--data b.txt --out d/../b.txt", "reads", true},
		{"--data b.txt --out d/up/../b.txt", "reads", true},
		{"--data b.txt --out HERE/b.txt", "reads", true},
		{"--out new.pent --svg new.pent", "new.pent: is a file that --", true},
		{"--out new.pent --log ./d/../new.pent", "writes", true},
		{"--out new.txt --svg free/away", "writes", true},
		{"--out free/x --svg d/up/x", "writes", true},
		{"--out none/x --svg d/../none/x", "writes", true},
		{"--folder d --out d/t10k-labels-idx1-ubyte", "--out d/t10k-labels-idx1-ubyte: is a file that --folder reads", true},
		{"--folder d --out d/train-images-idx3-ubyte.gz", "reads", true}, // it would be read the next time
		{"--data d --log d/t10k-labels-idx1-ubyte", "--log d/t10k-labels-idx1-ubyte: is a file that --data reads", true},
		{"--folder d --out d/new", "", false},
		{"--folder e --out e/emnist-letters-train-images.idx3-ubyte", "is a file that --folder reads", true},
		{"--folder e --out hard.idx", "is a file that --folder reads", true},
		{"--data e --log e/mnist-test-labels.idx1-ubyte.gz", "is a file that --data reads", true}, // it would be read the next time
		{"--folder e --out e/train.pent", "", false},
		{"--dir run --out run/model.pent", "", false},
		{"--dir link --out run/model.pent", "", false},
		{"--dir run --log run/model.pent", "--log run/model.pent: is a file that --dir keeps", true},
		{"--dir run --out run/journal.pej", "--out run/journal.pej: is a file that --dir keeps", true},
		{"--dir run --out link/checkpoint", "keeps", true},
		{"--dir run --log run/lock", "keeps", true},
		{"--dir run --log run/l.jsonl", "", false},
		{"--dir new --log new/journal.pej", "keeps", true},
		{"--dir run --data run/checkpoint", "reads", true},
		{"run --out run/model.pent", "", false},
		{"run --out run/journal.pej", "--out run/journal.pej: is a file that run keeps", true},
		{"run net.pent --out net.pent", "--out net.pent: is a file that net.pent reads", true},
		{"run run/model.pent", "", false},
		{"--out other/journal.pej", "--out other/journal.pej: belongs to the run in other", true},
		{"--out other/model.pent", "belongs to the run", true},
		{"--dir run --out other/model.pent", "belongs to the run", true},
		{"--svg tuned/tune.jsonl", "belongs to the search in tuned", true},
		{"--plots tuned --out tuned/a.svg", "--out tuned/a.svg: is a file that --plots keeps", true},
		{"--plots tuned --data tuned/b.svg", "is a file that --data reads", true},
		{"--plots tuned --data tuned/a.svg", "is a file that --data reads", true},
		{"run net.pent net.pent", "--svg net.pent: is a file that net.pent reads", true}, // by default
		{"--out d", "--out d: is a directory, want a file", false},
		{"--out d/", "--out d/: is a directory, want a file", false},
		{"--out none/", "names a directory", false},
		{"--log d", "--log d: is a directory, want a file", false},
		{"--out none/x", "--out none/x: folder none: no such file or directory", false},
		{"--out b.txt/x", "--out: ", false},
		{"--out /dev/null", "--out /dev/null: is not a regular file", false},
		{"--log /dev/null --data b.txt", "", false},
	} {
		ran := false
		cmd := guarded(NewStreams(io.Discard, io.Discard), &ran)
		args := strings.Fields(test.args)
		for i := range args {
			args[i] = strings.Replace(args[i], "HERE", here, 1) // a path that may have spaces
		}
		cmd.SetArgs(args)
		before := snapshot(t)
		err := cmd.Execute()
		usage := UsageError{}
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) ||
			errors.As(err, &usage) != test.usage || ran != (err == nil) {
			t.Errorf("%s: error %v, ran %v, want %q, usage %v", test.args, err, ran, test.want, test.usage)
		}
		if after := snapshot(t); after != before {
			t.Errorf("%s: files before %s, after %s", test.args, before, after)
		}
	}
}

// snapshot returns the names and contents of all files.
func snapshot(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		b.WriteString(path + " ")
		if err == nil && d.Type().IsRegular() {
			text, err := os.ReadFile(path)
			b.WriteString(string(text) + "\n")
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Inputs that a command finds in its files are checked like inputs named by flags.
func TestGuardFurtherInputs(t *testing.T) {
	t.Chdir(t.TempDir())
	makeFiles(t, "b.txt")
	ran := false
	s := NewStreams(io.Discard, io.Discard)
	cmd := guarded(s, &ran)
	if err := cmd.Flags().Set("out", "b.txt"); err != nil {
		t.Fatal(err)
	}
	err := CheckPaths(cmd, nil, s, map[string]string{"the run": "b.txt"})
	if err == nil || err.Error() != "--out b.txt: is a file that the run reads" {
		t.Errorf("error %v", err)
	}
	makeFiles(t, "d/", "d/t10k-labels-idx1-ubyte")
	if err := cmd.Flags().Set("out", "d/t10k-labels-idx1-ubyte"); err != nil {
		t.Fatal(err)
	}
	if err := CheckPaths(cmd, nil, s, map[string]string{"the run": "d"}); err == nil || !strings.Contains(err.Error(), "is a file that the run reads") {
		t.Errorf("error %v", err)
	}
	if err := CheckPaths(cmd, nil, s, map[string]string{"the run": ""}); err != nil {
		t.Errorf("error %v", err)
	}
}

// A file to which standard output is redirected is an output.
func TestGuardStandardOutput(t *testing.T) {
	t.Chdir(t.TempDir())
	out, err := os.Create("out.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	ran := false
	cmd := guarded(NewStreams(out, io.Discard), &ran)
	cmd.SetArgs([]string{"--out", "out.txt"})
	if err := cmd.Execute(); err == nil || ran || err.Error() != "--out out.txt: is also the file of standard output" {
		t.Errorf("error %v", err)
	}
}

// A file to which standard output or standard error is redirected must not be an input or a file of
// a run.
func TestGuardRedirected(t *testing.T) {
	t.Chdir(t.TempDir())
	makeFiles(t, "b.txt", "net.pent", "d/", "d/t10k-labels-idx1-ubyte", "run/", "run/journal.pej", "run/checkpoint",
		"tuned/", "tuned/a.svg", "free.txt")
	for _, test := range []struct{ args, to, want string }{
		{"--data b.txt", "b.txt", "is redirected to b.txt, which the command reads"},
		{"--folder d", "d/t10k-labels-idx1-ubyte", "is redirected to d/t10k-labels-idx1-ubyte, which the command reads"},
		{"run net.pent", "net.pent", "is redirected to net.pent, which the command reads"},
		{"run", "run/journal.pej", "is redirected to run/journal.pej, a file that run keeps"},
		{"--dir run", "run/checkpoint", "is redirected to run/checkpoint, a file that --dir keeps"},
		{"--plots tuned", "tuned/a.svg", "is redirected to tuned/a.svg, a file that --plots keeps"},
		{"run net.pent --data b.txt --folder d --plots tuned", "free.txt", ""},
		{"--data b.txt", os.DevNull, ""},
	} {
		for _, label := range []string{"standard output", "standard error"} {
			to, err := os.OpenFile(filepath.FromSlash(test.to), os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				t.Fatal(err)
			}
			ran := false
			s := NewStreams(to, io.Discard)
			if label == "standard error" {
				s = NewStreams(io.Discard, to)
			}
			cmd := guarded(s, &ran)
			cmd.SetArgs(strings.Fields(test.args))
			err = cmd.Execute()
			to.Close()
			usage := UsageError{}
			if test.want == "" && (err != nil || !ran) || test.want != "" && (!errors.As(err, &usage) || ran || filepath.ToSlash(err.Error()) != label+": "+test.want) {
				t.Errorf("%s, %s to %s: error %v, ran %v, want %q", test.args, label, test.to, err, ran, test.want)
			}
		}
	}
}

// With case-insensitive names, outputs that do not exist yet are also compared ignoring case.
func TestGuardCase(t *testing.T) {
	t.Chdir(t.TempDir())
	defer func() { folds = foldsCase }()
	a, b := resolve("--out", "New.pent", writes), resolve("--log", "./new.PENT", streams)
	for _, fold := range []bool{false, true} {
		folds = func(string) bool { return fold }
		if got := a.same(b); got != fold {
			t.Errorf("same %v in a folder that folds case: %v", got, fold)
		}
	}
	makeFiles(t, "probe")
	_, err := os.Stat("PROBE")
	if got, want := foldsCase("."), err == nil; got != want {
		t.Errorf("folds case: %v, want %v", got, want)
	}
	if names, err := os.ReadDir("."); err != nil || len(names) != 1 {
		t.Errorf("the probe left files behind: %v, error %v", names, err)
	}
}
