package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/Kaleaon/pentary-go/cluster"
)

// A worker of another folder, which does not have the data, takes them from the store of an
// ordinary server. The weights equal one process's.
func TestSharedData(t *testing.T) {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the server does not start")
	}
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
		cmd.Env = append(cmd.Environ(), "PENTARY_NATS="+s.ClientURL())
		cmd.Stderr = t.Output()
		return cmd
	}
	const generations = "40"
	if err := run(here, append(train, "--generations", generations, "--out", "alone.pent")...).Run(); err != nil {
		t.Fatal(err)
	}
	coordinator := run(here, append(train, "--generations", generations, "--nats", s.ClientURL(), "--share-data", "--out", "shared.pent")...)
	if err := coordinator.Start(); err != nil {
		t.Fatal(err)
	}
	defer coordinator.Process.Kill()
	// Until it has shared them. This test may be another version than the command.
	if _, err := cluster.Describe(t.Context(), cluster.Endpoint{URL: s.ClientURL()}); err != nil && !errors.Is(err, cluster.ErrRefused) {
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
