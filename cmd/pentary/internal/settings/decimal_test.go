package settings

import (
	"testing"

	"github.com/Kaleaon/pentary-go/es"
)

func TestDecimal(t *testing.T) {
	tests := []struct {
		text     string
		num, den int
		ok       bool
	}{
		{"0.2", 2, 10, true},
		{"1", 1, 1, true},
		{"1.000", 1000, 1000, true},
		{".5", 5, 10, true},
		{"0.00000001", 1, 100000000, true},
		{"", 0, 0, false},
		{".", 0, 0, false},
		{"0", 0, 0, false},
		{"0.0", 0, 0, false},
		{"1.1", 0, 0, false},
		{"-0.5", 0, 0, false},
		{"+0.5", 0, 0, false},
		{"0.5.1", 0, 0, false},
		{"1e-3", 0, 0, false},
		{"0,5", 0, 0, false},
		{"0.000000001", 0, 0, false},
		{"٠.٥", 0, 0, false},
	}
	for _, test := range tests {
		d := Decimal{most: 1}
		err := d.Set(test.text)
		if (err == nil) != test.ok || test.ok && (d.num != test.num || d.den != test.den || d.String() != test.text) {
			t.Errorf("Set(%q) = %v, %d/%d", test.text, err, d.num, d.den)
		}
	}
}

// es.Ratio accepts every value accepted by Set.
func FuzzDecimal(f *testing.F) {
	for _, text := range []string{"0.2", "1000", "999.999999", "0.00000001", "1e3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := Decimal{most: 1000}
		if d.Set(text) != nil {
			return
		}
		if q := es.Ratio(d.num, d.den); q < 0 || q > 1000<<16 {
			t.Errorf("%q is %d/65536", text, q)
		}
	})
}
