package powerloss

import (
	"errors"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/es/journal/journaltest"
)

const (
	dir         = "runs/one"
	generations = 9
)

// plan is how a run is kept, and how much it writes.
type plan struct {
	name  string
	codes int // of a record: 6000 are 6,000 bytes, more than a block of the device
	sync  journal.Sync
	every int // generations from sync to sync under the policy; 0 for never
}

var plans = []plan{
	{"every record", 300, journal.Sync{}, 1},
	{"every record, long", 6000, journal.Sync{}, 1},
	{"every third, long", 6000, journal.SyncEvery(journal.Interval{Generations: 3}), 3},
	{"an hour, long", 6000, journal.SyncEvery(journal.Interval{Time: time.Hour}), 0},
	{"never", 300, journal.SyncNever(), 0},
	{"never, long", 6000, journal.SyncNever(), 0},
}

func (p *plan) trainer() *journaltest.Trainer {
	t := journaltest.New(p.codes)
	t.Wide = p.codes == 6000
	return t
}

// experiment counts the power cuts of a plan, of which every one is checked.
type experiment struct {
	*testing.T
	plan
	random *rand.Rand
	header journal.Header
	want   []journal.Hash // weights after each generation

	first                int // cuts of the run itself: every operation, so always as many
	cuts, tails, resumed int
	failures             int
}

func newExperiment(t *testing.T, p plan) *experiment {
	e := &experiment{T: t, plan: p, random: rand.New(rand.NewPCG(1, 2))}
	e.header = journal.Header{Seed: 1, Config: p.name}
	x := p.trainer()
	for range generations + 1 {
		e.want = append(e.want, e.hash(x))
		x.Step()
	}
	return e
}

func (e *experiment) hash(x journal.Trainer) journal.Hash {
	sum, err := journal.HashWeights(x.Parameters())
	if err != nil {
		e.Fatal(err)
	}
	return sum
}

// session resumes the run and trains it to its end, with checkpoints on the way.
// acknowledged follows what has been promised to survive.
func (e *experiment) session(fs journal.FS, acknowledged *int) error {
	x := e.trainer()
	l, at, err := journal.Resume(e.Context(), dir, e.header, x, journal.Options{Sync: e.sync, FS: fs})
	if err != nil {
		return err
	}
	if at.Generation < *acknowledged {
		e.Fatalf("%s: restored %+v, but %d was acknowledged", e.name, at, *acknowledged)
	}
	if errors.Is(at.Ignored, journal.ErrDamaged) {
		e.Fatalf("%s: a torn checkpoint: %v", e.name, at.Ignored)
	}
	if e.hash(x) != e.want[at.Generation] {
		e.Fatalf("%s: other weights at generation %d", e.name, at.Generation)
	}
	if l.Truncated().Bytes > 0 {
		e.tails++
	}
	if at.Generation > 0 && at.Generation < generations {
		e.resumed++
	}
	*acknowledged = at.Generation
	err = e.train(l, x, acknowledged)
	return errors.Join(err, l.Close())
}

func (e *experiment) train(l *journal.Log, x *journaltest.Trainer, acknowledged *int) error {
	if _, ended := l.End(); ended {
		return nil
	}
	for unsynced := 1; x.Generation() < generations; unsynced++ {
		x.Step()
		if err := l.Append(x.Record()); err != nil {
			return err
		}
		if unsynced == e.every {
			*acknowledged, unsynced = x.Generation(), 0
		}
		if x.Generation()%4 == 3 {
			if err := l.Checkpoint(x); err != nil {
				return err
			}
			*acknowledged, unsynced = x.Generation(), 0
		}
	}
	if err := l.Finish(x, "done"); err != nil {
		return err
	}
	*acknowledged = generations
	return nil
}

// explore runs a session on a device and cuts the power before its operations, or
// one in odds of them. Of what had not been synced each of the given percentages is
// kept; what is left then goes to next.
func (e *experiment) explore(mem *vfs.MemFS, acknowledged, odds int, kept []int, next func(left *vfs.MemFS, acknowledged int)) {
	if testing.Short() {
		odds *= 4
	}
	cut := errorfs.InjectorFunc(func(errorfs.Op) error {
		if e.random.IntN(odds) != 0 {
			return nil
		}
		for _, percent := range kept {
			e.cuts++
			next(mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: e.random}), acknowledged)
		}
		return nil
	})
	if err := e.session(device{errorfs.Wrap(mem, cut)}, &acknowledged); err != nil {
		e.Fatalf("%s: %v", e.name, err)
	}
	e.finish(mem, acknowledged)
}

