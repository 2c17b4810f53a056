package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// A command is a command line that works, and what of it names files. A new command is a
// new row.
type command struct {
	args    string   // takes little time
	in      []string // words of args that are files to read
	runs    []string // words of args that are directories of runs
	folders []string // words of args that are folders of data, by a file in them
	out     []string // flags for files that are replaced, not in args
	stream  []string // flags for files that are written as it goes
	dirs    []string // flags for folders that are written to
	ended   bool     // whether nothing is left to train
}

const (
	fewDigits = "--generations 2 --hidden 4 --pairs 2 --batch 4"
	fewLM     = "--generations 2 --pairs 2 --streams 2 --width 8"
)

var commands = []command{
	{args: "version"},
	{args: "train digits " + fewDigits, out: []string{"--out"}, stream: []string{"--log"}, dirs: []string{"--dir"}},
	{args: "train mnist --data idx " + fewDigits, folders: []string{"idx/train-images-idx3-ubyte"}, out: []string{"--out"}, stream: []string{"--log"}},
	{args: "train lm --data text " + fewLM, in: []string{"text"}, out: []string{"--out", "--svg"}, stream: []string{"--log"}, dirs: []string{"--dir"}},
	{args: "train csv table.csv --label class " + fewDigits, in: []string{"table.csv"}, out: []string{"--out"}, stream: []string{"--log"}, dirs: []string{"--dir"}},
	{args: "train control cartpole --generations 1 --pairs 2 --episodes 1", out: []string{"--out"}, dirs: []string{"--dir"}},
	{args: "predict csv.pent table.csv", in: []string{"csv.pent", "table.csv"}},
	{args: "train --resume run", ended: true, runs: []string{"run"}, out: []string{"--out"}, stream: []string{"--log"}},
	{args: "replay run", runs: []string{"run"}, out: []string{"--out"}},
	{args: "verify run", runs: []string{"run"}},
	{args: "audit run", runs: []string{"run"}},
	{args: "verify run net.pent", in: []string{"net.pent"}},
	{args: "eval net.pent", in: []string{"net.pent"}},
	{args: "eval lm.pent --data text", in: []string{"lm.pent", "text"}},
	{args: "sample lm.pent --bytes 10", in: []string{"lm.pent"}},
	{args: "finetune pents.pent --teacher eight-bits.pent --generations 2 " + fewTokens, in: []string{"pents.pent", "eight-bits.pent"}, out: []string{"--out"}, stream: []string{"--log"}, dirs: []string{"--dir"}},
	{args: "finetune pents.pent --data text --generations 2 " + fewTokens, in: []string{"pents.pent", "text"}},
	{args: "finetune lm.pent --reward ./score.sh --prompts text --generations 2 --steps 4 --streams 2 --pairs 2", in: []string{"lm.pent", "text"}, out: []string{"--out"}},
	{args: "inspect net.pent", in: []string{"net.pent"}},
	{args: "convert net.pent --to onnx --out net.onnx", in: []string{"net.pent"}, out: []string{"--out"}},
	{args: "convert net.st --from safetensors --out other.pent", in: []string{"net.st"}, out: []string{"--out"}},
	{args: "convert net.gguf --from gguf --out other.pent", in: []string{"net.gguf"}, out: []string{"--out"}},
	{args: "convert mlp.onnx --from onnx --calibration x.safetensors --out other.pent", in: []string{"mlp.onnx", "x.safetensors"}, out: []string{"--out"}},
	{args: "convert lstm.onnx --from onnx --calibration lstm.npz --method int8 --out other.pent", in: []string{"lstm.onnx", "lstm.npz"}},
	{args: "replay tuned", runs: []string{"tuned"}, out: []string{"--out"}},
	{args: "convert llama2c.bin --from llama2.c --tokenizer tok.bin --out other.pent", in: []string{"llama2c.bin", "tok.bin"}, out: []string{"--out"}},
	{args: "convert llama.gguf --from gguf --to gguf-q4_0 --out other.gguf", in: []string{"llama.gguf"}, out: []string{"--out"}},
	{args: "convert net.npz --from npz --out other.pent", in: []string{"net.npz"}, out: []string{"--out"}},
	{args: "tune digits --configurations 2 --budget 100 --hidden 4 --pairs 2 --batch 4", dirs: []string{"--dir"}},
	{args: "compare digits --for 20ms --methods error-feedback --hidden 4 --pairs 2 --batch 4", out: []string{"--svg"}},
	{args: "control cartpole --generations 1 --pairs 2 --episodes 1", out: []string{"--out", "--frames"}},
	{args: "control cartpole --policy pole.pent", in: []string{"pole.pent"}, out: []string{"--frames"}},
	{args: "bench --quick --impl generic --kernel noise", out: []string{"--svg"}},
	{args: "selftest --for 1ms", dirs: []string{"--dir"}},
	{args: "billion --layers 1 --width 16 --pairs 2"},
	{args: "hw asm a.s -o asm.pobj", in: []string{"a.s"}},
	{args: "hw asm a.s", in: []string{"a.s"}, out: []string{"--out"}},
	{args: "hw dis a.pobj", in: []string{"a.pobj"}},
	{args: "hw run a.s", in: []string{"a.s"}},
	{args: "hw run --model net.pent --samples 4", in: []string{"net.pent"}, out: []string{"--emit"}},
	{args: "hw trace a.pobj --steps 3", in: []string{"a.pobj"}},
	{args: "hw train --generations 1 --pairs 2 --batch 4 --hidden 4", out: []string{"--emit"}},
	{args: "hw emit --unit tile --rows 4 --cols 4 --out tile"},
	{args: "hw claims"},
	{args: "hw report --model net.pent --generations 1 --out report.html", in: []string{"net.pent"}, out: []string{"--out"}},
	{args: "hw crossbar --seeds 1 --error 1 --stuck 10 --digital 1 --generations 1 --batch 4", out: []string{"--svg", "--page"}},
}

