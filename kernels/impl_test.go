package kernels

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// forEachImpl runs test once for every implementation that this CPU can run, with
// that implementation selected.
func forEachImpl(t *testing.T, test func(t *testing.T)) {
	for _, name := range Implementations() {
		t.Run(name, func(t *testing.T) {
			use(t, name)
			test(t)
		})
	}
}

// use selects an implementation until the test ends.
func use(tb testing.TB, name string) {
	tb.Helper()
	before := Selected()
	tb.Cleanup(func() {
		if err := Select(before); err != nil {
			tb.Error(err)
		}
	})
	if err := Select(name); err != nil {
		tb.Fatal(err)
	}
}

// TestRequire lets a build insist on the implementation that its machine is there
// to test: it fails if the package has not selected the one that PENTARY_REQUIRE
// names.
func TestRequire(t *testing.T) {
	want := os.Getenv("PENTARY_REQUIRE")
	if want == "" {
		t.Skip("PENTARY_REQUIRE is not set")
	}
	if Selected() != want {
		t.Errorf("selected %s of %v, want %s", Selected(), Implementations(), want)
	}
}

func TestImplementations(t *testing.T) {
	names := Implementations()
	if names[0] != "generic" {
		t.Errorf("the first implementation is %q, want generic", names[0])
	}
	for i, name := range names {
		if slices.Index(names, name) != i {
			t.Errorf("%q is listed twice in %q", name, names)
		}
	}
	names[0] = "changed"
	if Implementations()[0] != "generic" {
		t.Error("the list of implementations is shared with callers")
	}
}

func TestSelect(t *testing.T) {
	for _, name := range Implementations() {
		use(t, name)
		if Selected() != name {
			t.Errorf("selected %s, want %s", Selected(), name)
		}
	}
	before := Selected()
	err := Select("abacus")
	want := `kernels: no implementation "abacus" here; this CPU runs ` + strings.Join(Implementations(), ", ")
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if Selected() != before {
		t.Errorf("a failed Select switched from %s to %s", before, Selected())
	}
}

// TestEnvironment starts this test program again under PENTARY_KERNELS.
func TestEnvironment(t *testing.T) {
	run := func(name string) (output string, err error) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestRequire$")
		cmd.Env = append(os.Environ(), "PENTARY_KERNELS="+name, "PENTARY_REQUIRE="+name)
		out, err := cmd.CombinedOutput()
		if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
			t.Skip("cannot start the test program again: ", err)
		}
		return string(out), err
	}
	for _, name := range Implementations() {
		if out, err := run(name); err != nil {
			t.Errorf("PENTARY_KERNELS=%s: %v\n%s", name, err, out)
		}
	}
	want := `PENTARY_KERNELS: kernels: no implementation "abacus" here`
	if out, err := run("abacus"); err == nil || !strings.Contains(out, want) {
		t.Errorf("PENTARY_KERNELS=abacus: error %v, want one with %s\n%s", err, want, out)
	}
}
