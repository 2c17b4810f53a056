package cluster

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// proxy forwards connections to a server: every piece of a stream waits for a random time,
// and some connections end in the middle of a message, but not before they are made: a
// worker whose first one fails gives up.
func proxy(t *testing.T, server string, delay time.Duration, cut float64) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	forward := func(to, from net.Conn) {
		defer to.Close()
		defer from.Close()
		b := make([]byte, 4096)
		for pieces := 0; ; pieces++ {
			n, err := from.Read(b)
			time.Sleep(time.Duration(rand.Int64N(int64(delay) + 1)))
			if pieces >= 3 && rand.Float64() < cut {
				to.Write(b[:n/2])
				return
			}
			if _, errTo := to.Write(b[:n]); err != nil || errTo != nil {
				return
			}
		}
	}
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", server)
			if err != nil {
				from.Close()
				continue
			}
			go forward(to, from)
			go forward(from, to)
		}
	}()
	return l.Addr().String()
}

// Workers behind connections that are slow and break come to the weights of the run alone.
func TestBrokenConnections(t *testing.T) {
	const generations = 25
	want := alone(t, "digits", generations)
	server, err := embed(testLog(t))
	if err != nil {
		t.Fatal(err)
	}
	defer server.close()
	direct := server.server.Addr().String()
	behind := strings.Replace(server.url, direct, proxy(t, direct, 5*time.Millisecond, 0.01), 1)
	var done sync.WaitGroup
	for _, r := range together(t, 2, generations) {
		done.Go(func() {
			if err := Work(t.Context(), r, WorkerOptions{Endpoint: Endpoint{URL: behind}}); err != nil {
				t.Error(err)
			}
		})
	}
	run := mustRun(t, "digits", generations, "")
	if _, err := Run(t.Context(), run, Options{Endpoint: Endpoint{URL: server.url}, Log: testLog(t), Checkpoint: 50 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	done.Wait()
	if got := hashOf(t, run); got != want {
		t.Errorf("weights %x, want %x", got, want)
	}
}

// In a network namespace of its own, whose loopback interface delays and loses packets, a
// coordinator and two workers come to the weights of the run alone.
func TestNetem(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	for _, tool := range []string{"unshare", "ip", "tc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no netem: %v", err)
		}
	}
	const generations = 30
	setup := "ip link set lo up && tc qdisc add dev lo root netem delay 5ms 3ms loss 3%"
	if out, err := exec.Command("unshare", "-n", "sh", "-c", setup).CombinedOutput(); err != nil {
		t.Skipf("no netem: %v: %s", err, bytes.TrimSpace(out))
	}
	dir := t.TempDir()
	script := fmt.Sprintf(`%s || exit 3
"$0" role:server 4222 %[2]s/store & server=$!
until bash -c ': </dev/tcp/127.0.0.1/4222' 2>/dev/null; do sleep 0.1; done
"$0" role:worker nats://127.0.0.1:4222 digits %[3]d 0 & a=$!
"$0" role:worker nats://127.0.0.1:4222 digits %[3]d 0 & b=$!
"$0" role:coordinator nats://127.0.0.1:4222 digits %[3]d %[2]s/run; status=$?
kill $server $a $b; exit $status`, setup, dir, generations)
	cmd := exec.Command("unshare", "-n", "sh", "-c", script, os.Args[0])
	cmd.Stdout, cmd.Stderr = io.Discard, t.Output()
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	got, n, ok := ended(t, filepath.Join(dir, "run"))
	if want := alone(t, "digits", generations); !ok || got != want {
		t.Errorf("weights %x after %d generations, want %x", got, n, want)
	}
}
