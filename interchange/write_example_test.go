package interchange_test

import (
	"bytes"
	"fmt"
	"log"

	"github.com/Kaleaon/pentary-go/interchange"
	"github.com/Kaleaon/pentary-go/nn"
)

// A network becomes a GGUF file, and comes back with the same weights.
func ExampleWrite() {
	net := nn.NewMLP(1, 64, 32, 10)
	var gguf bytes.Buffer
	if err := interchange.Write(&gguf, net.File(nil), "gguf-q4_0", "net"); err != nil {
		log.Fatal(err)
	}
	archive, err := interchange.NewArchive(bytes.NewReader(gguf.Bytes()), int64(gguf.Len()), interchange.FormatGGUF)
	if err != nil {
		log.Fatal(err)
	}
	defer archive.Close()
	_, reports, err := archive.File(interchange.LeastSquares)
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range reports {
		fmt.Printf("%s %d×%d exact: %v\n", r.Name, r.Rows, r.Cols, r.Exact)
	}
	// Output:
	// layer0 32×64 exact: true
	// layer1 10×32 exact: true
}

// A network becomes a C99 header, whose function net_run computes one step.
func ExampleWriteC() {
	var header bytes.Buffer
	if err := interchange.WriteC(&header, nn.NewMLP(1, 4, 4, 2), "net"); err != nil {
		log.Fatal(err)
	}
	fmt.Println(bytes.Contains(header.Bytes(), []byte("static void net_run(const int8_t *x, int8_t *y)")))
	// Output: true
}
