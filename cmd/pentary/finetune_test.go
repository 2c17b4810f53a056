package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/nn"
)

// tokenModels writes two models of 8 tokens into a folder, by the names that arguments have.
func tokenModels(t *testing.T, dir string) {
	t.Helper()
	for i, name := range []string{"pents.pent", "eight-bits.pent"} {
		m, err := nn.NewLlama(uint64(i), nn.LlamaConfig{Width: 8, Hidden: 8, Layers: 1, Heads: 2, KVHeads: 1, Vocabulary: 8, Window: 8, Rotary: 10000})
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(filepath.Join(dir, name))
		if err == nil {
			_, err = m.File(map[string]string{"tokenizer": "{}"}).WriteTo(f)
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

// With its multipliers trained, too, a model replays, verifies, and can be tuned again.
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
	do("finetune tuned.pent --teacher eight-bits.pent --train scales --generations 2 "+fewTokens, "")
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
	do(tune+"1 --data pents.pent", "is the argument of")
	if err := os.Rename(filepath.Join(dir, "again.pent"), filepath.Join(dir, "eight-bits.pent")); err != nil {
		t.Fatal(err)
	}
	do("replay run --out more.pent", "holds a run on other data")
}