// output returns the command line with an output.
func (c command) output(flag, path string) string {
	line := c.args + " " + flag + " " + path
	if flag == "--frames" && filepath.Ext(path) == "" {
		line += ".svg"
	}
	return line
}

// ext returns an ending that the files of a flag may have.
func ext(flag string) string {
	if flag == "--frames" {
		return ".svg"
	}
	return ""
}

// script returns a test of all that can be wrong with the files of a command.
func (c command) script(mounts []string) string {
	var b strings.Builder
	add := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	words := strings.Fields(c.args)
	name := words[0]
	if len(words) > 1 && slices.Contains([]string{"train", "tune", "compare", "control", "hw"}, name) && !strings.HasPrefix(words[1], "-") {
		name += " " + words[1]
	}

	add("# without a home, in 40 columns, without a reader, on a full disk")
	add("env HOME= COLUMNS=40")
	add("exec pentary %s --help", name)
	add("narrow 40")
	add("exec pentary %s", c.args)
	add("exec sh -c '{ pentary %s; echo $? >status; } 2>errors | true'", c.args)
	add("grep '^[01]$' status")
	add("! grep 'goroutine|panic|fatal' errors")
	add("exec sh -c 'pentary %s >/dev/full; echo $? >status'", c.args)
	add("grep '^1$' status")
	add("exec sh -c 'pentary %s >&-; echo $? >status'", c.args)
	add("grep '^[01]$' status")

	for _, in := range c.in {
		add("# %s is no file of its kind", in)
		for _, other := range []string{"folder", "/dev/zero", "fifo", "sparse", "none"} {
			add("refused pentary %s", c.with(in, other))
		}
	}
	for _, in := range c.folders {
		add("# %s is none", in)
		dir, file := filepath.Split(in)
		for _, other := range []string{"dir", "fifo", "sparse", "zero", "none"} {
			add("exec rm -rf hostile")
			add("exec cp -r %s hostile", dir)
			add("exec rm hostile/%s", file)
			if other != "none" {
				add("exec cp -a --sparse=always kinds/%s hostile/%s", other, file)
			}
			add("refused pentary %s", c.with(strings.TrimSuffix(dir, "/"), "hostile"))
		}
	}
	for _, run := range c.runs {
		add("# %s is no run, or its files are none", run)
		for _, other := range []string{"fifo", "/dev/zero", "sparse", "none", "folder"} {
			add("refused pentary %s", c.with(run, other))
		}
		for _, other := range []string{"dir", "fifo", "sparse", "zero"} {
			add("exec rm -rf hostile")
			add("exec cp -r %s hostile", run)
			add("exec rm hostile/journal.pej")
			add("exec cp -a --sparse=always kinds/%s hostile/journal.pej", other)
			add("refused pentary %s", c.with(run, "hostile"))
		}
	}

	inputs := slices.Concat(c.in, c.folders)
	for _, run := range c.runs {
		inputs = append(inputs, run+"/journal.pej", run+"/checkpoint")
	}
	for i, flag := range slices.Concat(c.out, c.stream) {
		add("# %s is an input, or cannot be", flag)
		for _, in := range inputs {
			add("exec cp %s kept%s", in, ext(flag))
			for _, path := range []string{in, "./" + in, "$WORK/" + in, "folder/../" + in} {
				if ext(flag) == "" {
					add("status 2 pentary %s", c.output(flag, path))
				}
			}
			add("exec ln -f %s hard%s", in, ext(flag))
			add("exec ln -sf %s soft%s", in, ext(flag))
			add("status 2 pentary %s", c.output(flag, "hard"+ext(flag)))
			add("status 2 pentary %s", c.output(flag, "soft"+ext(flag)))
			add("stderr 'is a file that .* (reads|keeps)|belongs to'")
			add("exec rm hard%[1]s soft%[1]s", ext(flag))
			add("cmp %s kept%s", in, ext(flag))
		}
		for _, other := range slices.Concat(c.out, c.stream)[:i] {
			if ext(flag) == ext(other) {
				add("status 2 pentary %s %s same", c.output(flag, "same"), other)
				add("stderr 'same: is a file that --'")
				add("! exists same")
			}
		}
		if slices.Contains(c.out, flag) {
			add("exec ln -s /dev/null null%s", ext(flag))
			for _, path := range []string{"folder" + ext(flag), "fifo" + ext(flag), "null" + ext(flag)} {
				add("refused pentary %s", c.output(flag, path))
			}
			add("exec test -p fifo")
			add("exec test -c /dev/null")
			add("exec rm null%s", ext(flag))
		} else {
			add("refused pentary %s", c.output(flag, "folder"))
			add("exec pentary %s", c.output(flag, "/dev/null"))
			if !c.ended {
				add("status 1 pentary %s --out saved", c.output(flag, "/dev/full"))
				add("exists saved")
				add("exec rm saved")
			}
		}
		add("refused pentary %s", c.output(flag, "none/x"+ext(flag)))
		for _, mount := range mounts {
			if !c.ended || slices.Contains(c.out, flag) {
				add("refused pentary %s", c.output(flag, mount+"/x"+ext(flag)))
			}
		}
	}
	for _, flag := range c.dirs {
		add("# %s is no folder, or cannot be written", flag)
		for _, path := range []string{"net.pent", "fifo", "/dev/null"} {
			add("refused pentary %s", c.output(flag, path))
		}
		for _, mount := range mounts {
			if flag == "--dir" && words[0] != "selftest" {
				add("refused pentary %s", c.output(flag, mount+"/x"))
			}
		}
	}
	return b.String()
}

