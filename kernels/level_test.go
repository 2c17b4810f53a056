package kernels

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Tested lists the implementations that tests run: this CPU's, or the one that
// PENTARY_REQUIRE names.
func Tested() []string {
	if name := os.Getenv("PENTARY_REQUIRE"); slices.Contains(Implementations(), name) {
		return []string{name}
	}
	return Implementations()
}

// forEachImpl runs test once for every implementation to be tested, with that
// implementation selected.
func forEachImpl(t *testing.T, test func(t *testing.T)) {
	for _, name := range Tested() {
		t.Run(name, func(t *testing.T) {
			choose(t, name)
			test(t)
		})
	}
}

// choose selects an implementation until the test ends.
func choose(tb testing.TB, name string) {
	tb.Helper()
	before := Selected()
	tb.Cleanup(func() {
		if err := use(before); err != nil {
			tb.Error(err)
		}
	})
	if err := use(name); err != nil {
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
		choose(t, name)
		if Selected() != name {
			t.Errorf("selected %s, want %s", Selected(), name)
		}
	}
	before := Selected()
	err := use("abacus")
	want := `no implementation "abacus" here; this CPU runs ` + strings.Join(Implementations(), ", ")
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if Selected() != before {
		t.Errorf("a failed use switched from %s to %s", before, Selected())
	}
}

// TestEnvironment starts this test program again under PENTARY_KERNELS. A name that is
// none leaves the best implementation in use, and says so once.
func TestEnvironment(t *testing.T) {
	best := implementations[len(implementations)-1].name
	run := func(name, require string) string {
		cmd := exec.Command(os.Args[0], "-test.run=^Test(Require|EnvError)$")
		cmd.Env = append(os.Environ(), "PENTARY_KERNELS="+name, "PENTARY_REQUIRE="+require)
		out, err := cmd.CombinedOutput()
		if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
			t.Skip("cannot start the test program again: ", err)
		}
		if err != nil {
			t.Errorf("PENTARY_KERNELS=%s: %v\n%s", name, err, out)
		}
		return string(out)
	}
	list := strings.Join(Implementations(), ", ")
	if out := run("abacus", ""); !strings.Contains(out, " runs "+list+"; ") {
		t.Skip("the program started again runs on another CPU, as below an emulator: ", out)
	}
	for _, name := range Implementations() {
		if out := run(name, name); strings.Contains(out, "kernels: ") {
			t.Errorf("PENTARY_KERNELS=%s:\n%s", name, out)
		}
	}
	run("", best)
	want := `kernels: PENTARY_KERNELS=abacus: no implementation "abacus" here; this CPU runs ` + list + "; using " + best + "\n"
	if out := run("abacus", best); strings.Count(out, want) != 1 || strings.Count(out, "kernels: ") != 1 {
		t.Errorf("PENTARY_KERNELS=abacus: want once %s\n%s", want, out)
	}
}

func TestEnvError(t *testing.T) {
	name := os.Getenv("PENTARY_KERNELS")
	wrong := name != "" && !slices.Contains(Implementations(), name)
	if err := EnvError(); (err != nil) != wrong {
		t.Errorf("PENTARY_KERNELS=%s: error %v", name, err)
	}
}
