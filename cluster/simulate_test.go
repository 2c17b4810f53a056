package cluster

import (
	"container/heap"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/Kaleaon/pentary-go/cluster/internal/schedule"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/train"
)

// costs are what a generation takes, on one core.
type costs struct {
	call    time.Duration // to score a worker's first chunk of a generation, beside its pairs
	pair    time.Duration // to score
	move    time.Duration // the weights, for each pair
	hash    time.Duration // of the weights
	weights int
	code    time.Duration // a record, for each pair
	request time.Duration // coordinator, server and client together
	deliver time.Duration // a record to a worker
	bits    float64       // of a record, for each pair
	scores  float64       // bytes of scores, for each pair
}

// median returns the median time of f, in several rounds.
func median(rounds int, f func()) time.Duration {
	var times []time.Duration
	for range rounds {
		began := time.Now()
		f()
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// simulated is a run of an MLP on random images, as large as MNIST's.
func simulated(t *testing.T, widths []int, pairs, samples int) *train.Run {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	images := &data.Dataset{Features: 784, Classes: 10}
	for range 4 * samples {
		for range 784 {
			images.Inputs = append(images.Inputs, int8(random.IntN(128)))
		}
		images.Labels = append(images.Labels, uint8(random.IntN(10)))
	}
	task, err := train.Classification(nn.NewMLP(5, widths...), images, images, samples, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := train.New(task, es.Options{Seed: 5, Generations: 1 << 20, Pairs: pairs}, train.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// measureCosts measures the costs of a run on one core.
func measureCosts(t *testing.T, widths []int, samples int) (c costs) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const pairs, few, many = 256, 8, 40
	r := simulated(t, widths, pairs, samples).Replica()
	for _, p := range r.Parameters() {
		c.weights += p.W.Rows() * p.W.Cols()
	}
	g := r.Ask()
	scores := make([]int64, 2*pairs)
	evaluator := r.Task().Evaluator.(es.RangeEvaluator)
	score := func(n int) time.Duration {
		return median(9, func() {
			g.Number++
			if err := evaluator.EvaluateRange(t.Context(), g, 0, n, scores[:2*n]); err != nil {
				t.Fatal(err)
			}
		})
	}
	score(few)
	least := score(few)
	c.pair = (score(many) - least) / (many - few)
	c.call = max(0, least-few*c.pair)
	for i := range scores { // their spread decides the bytes of records and scores
		scores[i] = scores[i%(2*many)] + int64(i*7919%1000)
	}
	var record es.Record
	var recorder recorder
	var payload []byte
	c.code = median(25, func() {
		var err error
		if record, err = r.RecordOf(scores); err == nil {
			payload = recorder.append(payload[:0], &record)
		}
		if err != nil {
			t.Fatal(err)
		}
	}) / pairs
	c.bits, c.scores = 8*float64(len(payload))/pairs, float64(len(appendScores(nil, scores, 1)))/pairs
	c.move = median(9, func() {
		if _, err := r.Replay(record); err != nil {
			t.Fatal(err)
		}
		record.Finished++
	}) / pairs
	c.hash = median(9, func() {
		if _, err := journal.HashWeights(r.Parameters()); err != nil {
			t.Fatal(err)
		}
	})
	c.request, c.deliver = measureRequests(t)
	return c
}

// measureRequests returns what a request with the scores of 32 pairs and its answer cost the
// coordinator, the server and the client together, and the delivery of a record.
func measureRequests(t *testing.T) (request, deliver time.Duration) {
	const workers, requests, size = 64, 20000, 32
	server, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.close()
	run := mustRun(t, "digits", 5, "")
	c := &coordinator{
		Options: Options{Endpoint: Endpoint{URL: server.url}, Check: -1, Log: testLog(t)}, replica: run.Replica(), workers: map[token]*worker{},
		expelled: map[string]string{}, pending: map[*schedule.Chunk]*pending{}, wake: make(chan struct{}, 1), failed: make(chan error, 1),
	}
	if err := c.complete(); err != nil {
		t.Fatal(err)
	}
	if c.nc, err = c.dial("coordinator", "", nil); err != nil {
		t.Fatal(err)
	}
	defer c.nc.Close()
	if err := c.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	const pairs = 2 * size * requests
	c.pairs, c.samples, c.scores = pairs, 1, make([]int64, 2*pairs)
	c.schedule = schedule.New(pairs, size)
	sent := make([]int64, 2*size)
	for i := range sent {
		sent[i] = int64(i*7919%1000) - 40000
	}
	var tokens []token
	var connections []*nats.Conn
	for i := range workers {
		var k token
		binary.LittleEndian.PutUint32(k[:], uint32(i+1))
		c.workers[k] = &worker{token: k, name: fmt.Sprint(i), seen: time.Now()}
		tokens = append(tokens, k)
		nc, err := c.dial("worker", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		connections = append(connections, nc)
	}
	var done sync.WaitGroup
	began := time.Now()
	for i, k := range tokens {
		done.Go(func() {
			p := pull{position: position{session: c.session, token: k}}
			for range requests / workers {
				_, d, err := ask(t.Context(), connections[i], 10*time.Second, c.subject("pull"), p.encode())
				var m work
				if err == nil {
					err = m.decode(d)
				}
				if err != nil {
					t.Error(err)
					return
				}
				p.done, p.result, p.scores = true, m.chunkID, appendScores(nil, sent[:2*(m.hi-m.lo)], 1)
			}
		})
	}
	done.Wait()
	request = time.Since(began) / requests
	if c.counts.Chunks < requests-2*workers {
		t.Fatalf("%d chunks of %d requests", c.counts.Chunks, requests)
	}

	const records = 200
	var got sync.WaitGroup
	for _, nc := range connections {
		if _, err := nc.Subscribe("record", func(*nats.Msg) { got.Done() }); err != nil {
			t.Fatal(err)
		}
		nc.Flush()
	}
	b := make([]byte, 2048)
	began = time.Now()
	for range records {
		got.Add(workers)
		if err := c.nc.Publish("record", b); err != nil {
			t.Fatal(err)
		}
		got.Wait()
	}
	return request, time.Since(began) / (records * workers)
}

// What the simulation supposes of the network and the disk.
const (
	roundTrip = 500 * time.Microsecond
	synced    = 2 * time.Millisecond // a record in the journal
	bandwidth = 1.25e9               // bytes a second that the server sends
)

// An event is the end of a worker's chunk, or its first request in a generation.
type event struct {
	at     time.Duration
	worker int
	chunk  *schedule.Chunk
	took   time.Duration
}

type events []event

func (e events) Len() int           { return len(e) }
func (e events) Less(i, j int) bool { return e[i].at < e[j].at }
func (e events) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *events) Push(v any)        { *e = append(*e, v.(event)) }
func (e *events) Pop() any {
	v := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return v
}

// simulation is a mean generation.
type simulation struct {
	time   time.Duration
	busy   float64 // share of the time that coordinator and server are at work, on one core
	chunks int
	down   float64 // bytes that the server sends to workers
	up     float64 // that it receives
}

// simulate divides generations of the given pairs among workers of one core each, by the
// coordinator's own schedule. Requests are served one after another; everything else that
// the coordinator does is in the way of all.
func simulate(c costs, pairs, n int) (s simulation) {
	const generations, warm = 6, 3
	at := func(d time.Duration) time.Time { return time.Unix(0, 0).Add(d) }
	workers := make([]schedule.Worker, n)
	now, begun := time.Duration(0), time.Duration(0)
	served := time.Duration(0) // all that the coordinator has done
	for generation := range generations {
		if generation == warm {
			begun, served = now, 0
			s.chunks = 0
		}
		sched := schedule.New(pairs, pairs)
		var queue events
		for i := range n {
			queue = append(queue, event{now + roundTrip/2, i, nil, 0})
		}
		heap.Init(&queue)
		begun := make([]bool, n)
		free := now // when the coordinator has served all before
		for sched.Missing > 0 {
			e := heap.Pop(&queue).(event)
			w := &workers[e.worker]
			free = max(free, e.at) + c.request
			served += c.request
			if e.chunk != nil {
				w.Measure(e.chunk.Size(), free-e.at+e.took+roundTrip)
				sched.Finish(e.chunk, w)
			}
			rate, known := 0.0, 0
			for i := range workers {
				if workers[i].Rate > 0 {
					rate, known = rate+workers[i].Rate, known+1
				}
			}
			if known > 0 {
				rate *= float64(n) / float64(known)
			}
			if ch := sched.Assign(w, at(free), rate, n); ch != nil && ch.State == schedule.Open && ch.By == nil {
				took := time.Duration(ch.Size()) * c.pair
				if !begun[e.worker] {
					begun[e.worker] = true
					took += c.call
				}
				heap.Push(&queue, event{free + roundTrip + took, e.worker, ch, took})
			}
		}
		s.chunks += len(sched.Chunks)
		move := time.Duration(pairs) * c.move
		code := time.Duration(pairs) * c.code
		record := c.bits / 8 * float64(pairs)
		sent := time.Duration(n)*c.deliver + time.Duration(record*float64(n)/bandwidth*float64(time.Second))
		ready := free + code + sent + roundTrip/2 + move + c.hash // workers
		own := free + code + move + code + synced + c.hash        // coordinator
		served += 2*code + sent + move + c.hash
		now = max(ready, own)
	}
	s.time = (now - begun) / (generations - warm)
	s.busy = min(1, float64(served)/float64(now-begun))
	s.chunks /= generations - warm
	s.down = float64(n)*c.bits/8*float64(pairs) + 62*float64(s.chunks)
	s.up = c.scores*float64(pairs) + 66*float64(s.chunks)
	return s
}

// alone returns the time of a generation on one core in one process.
func (c *costs) alone(pairs int) time.Duration {
	return c.call + time.Duration(pairs)*(c.pair+c.move+c.code) + synced + c.hash
}

// The coordinator's schedule, fed by costs measured here, divides a generation so that 8
// workers are at least 7.5 times as fast as one process, and 64 at least 55 times. It
// prints docs/results/cluster.md.
func TestSimulation(t *testing.T) {
	if !long {
		t.Skip("PENTARY_LONG is not set: takes a minute")
	}
	for _, net := range [][]int{{784, 256, 10}, {784, 1024, 1024, 10}} {
		const samples = 1024
		c := measureCosts(t, net, samples)
		fmt.Printf("\n### MLP %v, %d samples\n\n", net, samples)
		fmt.Printf("On one core: %v to begin a generation and %v to score a pair; %v a pair to move the\nweights and %v to code; the hash of the weights %v; a request with its answer %v; a\nrecord delivered to a worker %v. A record has %.2f bits a pair, scores have %.1f bytes.\n\n",
			c.call, c.pair, c.move, c.code, c.hash, c.request, c.deliver, c.bits, c.scores)
		fmt.Println("| workers | pairs | one process | distributed | times as fast | chunks | KB to workers | KB from workers | coordinator busy |")
		fmt.Println("|---|---|---|---|---|---|---|---|---|")
		for _, n := range []int{8, 64, 1024} {
			for _, second := range []float64{0.1, 1, 10} { // of a generation, about
				pairs := max(n, int(second*float64(n)/c.pair.Seconds())/n*n)
				if pairs > es.MaxPairs {
					continue
				}
				s := simulate(c, pairs, n)
				up := c.alone(pairs).Seconds() / s.time.Seconds()
				fmt.Printf("| %d | %d | %.3g s | %.3g s | %.1f | %d | %.0f | %.0f | %.0f %% |\n",
					n, pairs, c.alone(pairs).Seconds(), s.time.Seconds(), up, s.chunks, s.down/1000, s.up/1000, 100*s.busy)
				if least := map[int]float64{8: 7.5, 64: 55}[n]; len(net) > 3 && second == 10 && up < least {
					t.Errorf("%d workers are %.1f times as fast as one process, want %v", n, up, least)
				}
			}
		}
		// The coordinator's time for a pair, and for its share of a chunk of half a second.
		pair := 2*c.code + c.move + time.Duration(float64(c.request)*c.pair.Seconds()/0.5)
		fmt.Printf("\nThe coordinator spends %v on a pair. It saturates at %.0f pairs a second, or as many in a\ngeneration of one second, whatever the number of workers. The update is not divided: no number\nof workers is more than %.0f times as fast as one process.\n",
			pair, 1/pair.Seconds(), float64(c.pair+c.move+c.code)/float64(c.move+c.code))
		if len(net) > 3 {
			onPaper(c, net, samples)
		}
	}
}

// onPaper prints what a generation of a billion weights would take on 100 machines of 64
// cores, by the rates of a core here.
func onPaper(c costs, net []int, samples int) {
	const (
		weights, machines, cores = 1e9, 100, 64
		pairs, tokens            = 1024, 1024
	)
	own := 0 // weights of layers that are not the first, whose product members share
	for i := 2; i < len(net); i++ {
		own += net[i-1] * net[i]
	}
	product := 2 * float64(samples) * float64(own) / c.pair.Seconds() // multiply-adds a second
	update := float64(c.weights) / c.move.Seconds()                   // weights a second, for each pair
	hash := float64(c.weights) / c.hash.Seconds()
	score := 2 * pairs * tokens * weights / (product * machines * cores)
	move := pairs * weights / (update * cores)
	fmt.Printf("\n## A billion weights on 100 machines, on paper\n\n")
	fmt.Printf("%d pairs, %d tokens for each member, 64 cores a machine, at the rates of a core above (%.0f G\nmultiply-adds, %.0f G weights moved for a pair and %.2f G weights hashed a second):\n\n", pairs, tokens, product/1e9, update/1e9, hash/1e9)
	fmt.Printf("| scoring | update, on every machine | hash, on one core | a generation | record | checkpoint |\n|---|---|---|---|---|---|\n")
	fmt.Printf("| %.2f s | %.2f s | %.2f s | %.1f s | %.0f B | %.2f GB |\n\n", score, move, weights/hash, score+move+weights/hash, c.bits/8*pairs, weights*(3./8+1)/1e9)
	fmt.Printf("This assumes that 64 cores are 64 times as fast as one, which is not so where memory is the bound.\n")
}
