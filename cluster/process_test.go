package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/Kaleaon/pentary-go/cluster/internal/schedule"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/train"
)

// long reports whether the long versions of tests are asked for.
var long = os.Getenv("PENTARY_LONG") != ""

// TestMain makes the test binary a server, a coordinator or a worker where it is started
// as one.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if role, ok := roles[os.Args[1]]; ok {
			if err := role(os.Args[2:]); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

var roles = map[string]func(args []string) error{
	"role:server": func(args []string) error {
		port, err := strconv.Atoi(args[0])
		if err != nil {
			return err
		}
		s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, JetStream: true, StoreDir: args[1], NoLog: true, NoSigs: true})
		if err != nil {
			return err
		}
		s.Start()
		s.WaitForShutdown()
		return nil
	},
	"role:coordinator": func(args []string) error {
		url, name, generations, dir := args[0], args[1], atoi(args[2]), args[3]
		run, err := newRun(name, generations, dir)
		if err != nil {
			return err
		}
		if err := run.Open(context.Background()); err != nil {
			return err
		}
		log := slog.New(slog.NewTextHandler(os.Stderr, nil))
		_, err = Run(context.Background(), run, Options{Endpoint: Endpoint{URL: url}, Check: 0.05, Checkpoint: 300 * time.Millisecond, Log: log})
		return err
	},
	"role:worker": func(args []string) error {
		url, name, generations, delay := args[0], args[1], atoi(args[2]), time.Duration(atoi(args[3]))*time.Millisecond
		run, err := newRun(name, generations, "")
		if err != nil {
			return err
		}
		if delay > 0 {
			if run, err = slowed(run, generations, delay); err != nil {
				return err
			}
		}
		return Work(context.Background(), run, WorkerOptions{Endpoint: Endpoint{URL: url}, Wait: time.Minute, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	},
}

// patient bounds what only a fault makes so slow.
const patient = 5 * time.Minute

// unhurried has a chunk belong to its worker however long the machine pauses.
func unhurried(t testing.TB) {
	before := schedule.MinDeadline
	schedule.MinDeadline = schedule.MaxDeadline
	t.Cleanup(func() { schedule.MinDeadline = before })
}

// together returns n runs of digits for workers of which none continues before all have begun,
// so that none comes when the others have ended the run.
func together(t *testing.T, n, generations int) (runs []*train.Run) {
	var all sync.WaitGroup
	all.Add(n)
	for range n {
		begun := sync.OnceFunc(all.Done)
		runs = append(runs, interfered(t, generations, func(*train.Run, es.Generation, int, []int64) {
			begun()
			all.Wait()
		}))
	}
	return runs
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

// slowed returns a run of digits whose chunks take longer, without the processor.
func slowed(run *train.Run, generations int, delay time.Duration) (*train.Run, error) {
	task := run.Replica().Task()
	task.Evaluator = &evaluator{task.Evaluator.(es.InputSource), func(es.Generation, int, []int64) { time.Sleep(delay) }}
	return train.New(task, es.Options{Seed: 5, Generations: generations, Pairs: 32}, train.Options{Config: run.Replica().Config()})
}

// process is a process of this binary that is started again when it ends.
type process struct {
	t    testing.TB
	args []string
	cmd  *exec.Cmd
	log  string
}

func (p *process) start() {
	p.t.Helper()
	f, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		p.t.Fatal(err)
	}
	defer f.Close()
	p.cmd = exec.Command(os.Args[0], p.args...)
	p.cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	p.cmd.Stderr = f
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) kill() {
	p.cmd.Process.Signal(syscall.SIGCONT)
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// freePort returns a port for a server that is started again and again. It is below those
// that systems give to clients: one that connects while the server is away could get it.
func freePort(t testing.TB) int {
	t.Helper()
	var err error
	for range 100 {
		port := 10000 + rand.IntN(20000)
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal(err)
	return 0
}

// ended returns the final weights that the journal in a directory has, if the run has
// ended.
func ended(t testing.TB, dir string) (journal.Hash, int, bool) {
	t.Helper()
	r, err := journal.Read(dir)
	if err != nil {
		return journal.Hash{}, 0, false
	}
	defer r.Close()
	for _, err := range r.Records() {
		if err != nil {
			t.Fatal(err)
		}
	}
	end, ok := r.End()
	return end.Weights, r.Generation(), ok
}

// Processes that are killed, stopped and started again at random moments, the coordinator
// and the server among them, come to the weights of the run alone, and no generation that
// the journal had is lost.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	sequences := 2
	if long {
		sequences = 100
	}
	const generations, delay = 120, 8
	want := alone(t, "digits", generations)
	kills := 0
	for n := range sequences {
		t.Run(fmt.Sprint(n), func(t *testing.T) { kills += killSequence(t, uint64(n), generations, delay, want) })
		if t.Failed() {
			return
		}
	}
	t.Logf("%d sequences, %d kills and stops", sequences, kills)
}

func killSequence(t *testing.T, seed uint64, generations, delay int, want journal.Hash) (kills int) {
	random := rand.New(rand.NewPCG(seed, 99))
	dir := t.TempDir()
	port := freePort(t)
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	run, store := filepath.Join(dir, "run"), filepath.Join(dir, "store")
	made := func(name string, args ...string) *process {
		p := &process{t: t, args: args, log: filepath.Join(dir, name+".log")}
		p.start()
		return p
	}
	natsServer := made("server", "role:server", fmt.Sprint(port), store)
	defer func() { natsServer.kill() }()
	coordinator := made("coordinator", "role:coordinator", url, "digits", fmt.Sprint(generations), run)
	defer func() { coordinator.kill() }()
	var workers []*process
	for i := range 3 {
		w := made(fmt.Sprintf("worker%d", i), "role:worker", url, "digits", fmt.Sprint(generations), fmt.Sprint(delay))
		workers = append(workers, w)
		defer func() { w.kill() }()
	}
	alive := func(p *process) bool { return syscall.Kill(p.cmd.Process.Pid, 0) == nil && !zombie(p.cmd.Process.Pid) }
	reached := 0
	began := time.Now()
	faults := 6 + random.IntN(6)
	next := began.Add(300 * time.Millisecond)
	for {
		hash, n, done := ended(t, run)
		if n < reached {
			t.Fatalf("the journal had %d generations and has %d", reached, n)
		}
		reached = n
		if done {
			if hash != want {
				t.Fatalf("weights %x after %d faults, want %x", hash, kills, want)
			}
			return kills
		}
		if time.Since(began) > patient {
			for _, name := range []string{"coordinator", "worker0", "worker1", "worker2"} {
				b, _ := os.ReadFile(filepath.Join(dir, name+".log"))
				t.Logf("%s:\n%s", name, b[max(0, len(b)-3000):])
			}
			t.Fatalf("at generation %d after %v and %d faults", n, time.Since(began), kills)
		}
		time.Sleep(20 * time.Millisecond)
		for _, p := range append([]*process{natsServer, coordinator}, workers...) {
			if !alive(p) {
				p.cmd.Wait()
				p.start() // as a supervisor does
			}
		}
		if kills >= faults || time.Now().Before(next) {
			continue
		}
		next = time.Now().Add(time.Duration(50+random.IntN(500)) * time.Millisecond)
		kills++
		w := workers[random.IntN(len(workers))]
		switch random.IntN(6) {
		case 0, 1:
			w.kill()
			w.start()
		case 2:
			stopped := w.cmd.Process
			stopped.Signal(syscall.SIGSTOP)
			time.AfterFunc(time.Duration(random.IntN(1500))*time.Millisecond, func() { stopped.Signal(syscall.SIGCONT) })
		case 3:
			coordinator.kill()
			coordinator.start()
		case 4:
			natsServer.kill()
			if random.IntN(2) == 0 {
				os.RemoveAll(store)
			}
			time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
			natsServer.start()
		case 5:
			coordinator.cmd.Process.Signal(syscall.SIGSTOP)
			time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
			coordinator.cmd.Process.Signal(syscall.SIGCONT)
		}
	}
}

// zombie reports whether a child has ended and was not waited for.
func zombie(pid int) bool {
	if runtime.GOOS != "linux" {
		return false
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return strings.HasPrefix(rest, "Z")
}

// Worker processes that the coordinator starts come to the weights of the run alone.
func TestProcesses(t *testing.T) {
	for _, name := range []string{"digits", "activations"} {
		const generations = 40
		run := mustRun(t, name, generations, "")
		o := Options{Processes: 2, Log: testLog(t), Command: func(ctx context.Context, url string) *exec.Cmd {
			return exec.CommandContext(ctx, os.Args[0], "role:worker", url, name, fmt.Sprint(generations), "0")
		}}
		if _, err := Run(t.Context(), run, o); err != nil {
			t.Fatal(err)
		}
		if got, want := hashOf(t, run), alone(t, name, generations); got != want {
			t.Errorf("%s: weights %x, want %x", name, got, want)
		}
	}
}

// A run whose worker processes cannot work ends, with what they said.
func TestBrokenProcesses(t *testing.T) {
	run := mustRun(t, "digits", 3, "")
	_, err := Run(t.Context(), run, Options{Processes: 1, Command: func(ctx context.Context, url string) *exec.Cmd {
		return exec.CommandContext(ctx, os.Args[0], "role:worker", url, "activations", "3", "0")
	}})
	if err == nil || !strings.Contains(err.Error(), "configuration: the run's has hash") {
		t.Errorf("%v", err)
	}
}

// A worker on an emulated arm64 CPU beside one on this.
func TestEmulated(t *testing.T) {
	if !long {
		t.Skip("PENTARY_LONG is not set: builds the test for arm64")
	}
	qemu, err := exec.LookPath("qemu-aarch64")
	if err != nil {
		t.Skip("no qemu-aarch64: .ci/emulators-install installs it")
	}
	binary := filepath.Join(t.TempDir(), "arm64.test")
	build := exec.Command("go", "test", "-c", "-o", binary, ".")
	build.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"digits", "activations", "cartpole"} {
		const generations = 300
		run := mustRun(t, name, generations, "")
		var log strings.Builder
		var mutex sync.Mutex
		o := Options{Processes: 2, Log: slog.New(slog.NewTextHandler(locked{&mutex, &log}, nil)), Check: 0.1}
		var started atomic.Bool
		o.Command = func(ctx context.Context, url string) *exec.Cmd {
			args := []string{"role:worker", url, name, fmt.Sprint(generations), "0"}
			if started.CompareAndSwap(false, true) {
				return exec.CommandContext(ctx, qemu, append([]string{binary}, args...)...)
			}
			for ctx.Err() == nil { // until the emulated one has joined
				mutex.Lock()
				joined := strings.Contains(log.String(), "linux/arm64")
				mutex.Unlock()
				if joined {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			return exec.CommandContext(ctx, os.Args[0], args...)
		}
		if _, err := Run(t.Context(), run, o); err != nil {
			t.Fatal(err)
		}
		if got, want := hashOf(t, run), alone(t, name, generations); got != want {
			t.Errorf("%s: weights %x, want %x", name, got, want)
		}
		for _, platform := range []string{"linux/arm64", runtime.GOOS + "/" + runtime.GOARCH} {
			if !strings.Contains(log.String(), platform) {
				t.Errorf("%s: no worker on %s: %s", name, platform, log.String())
			}
		}
		if strings.Contains(log.String(), "expelled") {
			t.Errorf("%s: %s", name, log.String())
		}
	}
}
