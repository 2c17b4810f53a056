package es

import "fmt"

// Codes sets codes to those that Tell would record of the scores of the generation that
// Ask describes, without telling them. It returns an error if the length of either is
// another.
func (o *Optimizer) Codes(codes []int8, scores []int64) error {
	if len(scores) != len(o.scores) || len(codes) != len(o.next) {
		return fmt.Errorf("es: %d codes of %d scores for %s, want %d and %d", len(codes), len(scores), o.population(), len(o.next), len(o.scores))
	}
	o.coder.encode(codes, scores, o.options.Groups)
	return nil
}
