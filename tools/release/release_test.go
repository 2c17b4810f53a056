package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// rehearsed is a version that no release has.
const rehearsed = "v0.999.0"

// user is a program that imports only the library.
const user = `package main

import (
	"context"
	"fmt"

	"github.com/Kaleaon/pentary-go/data/digits"
	"github.com/Kaleaon/pentary-go/es"
	"github.com/Kaleaon/pentary-go/nn"
)

func main() {
	training, test, err := digits.Load()
	if err != nil {
		panic(err)
	}
	net := nn.NewMLP(1, 64, 64, 10)
	evaluator, err := nn.NewEvaluator(net, nn.Classify(training), nn.EvaluatorOptions{})
	if err != nil {
		panic(err)
	}
	opt, err := es.New(net.Parameters(), evaluator, es.Options{Seed: 1, Generations: 10})
	if err != nil {
		panic(err)
	}
	fmt.Println(opt.Run(context.Background()))
	_, err = net.Accuracy(test)
	fmt.Println(err)
}
`

// A release of this commit, made in a clone, installs without the checkout and without a
// workspace, and its archives run. PENTARY_LONG=1 builds them for every platform.
func TestRehearsal(t *testing.T) {
	temp := t.TempDir()
	root := command(t, ".", nil, "git", "rev-parse", "--show-toplevel")
	clone := filepath.Join(temp, "clone")
	command(t, root, nil, "git", "clone", "--quiet", "--shared", root, clone)
	for _, name := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+name+"_NAME", "rehearsal")
		t.Setenv("GIT_"+name+"_EMAIL", "rehearsal@localhost")
	}
	modules, err := findModules(clone)
	if err != nil {
		t.Fatal(err)
	}
	r := repository{root: clone, modules: modules}
	if err := r.tag(rehearsed); err != nil {
		t.Fatal(err)
	}
	proxy := filepath.Join(temp, "proxy")
	if err := r.proxy(rehearsed, proxy); err != nil {
		t.Fatal(err)
	}

	// A user's machine: an empty module cache, filled from the proxy, else from what this
	// machine has downloaded.
	cache := command(t, ".", nil, "go", "env", "GOMODCACHE")
	env := []string{
		"GOPROXY=file://" + proxy + ",file://" + cache + "/cache/download," + command(t, ".", nil, "go", "env", "GOPROXY"),
		"GOMODCACHE=" + filepath.Join(temp, "cache"), "GOBIN=" + filepath.Join(temp, "bin"),
		"GOFLAGS=-mod=mod -modcacherw -trimpath", "GOSUMDB=off", "GOWORK=off",
	}
	empty := filepath.Join(temp, "empty")
	if err := os.Mkdir(empty, 0o777); err != nil {
		t.Fatal(err)
	}

	t.Run("library", func(t *testing.T) {
		command(t, empty, env, "go", "mod", "init", "example.com/user")
		command(t, empty, env, "go", "get", "github.com/Kaleaon/pentary-go@latest")
		if err := os.WriteFile(filepath.Join(empty, "main.go"), []byte(user), 0o666); err != nil {
			t.Fatal(err)
		}
		if got := command(t, empty, env, "go", "run", "."); got != "<nil>\n<nil>" {
			t.Errorf("the program prints %q", got)
		}
		command(t, empty, env, "go", "mod", "tidy")
		n, graph := 0, command(t, empty, env, "go", "mod", "graph")
		for line := range strings.Lines(graph) { // also lists required versions of Go
			if !strings.Contains(line, " go@") && !strings.Contains(line, " toolchain@") {
				n++
			}
		}
		if n > 6 || !strings.Contains(graph, "pentary-go@"+rehearsed) {
			t.Errorf("the module graph of a user has %d requirements, want at most 6 and the version:\n%s", n, graph)
		}
	})

	t.Run("command", func(t *testing.T) {
		for _, m := range modules {
			if m.released && m.dir != "." {
				command(t, temp, env, "go", "install", m.path+"/...@latest")
			}
		}
		program := filepath.Join(temp, "bin", "pentary")
		version := command(t, temp, nil, program, "version")
		if !strings.HasPrefix(version, "pentary "+rehearsed+" h1:") || !strings.Contains(version, "generic") {
			t.Errorf("the installed command's version:\n%s\nwant %s, its hash and the kernels", version, rehearsed)
		}
		command(t, temp, nil, program, "train", "digits", "--generations", "20", "--out", filepath.Join(temp, "digits.pent"))
	})

	// At the tag, a clone loads without the workspace: go.sum has the hashes.
	t.Run("clone", func(t *testing.T) {
		readonly := append(env[:len(env):len(env)], "GOFLAGS=-mod=readonly -modcacherw -trimpath")
		for _, m := range modules {
			if m.released {
				command(t, filepath.Join(clone, m.dir), readonly, "go", "list", "-deps", "./...")
			}
		}
	})

	t.Run("archives", func(t *testing.T) {
		if os.Getenv("PENTARY_LONG") == "" {
			defer func(all []string) { platforms = all }(platforms)
			platforms = []string{"linux/amd64", "linux/arm64"}
		}
		out := filepath.Join(temp, "out")
		if err := r.build(rehearsed, out); err != nil {
			t.Fatal(err)
		}
		command(t, out, nil, "sha256sum", "--check", "--strict", "SHA256SUMS")
		commit := command(t, clone, nil, "git", "rev-parse", "HEAD")
		for _, arch := range []string{"amd64", "arm64"} {
			var emulator []string
			if arch != runtime.GOARCH {
				emulator = []string{map[string]string{"amd64": "qemu-x86_64", "arm64": "qemu-aarch64"}[arch]}
				if _, err := exec.LookPath(emulator[0]); err != nil {
					t.Log(err)
					continue
				}
			}
			name := "pentary-" + rehearsed[1:] + "-linux-" + arch
			command(t, out, nil, "tar", "-xf", name+".tar.gz")
			command(t, out, nil, "dpkg-deb", "-x", "pentary_"+rehearsed[1:]+"_"+arch+".deb", arch)
			installed, err := os.ReadFile(filepath.Join(out, arch, "usr/bin/pentary"))
			if err != nil {
				t.Fatal(err)
			}
			program := filepath.Join(out, name, "pentary")
			archived, err := os.ReadFile(program)
			if err != nil || sha256.Sum256(archived) != sha256.Sum256(installed) {
				t.Errorf("%s: error %v, or the Debian package has another program", arch, err)
			}
			run := append(emulator, program)
			version := command(t, out, nil, run[0], append(run[1:], "version")...)
			if want := "pentary " + rehearsed + " " + commit + "\n"; !strings.HasPrefix(version, want) || !strings.Contains(version, "generic") {
				t.Errorf("%s: version\n%s\nwant %s and the kernels", arch, version, want)
			}
			command(t, out, nil, run[0], append(run[1:], "selftest", "--for", "1s", "--dir", out)...)
		}
	})

	// The check reports additions of the next release to the API.
	t.Run("check", func(t *testing.T) {
		for _, e := range append(env, "GOFLAGS=-modcacherw") {
			name, value, _ := strings.Cut(e, "=")
			t.Setenv(name, value)
		}
		if err := edit(filepath.Join(clone, "trit5", "pent.go"), func(text string) (string, error) {
			return text + "\nfunc New() {}\n", nil
		}); err != nil {
			t.Fatal(err)
		}
		command(t, clone, nil, "git", "commit", "--quiet", "--all", "-m", "trit5: add")
		library := repository{root: clone, modules: modules[:1]}
		var report bytes.Buffer
		if err := library.check("v0.999.1", &report); err != nil || !strings.Contains(report.String(), "New: added") {
			t.Errorf("error %v, report\n%s", err, report.Bytes())
		}
	})
}

