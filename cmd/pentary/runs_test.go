package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Runs of earlier versions resume to the weights that those versions come to, replay and
// verify.
func TestEarlierRuns(t *testing.T) {
	text, err := filepath.Abs("testdata/runs/text")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, weights string
		language      bool
		model         string // that the run tunes
		early         bool
	}{
		{name: "digits", weights: "20143f09dc0a2aba96dba31ce0b1f1107318dda97aa5b9690a66c0a5b20d4b00"},
		{name: "digits-cut", weights: "a57cab24d50bb46daed357bec55ed96a15bdf2210c14d77df7383719eef3d41d"},
		{name: "activations", weights: "f43c150266d3213d8b5cc2b01f545d4d9d0d9e3e7f47f6cd1601db0ff65ec588", early: true},
		{name: "early", weights: "69c434bcf26f3d57de938c966dcd7749861108eef13f0d4f619da9a11f8064ad", early: true},
		{name: "lm", weights: "1ed19a0253ee568b936d7158aa5af4234ba88286521dca191486d47eeef0d621", language: true},
		{name: "lm-cut", weights: "675c558fa18b9095bd084cba1918d5244b3c05eb96cf93e8bc4f90c7b41009c1", language: true},
		{name: "lmweights", weights: "7b7eaf2dbc8692d302ffc006c996807b52bc9127118473a35ef7230c3105a336", language: true},
		{name: "2-weights", weights: "08f61266a723f76970fbaa75be210b415f2e17fb4ce5b7400e90699e377a7c49"},
		{name: "2-dense", weights: "ea3db3871d079ed0ed3f9a7c6f35188d652eddc4a57a6992faacd1f692148814"},
		{name: "2-activations-cut", weights: "e15f9aa6afa2f38948bb3ed15400b8123073d26623013ad6fb8cfeaade3d7884"},
		{name: "2-control", weights: "2e49d3bdf7e26eb7e0cee65173670f04c9d2803d7cd92520faec9a1ba2ead56d"},
		{name: "2-lm", weights: "57f363bb7c1af7fc285e37a39181a71ed9a3a0970c8e955ea88d411f319f2d41", language: true},
		{name: "2-mlp", weights: "7ee5e923e745b0ed062de3694e71079ca01dbfb999a6e947f685e45601183e05", language: true},
		{name: "2-pendulum", weights: "49a2f5c3828e73e723d305129591ee20fc94b3a0b1f564536500ea1ea59d2e12"},
		{name: "3-pendulum", weights: "7d4697cb2c961b4c86866a58b057befa8d264acd3c03c93d574e2944440ae8b2"},
		{name: "3-layers-cut", weights: "827ee2aabcd6f4c38232656843b8b92034436c1eb3bd3f4874d8143c12616d02"},
		{name: "3-scales", weights: "2c27221cbb259d62889c2f139614ac866e1d92dacaf2402113d5971f48f0ff90", model: "tokens.pent"},
		{name: "3-reward", weights: "9fa014ca01008e776bffd2985c649a7889db93dafe34eceb71462481d41f1726", model: "bytes.pent"},
		{name: "3-residual", weights: "95f7a88b679ebc6d941f9a3de8d5f8158de2e9ef5761a99dc7c2cb931dd2af67", model: "tokens.pent"},
		{name: "3-biases", weights: "954238393c632672ffdab9c98035e18fd24318fd8f25c50d9a79760eef6b9137", model: "tokens.pent"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata/runs", test.name))); err != nil {
				t.Fatal(err)
			}
			var data []string
			if test.language {
				data = []string{"--data", text}
			} else if test.model != "" { // beside which the text and the prompts are
				data = []string{"--data", filepath.Join(filepath.Dir(text), test.model)}
			}
			if out, err := pentary(t, slices.Concat([]string{"verify", dir}, data)...).Output(); err != nil {
				t.Errorf("verify: %v\n%s", err, out)
			}
			for _, args := range [][]string{{"train", "--resume", dir, "--json"}, {"replay", dir, "--json"}} {
				out, err := pentary(t, slices.Concat(args, data)...).Output()
				if err != nil {
					t.Fatal(args, err)
				}
				r := lastEvent(t, out)
				if r.WeightsSHA256 != test.weights {
					t.Errorf("%s: weights %s, want %s", args, r.WeightsSHA256, test.weights)
				}
				var more struct {
					Early bool `json:"stopped_early"`
				}
				if err := json.Unmarshal(out[lastLine(out):], &more); err != nil || args[0] == "train" && more.Early != test.early {
					t.Errorf("%s: stopped early %t, want %t: %v", args, more.Early, test.early, err)
				}
			}
			if out, err := pentary(t, slices.Concat([]string{"verify", dir}, data)...).Output(); err != nil {
				t.Errorf("verify: %v\n%s", err, out)
			}
		})
	}
	// The command that began a run resumes it with the rate that was its default then.
	dir := filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(dir, os.DirFS("testdata/runs/digits-cut")); err != nil {
		t.Fatal(err)
	}
	out, err := pentary(t, "train", "digits", "--dir", dir, "--generations", "60", "--hidden", "8", "--pairs", "16", "--batch", "6000", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	if r := lastEvent(t, out); r.WeightsSHA256 != "a57cab24d50bb46daed357bec55ed96a15bdf2210c14d77df7383719eef3d41d" {
		t.Errorf("weights %s by the command that began the run", r.WeightsSHA256)
	}
	// An extended run keeps its generator of noise, and its codes are the codes
	// of evaluation.
	dir = filepath.Join(t.TempDir(), "run")
	if err := os.CopyFS(dir, os.DirFS("testdata/runs/2-weights")); err != nil {
		t.Fatal(err)
	}
	out, err = pentary(t, "train", "--resume", dir, "--generations", "16", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	if r := lastEvent(t, out); r.WeightsSHA256 != "044dd4637643cfdc668271b8f0f0deed5e4948b5650257c5cc76cc20c2b2822e" {
		t.Errorf("weights %s of an extended run", r.WeightsSHA256)
	}
	for _, command := range []string{"audit", "verify"} {
		if out, err := pentary(t, command, dir).Output(); err != nil {
			t.Errorf("%s of an extended run: %v\n%s", command, err, out)
		}
	}
	for _, test := range []struct {
		environment, file string
		mean              float64
	}{{"cartpole", "pole.pent", 9.4}, {"pendulum", "2-pendulum/model.pent", -1234.1158836673428}, {"pendulum", "3-pendulum/model.pent", -1215.980451454062}} {
		out, err = pentary(t, "control", test.environment, "--json", "--policy", filepath.Join(filepath.Dir(text), test.file)).Output()
		if err != nil {
			t.Fatal(err)
		}
		if p := parsePolicy(t, out); p.Mean != test.mean {
			t.Errorf("policy %+v, want a mean reward of %v", p, test.mean)
		}
	}
}

// lastLine returns where the last line begins.
func lastLine(out []byte) int {
	at := 0
	for i, b := range out[:len(out)-1] {
		if b == '\n' {
			at = i + 1
		}
	}
	return at
}
