package train

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cluster"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/report"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/nn/control"
	"github.com/Kaleaon/pentary-go/packed"
)

// Expulsions of earlier sessions are read up to an incomplete line.
func TestReadExpulsions(t *testing.T) {
	dir := t.TempDir()
	want := []cluster.Expulsion{{Worker: "a", Platform: "p", Why: "it lied", Generation: 7, First: 2, Last: 6, Pairs: 40}, {Worker: "b", Generation: 9}}
	if got, err := readExpulsions(dir); err != nil || got != nil {
		t.Errorf("without a file: %v, error %v", got, err)
	}
	for _, e := range want {
		if err := keepExpulsion(dir, e); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := readExpulsions(dir); err != nil || !slices.Equal(got, want) {
		t.Errorf("read %v, error %v", got, err)
	}
	path := filepath.Join(dir, expelledName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, "{\"worker\":"...), 0o666); err != nil {
		t.Fatal(err)
	}
	if got, err := readExpulsions(dir); err == nil || !slices.Equal(got, want) || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("with a torn line: %v, error %v", got, err)
	}
}

// The lines of --log are kept up to the generation after which the run resumes.
func TestLinesUntil(t *testing.T) {
	const one, two = "{\"generation\":1}\n", "{\"generation\":2,\"moved\":3}\n"
	for text, want := range map[string]int{
		"": 0, one: len(one), one + two: len(one + two), one + two + "{\"generation\":3}\n": len(one + two),
		one + "{\"generat": len(one), one + "text\n" + two: len(one), "{}\n" + one: 0,
	} {
		if got := linesUntil(strings.NewReader(text), 2); got != int64(want) {
			t.Errorf("%q: %d bytes, want %d", text, got, want)
		}
	}
}

// A failing log reports one error and does not end the run.
func TestGenerationLogFails(t *testing.T) {
	full := errors.New("full")
	warned := 0
	l := &generationLog{line: func(s es.Stats) error { return full }, warn: func(string, ...any) { warned++ }}
	for range 3 {
		if err := l.follow(es.Stats{}); err != nil {
			t.Fatal(err)
		}
	}
	if warned != 1 || !errors.Is(l.failed, full) {
		t.Errorf("%d warnings, %v", warned, l.failed)
	}
}

// Each file of the connection must be regular and small; errors name the flag.
func TestConnectionFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("dir", 0o777); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int64{"most": maxCredentials, "large": maxCredentials + 1} {
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(name, size); err != nil {
			t.Fatal(err)
		}
	}
	for _, flag := range []string{"--nats-creds", "--nats-nkey", "--nats-ca", "--nats-cert", "--nats-key"} {
		for file, want := range map[string]string{
			"dir": "dir: is a directory", "none": "none: ", "large": "large: 1048577 bytes, want at most 1048576", "most": "",
		} {
			d := &distribution{workers: 1, quorum: 100}
			f := pflag.NewFlagSet("train", pflag.ContinueOnError)
			d.endpoint.flags(f, "")
			for _, name := range []string{"--nats-cert", "--nats-key", flag} { // the first two go together
				if name == flag || flag == "--nats-cert" || flag == "--nats-key" {
					path := "most"
					if name == flag {
						path = file
					}
					if err := f.Set(strings.TrimPrefix(name, "--"), path); err != nil {
						t.Fatal(err)
					}
				}
			}
			_, err := d.connection()
			if again := d.checkFlags(f); fmt.Sprint(again) != fmt.Sprint(err) {
				t.Errorf("%s %s: error %v of the flags, %v of the connection", flag, file, again, err)
			}
			if want == "" && flag == "--nats-nkey" {
				want = "most: nkeys: " // it is read already
			}
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), flag) || strings.Contains(err.Error(), "\n")) {
				t.Errorf("%s %s: error %v, want %q", flag, file, err, want)
			}
		}
	}
}

