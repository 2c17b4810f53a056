package journal

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/lowrank"
	"github.com/Kaleaon/pentary-go/packed"
)

// rules has the rules of the runs that are killed.
var rules = []es.Rule{
	es.ErrorFeedback{Rate: es.Ratio(3, 10)},
	es.ErrorFeedback{Bits: 4, Rate: es.Ratio(3, 10)},
	es.QES{Rate: es.Ratio(3, 10), Window: 5},
}

// newOptimizer returns an optimizer of two matrices.
func newOptimizer(rule es.Rule) (*es.Optimizer, error) {
	return es.New(es.Matrices(packed.NewMatrix(6, 50), packed.NewMatrix(70, 8)), es.EvaluatorFunc(evaluate), es.Options{
		Seed: 11, Generations: 60, Pairs: 33, Sigma: es.WholeLevel, Rule: rule,
	})
}

// evaluate wants all weights to be 1, and looks at one row of the second matrix, another
// in each generation.
func evaluate(_ context.Context, g es.Generation, scores []int64) error {
	var ws lowrank.Workspace
	e := make([]int32, 70*8)
	clear(scores)
	add := func(pair int, gap, e int64) {
		scores[2*pair] -= (gap - e) * (gap - e)
		scores[2*pair+1] -= (gap + e) * (gap + e)
	}
	for pair := range g.Pairs {
		for i, tensor := range g.Parameters {
			first, last := 0, tensor.W.Rows()
			if i == 1 {
				first = g.Number * 7 % 70
				last = first + 1
			}
			cols := tensor.W.Cols()
			g.Noise.Perturbation(&ws, e[:tensor.W.Rows()*cols], tensor, pair, 0)
			for row := first; row < last; row++ {
				for col := range cols {
					add(pair, int64(1-tensor.W.At(row, col)), int64(e[row*cols+col]))
				}
			}
		}
	}
	return nil
}

// The test binary runs itself with these set, to be killed.
const (
	childDir  = "PENTARY_JOURNAL_TEST_DIR"
	childRule = "PENTARY_JOURNAL_TEST_RULE"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := child(dir, os.Getenv(childRule)); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child continues a run and says how far it has come: what it prints has been
// acknowledged.
func child(dir, rule string) error {
	i, err := strconv.Atoi(rule)
	if err != nil {
		return err
	}
	opt, err := newOptimizer(rules[i])
	if err != nil {
		return err
	}
	h := Header{Seed: 11, Config: opt.Identity()}
	l, at, err := Resume(context.Background(), dir, h, opt, Options{})
	if err != nil {
		return err
	}
	if at.Ignored != nil {
		return at.Ignored
	}
	fmt.Println("generation", at.Generation)
	if _, ended := l.End(); !ended {
		tell := func(s es.Stats) error {
			_, err := fmt.Println("generation", s.Finished)
			return err
		}
		if err := opt.Run(context.Background(), l.Follow(opt, Interval{Generations: 3}), tell); err != nil {
			return err
		}
		if err := l.Finish(opt, "done"); err != nil {
			return err
		}
	}
	sum, err := HashWeights(opt.Parameters())
	if err != nil {
		return err
	}
	fmt.Printf("hash %x\n", sum)
	return l.Close()
}

// Processes are killed at random moments, starting and ending included, and
// started again until the run is done: no generation that was acknowledged is lost,
// and all runs come to the weights of one that was let be.
func TestKills(t *testing.T) {
	kills := 200
	if testing.Short() {
		kills = 20
	}
	var want []string
	for _, rule := range rules {
		opt := must[*es.Optimizer](t)(newOptimizer(rule))
		check(t, opt.Run(t.Context()))
		want = append(want, fmt.Sprintf("hash %x", hashOf(t, opt)))
	}
	random := rand.New(rand.NewPCG(1, 2))
	runs := 0
	for killed := 0; killed < kills; runs++ {
		rule := runs % len(rules)
		dir := filepath.Join(t.TempDir(), "run")
		acknowledged, last := 0, ""
		for last != want[rule] {
			var ok bool
			last, ok = startAndKill(t, random, dir, rule, killed < kills)
			if ok {
				killed++
			}
			generation := 0
			if n, _ := fmt.Sscanf(last, "generation %d", &generation); n == 1 {
				if generation < acknowledged {
					t.Fatalf("at generation %d, but %d was acknowledged", generation, acknowledged)
				}
				acknowledged = generation
			} else if last != "" && last != want[rule] {
				t.Fatalf("run with %v: %s, want %s", rules[rule], last, want[rule])
			}
		}
		opt := must[*es.Optimizer](t)(newOptimizer(rules[rule]))
		check(t, Replay(t.Context(), dir, opt))
		if got := fmt.Sprintf("hash %x", hashOf(t, opt)); got != want[rule] {
			t.Errorf("replay with %v: %s, want %s", rules[rule], got, want[rule])
		}
		entries := must[[]os.DirEntry](t)(os.ReadDir(dir))
		if len(entries) != 3 {
			t.Errorf("the run's directory holds %v, want three files", entries)
		}
	}
	t.Logf("%d kills of %d runs", kills, runs)
}

// startAndKill lets a child go on for a random time, if it is to be killed, and
// returns the last line that it printed and whether it was killed.
func startAndKill(t *testing.T, random *rand.Rand, dir string, rule int, kill bool) (last string, killed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, fmt.Sprintf("%s=%d", childRule, rule))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	lines := bufio.NewScanner(out)
	if kill {
		// By lines, so that a slow machine comes as far, and then within a generation,
		// or while the process starts.
		wait, left := 3*time.Millisecond, random.IntN(10)
		if left == 0 {
			wait = 25 * time.Millisecond
		}
		for ; left > 0 && lines.Scan(); left-- {
			last = lines.Text()
		}
		time.Sleep(time.Duration(random.Int64N(int64(wait))))
		cmd.Process.Kill()
	}
	for lines.Scan() {
		last = lines.Text()
	}
	if err := cmd.Wait(); err != nil && !(kill && strings.Contains(err.Error(), "killed")) {
		t.Fatalf("%v: %s", err, last)
	}
	return last, cmd.ProcessState.ExitCode() == -1
}
