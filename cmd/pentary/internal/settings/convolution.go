package settings

import (
	"fmt"
	"strconv"
	"strings"
)

// Convolution is a convolutional layer with filters of height × width pixels, applied at every
// stride-th pixel.
type Convolution struct{ Filters, Height, Width, Stride int }

// Convolutions is the value of a flag: convolutions before the hidden layers, such as 8x5/2,16x5/2,
// or "none".
type Convolutions []Convolution

const noConvolutions = "none"

// Set implements pflag.Value. Model checks whether the layers fit the images.
func (l *Convolutions) Set(text string) error {
	var all Convolutions
	if text == noConvolutions {
		*l = nil
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		filters, rest, _ := strings.Cut(part, "x")
		size, stride, found := strings.Cut(rest, "/")
		if !found {
			stride = "1"
		}
		height, width, found := strings.Cut(size, "x")
		if !found {
			width = height
		}
		var c Convolution
		for _, n := range []struct {
			to   *int
			text string
			most int
		}{{&c.Filters, filters, maxFilters}, {&c.Height, height, maxSize}, {&c.Width, width, maxSize}, {&c.Stride, stride, maxSize}} {
			v, err := strconv.ParseUint(n.text, 10, 31)
			if err != nil || v < 1 || int(v) > n.most {
				return fmt.Errorf("want filters, size and stride of each layer, such as 8x5/2,16x1x5/2, at most %d, %d and %[2]d, or %q", maxFilters, maxSize, noConvolutions)
			}
			*n.to = int(v)
		}
		if c.Filters%4 != 0 {
			return fmt.Errorf("%d filters, want a multiple of 4", c.Filters)
		}
		all = append(all, c)
	}
	if len(all) > MaxHidden {
		return fmt.Errorf("%d layers, want at most %d", len(all), MaxHidden)
	}
	*l = all
	return nil
}

const (
	maxFilters = 1024
	maxSize    = 64
)

// String implements pflag.Value.
func (l *Convolutions) String() string {
	if len(*l) == 0 {
		return noConvolutions
	}
	parts := make([]string, len(*l))
	for i, c := range *l {
		parts[i] = c.String()
	}
	return strings.Join(parts, ",")
}

func (c Convolution) String() string {
	text := fmt.Sprintf("%dx%d", c.Filters, c.Height)
	if c.Width != c.Height {
		text += fmt.Sprintf("x%d", c.Width)
	}
	if c.Stride > 1 {
		text += fmt.Sprintf("/%d", c.Stride)
	}
	return text
}

// Type implements pflag.Value.
func (l *Convolutions) Type() string { return "layers" }
