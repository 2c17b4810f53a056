package interchange

import (
	"fmt"
	"io"
	"slices"

	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// A Format is a kind of file that others read.
type Format string

// The formats.
const (
	FormatSafetensors     Format = "safetensors"
	FormatSafetensorsInt8 Format = "safetensors-i8"
	FormatNPZ             Format = "npz"
	FormatONNX            Format = "onnx"
	FormatONNXQDQ         Format = "onnx-qdq"
	FormatGGUF            Format = "gguf"     // to read
	FormatLlama2C         Format = "llama2.c" // to read
	FormatGGUFMXFP4       Format = "gguf-mxfp4"
	FormatGGUFQ4          Format = "gguf-q4_0"
	FormatC               Format = "c"
)

// Outputs lists the formats that Write writes.
var Outputs = []Format{
	FormatSafetensors, FormatSafetensorsInt8, FormatNPZ, FormatONNX, FormatONNXQDQ, FormatGGUFMXFP4, FormatGGUFQ4, FormatC,
}

// Inputs lists the formats that are read: ONNX by ReadONNX, the others by Open.
var Inputs = []Format{FormatSafetensors, FormatNPZ, FormatGGUF, FormatLlama2C, FormatONNX}

func (f Format) String() string { return string(f) }

// Write writes a .pent file in a format, see WriteSafetensors, WriteNPZ, WriteONNX,
// WriteONNXQDQ, WriteGGUF and WriteC. The formats of computations, ONNX and C, take a file that nn.Load
// reads; a language model with a tokenizer becomes GGUF by WriteLlamaGGUF. name is what C
// calls the model.
func Write(w io.Writer, f *packed.File, to Format, name string) error {
	switch to {
	case FormatSafetensors, FormatSafetensorsInt8:
		return WriteSafetensors(w, f, to == FormatSafetensorsInt8)
	case FormatNPZ:
		return WriteNPZ(w, f)
	case FormatGGUFMXFP4, FormatGGUFQ4:
		blocks := MXFP4
		if to == FormatGGUFQ4 {
			blocks = Q4_0
		}
		if f.Meta[MetaTokenizer] != "" {
			return writeTokensGGUF(w, f, blocks)
		}
		return WriteGGUF(w, f, blocks)
	}
	if !slices.Contains(Outputs, to) {
		return fmt.Errorf("interchange: no format %q to write", to)
	}
	m, err := nn.Load(f)
	if err != nil {
		return err
	}
	if to == FormatC {
		return WriteC(w, m, name)
	}
	return writeONNX(w, m, f.Meta, to == FormatONNXQDQ)
}
