package schedule

import (
	"container/heap"
	"math/rand/v2"
	"testing"
	"time"
)

// An event is the end of a worker's chunk, or its next request.
type event struct {
	at     time.Time
	worker int
	chunk  *Chunk // nil: asks only
}

type events []event

func (e events) Len() int           { return len(e) }
func (e events) Less(i, j int) bool { return e[i].at.Before(e[j].at) }
func (e events) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *events) Push(v any)        { *e = append(*e, v.(event)) }
func (e *events) Pop() any {
	v := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return v
}

// costs are what a simulated generation takes beside scoring.
type costs struct {
	round   time.Duration // of a request and its answer
	request time.Duration // that the coordinator spends on one, one after another
	update  time.Duration // from the last score to the first chunk of the next generation
}

// simulate returns the mean time of a generation on workers of the given rates, in pairs a
// second, and the mean number of chunks. dead workers take a chunk and say nothing.
func simulate(t *testing.T, rates []float64, dead, pairs, generations int, c costs) (time.Duration, int) {
	t.Helper()
	now := time.Unix(0, 0)
	var workers []*Worker
	total := 0.0
	for _, r := range rates {
		workers = append(workers, &Worker{})
		total += r
	}
	begin, chunks := now, 0
	for range generations {
		s := New(pairs, pairs)
		var queue events
		busy := now // coordinator
		for i := range workers {
			queue = append(queue, event{now.Add(c.update), i, nil})
		}
		heap.Init(&queue)
		seen := make([]bool, pairs)
		for s.Missing > 0 {
			if queue.Len() == 0 {
				t.Fatal("nothing happens any more")
			}
			e := heap.Pop(&queue).(event)
			now = e.at
			w := workers[e.worker]
			if e.chunk != nil && e.chunk.State == Open {
				w.Measure(e.chunk.Hi-e.chunk.Lo, now.Sub(e.chunk.Given(w)))
				s.Finish(e.chunk, w)
				for p := e.chunk.Lo; p < e.chunk.Hi; p++ {
					if seen[p] {
						t.Fatalf("pair %d was scored twice", p)
					}
					seen[p] = true
				}
			}
			s.Overdue(now)
			rate, known := 0.0, 0
			for _, w := range workers {
				if w.Rate > 0 {
					rate, known = rate+w.Rate, known+1
				}
			}
			if known > 0 {
				rate *= float64(len(workers)) / float64(known)
			}
			if busy.Before(now) {
				busy = now
			}
			busy = busy.Add(c.request)
			ch := s.Assign(w, busy, rate, len(workers))
			switch {
			case ch == nil:
				heap.Push(&queue, event{now.Add(20 * time.Millisecond), e.worker, nil})
			case e.worker < dead:
			default:
				d := time.Duration(float64(ch.Hi-ch.Lo) / rates[e.worker] * float64(time.Second))
				heap.Push(&queue, event{busy.Add(c.round + d), e.worker, ch})
			}
		}
		chunks += len(s.Chunks)
	}
	return now.Sub(begin) / time.Duration(generations), chunks / generations
}

// Every pair is scored once, whatever the workers' rates are and whether some of them are
// dead, in about the time of a perfect division.
func TestSchedule(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 60 {
		n := 1 + random.IntN(12)
		dead := random.IntN(n)
		var rates []float64
		alive := 0.0
		for i := range n {
			rates = append(rates, 50*float64(1+random.IntN(8)))
			if i >= dead {
				alive += rates[i]
			}
		}
		pairs := 1 + random.IntN(2000)
		got, chunks := simulate(t, rates, dead, pairs, 6, costs{round: time.Millisecond})
		best := time.Duration(float64(pairs) / alive * float64(time.Second))
		most := 2*best + time.Second
		if dead > 0 { // their chunks are given to others after a time that is not known
			most += 3*unknownTime + 3*best
		}
		if got > most {
			t.Errorf("%d pairs, %d workers of rates %v, %d dead: %v and %d chunks, at best %v", pairs, n, rates, dead, got, chunks, best)
		}
	}
}

// With measured costs the speed-up stays near the number of workers.
func TestSpeedUp(t *testing.T) {
	c := costs{round: 500 * time.Microsecond, request: 50 * time.Microsecond, update: 10 * time.Millisecond}
	for _, want := range []struct {
		workers int
		alone   time.Duration // of a generation in one process
		pairs   int
		least   float64
	}{{8, 8 * time.Second, 4096, 7.5}, {64, 64 * time.Second, 32768, 55}, {1024, 1024 * time.Second, 1 << 19, 800}} {
		rates := make([]float64, want.workers)
		for i := range rates {
			rates[i] = float64(want.pairs) / want.alone.Seconds()
		}
		got, chunks := simulate(t, rates, 0, want.pairs, 5, c)
		up := want.alone.Seconds() / got.Seconds()
		t.Logf("%d workers, %d pairs: %v a generation, %d chunks, %.1f times", want.workers, want.pairs, got, chunks, up)
		if up < want.least {
			t.Errorf("%d workers are %.1f times as fast as one, want %v", want.workers, up, want.least)
		}
	}
}

// The chunks of a worker that is expelled are given to others; the others keep theirs.
func TestScheduleExpel(t *testing.T) {
	now := time.Unix(0, 0)
	s := New(64, 64)
	liar, honest := &Worker{}, &Worker{}
	var chunks []*Chunk
	for s.next < s.pairs {
		for _, w := range []*Worker{liar, honest} {
			if c := s.Assign(w, now, 0, 2); c != nil {
				chunks = append(chunks, c)
				s.Finish(c, w)
			}
		}
	}
	if s.Missing != 0 || len(chunks) < 4 {
		t.Fatalf("%d pairs missing after %d chunks", s.Missing, len(chunks))
	}
	s.Expel(liar)
	want := 0
	for _, c := range chunks {
		if c.By == nil {
			want += c.Hi - c.Lo
		}
	}
	if s.Missing != want || want == 0 {
		t.Fatalf("%d pairs missing, want %d", s.Missing, want)
	}
	for s.Missing > 0 {
		c := s.Assign(honest, now, 0, 1)
		if c == nil || s.Find(liar, c.Number, c.Lo, c.Hi) != nil {
			t.Fatal("no chunk, or one of the worker that was expelled")
		}
		got := s.Find(honest, c.Number, c.Lo, c.Hi)
		if got != c {
			t.Fatal("the chunk is not found")
		}
		s.Finish(c, honest)
		if s.Find(honest, c.Number, c.Lo, c.Hi) != nil {
			t.Fatal("a chunk that is done is found")
		}
	}
}
