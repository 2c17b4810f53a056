package es

import (
	"encoding/binary"
	"fmt"

	"github.com/Kaleaon/pentary-go/kernels"
	"github.com/Kaleaon/pentary-go/lowrank"
)

// StateBytes returns the memory that the rule keeps between generations: a constant
// number of bits a weight, rows padded, and the codes of its window.
func (o *Optimizer) StateBytes() int {
	n := len(o.past) * o.options.Pairs
	for _, w := range o.trained() {
		n += padded(w.W) * o.options.Rule.stateBits() / 8
	}
	return n
}

// memory returns the bytes that Options.MemoryLimit bounds.
func (o *Optimizer) memory() int {
	rule, pairs := o.options.Rule, o.options.Pairs
	n := (rule.window() - 1) * pairs
	n += 
	return n
}