func TestChangelog(t *testing.T) {
	got, err := changelog("# Changelog\n\n## [Unreleased]\n\n### Added\n", "v1.2.3", "2026-01-02")
	if want := "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-02\n\n### Added\n"; err != nil || got != want {
		t.Errorf("error %v, text %q, want %q", err, got, want)
	}
	if _, err := changelog("# Changelog\n", "v1.2.3", "2026-01-02"); err == nil {
		t.Error("a changelog without unreleased changes passes")
	}
}

func TestReplaceSums(t *testing.T) {
	got := replaceSums("a v1.0.0 h1:x\nb v1.0.0 h1:y\nb/c v1.0.0 h1:z\n", "b", []string{"b v2.0.0 h1:w\n"})
	if want := "a v1.0.0 h1:x\nb v2.0.0 h1:w\nb/c v1.0.0 h1:z\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestArguments(t *testing.T) {
	for _, args := range [][]string{nil, {"tag"}, {"tag", "1.0.0"}, {"tag", "v1.0"}, {"build", "v1.0.0"}, {"push", "v1.0.0"}} {
		if err := run(args); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

// command runs a program in dir with variables added to the environment and returns what
// it prints.
func command(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", fmt.Sprint(name, " ", strings.Join(args, " ")), err, out, stderr.Bytes())
	}
	return strings.TrimSpace(string(out))
}