// finish brings the run on a device to its end, and rebuilds it from the journal.
func (e *experiment) finish(mem *vfs.MemFS, acknowledged int) {
	if err := e.session(device{mem}, &acknowledged); err != nil {
		e.Fatalf("%s: %v", e.name, err)
	}
	if err := mem.Remove(dir + "/checkpoint"); err != nil {
		e.Fatal(err)
	}
	if err := e.session(device{mem}, &acknowledged); err != nil {
		e.Fatalf("%s: the journal alone: %v", e.name, err)
	}
}

// rarer is how many times rarer the random power cuts after a first failure are than with
// PENTARY_LONG=1, which takes minutes. Every first cut and failure is tried anyway.
func rarer() int {
	if os.Getenv("PENTARY_LONG") != "" {
		return 1
	}
	return 5
}

// each runs f for every plan, at the same time, and returns their experiments.
func each(t *testing.T, f func(e *experiment)) []*experiment {
	experiments := make([]*experiment, len(plans))
	t.Run("plans", func(t *testing.T) {
		for i, p := range plans {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				experiments[i] = newExperiment(t, p)
				f(experiments[i])
			})
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	return experiments
}

// Nothing that was acknowledged is lost and no torn state is loaded, wherever the
// power is cut.
func TestPowerCuts(t *testing.T) {
	kept := []int{0, 20, 50, 80, 100}
	first, cuts, tails, resumed := 0, 0, 0, 0
	for _, e := range each(t, func(e *experiment) {
		e.explore(vfs.NewCrashableMem(), 0, 1, kept, func(left *vfs.MemFS, acknowledged int) {
			e.first++
			e.explore(left, acknowledged, 100*rarer(), kept, e.finish) // and once more in the run that continues
		})
	}) {
		first, cuts, tails, resumed = first+e.first, cuts+e.cuts, tails+e.tails, resumed+e.resumed
	}
	// Which of the later operations are cut, and what is left, hangs on the order of a
	// map in the simulated disk, and so do these numbers.
	t.Logf("%d power cuts in runs, %d in sessions after one; of the sessions %d went on in the middle and %d cut a torn tail",
		first, cuts-first, resumed, tails)
	if !testing.Short() && first != firstCuts {
		t.Errorf("%d power cuts in runs, want %d: docs/benchmarks.md has the number", first, firstCuts)
	}
}

// firstCuts is the number of power cuts in undisturbed runs of all plans: each operation
// with each amount of unsynced data kept.
const firstCuts = 2500

// Every operation of a run fails once, and the power is cut after that.
func TestFailuresAndPowerCuts(t *testing.T) {
	failures := 0
	for _, e := range each(t, func(e *experiment) {
		e.failures = e.interrupt(func(n, failing int) bool { return n == failing }, func(mem *vfs.MemFS, acknowledged int) {
			for _, kept := range []int{0, 50, 100} {
				e.finish(mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: kept, RNG: e.random}), acknowledged)
			}
		})
	}) {
		failures += e.failures
	}
	t.Logf("%d failures", failures)
}

// A process is killed before each of its operations, and the power is cut while the
// next goes on: that one has to make durable what the first did not come to.
func TestKillsAndPowerCuts(t *testing.T) {
	kills, cuts := 0, 0
	for _, e := range each(t, func(e *experiment) {
		e.failures = e.interrupt(func(n, failing int) bool { return n >= failing }, func(mem *vfs.MemFS, acknowledged int) {
			e.explore(mem, acknowledged, 5*rarer(), []int{0}, e.finish)
		})
	}) {
		kills, cuts = kills+e.failures, cuts+e.cuts
	}
	t.Logf("%d kills and %d power cuts", kills, cuts)
}

// interrupt runs sessions of which the operations fail that fails says, given their
// number and the session's, until one does without. It calls then after each.
func (e *experiment) interrupt(fails func(n, session int) bool, then func(mem *vfs.MemFS, acknowledged int)) (sessions int) {
	for {
		n, failed := 0, false
		fail := errorfs.InjectorFunc(func(errorfs.Op) error {
			n++
			if !fails(n-1, sessions) {
				return nil
			}
			failed = true
			return errorfs.ErrInjected
		})
		mem, acknowledged := vfs.NewCrashableMem(), 0
		err := e.session(device{errorfs.Wrap(mem, fail)}, &acknowledged)
		if err != nil && !errors.Is(err, errorfs.ErrInjected) {
			e.Fatalf("%s: operation %d: %v", e.name, sessions, err)
		}
		then(mem, acknowledged)
		if !failed {
			return sessions
		}
		sessions++
	}
}
