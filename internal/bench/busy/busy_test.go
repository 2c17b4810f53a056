package busy

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// TestMain also runs in the other process.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) != 3 || os.Args[1] != "loop" && os.Args[1] != "silent":
		os.Exit(m.Run())
	case os.Args[1] == "silent":
		return
	}
	processor, err := strconv.Atoi(os.Args[2])
	if err == nil {
		err = Loop(processor, os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The loop begins and ends; a program that does not begin it is an error.
func TestStart(t *testing.T) {
	runtime.LockOSThread() // never unlocked: the thread stays on its processor
	own, other, _, err := choose()
	if err != nil {
		t.Skip(err)
	}
	where, stop, err := Start("loop")
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if want := fmt.Sprintf("processor %d, on ", other); own == other || !strings.HasPrefix(where, want) {
		t.Errorf("%q beside processor %d, want %q", where, own, want)
	}
	if _, _, err := Start("silent"); err == nil || !strings.Contains(err.Error(), "does not begin") {
		t.Errorf("a program that does nothing: error %v", err)
	}
}
