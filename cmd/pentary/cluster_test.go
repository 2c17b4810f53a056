package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/Kaleaon/pentary-go/cluster"
	"github.com/Kaleaon/pentary-go/nn"
	"github.com/Kaleaon/pentary-go/packed"
)

// natsServer starts an ordinary server and returns its URL.
func natsServer(t *testing.T) (url string) {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the server does not start")
	}
	return s.ClientURL()
}

// A training and its worker can be watched while they work, until an interrupt.
func TestTop(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals to send")
	}
	url := natsServer(t)
	start := func(args ...string) (*exec.Cmd, *bufio.Scanner) {
		cmd := pentary(t, args...)
		cmd.Env = append(os.Environ(), "PENTARY_NATS="+url)
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			cmd.Process.Kill()
			cmd.Wait()
		})
		return cmd, bufio.NewScanner(stdout)
	}
	// until interrupts the command after a line that is wanted; it ends well.
	until := func(wanted func(line string) bool, args ...string) {
		t.Helper()
		cmd, lines := start(args...)
		seen := false
		for lines.Scan() {
			if !seen && wanted(lines.Text()) {
				seen = true
				cmd.Process.Signal(os.Interrupt)
			}
		}
		if err := cmd.Wait(); err != nil || !seen {
			t.Errorf("%q: seen %v, error %v", args, seen, err)
		}
	}
	start("train", "digits", "--nats", url, "--run", "shown", "--generations", strconv.Itoa(endless), "--hidden", "4", "--pairs", "8", "--batch", "8")
	start("worker", "--run", "shown")
	until(func(line string) bool {
		var s struct {
			Event string
			cluster.Status
		}
		if err := json.Unmarshal([]byte(line), &s); err != nil || s.Event != "status" || s.Run != "shown" {
			t.Errorf("line %q, error %v", line, err)
		}
		return s.Generation > 0 && s.Pairs == 8 && len(s.Workers) == 1 && s.Workers[0].Pairs > 0 && s.Workers[0].Rate > 0 && s.Counts.Chunks > 0
	}, "top", "--run", "shown", "--json")
	platform := runtime.GOOS + "/" + runtime.GOARCH
	head := false
	until(func(line string) bool {
		head = head || strings.HasPrefix(line, "Run shown  generation ")
		return head && strings.Contains(line, platform)
	}, "top", "--run", "shown")
}

// A worker of another folder, which does not have the data, takes them from the store of an
// ordinary server. The weights equal one process's.
func TestSharedData(t *testing.T) {
	url := natsServer(t)
	here, there := t.TempDir(), t.TempDir()
	var table strings.Builder
	table.WriteString("a,b,y\n")
	for i := range 40 {
		fmt.Fprintf(&table, "%d,%d,%c\n", i, i*i%7, 'u'+i%2)
	}
	if err := os.WriteFile(filepath.Join(here, "table.csv"), []byte(table.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	train := []string{"train", "csv", "table.csv", "--label", "y", "--batch", "4"}
	run := func(dir string, args ...string) *exec.Cmd {
		cmd := pentary(t, args...)
		cmd.Dir = dir
		cmd.Env = append(cmd.Environ(), "PENTARY_NATS="+url)
		cmd.Stderr = t.Output()
		return cmd
	}
	const generations = "40"
	if err := run(here, append(train, "--generations", generations, "--out", "alone.pent")...).Run(); err != nil {
		t.Fatal(err)
	}
	coordinator := run(here, append(train, "--generations", generations, "--nats", url, "--share-data", "--out", "shared.pent")...)
	if err := coordinator.Start(); err != nil {
		t.Fatal(err)
	}
	defer coordinator.Process.Kill()
	// Until it has shared them. This test may be another version than the command.
	if _, err := cluster.Describe(t.Context(), cluster.Endpoint{URL: url}); err != nil && !errors.Is(err, cluster.ErrRefused) {
		t.Fatal(err)
	}
	// A worker in the folder of the data does not write into them.
	printed, err := os.OpenFile(filepath.Join(here, "table.csv"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	beside := run(here, "worker")
	beside.Stdout = printed
	var exit *exec.ExitError
	if err := beside.Run(); !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Errorf("a worker that prints into the data: %v, want exit status 2", err)
	}
	if err := printed.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(here, "table.csv"), filepath.Join(here, "moved.csv")); err != nil {
		t.Fatal(err)
	}
	if err := run(there, "worker").Run(); err != nil {
		t.Fatal(err)
	}
	if err := coordinator.Wait(); err != nil {
		t.Fatal(err)
	}
	alone, err := os.ReadFile(filepath.Join(here, "alone.pent"))
	if err != nil {
		t.Fatal(err)
	}
	shared, err := os.ReadFile(filepath.Join(here, "shared.pent"))
	if err != nil || !bytes.Equal(alone, shared) {
		t.Errorf("other weights, error %v", err)
	}
}

// Workers take the model, the teacher and the text of a fine-tuning from the server's store.
func TestSharedFinetune(t *testing.T) {
	url := natsServer(t)
	here, there := t.TempDir(), t.TempDir()
	tokenModels(t, here)
	if err := os.WriteFile(filepath.Join(here, "text"), []byte(strings.Repeat("abcab cab ", 110)), 0o666); err != nil {
		t.Fatal(err)
	}
	do := func(line string) string { return inFolder(t, here)(line, "") }
	tune := "finetune pents.pent --teacher eight-bits.pent --data text --rate 0.2 --sigma 3 --generations 30 " + fewTokens
	alone := do(tune)
	coordinator := pentary(t, strings.Fields(tune+"--share-data --out shared.pent --nats "+url)...)
	coordinator.Dir = here
	if err := coordinator.Start(); err != nil {
		t.Fatal(err)
	}
	defer coordinator.Process.Kill()
	if _, err := cluster.Describe(t.Context(), cluster.Endpoint{URL: url}); err != nil && !errors.Is(err, cluster.ErrRefused) {
		t.Fatal(err)
	}
	for _, name := range []string{"pents.pent", "eight-bits.pent", "text"} {
		if err := os.Rename(filepath.Join(here, name), filepath.Join(here, "moved-"+name)); err != nil {
			t.Fatal(err)
		}
	}
	worker := pentary(t, "worker", "--nats", url)
	worker.Dir = there
	if err := worker.Run(); err != nil {
		t.Fatal(err)
	}
	if err := coordinator.Wait(); err != nil {
		t.Fatal(err)
	}
	f, err := packed.ReadFile(filepath.Join(here, "shared.pent"))
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	for _, tensor := range f.Tensors {
		h.Write(tensor.Matrix.Bytes())
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != alone {
		t.Errorf("weights %s, want %s", got, alone)
	}
}

// Workers train a model of --init with shifts and biases of its own, which checkpoints do not have.
func TestWorkersInit(t *testing.T) {
	dir := t.TempDir()
	m := nn.NewBiasedMLP(3, 64, 12, 10)
	for i, d := range m.Matrices() {
		d.Shift, d.Bias = uint(2+i), int8(20+i)
	}
	if err := packed.WriteFile(filepath.Join(dir, "own.pent"), m.File(nil)); err != nil {
		t.Fatal(err)
	}
	do := inFolder(t, dir)
	const line = "train digits --generations 3 --pairs 4 --batch 8 --hidden 12 --init own.pent "
	want := do(line, "")
	for _, more := range []string{"--workers 1", "--workers 2 --dir run"} {
		if got := do(line+more, ""); got != want {
			t.Errorf("%s: weights %s, want %s", more, got, want)
		}
	}
}
