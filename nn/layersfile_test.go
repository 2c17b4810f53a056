package nn

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/packed"
)

// A model comes back from a file as it went in, layer by layer.
func TestModelFile(t *testing.T) {
	for name, m := range models() {
		for i, tensor := range m.matrices {
			tensor.Shift = uint(i) + 1 // as no constructor has it
		}
		var b bytes.Buffer
		if _, err := m.File(map[string]string{"seed": "3"}).WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		f, err := packed.Decode(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if f.Meta["seed"] != "3" {
			t.Errorf("%s: meta %v", name, f.Meta)
		}
		back, err := Load(f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if back.String() != m.String() || len(back.matrices) == len(m.matrices) && !slices.Equal(weightsOf(back), weightsOf(m)) {
			t.Errorf("%s: got\n%vwant\n%v", name, back, m)
		}
		s := NewBatch(noisy{m}, 3, 0, 4)
		noisy{m}.Draw(s, 1, 0, 0)
		before, after := m.NewRunner(s.Streams), back.NewRunner(s.Streams)
		for _, x := range s.X {
			if want, got := before.Step(x), after.Step(x); !slices.Equal(got, want) {
				t.Fatalf("%s: outputs %v, want %v", name, got, want)
			}
		}
	}
}

// A file that is no model of layers gives an error that says where.
func TestLoadModelErrors(t *testing.T) {
	for _, test := range []struct {
		name, want string
		spoil      func(f *packed.File)
	}{
		{"kind", `meta "model" is "cnn", want "mlp" or "layers"`, func(f *packed.File) { f.Meta["model"] = "cnn" }},
		{"json", `meta "layers": `, func(f *packed.File) { f.Meta["layers"] = "[{" }},
		{"empty", "Model of no layers", func(f *packed.File) { f.Meta["layers"], f.Tensors = "[]", nil }},
		{"layer", `layer "0." is of unknown kind "gnu"`, replace(`"gru"`, `"gnu"`)},
		{"sizes", `layer "0." has sizes [8], want 2`, replace(`[8,12]`, `[8]`)},
		{"steps", `GRU of widths [8 9]`, replace(`[8,12]`, `[8,9]`)},
		{"huge", `tensor "0.gates": shape 24×20, want 24×8000012`, replace(`[8,12]`, `[8000000,12]`)},
		{"chain", "layer 0, gru 8→12 >>2,2, returns 12 activations and layer 1, dense 8→5", func(f *packed.File) {
			replace(`[12,5]`, `[8,5]`)(f)
			f.Tensors[2].Matrix = packed.NewMatrix(5, 8)
		}},
		{"missing", `no tensor "1.weights"`, func(f *packed.File) { f.Tensors = f.Tensors[:2] }},
		{"superfluous", `tensor "spare" is of no layer`, func(f *packed.File) {
			f.Tensors = append(f.Tensors, packed.Tensor{Name: "spare", Matrix: packed.NewMatrix(1, 1)})
		}},
		{"twice", `two tensors "0.gates"`, func(f *packed.File) { f.Tensors[1].Name = "0.gates" }},
		{"scale", `tensor "0.gates": scale 1, want -30 to 0`, func(f *packed.File) { f.Tensors[0].Scale = 1 }},
		{"depth", "lies in more than 8 others", func(f *packed.File) {
			f.Meta["layers"] = strings.Repeat(`[{"kind":"residual","layers":`, 12) + `[]` + strings.Repeat(`}]`, 12)
		}},
		{"scan", "Scan of widths [9], want 4 to", func(f *packed.File) {
			f.Meta["layers"] = `[{"kind":"scan","sizes":[2],"layers":[{"kind":"dense","sizes":[9,4]}]}]`
			f.Tensors = []packed.Tensor{{Name: "0.0.weights", Matrix: packed.NewMatrix(4, 9)}}
		}},
		{"parts", "Scan of 1000000000 parts, want 1 to 699050", replace(`{"kind":"gru","sizes":[8,12]}`, `{"kind":"scan","sizes":[1000000000],"layers":[{"kind":"gru","sizes":[8,12]}]}`)},
		{"no parts", `layer "0." has sizes [], want 1 for kind "scan"`, replace(`{"kind":"gru","sizes":[8,12]}`, `{"kind":"scan","layers":[{"kind":"gru","sizes":[8,12]}]}`)},
		{"scans", "lies in more than 8 others", func(f *packed.File) {
			f.Meta["layers"] = strings.Repeat(`[{"kind":"scan","sizes":[9],"layers":`, 12) + `[]` + strings.Repeat(`}]`, 12)
		}},
		{"width", "Conv2D of kernel 1×-3, stride 1", replace(`{"kind":"gru","sizes":[8,12]}`, `{"kind":"conv2d","sizes":[1,8,1,12,1,1],"width":-3}`)},
		{"bias", "Conv2D with a bias of 128, want 1 to 127", replace(`{"kind":"gru","sizes":[8,12]}`, `{"kind":"conv2d","sizes":[1,8,1,12,1,1],"bias":128}`)},
		{"shift", "GRU of shift 8, want 0 to 7", replace(`[8,12]`, `[8,12],"reset_after":true,"shift":8`)},
		{"reset after", `tensor "0.candidate": shape 12×20, want 12×8,`, func(f *packed.File) {
			replace(`[8,12]`, `[8,12],"reset_after":true,"bias":3`)(f)
			f.Tensors = append(f.Tensors, packed.Tensor{Name: "0.state", Matrix: packed.NewMatrix(12, 13)})
		}},
		{"window", "MaxPool of kernel 1×9, stride 1, for a picture of 1×8×1", replace(`{"kind":"gru","sizes":[8,12]}`, `{"kind":"maxpool","sizes":[1,8,1,1,1],"width":9}`)},
		{"pads", "MaxPool padded by [1 0 0 0], want 0 to less than the kernel of 1×2", replace(`{"kind":"gru","sizes":[8,12]}`, `{"kind":"maxpool","sizes":[1,8,1,1,1],"width":2,"pads":[1,0,0,0]}`)},
		{"three pads", "Conv2D padded by [1 0 0], want 4 numbers", replace(`{"kind":"gru","sizes":[8,12]}`, `{"kind":"conv2d","sizes":[1,8,1,12,1,1],"pads":[1,0,0]}`)},
		{"residual", "Residual around layers of 8→12", replace(`{"kind":"gru","sizes":[8,12]}`, `{"kind":"residual","layers":[{"kind":"gru","sizes":[8,12]}]}`)},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := NewModel(NewGRU(8, 12), NewDense(12, 5, false))
			f := m.File(nil)
			test.spoil(f)
			if test.name == "residual" || test.name == "parts" { // its tensors lie deeper
				for i := range f.Tensors[:2] {
					f.Tensors[i].Name = "0." + f.Tensors[i].Name
				}
			}
			if _, err := Load(f); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}

// replace spoils what a file says of its layers.
func replace(what, by string) func(f *packed.File) {
	return func(f *packed.File) { f.Meta["layers"] = strings.Replace(f.Meta["layers"], what, by, 1) }
}

// Any description of layers is a model that steps, or an error.
func FuzzLoad(f *testing.F) {
	all := models()
	names := slices.Sorted(maps.Keys(all))
	for i, name := range names {
		f.Add(uint8(i), all[name].File(nil).Meta["layers"])
	}
	f.Fuzz(func(t *testing.T, which uint8, layers string) {
		file := all[names[int(which)%len(names)]].File(nil)
		file.Meta["layers"] = layers
		m, err := Load(file)
		if err != nil {
			return
		}
		r := m.NewRunner(2)
		s := Batch{Streams: 2, Steps: 2}
		s.reset(m.Inputs(), false)
		for _, x := range s.X {
			r.Step(x)
		}
	})
}
