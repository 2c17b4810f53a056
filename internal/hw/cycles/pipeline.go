package cycles

import "github.com/Kaleaon/pentary-go/internal/hw/isa"

// Stall is a reason for an instruction to enter execute later than one cycle after its
// predecessor.
type Stall uint8

// Stalls, in the order in which a delay is attributed to them.
const (
	Flush    Stall = iota // fetched again after a taken branch
	LoadUse               // needs the result of a load in progress
	Result                // needs a register that a unit has not written yet
	Conflict              // accesses memory that a unit works on
	Busy                  // needs a unit that is busy
	Drain                 // waits for all units
	Stalls                // number of reasons
)

var stallNames = [Stalls]string{"branch flush", "load-use", "unit result", "memory conflict", "unit busy", "drain"}

// String returns the reason in words.
func (s Stall) String() string { return stallNames[s] }

// Stages of the pipeline.
const (
	Fetch = iota
	Decode
	Execute
	Memory
	Write
	Stages
)

// Slot is the timing of an instruction: the cycle in which it enters each stage, and the cycles
// of its work in a unit.
type Slot struct {
	Op
	Enter  [Stages]int64
	Start  int64 // for Work: first cycle in the unit
	End    int64 // for Work: the cycle after the last one in the unit
	Stalls [Stalls]int64
}

// Pipeline computes the timing of a program. Its zero value is a machine before the first
// instruction.
type Pipeline struct {
	Instructions int64
	Stalls       [Stalls]int64
	Busy         [Units]int64 // cycles in which the unit works
	Jobs         [Units]int64 // number of instructions the unit executed

	last    Slot
	ready   [isa.Registers]int64 // first cycle in which execute may use the register
	byUnit  [isa.Registers]bool  // the register waits for a unit
	free    [Units]int64         // first cycle in which the unit takes work
	pending []access             // accesses of units that are still working
}

// access is a span that a unit uses until a cycle.
type access struct {
	Span
	until int64
}

// Step adds the next instruction and returns its timing.
func (p *Pipeline) Step(op Op) Slot {
	s := Slot{Op: op}
	prev := &p.last
	if p.Instructions == 0 {
		s.Enter = [Stages]int64{0, 1, 2, 3, 4}
	} else {
		s.Enter[Fetch] = prev.Enter[Decode]
		if prev.Kind == Branch && prev.Taken {
			s.Enter[Fetch] = prev.Enter[Execute] + 1
		}
		s.Enter[Decode] = max(s.Enter[Fetch]+1, prev.Enter[Execute])
		s.Enter[Execute] = s.Enter[Decode] + 1
		s.Stalls[Flush] = s.Enter[Execute] - prev.Enter[Execute] - 1
	}
	p.stall(&s)
	s.Enter[Memory] = s.Enter[Execute] + 1
	s.Enter[Write] = s.Enter[Memory] + 1
	p.issue(&s)

	p.Instructions++
	for i, n := range s.Stalls {
		p.Stalls[i] += n
	}
	p.last = s
	return s
}

// stall delays the entry into execute until everything the instruction needs is available.
func (p *Pipeline) stall(s *Slot) {
	at := &s.Enter[Execute]
	wait := func(why Stall, until int64) {
		if until > *at {
			s.Stalls[why] += until - *at
			*at = until
		}
	}
	for _, unit := range []bool{false, true} {
		why := LoadUse
		if unit {
			why = Result
		}
		for _, r := range s.Reads {
			if p.byUnit[r] == unit {
				wait(why, p.ready[r])
			}
		}
	}
	for _, r := range s.Writes { // a unit must not overwrite a later result
		if p.byUnit[r] {
			wait(Result, p.ready[r])
		}
	}
	for _, span := range s.Memory {
		for _, a := range p.pending {
			if span.conflicts(a.Span) {
				wait(Conflict, a.until)
			}
		}
	}
	switch s.Kind {
	case Work:
		wait(Busy, p.free[s.Unit])
	case Fence:
		for _, free := range p.free {
			wait(Drain, free)
		}
	}
}

// issue records the results and the unit's work of an instruction that enters execute.
func (p *Pipeline) issue(s *Slot) {
	at := s.Enter[Execute]
	ready := at + 1
	switch s.Kind {
	case Load:
		ready = at + 2
	case Work:
		s.Start, s.End = at, at+int64(s.Cycles)
		p.free[s.Unit] = s.End
		p.Busy[s.Unit] += int64(s.Cycles)
		p.Jobs[s.Unit]++
		ready = max(ready, s.End)
		kept := p.pending[:0]
		for _, a := range p.pending {
			if a.until > at {
				kept = append(kept, a)
			}
		}
		for _, span := range s.Memory {
			kept = append(kept, access{span, s.End})
		}
		p.pending = kept
	}
	for _, r := range s.Writes {
		if r != isa.Zero {
			p.ready[r], p.byUnit[r] = ready, s.Kind == Work
		}
	}
}

// Cycles returns the length of the program so far, up to the cycle in which the last
// instruction has left the pipeline and every unit has finished.
func (p *Pipeline) Cycles() int64 {
	if p.Instructions == 0 {
		return 0
	}
	end := p.last.Enter[Write] + 1
	for _, free := range p.free {
		end = max(end, free)
	}
	return end
}
