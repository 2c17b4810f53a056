package nn_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

func ExampleModel_File() {
	net := nn.NewMLP(1, 64, 32, 10)
	var file bytes.Buffer
	if _, err := net.File(map[string]string{"task": "digits"}).WriteTo(&file); err != nil {
		fmt.Println(err)
		return
	}

	f, err := packed.Decode(file.Bytes())
	if err != nil {
		fmt.Println(err)
		return
	}
	loaded, err := nn.Load(f)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, layer := range loaded.Layers {
		fmt.Println(layer)
	}
	// Output:
	// dense 64→32 relu >>3
	// dense 32→10 linear >>4
}

func TestSaveRoundTrip(t *testing.T) {
	for _, widths := range [][]int{{1, 2}, {64, 128, 10}, {33, 7, 65, 3}} {
		net := nn.NewMLP(7, widths...)
		meta := map[string]string{"task": "test", "model": "other"}
		got, err := nn.Load(net.File(meta))
		if err != nil {
			t.Fatalf("%v: %v", widths, err)
		}
		if !reflect.DeepEqual(got, net) {
			t.Errorf("%v: loaded network differs", widths)
		}
		if meta["model"] != "other" || len(meta) != 2 {
			t.Errorf("File changed the caller's meta to %v", meta)
		}
	}
}

func TestLoadMLPErrors(t *testing.T) {
	tests := []struct {
		name   string
		change func(f *packed.File)
		want   string
	}{
		{"model", func(f *packed.File) { f.Meta["model"] = "cnn" }, `meta "model" is "cnn", want "mlp" or "layers"`},
		{"no meta", func(f *packed.File) { f.Meta = nil }, `meta "model" is ""`},
		{"no relu", func(f *packed.File) { delete(f.Meta, "relu") }, `meta "relu" is ""`},
		{"relu", func(f *packed.File) { f.Meta["relu"] = "1x" }, `tensor "layer1": meta "relu" has 'x'`},
		{"fewer tensors", func(f *packed.File) { f.Tensors = f.Tensors[:1] }, "want a digit for each of 1 tensors"},
		{"empty", func(f *packed.File) { f.Tensors, f.Meta["relu"] = nil, "" }, "Model of no layers"},
		{"name", func(f *packed.File) { f.Tensors[1].Name = "bias" }, `tensor 1 is "bias", want "layer1"`},
		{"chain", func(f *packed.File) { f.Tensors[1].Matrix = packed.NewMatrix(3, 8) }, "returns 5 activations and layer 1, dense 8→3 linear >>2, takes 8"},
		{"shape", func(f *packed.File) { f.Tensors[0].Matrix = packed.NewMatrix(0, 0) }, `tensor "layer0": shape 0×0`},
		{"positive scale", func(f *packed.File) { f.Tensors[0].Scale = 1 }, `tensor "layer0": scale 1`},
		{"large shift", func(f *packed.File) { f.Tensors[0].Scale = -31 }, `tensor "layer0": scale -31`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := nn.NewMLP(1, 4, 5, 3).File(nil)
			test.change(f)
			_, err := nn.Load(f)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}
