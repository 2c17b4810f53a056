package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"
)

// Windows are a pure function of the seed and their number, the same on every CPU.
func TestWindows(t *testing.T) {
	s := sensor{seed: 7}
	h := sha256.New()
	var window [windowSamples]int32
	var counts [conditions]int
	for range 4000 {
		counts[s.next(&window)]++
		binary.Write(h, binary.LittleEndian, window[:])
	}
	if got, want := fmt.Sprintf("%x", h.Sum(nil)[:8]), "c9922eadb33675eb"; got != want {
		t.Errorf("4000 windows hash to %s, want %s", got, want)
	}
	for i, n := range counts {
		want := 500
		if i == healthy {
			want = 2000
		}
		if n < want-110 || n > want+110 { // 3.5 standard deviations of the largest
			t.Errorf("%d windows of 4000 are %s, want about %d", n, conditionNames[i], want)
		}
	}

	again := sensor{seed: 7, n: 2}
	third := window
	again.next(&third)
	s = sensor{seed: 7}
	for range 3 {
		s.next(&window)
	}
	if third != window {
		t.Error("window 2 depends on the windows before")
	}
}

func TestSine(t *testing.T) {
	for i, got := range sines {
		want := math.Round(math.Sin(2*math.Pi*float64(i)/windowSamples) * (1 << sineBits))
		if float64(got) != want {
			t.Errorf("sine of %d/%d turn is %d, want %v", i, windowSamples, got, want)
		}
	}
	for _, phase := range []uint32{0, 1 << 24, 1<<25 - 1, 1 << 25, math.MaxUint32} {
		if got, want := sine(phase), int32(sines[phase>>25]); got != want {
			t.Errorf("sine of phase %#x is %d, want %d", phase, got, want)
		}
	}
}

func TestLog2(t *testing.T) {
	for e := range 64 {
		for eighth := range 8 {
			if e < 3 && eighth%(8>>e) != 0 {
				continue // between integers
			}
			v := uint64(8+eighth) << e >> 3
			if e > 60 {
				v = uint64(8+eighth) << (e - 3)
			}
			if got, want := log2(v), int32(8*e+eighth); got != want {
				t.Errorf("log2(%d) is %d eighths, want %d", v, got, want)
			}
		}
	}
}

// A tone stands out in its own band, and the spectrum does not tell how loud it all is.
func TestSpectrum(t *testing.T) {
	var window [windowSamples]int32
	s := sensor{}
	for band := range bands - 1 {
		for i := range window {
			window[i] = s.noise()
		}
		s.tone(&window, uint32(band+1)<<cycleBits, 500)
		var got, louder [bands]int8
		spectrum(got[:], &window)
		if at := slices.Index(got[:], slices.Max(got[:])); at != band {
			t.Errorf("a tone of %d cycles is loudest in band %d: %v", band+1, at, got)
		}
		for i := range window {
			window[i] *= 32
		}
		spectrum(louder[:], &window)
		for i := range got {
			if d := int(got[i]) - int(louder[i]); d < -4 || d > 4 {
				t.Errorf("band %d is %d, and %d when all is louder", i, got[i], louder[i])
			}
		}
	}
}

// The loudest of windows overflows nothing.
func TestLoudestWindow(t *testing.T) {
	var window [windowSamples]int32
	for i := range window {
		window[i] = math.MaxInt16 * int32(1-i%2*2)
	}
	var got [bands]int8
	spectrum(got[:], &window)
	if got[bands-1] != 127 || got[bands/2] != 0 {
		t.Errorf("the highest frequency looks like %v", got)
	}
}
