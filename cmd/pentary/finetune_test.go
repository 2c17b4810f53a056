package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/nn"
)

// tokenModels writes two models of 8 tokens into a folder, by the names that arguments have.
func tokenModels(t *testing.T, dir string) {
	t.Helper()
	pieces := []data.Piece{{Kind: data.UnknownPiece}, {Kind: data.ControlPiece}, {Kind: data.ControlPiece}}
	for _, text := range []string{"a", "b", "c", " ", "ab"} {
		pieces = append(pieces, data.Piece{Text: text, Kind: data.NormalPiece, Rank: len(pieces)})
	}
	of, err := data.NewTokenizer(pieces, false, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, err := of.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"pents.pent", "eight-bits.pent"} {
		m, err := nn.NewLlama(uint64(i), nn.LlamaConfig{Width: 8, Hidden: 8, Layers: 1, Heads: 2, KVHeads: 1, Vocabulary: 8, Window: 8, Rotary: 10000})
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(filepath.Join(dir, name))
		if err == nil {
			_, err = m.File(map[string]string{"tokenizer": string(tokenizer)}).WriteTo(f)
		}
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

const fewTokens = "--texts 4 --steps 6 --streams 4 --pairs 4 "

// inFolder returns what runs the command in a folder, with an error that has want in it unless that
// is empty, and returns the hash of weights that it prints.
func inFolder(t *testing.T, dir string) func(line, want string) string {
	hash := regexp.MustCompile(`Weights sha256 +(\w+)`)
	return func(line, want string) string {
		t.Helper()
		cmd := pentary(t, strings.Fields(line)...)
		cmd.Dir, cmd.Stderr = dir, nil
		out, err := cmd.CombinedOutput()
		if (err == nil) != (want == "") || !strings.Contains(string(out), want) {
			t.Fatalf("%s: %v, want %q\n%s", line, err, want, out)
		}
		if m := hash.FindSubmatch(out); m != nil {
			return string(m[1])
		}
		return ""
	}
}

// With its multipliers and biases trained, a model replays, verifies, and can be tuned again.
func TestFinetuneScales(t *testing.T) {
	dir := t.TempDir()
	tokenModels(t, dir)
	do := inFolder(t, dir)
	tune := "finetune pents.pent --teacher eight-bits.pent --generations 6 --rate 0.1 " + fewTokens
	weights := do(tune+"--threads 1 --train both --dir run", "")
	if weights == do(tune+"--threads 3", "") {
		t.Error("multipliers are not trained")
	}
	for _, line := range []string{tune + "--threads 3 --train both --out tuned.pent", "train --resume run", "replay run --out again.pent", "verify run again.pent", "verify run tuned.pent"} {
		if got := do(line, ""); got != weights {
			t.Errorf("%s: weights %s, want %s", line, got, weights)
		}
	}
	biases := do(tune+"--train scales,biases --threads 1 --dir biased", "")
	for _, line := range []string{tune + "--threads 3 --train biases,scales --out tuned.pent", "train --resume biased", "replay biased --out again.pent", "verify biased again.pent", "verify biased tuned.pent"} {
		if got := do(line, ""); got != biases || got == weights {
			t.Errorf("%s: weights %s, want %s", line, got, biases)
		}
	}
	do("finetune tuned.pent --teacher eight-bits.pent --train biases --generations 2 "+fewTokens, "")
	do("verify run pents.pent", "generations")
}

// A fine-tuning comes to the same weights with one thread and with three, by --resume, and by
// a replay, which verify confirms; a teacher that has changed is an error.
func TestFinetune(t *testing.T) {
	dir := t.TempDir()
	tokenModels(t, dir)
	do := inFolder(t, dir)
	tune := "finetune pents.pent --teacher eight-bits.pent --threads "
	weights := do(tune+"1 --out tuned.pent --generations 6 --early-stop 5 "+fewTokens, "")
	do(tune+"3 --dir run --generations 6 --early-stop 5 "+fewTokens, "")
	for _, line := range []string{"train --resume run", "replay run --out again.pent", "verify run again.pent"} {
		if got := do(line, ""); got != weights {
			t.Errorf("%s: weights %s, want %s", line, got, weights)
		}
	}
	do("audit run", "")
	for _, line := range []string{"train --resume run", "replay run"} { // the inputs stay
		do(line+" --out eight-bits.pent", "that the fine-tuning reads")
		do(line+" --out pents.pent", "that the run reads")
	}
	do("finetune pents.pent", "--teacher")
	if err := os.Rename(filepath.Join(dir, "again.pent"), filepath.Join(dir, "eight-bits.pent")); err != nil {
		t.Fatal(err)
	}
	do("replay run --out more.pent", "holds a run on other data")
}

// A model learns a text: its own tokens, or what a teacher expects after them.
func TestFinetuneData(t *testing.T) {
	dir := t.TempDir()
	tokenModels(t, dir)
	for name, text := range map[string]string{"text.txt": strings.Repeat("abcab cab ", 110), "short.txt": strings.Repeat("a", 1000), "other.txt": strings.Repeat("c ba", 300)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	do := inFolder(t, dir)
	tune := "finetune pents.pent --rate 0.2 --sigma 3 --generations 8 --data text.txt " + fewTokens
	weights := do(tune+"--threads 1 --dir run", "")
	for _, line := range []string{tune + "--threads 3", "replay run --out again.pent", "verify run again.pent"} {
		if got := do(line, ""); got != weights {
			t.Errorf("%s: weights %s, want %s", line, got, weights)
		}
	}
	do("audit run", "")
	if do(tune+"--early-stop 0", "") == weights || do(tune+"--teacher eight-bits.pent", "") == weights {
		t.Error("neither validation texts nor the teacher make a difference")
	}
	do(strings.ReplaceAll(strings.ReplaceAll(tune, "text.txt", "short.txt"), "--steps 6", "--steps 1001"), "short.txt has 0 pieces of 1001 tokens (--steps), want at least 3")
	do("replay run --out text.txt", "reads")
	if err := os.Rename(filepath.Join(dir, "other.txt"), filepath.Join(dir, "text.txt")); err != nil {
		t.Fatal(err)
	}
	do("replay run --out more.pent", "holds a run on other data")
}

// byteModel writes a language model over bytes into a folder.
func byteModel(t *testing.T, dir string) {
	t.Helper()
	m, err := nn.NewLanguageModel(1, nn.LanguageConfig{Width: 8, Layers: 1, Mixer: nn.MixerGRU, Hidden: 1, Context: 2})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := m.File(nil).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"lm.pent": b.Bytes(), "prompts.txt": []byte("a\n\nthe\n"), "text.txt": bytes.Repeat([]byte("the rays "), 150),
		"score.sh": []byte("while read -r line; do\ncase $line in *e*e*e*e*e*) echo 3;; *z*) echo -1;; *) echo 0;; esac\ndone\n"),
		"bad.sh":   []byte("read -r line\necho good\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// A fine-tuning by a program's scores comes to the same weights with any number of threads and
// workers, by --resume, and by a replay without the program, which runs only where a flag names it.
func TestFinetuneReward(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the program is for a POSIX shell")
	}
	dir := t.TempDir()
	byteModel(t, dir)
	run := inFolder(t, dir)
	do := func(line, want string) string {
		t.Helper()
		return run(strings.ReplaceAll(line, "REWARD", "--reward score.sh"), want)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, name := range []string{"score.sh", "bad.sh"} { // commands of one word
		path := filepath.Join(dir, name)
		b, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, append([]byte("#!/bin/sh\n"), b...), 0o777)
		}
		if err == nil {
			err = os.Chmod(path, 0o777)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	const few = "finetune lm.pent --prompts prompts.txt --steps 6 --pairs 4 --streams 3 --sigma 2 --rate 0.3 --generations 4 "
	weights := do(few+"REWARD --threads 1 --dir run", "")
	for _, line := range []string{few + "REWARD --threads 3 --out tuned.pent", few + "REWARD --workers 2", "replay run --out again.pent", "verify run again.pent", "verify run tuned.pent", "train --resume run"} {
		if got := do(line, ""); got != weights {
			t.Errorf("%s: weights %s, want %s", line, got, weights)
		}
	}
	do("eval tuned.pent --data text.txt", "") // in bits a byte
	do("eval tuned.pent", "use --data to measure on other data")
	do("audit run", "--reward score.sh permits the original command")
	do("audit run REWARD", "")
	do("train --resume run --generations 6", "--reward score.sh permits the original command")
	do("train --resume run --generations 6 REWARD", "")
	if err := os.Remove(filepath.Join(dir, "run", "checkpoint")); err != nil { // with the measurements
		t.Fatal(err)
	}
	do("train --resume run", "--reward score.sh permits the original command")
	do("train --resume run REWARD", "")
	do(few+"REWARD --reward-timeout 0s", "want more than 0")
	do("audit run REWARD --reward-timeout -1s", "want more than 0")
	do(few+"--reward bad.sh", `line 1 of its output is "good", want an integer`)
	do(few, "used together")
	do(few+"--reward score.sh;A=\x1b[8m --dir hidden", "") // which would hide what follows
	do("audit hidden", `score.sh;A=\x1b[8m`)
	do(few+"REWARD --noise activations", "want weights with --reward")
	do(few+"REWARD --early-stop 2", "no hold-out")
	do("replay run REWARD", "unknown flag")
}

// The script of docs/reward.md does what the page says.
func TestRewardPage(t *testing.T) {
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("the script is for a POSIX shell, and trains for seconds")
	}
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "reward.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, script, _ := strings.Cut(string(page), "    cat >score.sh")
	script, _, _ = strings.Cut("cat >score.sh"+script, "\n| model")
	script = strings.ReplaceAll(script, "\n    ", "\n")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.Symlink(self, filepath.Join(bin, "pentary")); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	found := regexp.MustCompile(`Mean reward +([0-9.]+) .*before tuning ([0-9.]+)`).FindSubmatch(out)
	if err != nil || found == nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if string(found[1]) != "5.645" || string(found[2]) != "1.082" {
		t.Errorf("mean reward %s after %s, and the page has 5.65 after 1.08", found[1], found[2])
	}
}
