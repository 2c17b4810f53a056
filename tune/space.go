package tune

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// Parameter is a setting and the values that it may take.
type Parameter struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// ParseParameter parses a parameter, as in "sigma=2,3,4".
func ParseParameter(text string) (Parameter, error) {
	name, list, found := strings.Cut(text, "=")
	if !found || name == "" {
		return Parameter{}, fmt.Errorf("%q: want NAME=VALUE,VALUE,…", text)
	}
	p := Parameter{Name: name}
	for value := range strings.SplitSeq(list, ",") {
		if value == "" {
			return Parameter{}, fmt.Errorf("%q: a value is empty", text)
		}
		for _, other := range p.Values {
			if value == other {
				return Parameter{}, fmt.Errorf("%q: %s twice", text, value)
			}
		}
		p.Values = append(p.Values, value)
	}
	return p, nil
}

// Space lists the parameters of a search. All combinations of their values are equally
// likely to be drawn.
type Space []Parameter

// Configuration is a choice of values: for each parameter of a space the index of
// its value.
type Configuration []int

// size returns the number of combinations, or the largest integer if there are more.
func (s Space) size() int {
	n := 1
	for _, p := range s {
		if n > math.MaxInt/len(p.Values) {
			return math.MaxInt
		}
		n *= len(p.Values)
	}
	return n
}

// Texts returns the values of a configuration by the names of their parameters: none for the
// first configuration, which has no values.
func (s Space) Texts(c Configuration) map[string]string {
	texts := map[string]string{}
	for i, v := range c {
		texts[s[i].Name] = s[i].Values[v]
	}
	return texts
}

// Draw returns n configurations with different keys, at random from the seed, or fewer if
// there are no more. The first has the key first and no values: it stands for the settings
// from which the search starts. With a nil key all combinations differ.
func (s Space) Draw(seed uint64, n int, first string, key func(Configuration) (string, error)) ([]Configuration, error) {
	if key == nil {
		key = func(c Configuration) (string, error) { return fmt.Sprint(c), nil }
	}
	keys := map[string]bool{first: true}
	configurations := []Configuration{nil}
	rng := rand.New(rand.NewPCG(seed, 0))
	drawn := map[string]bool{}
	for size := s.size(); len(configurations) < n && len(drawn) < size; {
		c := make(Configuration, len(s))
		for i, p := range s {
			c[i] = rng.IntN(len(p.Values))
		}
		if drawn[fmt.Sprint(c)] {
			continue
		}
		drawn[fmt.Sprint(c)] = true
		k, err := key(c)
		if err != nil {
			return nil, err
		}
		if !keys[k] {
			keys[k] = true
			configurations = append(configurations, c)
		}
	}
	return configurations, nil
}
