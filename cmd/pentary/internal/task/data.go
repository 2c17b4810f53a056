package task

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/Kaleaon/pentary-go/nn"
)

// Sum returns the SHA-256 of datasets as they are in memory: for each its number of
// samples, features and classes as u64, little-endian, then inputs and labels, a
// byte each.
func Sum(sets ...*nn.Dataset) [sha256.Size]byte {
	hash := sha256.New()
	var buf [1 << 12]byte
	for _, d := range sets {
		head := buf[:0]
		for _, n := range []int{d.Len(), d.Features, d.Classes} {
			head = binary.LittleEndian.AppendUint64(head, uint64(n))
		}
		hash.Write(head)
		for inputs := d.Inputs; len(inputs) > 0; {
			n := min(len(inputs), len(buf))
			for i, v := range inputs[:n] {
				buf[i] = byte(v)
			}
			hash.Write(buf[:n])
			inputs = inputs[n:]
		}
		hash.Write(d.Labels)
	}
	return [sha256.Size]byte(hash.Sum(nil))
}

// HoldOut divides a dataset: every sample whose number leaves every-1 when divided
// by every is held out.
func HoldOut(d *nn.Dataset, every int) (rest, held *nn.Dataset) {
	rest = &nn.Dataset{Features: d.Features, Classes: d.Classes}
	held = &nn.Dataset{Features: d.Features, Classes: d.Classes}
	for i, label := range d.Labels {
		to := rest
		if i%every == every-1 {
			to = held
		}
		to.Inputs = append(to.Inputs, d.Sample(i)...)
		to.Labels = append(to.Labels, label)
	}
	return rest, held
}
