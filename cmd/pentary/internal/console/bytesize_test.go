package console

import "testing"

func TestByteSize(t *testing.T) {
	for _, test := range []struct {
		text string
		want ByteSize
		back string
	}{
		{"1", 1, "1.00 B"},
		{"1023B", 1023, "1023 B"},
		{"1KiB", 1 << 10, "1.00 KiB"},
		{"1.5 GiB", 3 << 29, "1.50 GiB"},
		{"512MiB", 512 << 20, "512 MiB"},
		{"20TiB", 20 << 40, "20.0 TiB"},
	} {
		var got ByteSize
		if err := got.Set(test.text); err != nil || got != test.want || got.String() != test.back {
			t.Errorf("%q: %d, written %q, error %v", test.text, int(got), got, err)
		}
	}
	if s := ByteSize(0).String(); s != "" {
		t.Errorf("no bytes are written %q", s)
	}
	for _, text := range []string{"", "0", "-1", "GiB", "1GB", "1e99", "NaN", "inf", "0.5B", "1 2"} {
		got := ByteSize(7)
		if err := got.Set(text); err == nil || got != 7 {
			t.Errorf("%q: %d, error %v", text, int(got), err)
		}
	}
}