// with returns the command line with another word instead of one.
func (c command) with(word, other string) string {
	words := strings.Fields(c.args)
	words[slices.Index(words, word)] = other
	return strings.Join(words, " ")
}

// Whatever is wrong with the files of a command is an error of one line, takes no time or
// memory, and leaves all files as they are.
func TestHostileFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("some minutes")
	}
	prepared := t.TempDir()
	prepare(t, prepared)
	mounts := mountTight(t)
	scripts := t.TempDir()
	var files []string
	for i, c := range commands {
		name := fmt.Sprintf("%02d_%s.txtar", i, strings.NewReplacer(" ", "_", "/", "_").Replace(strings.Join(strings.Fields(c.args)[:min(3, len(strings.Fields(c.args)))], " ")))
		files = append(files, filepath.Join(scripts, name))
		if err := os.WriteFile(files[i], []byte(c.script(mounts)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	testscript.Run(t, testscript.Params{
		Files: files,
		Setup: func(env *testscript.Env) error {
			return exec.Command("cp", "-a", "--sparse=always", prepared+"/.", env.WorkDir).Run()
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "refused": refused, "narrow": narrow},
	})
}

// refused is the script command "refused command args…": it runs the command with 256 MiB
// of memory for half a minute, and checks that it ends in an error of its own.
func refused(ts *testscript.TestScript, _ bool, args []string) {
	limited := append([]string{"30", "sh", "-c", `ulimit -d 262144; exec "$@"`, "sh"}, args...)
	err := ts.Exec("timeout", limited...)
	code := 0
	if exit, ok := err.(*exec.ExitError); ok {
		code = exit.ExitCode()
	}
	stderr := ts.ReadFile("stderr")
	said := strings.Contains("\n"+stderr, "\npentary: ")
	if code != 1 && code != 2 || !said || strings.Contains(stderr, "goroutine") {
		ts.Fatalf("exit status %d and errors %s, want an error of the command", code, stderr)
	}
}

// narrow is the script command "narrow N": no line of the last output is longer, unless it
// is one word.
func narrow(ts *testscript.TestScript, _ bool, args []string) {
	for line := range strings.SplitSeq(ts.ReadFile("stdout"), "\n") {
		if n := len([]rune(line)); fmt.Sprint(n) > args[0] && len(fmt.Sprint(n)) >= len(args[0]) && strings.Contains(strings.TrimSpace(line), " ") {
			ts.Fatalf("%d columns: %s", n, line)
		}
	}
}

// prepare makes the files that the commands read, and what is no file.
func prepare(t *testing.T, dir string) {
	t.Helper()
	idx := func(name string, dims ...int) {
		data := []byte{0, 0, 8, byte(len(dims))}
		size := 1
		for _, d := range dims {
			data = append(data, 0, 0, 0, byte(d))
			size *= d
		}
		for i := range size {
			data = append(data, byte(i%10))
		}
		if err := os.MkdirAll(filepath.Join(dir, "idx"), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "idx", name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	idx("train-images-idx3-ubyte", 30, 2, 2)
	idx("train-labels-idx1-ubyte", 30)
	idx("t10k-images-idx3-ubyte", 10, 2, 2)
	idx("t10k-labels-idx1-ubyte", 10)
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tokenModels(t, dir)
	write("text", strings.Repeat("pents are digits\n", 100))
	write("score.sh", "#!/bin/sh\nwhile read -r line; do echo 1; done\n")
	if err := os.Chmod(filepath.Join(dir, "score.sh"), 0o777); err != nil {
		t.Fatal(err)
	}
	write("a.s", "HALT\n")
	samples := `{"x":{"dtype":"I8","shape":[4,8],"data_offsets":[0,32]}}`
	write("x.safetensors", string(rune(len(samples)))+strings.Repeat("\x00", 7)+samples+strings.Repeat("text", 8))
	for _, name := range []string{"mlp.onnx", "llama2c.bin", "tok.bin", "onnx/lstm.onnx", "onnx/lstm.npz"} {
		b, err := os.ReadFile(filepath.Join("../../interchange/testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		write(filepath.Base(name), string(b))
	}
	write("table.csv", "a,b,class\n"+strings.Repeat("1,2,x\n3,1,y\n", 20))
	for _, args := range []string{
		"train digits --dir run --out net.pent " + fewDigits,
		"train lm --data text --out lm.pent " + fewLM,
		"control cartpole --generations 1 --pairs 2 --episodes 1 --out pole.pent",
		"finetune lm.pent --reward ./score.sh --prompts text --train both --generations 2 --steps 4 --streams 2 --pairs 2 --dir tuned",
		"hw asm a.s",
		"train csv table.csv --label class --out csv.pent " + fewDigits,
		"convert net.pent --to safetensors --out net.st",
		"convert net.pent --to gguf-mxfp4 --out net.gguf",
		"convert net.pent --to npz --out net.npz",
		"convert llama2c.bin --from llama2.c --tokenizer tok.bin --to gguf-mxfp4 --out llama.gguf",
	} {
		cmd := pentary(t, strings.Fields(args)...)
		cmd.Dir, cmd.Stderr = dir, nil
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", args, err, out)
		}
	}
	for _, name := range []string{"folder", "folder.svg", "kinds", "kinds/dir"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"fifo", "fifo.svg", "kinds/fifo"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/dev/zero", filepath.Join(dir, "kinds/zero")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sparse", "kinds/sparse"} {
		write(name, "")
		if err := os.Truncate(filepath.Join(dir, name), 5<<30); err != nil {
			t.Fatal(err)
		}
	}
}

// mountTight returns folders on file systems that are full and read-only, none without the
// right to mount them.
func mountTight(t *testing.T) []string {
	t.Helper()
	full, fixed := t.TempDir(), t.TempDir()
	for _, m := range []struct {
		dir, options string
		flags        uintptr
	}{{full, "size=4k", 0}, {fixed, "", syscall.MS_RDONLY}} {
		if err := syscall.Mount("none", m.dir, "tmpfs", m.flags, m.options); err != nil {
			t.Logf("not tried: full and read-only file systems (mount: %v)", err)
			return nil
		}
		t.Cleanup(func() { syscall.Unmount(m.dir, syscall.MNT_DETACH) })
	}
	if err := os.WriteFile(filepath.Join(full, "fill"), make([]byte, 4096), 0o666); err != nil {
		t.Fatal(err)
	}
	return []string{full, fixed}
}

// Every command has a row, or its kind has.
func TestHostileFilesOfAll(t *testing.T) {
	alike := map[string]string{
		"train fashion": "train mnist", "tune mnist": "tune digits", "tune fashion": "tune digits",
		"compare mnist": "compare digits", "compare fashion": "compare digits",
		"train mnist1d": "train digits", "tune mnist1d": "tune digits", "compare mnist1d": "compare digits",
		"worker": "needs a server", "top": "needs a server",
		"completion": "of the library", "help": "of the library",
	}
	for _, group := range []string{"", "train", "tune", "compare", "hw"} {
		out, err := pentary(t, append(strings.Fields(group), "--help")...).Output()
		if err != nil {
			t.Fatal(err)
		}
		_, list, _ := strings.Cut(string(out), "\nCommands:\n")
		list, _, _ = strings.Cut(list, "\n\n")
		for line := range strings.SplitSeq(strings.TrimRight(list, "\n"), "\n") {
			if !strings.HasPrefix(line, "  ") || line[2] == ' ' { // continues the line before
				continue
			}
			name := strings.TrimSpace(group + " " + strings.Fields(line)[0])
			if alike[name] == "" && !slices.ContainsFunc(commands, func(c command) bool {
				return c.args == name || strings.HasPrefix(c.args, name+" ")
			}) {
				t.Errorf("pentary %s has no row", name)
			}
		}
	}
}
