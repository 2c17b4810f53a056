package packed_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/Kaleaon/pentary-go/packed"
)

func ExampleVector() {
	v := packed.NewVector(5)
	v.Pack([]int8{-2, -1, 0, 1, 2})
	v.Set(0, 2)
	fmt.Println(v.At(0), v.At(1), v.Histogram())
	// Output: ⊕ - [0 1 1 1 2]
}

func ExampleMatrix() {
	m := packed.NewMatrix(2, 256)
	m.Set(1, 255, -2)
	row := m.Row(1) // a view
	fmt.Println(row.At(254), row.At(255))
	fmt.Println(len(m.Bytes())*8/(2*256), "bits a pent")
	// Output:
	// 0 ⊖
	// 3 bits a pent
}

func ExampleMatrixOver() {
	stored := packed.NewMatrix(1, 3).Bytes()
	stored[1] = 0xff
	_, err := packed.MatrixOver(1, 3, stored)
	fmt.Println(err)
	// Output: packed: invalid code 7 at row 0, column 1 of 1×3
}

func ExampleWriteFile() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.pent")

	w := packed.NewMatrix(2, 3)
	w.Pack([]int8{1, 0, -2, 0, 2, -1})
	err = packed.WriteFile(path, &packed.File{
		Meta:    map[string]string{"task": "parity"},
		Tensors: []packed.Tensor{{Name: "hidden.weight", Matrix: w, Scale: -4}},
	})
	if err != nil {
		panic(err)
	}

	f, err := packed.ReadFile(path)
	if err != nil {
		panic(err)
	}
	t := f.Tensors[0]
	fmt.Println(f.Meta["task"], t.Name, t.Matrix.Rows(), t.Matrix.Cols(), t.Scale, t.Matrix.At(1, 1))
	// Output: parity hidden.weight 2 3 -4 ⊕
}

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.pent")
	err = packed.WriteFile(path, &packed.File{
		Tensors: []packed.Tensor{{Name: "w", Matrix: packed.NewMatrix(64, 64)}},
	})
	if err != nil {
		panic(err)
	}

	f, err := packed.Open(path)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	fmt.Println(f.Tensors[0].Name, f.Tensors[0].Matrix.Histogram())
	// Output: w [0 0 4096 0 0]
}
