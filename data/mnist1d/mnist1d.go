// Package mnist1d generates MNIST-1D: 5,000 signals of 40 values, digits drawn on a line and
// then padded, stretched, scaled, moved, sheared and made noisy (S. Greydanus, "Scaling down
// deep learning", arXiv 2011.14439). It follows the published recipe in integers, with its own
// random numbers: the signals differ from the published file but have the same distribution.
package mnist1d

import (
	"math/rand/v2"

	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/internal/fixed"
)

// Of a signal and of the set.
const (
	Length  = 40 // of a signal
	Classes = 10

	samples = 5000
	trained = 4000 // of them are training samples
	seed    = 42
)

// templates are the digits, in hundredths.
var templates = [Classes][12]int64{
	{500, 600, 650, 675, 700, 700, 700, 700, 675, 650, 600, 500},
	{500, 300, 300, 340, 380, 420, 460, 500, 540, 580, 500, 500},
	{500, 600, 650, 650, 600, 525, 475, 400, 350, 350, 400, 500},
	{500, 600, 650, 650, 600, 500, 500, 600, 650, 650, 600, 500},
	{500, 440, 380, 320, 260, 260, 500, 500, 500, 500, 500, 500},
	{500, 300, 300, 300, 300, 500, 600, 650, 650, 600, 450, 500},
	{500, 400, 350, 325, 300, 300, 300, 300, 325, 350, 400, 500},
	{500, 700, 700, 660, 620, 580, 540, 500, 460, 420, 500, 500},
	{500, 400, 350, 350, 400, 500, 500, 400, 350, 350, 400, 500},
	{500, 400, 350, 350, 400, 500, 500, 500, 500, 470, 430, 500},
}

// Signals have fraction bits.
const (
	bits = 16
	one  = 1 << bits
)

// The recipe's constants.
const (
	leastPadding = 36
	mostPadding  = 60
	scaling      = one * 2 / 5   // of the height, around 1
	translations = 48            // of the padded signal
	correlated   = one / 4       // deviation of the noise around the digit, before it is smoothed
	independent  = one * 2 / 100 // and of all values
	shearing     = one * 3 / 4
	padded       = len(templates[0]) + mostPadding
)

// Load returns the 4,000 training and the 1,000 test samples, in random order. Values are
// centered, scaled to a standard deviation of 32, and clipped to ±127.
func Load() (train, test *data.Dataset) {
	rng := rand.New(rand.NewPCG(seed, 0))
	signals := make([][]int64, samples)
	labels := make([]uint8, samples)
	for i := range signals {
		labels[i] = uint8(i * Classes / samples)
		signals[i] = signal(rng, &templates[labels[i]])
	}
	mean, deviation := spread(signals)
	train = &data.Dataset{Features: Length, Classes: Classes, Rows: 1, Columns: Length}
	test = train.Empty()
	for at, i := range rng.Perm(samples) {
		d := train
		if at >= trained {
			d = test
		}
		d.Labels = append(d.Labels, labels[i])
		for _, v := range signals[i] {
			d.Inputs = append(d.Inputs, int8(min(max(fixed.RoundDiv(32*(v-mean), deviation), -127), 127)))
		}
	}
	return train, test
}

// spread returns the mean and the standard deviation of all values.
func spread(signals [][]int64) (mean, deviation int64) {
	sum, squares := int64(0), int64(0)
	for _, s := range signals {
		for _, v := range s {
			sum += v
			squares += v * v >> bits
		}
	}
	mean = fixed.RoundDiv(sum, samples*Length)
	return mean, int64(fixed.Sqrt(uint64(squares/(samples*Length)-mean*mean>>bits) << bits))
}

// signal returns a random signal of a digit.
func signal(rng *rand.Rand, template *[12]int64) []int64 {
	x := make([]int64, len(template)+leastPadding+rng.IntN(mostPadding-leastPadding+1))
	normalize(x, template)
	signals, of := len(template)*(padded-1), len(x)-1 // where value i·of is beyond the digit
	x = interpolate(x, padded)
	height := one + around(rng, scaling)
	for i := range x {
		x[i] = x[i] * height >> bits
	}
	noise := smooth(gaussian(rng, correlated))
	move := rng.IntN(translations)
	y := make([]int64, padded)
	for i, v := range x {
		at := (i + move) % padded
		if y[at] = v; i*of >= signals {
			y[at] = noise[at]
		}
	}
	shear := around(rng, shearing)
	for i, v := range gaussian(rng, independent) {
		y[i] += v - shear*int64(2*i-padded+1)/int64(2*(padded-1))
	}
	return interpolate(y, Length)
}

// normalize writes a template less its first value, in six standard deviations.
func normalize(x []int64, template *[12]int64) {
	n, sum, squares := int64(len(template)), int64(0), int64(0)
	for _, v := range template {
		sum += v
		squares += v * v
	}
	deviation := int64(fixed.Sqrt(uint64(n*squares-sum*sum) << bits)) // times n, with 8 fraction bits
	for i, v := range template {
		x[i] = fixed.RoundDiv((v-template[0])*n<<(bits+bits/2), 6*deviation)
	}
}

// interpolate returns n values of x at equal distances, the ends included, on straight lines.
func interpolate(x []int64, n int) []int64 {
	y := make([]int64, n)
	for j := range y {
		i, part := j*(len(x)-1)/(n-1), int64(j*(len(x)-1)%(n-1))
		y[j] = x[i]
		if part > 0 {
			y[j] = fixed.RoundDiv(x[i]*(int64(n-1)-part)+x[i+1]*part, int64(n-1))
		}
	}
	return y
}

// around returns a uniform number within half of width of 0.
func around(rng *rand.Rand, width int64) int64 { return width * (rng.Int64N(one) - one/2) >> bits }

// gaussian returns numbers of a deviation, each a sum of twelve uniform ones.
func gaussian(rng *rand.Rand, deviation int64) []int64 {
	y := make([]int64, padded)
	for i := range y {
		sum := int64(-6 * one)
		for range 3 {
			for u := rng.Uint64(); u > 0; u >>= 16 {
				sum += int64(u & (one - 1))
			}
		}
		y[i] = sum * deviation >> bits
	}
	return y
}

// gauss is a normal law of deviation 2, whose sum on both sides is 1.
var gauss = [9]int64{13074, 11537, 7929, 4244, 1769, 574, 145, 29, 4}

// smooth returns the mean of the values around each by the weights of gauss, mirrored at the
// ends.
func smooth(x []int64) []int64 {
	y := make([]int64, len(x))
	for i := range y {
		for j := -len(gauss) + 1; j < len(gauss); j++ {
			at := i + j
			if at < 0 {
				at = -1 - at
			} else if at >= len(x) {
				at = 2*len(x) - 1 - at
			}
			y[i] += x[at] * gauss[max(j, -j)]
		}
		y[i] >>= bits
	}
	return y
}
