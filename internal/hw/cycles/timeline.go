package cycles

// Timeline keeps the timing of a program's first instructions, and the occupancy of the
// pipeline and each unit over the whole program. Its memory does not depend on the length of
// the program.
type Timeline struct {
	Keep  int // number of instructions to keep
	Slots []Slot
	Issue Occupancy // of stage execute
	Units [Units]Occupancy
}

// Add adds the next instruction's timing.
func (t *Timeline) Add(s Slot) {
	if len(t.Slots) < t.Keep {
		t.Slots = append(t.Slots, s)
	}
	t.Issue.Add(s.Enter[Execute], s.Enter[Execute]+1)
	if s.Kind == Work {
		t.Units[s.Unit].Add(s.Start, s.End)
	}
}

// Buckets is the number of buckets of an Occupancy.
const Buckets = 1024

// Occupancy counts the busy cycles of a unit in buckets of equal length, which doubles when the
// program exceeds them. The zero value is idle.
type Occupancy struct {
	Busy  [Buckets]int64
	shift uint // a bucket is 2^shift cycles
}

// Width returns the length of a bucket in cycles.
func (o *Occupancy) Width() int64 { return 1 << o.shift }

// Add counts the cycles from start up to, but not including, end.
func (o *Occupancy) Add(start, end int64) {
	if start >= end {
		return
	}
	for (end-1)>>o.shift >= Buckets {
		o.double()
	}
	width := o.Width()
	for at := start; at < end; {
		bucket := at >> o.shift
		next := min(end, (bucket+1)*width)
		o.Busy[bucket] += next - at
		at = next
	}
}

// double merges pairs of buckets.
func (o *Occupancy) double() {
	for i := range Buckets / 2 {
		o.Busy[i] = o.Busy[2*i] + o.Busy[2*i+1]
	}
	clear(o.Busy[Buckets/2:])
	o.shift++
}

// Share returns the fraction of the cycles from start to end in which the unit was busy. A
// bucket across a bound counts in proportion.
func (o *Occupancy) Share(start, end float64) float64 {
	if !(start < end) {
		return 0
	}
	width := float64(o.Width())
	sum := 0.0
	for i := max(0, int(start/width)); i < Buckets && float64(i)*width < end; i++ {
		from, to := max(start, float64(i)*width), min(end, float64(i+1)*width)
		sum += float64(float64(o.Busy[i]) * ((to - from) / width))
	}
	return sum / (end - start)
}
