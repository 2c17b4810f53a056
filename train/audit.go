package train

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
)

// An Audited is the result of Audit.
type Audited struct {
	Generations int // in the journal, of those that the options ask for
	Groups      int // of pairs in a generation
	Sampled     int // groups of generations that were scored again
	Pairs       int // in them
	Missing     int // pairs of all generations that have no scores, which an audit cannot check
	Wrong       []WrongCode
	Time        time.Duration
}

// Detects returns the probability that an audit of this size finds an error if the given number
// of groups of generations have wrong codes.
func (a *Audited) Detects(wrong int) float64 {
	all := a.Generations * a.Groups
	missed := 1.0
	for i := range a.Sampled {
		missed *= float64(max(0, all-wrong-i)) / float64(max(1, all-i))
	}
	return 1 - missed
}

// WrongCode is a code that differs from the one that evaluation gives: the first in a group of
// a generation.
type WrongCode struct {
	Generation int // the first is 1, as in the errors about records
	Pair       int
	Have, Want int8
	Codes      int // of the group that differ
}

// AuditOptions say what an audit scores again.
type AuditOptions struct {
	Sample   int    // groups of generations, or all there are
	Seed     uint64 // that the sample is drawn from
	From, To int    // generations, the first is 1; 0: from the first, to the last
}

// Audit replays the run in a directory, scores a sample of its generations again, and compares
// each code with the journal's. Of each generation it scores one group of pairs, whose codes
// depend on each other. r is a new run with the same task, options and data. A difference is
// not an error.
func (r *Run) Audit(ctx context.Context, dir string, o AuditOptions) (*Audited, error) {
	if o.Sample < 1 {
		return nil, fmt.Errorf("train: an audit of %d generations, want at least 1", o.Sample)
	}
	if r.task.Evaluator == nil {
		return nil, errors.New("train: an audit of a task without an evaluator")
	}
	began := time.Now()
	n, err := countGenerations(dir)
	if err == nil {
		err = r.adopt(dir)
	}
	if err != nil {
		return nil, err
	}
	first, last := max(o.From, 1), n
	if o.To > 0 {
		last = min(o.To, n)
	}
	if o.From < 0 || o.To < 0 || last < first {
		return nil, fmt.Errorf("train: an audit from generation %d to %d, want 1 to %d, in order", first, last, n)
	}
	n = last - first + 1
	a := &auditing{session: session{r}, ctx: ctx}
	groups := max(1, r.es.Groups)
	a.result = &Audited{Generations: n, Groups: groups, Sampled: min(o.Sample, n*groups)}
	for _, i := range choose(n*groups, a.result.Sampled, o.Seed) {
		a.chosen = append(a.chosen, (first-1)*groups+i)
	}
	in, err := journal.Read(dir)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	r.measure = false
	err = in.Replay(ctx, a)
	r.options.Observer.Stop()
	if err != nil {
		return nil, named(err, in)
	}
	a.result.Time = time.Since(began)
	return a.result, nil
}

// countGenerations reads the journal in a directory to its end.
func countGenerations(dir string) (int, error) {
	in, err := journal.Read(dir)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	for _, err := range in.Records() {
		if err != nil {
			return 0, named(err, in)
		}
	}
	return in.Generation(), nil
}

// choose returns n different numbers below limit, in order.
func choose(limit, n int, seed uint64) []int {
	random := rand.New(rand.NewPCG(seed, 0))
	taken := map[int]bool{}
	var chosen []int
	for i := limit - n; i < limit; i++ { // Floyd's algorithm
		v := random.IntN(i + 1)
		if taken[v] {
			v = i
		}
		taken[v] = true
		chosen = append(chosen, v)
	}
	slices.Sort(chosen)
	return chosen
}

// auditing is a session whose records are checked before they are replayed.
type auditing struct {
	session
	ctx    context.Context
	chosen []int // generation times groups plus group, in order
	result *Audited
}

// Replay implements journal.Trainer.
func (a *auditing) Replay(record es.Record) (es.Stats, error) {
	a.result.Missing += len(record.Missing)
	for len(a.chosen) > 0 && a.chosen[0]/a.result.Groups == a.Generation() {
		if err := a.check(record, a.chosen[0]%a.result.Groups); err != nil {
			return es.Stats{}, err
		}
		a.chosen = a.chosen[1:]
	}
	return a.session.Replay(record)
}

// check compares the codes of a group with what its scores give.
func (a *auditing) check(record es.Record, group int) error {
	g := a.optimizer.Ask()
	each := a.codes() / g.Pairs // codes of a pair
	if len(record.Codes) != a.codes() || record.Samples != 0 && record.Samples != each {
		return nil // Replay says so
	}
	size := g.Pairs / g.Groups
	lo, hi := group*size, (group+1)*size
	scores := make([]int64, 2*a.codes())
	var err error
	if e, ok := a.task.Evaluator.(es.RangeEvaluator); ok {
		err = e.EvaluateRange(a.ctx, g, lo, hi, scores[2*lo*each:2*hi*each])
	} else {
		err = a.task.Evaluator.Evaluate(a.ctx, g, scores)
	}
	if err != nil {
		return err
	}
	for _, p := range record.Missing {
		for i := 2 * p * each; i < 2*(p+1)*each; i++ {
			scores[i] = es.Failed
		}
	}
	want, err := a.optimizer.RecordOf(scores)
	if err != nil {
		return err
	}
	codes := want.Codes
	a.result.Pairs += size
	wrong := WrongCode{Generation: record.Finished}
	for i := lo * each; i < hi*each; i++ {
		if codes[i] != record.Codes[i] {
			if wrong.Codes++; wrong.Codes == 1 {
				wrong.Pair, wrong.Have, wrong.Want = i/each, record.Codes[i], codes[i]
			}
		}
	}
	if wrong.Codes > 0 {
		a.result.Wrong = append(a.result.Wrong, wrong)
	}
	return nil
}