func TestParseConfig(t *testing.T) {
	c := &config{Task: "digits", Network: []int{64, 8, 10}, Settings: map[string]string{"b": "<2>", "a": "1"}, Optimizer: "x\n"}
	const want = `{"task":"digits","network":[64,8,10],"settings":{"a":"1","b":"<2>"},"optimizer":"x\n"}`
	if text := c.text(); text != want {
		t.Errorf("text %s, want %s", text, want)
	}
	back, err := parseConfig(want)
	if err != nil || back.text() != want || back.difference(c) != nil {
		t.Errorf("parsed %+v, %v", back, err)
	}
	for _, bad := range []string{"", "{", want + want, want + "x", `{"colour":1}`, "[]"} {
		if _, err := parseConfig(bad); err == nil || !strings.HasPrefix(err.Error(), "configuration: ") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

// Every task is found by its name, and its default settings are valid and within its limits.
func TestKinds(t *testing.T) {
	names := []string{task.Language}
	for _, c := range task.All {
		names = append(names, c.Name)
	}
	for _, env := range control.All {
		names = append(names, env.Spec().Name)
	}
	for _, name := range names {
		k, err := find(name)
		if err != nil {
			t.Fatal(err)
		}
		k.Complete()
		if err := k.Check(); err != nil || k.name() != name || k.short() == "" || k.long() == "" {
			t.Errorf("%s is %q: %v", name, k.name(), err)
		}
		back, _ := find(name)
		if err := settings.SetTexts(back, settings.Texts(k)); err != nil || fmt.Sprint(back.Options()) != fmt.Sprint(k.Options()) {
			t.Errorf("%s: settings do not come back: %v", name, err)
		}
		if m := k.memory(); m < 1<<16 || int64(m) > 1<<32 {
			t.Errorf("%s: memory of %d bytes", name, m)
		}
	}
	if _, err := find("cifar"); err == nil || !strings.Contains(err.Error(), "digits, mnist, fashion and mnist1d") {
		t.Errorf("error %v, want the tasks in it", err)
	}
}

// tokenNetwork returns a model of tokens.
func tokenNetwork(t *testing.T, vocabulary int) *nn.Model {
	t.Helper()
	m, err := nn.NewLlama(1, nn.LlamaConfig{Width: 8, Hidden: 8, Layers: 1, Heads: 2, KVHeads: 1, Vocabulary: vocabulary, Window: 8, Rotary: 100})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Models of any number of tokens can be tuned, unless they may draw a token that they do not accept.
func TestFinetuneLoads(t *testing.T) {
	for _, vocabulary := range []int{8, 256, 260, 1024} {
		for _, less := range []int{0, 1} {
			m := tokenNetwork(t, vocabulary)
			f := m.File(nil)
			if less > 0 {
				_, rest, _ := strings.Cut(f.Meta["layers"], "},")
				e := f.Tensors[0].Matrix
				smaller := packed.NewMatrix(e.Rows(), e.Cols()-less)
				f.Tensors[0].Matrix = smaller
				f.Meta["layers"] = fmt.Sprintf(`[{"kind":"embedding","sizes":[%d,1,8],"wide":true},%s`, vocabulary-less, rest)
			}
			path := filepath.Join(t.TempDir(), "model.pent")
			var b bytes.Buffer
			if _, err := f.WriteTo(&b); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
			tune := newFinetune()
			tune.Teacher, tune.Texts, tune.Batch.Steps = path, 2, 2
			err := tune.load(t.Context(), path)
			if less == 0 && err != nil || less > 0 && (err == nil || !strings.Contains(err.Error(), "an embedding of")) {
				t.Errorf("%d tokens, %d less in the embedding: error %v", vocabulary, less, err)
			}
		}
	}
}

// A report warns if and only if tuning made the model worse.
func TestTunedWorse(t *testing.T) {
	m := tokenNetwork(t, 8)
	for before, want := range map[float64]bool{1.9: true, 2: false, 2.1: false} {
		r := &tuned{Nats: 2, Before: before, Tokens: 100, measured: measuredOf(m), layers: m}
		r.trained = &trained{}
		var b bytes.Buffer
		r.Write(&report.Printer{Writer: &b})
		if got := strings.Contains(b.String(), "tuning made the model worse"); got != want {
			t.Errorf("from %v to %v nats, warned: %t\n%s", before, r.Nats, got, &b)
		}
	}
}

// A token that ends a text ends the output, whatever its number, because the number of tokens
// without text is unlimited.
func TestSampleEnds(t *testing.T) {
	pieces := make([]data.Piece, 8)
	for i := range pieces {
		pieces[i] = data.Piece{Text: "<end>", Kind: data.ControlPiece}
	}
	pieces[0] = data.Piece{Text: "<unk>", Kind: data.UnknownPiece}
	pieces[5] = data.Piece{Text: "a", Kind: data.NormalPiece}
	for _, eos := range []int{-1, 2, 5} {
		tokens, err := data.NewTokenizer(pieces, false, 1, eos)
		if err != nil {
			t.Fatal(err)
		}
		lengths := map[int]bool{}
		for seed := range uint64(20) {
			var b bytes.Buffer
			m := &tokenModel{tokenNetwork(t, 8), *tokens}
			if err := m.write(t.Context(), console.NewStreams(&b, &b), &sampler{bytes: 1000, seed: seed}); err != nil {
				t.Fatal(err)
			}
			if strings.Trim(b.String(), "a\uFFFD") != "" || b.Len() >= 1000 || eos == 5 && strings.Contains(b.String(), "a") {
				t.Errorf("end %d: %q", eos, &b)
			}
			lengths[b.Len()] = true
		}
		if len(lengths) < 2 {
			t.Errorf("end %d: texts of lengths %v", eos, lengths)
		}
	}
}
