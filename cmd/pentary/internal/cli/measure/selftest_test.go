package measure

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/selftest"
)

// selftestWith runs the command on the given implementations and returns its standard output.
func selftestWith(t *testing.T, impls []selftest.Implementation, args ...string) (out string, err error) {
	t.Helper()
	var stdout bytes.Buffer
	cmd := NewSelftest(console.NewStreams(&stdout, t.Output()), func(...string) ([]selftest.Implementation, error) {
		return impls, nil
	})
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(t.Context())
	return stdout.String(), err
}

// A faulty implementation is detected and is an error, but not a usage error. Its reproducer fails
// until the fault is removed.
func TestSelftestFails(t *testing.T) {
	dir := t.TempDir()
	sound, faulty := selftest.Faulty("test", nil), selftest.Faulty("test", func(result []byte) { result[0] ^= 1 })

	out, err := selftestWith(t, faulty, "--for", "1ms", "--seed", "3", "--dir", dir)
	if usage := (console.UsageError{}); err == nil || errors.As(err, &usage) || !strings.Contains(err.Error(), "--replay") {
		t.Fatalf("error %v", err)
	}
	if !strings.Contains(out, "a difference") {
		t.Errorf("wrote %s", out)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 1 || !strings.Contains(files[0], "pentary-selftest-Unpack-test-3-0.json") {
		t.Fatalf("saved %q", files)
	}

	if _, err := selftestWith(t, faulty, "--replay", files[0]); err == nil || !strings.Contains(err.Error(), "test, Unpack n=") {
		t.Errorf("with the fault: error %v", err)
	}
	out, err = selftestWith(t, sound, "--replay", files[0])
	if err != nil || !strings.Contains(out, "no difference") {
		t.Errorf("without the fault: error %v, wrote %s", err, out)
	}

	out, err = selftestWith(t, faulty, "--for", "1ms", "--seed", "3", "--dir", dir, "--json")
	var r selftestResult
	if jsonErr := json.Unmarshal([]byte(out), &r); err == nil || jsonErr != nil {
		t.Fatalf("errors %v and %v", err, jsonErr)
	}
	if r.Passed || r.Failure == nil || r.Failure.Kernel != "Unpack" || r.Reproducer != files[0] {
		t.Errorf("result %+v", r)
	}
}

// A failure that cannot be saved is still an error that describes the failure.
func TestSelftestCannotSave(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	faulty := selftest.Faulty("test", func(result []byte) { result[0] ^= 1 })
	_, err := selftestWith(t, faulty, "--for", "1ms", "--seed", "3", "--dir", dir)
	if err == nil || !strings.Contains(err.Error(), "could not be saved") || !strings.Contains(err.Error(), "test, Unpack") {
		t.Errorf("error %v", err)
	}
}

func TestSelftestOfNothing(t *testing.T) {
	out, err := selftestWith(t, nil)
	if err != nil || !strings.Contains(out, "nothing to compare") {
		t.Errorf("error %v, wrote %s", err, out)
	}
}
