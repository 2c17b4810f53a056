package console

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// Numeric flags of all types have the same syntax.
func TestNumbers(t *testing.T) {
	for _, test := range []struct {
		args string
		want string // of the value, or of the error where it has a colon
	}{
		{"--int 10", "10"},
		{"--int 010", "10"},
		{"--int 0", "0"},
		{"--int 000", "0"},
		{"--int -010", "-10"},
		{"--int 0x10", "--int 0x10: want a whole number in decimal digits"},
		{"--int 0b1", "--int 0b1: want a whole number"},
		{"--int 0o7", "--int 0o7: want a whole number"},
		{"--int 1_000", "--int 1_000: want a whole number"},
		{"--int 1e3", "--int 1e3: want a whole number"},
		{"--int 1.0", "--int 1.0: want a whole number"},
		{"--int +1", "--int +1: want a whole number"},
		{"--int=", `--int "": want a whole number`},
		{"--int 9223372036854775808", "--int 9223372036854775808: want a number of 64 bits"},
		{"--uint 08", "8"},
		{"--uint -1", "--uint -1: want 0 to 2^64-1"},
		{"--uint 18446744073709551615", "18446744073709551615"},
		{"--uint 18446744073709551616", "--uint 18446744073709551616: want 0 to 2^64-1"},
		{"--float 0.50", "0.5"},
		{"--float 010", "10"},
		{"--float 0x1p4", "--float 0x1p4: want a decimal number"},
		{"--float 1e3", "--float 1e3: want a decimal number"},
		{"--float inf", "--float inf: want a decimal number"},
		{"--float NaN", "--float NaN: want a decimal number"},
		{"--float .", "--float .: want a decimal number"},
		{"--ints 010,8", "[10,8]"},
		{"--ints 8,0x8", "--ints 8,0x8: want a whole number"},
		{"--ints 8,", "--ints 8,: want a whole number"},
		{"--floats 00.5,1", "[0.500000,1.000000]"},
		{"--floats 1,1e1", "--floats 1,1e1: want a decimal number"},
		{"--some 3", "3"},
		{"--some 03", "3"},
		{"--some 2", "--some 2: want 3 to 9"},
		{"--some 10", "--some 10: want 3 to 9"},
		{"--least 0", "--least 0: want at least 1"},
		{"--widths 010,8", "10,8"},
		{"--widths 0x8", `--widths 0x8: want widths separated by commas, or "none"`},
		{"--size 010KiB", "10.0 KiB"},
		{"--size 1e3", "--size 1e3: want a size"},
		{"--size 0x10", "--size 0x10: want a size"},
		{"--time 010s", "10s"},
	} {
		cmd := &cobra.Command{Use: "numbers", RunE: func(*cobra.Command, []string) error { return nil }}
		f := cmd.Flags()
		f.Int("int", 0, "")
		f.Uint64("uint", 0, "")
		f.Float64("float", 0, "")
		f.IntSlice("ints", nil, "")
		f.Float64Slice("floats", nil, "")
		f.Int("some", 5, "")
		f.Int("least", 5, "")
		f.Duration("time", time.Second, "")
		var size ByteSize
		f.Var(&size, "size", "")
		var widths Widths
		f.Var(&widths, "widths", "")
		Bound(f, "some", 3, 9)
		Bound(f, "least", 1, math.MaxInt)
		Finish(cmd, NewStreams(&strings.Builder{}, &strings.Builder{}))
		cmd.SetArgs(strings.Fields(test.args))
		name, _, _ := strings.Cut(strings.Fields(test.args)[0][2:], "=")
		before := f.Lookup(name).Value.String()
		if err := cmd.Execute(); err != nil {
			if !strings.Contains(test.want, ":") || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%s: error %v, want %s", test.args, err, test.want)
			}
			if after := f.Lookup(name).Value.String(); after != before {
				t.Errorf("%s: an error left %s of %s", test.args, after, before)
			}
		} else if got := f.Lookup(name).Value.String(); got != test.want {
			t.Errorf("%s: %s, want %s", test.args, got, test.want)
		}
	}
}

// Settings from texts, as in journals and --vary, have the same syntax.
func TestGroupsSetTexts(t *testing.T) {
	var groups Groups
	var n int
	groups.Add("A").IntVar(&n, "n", 1, "")
	if err := groups.SetTexts(map[string]string{"n": "010"}); err != nil || n != 10 || groups.Texts()["n"] != "10" {
		t.Errorf("%d, texts %v, error %v", n, groups.Texts(), err)
	}
	if err := groups.SetTexts(map[string]string{"n": "0x10"}); err == nil || n != 10 {
		t.Errorf("%d, error %v", n, err)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"train", "tune", "eval", "generations", "pairs", "verify"}
	for text, want := range map[string]string{
		"trian": "train", "trai": "train", "tun": "tune", "evl": "eval", "generation": "generations", "gen": "generations",
		"paris": "pairs", "verfiy": "verify", "cats": "", "x": "", "": "", "t": "",
	} {
		if got := nearest(text, names); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Help lists flags by group, wraps to the columns, and keeps the alignment.
func TestWrap(t *testing.T) {
	const text = "One two three four\nfive.\n\n  a      first item of\n         two lines\n  longer second\n\n  plain line"
	for columns, want := range map[int]string{
		80: "One two three four five.\n\n  a      first item of two lines\n  longer second\n\n  plain line",
		20: "One two three four\nfive.\n\n  a      first item\n         of two\n         lines\n  longer second\n\n  plain line",
	} {
		if got := Wrap(text, columns); got != want {
			t.Errorf("%d columns:\n%s\nwant\n%s", columns, got, want)
		}
	}
	if got, want := continued("  pentary tune digits --architecture --depths 1,2", 30), "  pentary tune digits \\\n      --architecture \\\n      --depths 1,2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
