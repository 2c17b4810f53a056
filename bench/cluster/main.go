// Command cluster compares distributed runs of the command with runs in one process, on one
// machine, and prints tables for docs/results/cluster.md:
//
//	go run ./bench/cluster equal DIR       hashes of the weights with 1, 2, 4 and 8 workers
//	go run ./bench/cluster overhead DIR    time and CPU time of a generation with 2 workers
//
// DIR has the four files of MNIST. It exits with 1 if weights differ.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 || args[0] != "equal" && args[0] != "overhead" {
		return errors.New("want: cluster equal|overhead DIR")
	}
	folder, err := os.MkdirTemp("", "pentary-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	pentary := filepath.Join(folder, "pentary")
	build := exec.Command("go", "build", "-o", pentary, "./cmd/pentary")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	if args[0] == "equal" {
		return equal(pentary, args[1])
	}
	return overhead(pentary, args[1])
}

// A result is what one run of the command took and came to.
type result struct {
	weights   string
	wall, cpu time.Duration // cpu: of all processes
}

func train(pentary string, args ...string) (r result, err error) {
	cmd := exec.Command(pentary, append([]string{"train"}, args...)...)
	var out, log bytes.Buffer
	cmd.Args = append(cmd.Args, "--json")
	cmd.Stdout, cmd.Stderr = &out, &log
	began := time.Now()
	err = cmd.Run()
	r.wall = time.Since(began)
	if err != nil {
		return r, fmt.Errorf("pentary %s: %w\n%s", strings.Join(cmd.Args[1:], " "), err, log.Bytes())
	}
	r.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	lines := bufio.NewScanner(&out)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var o struct {
			Weights string `json:"weights_sha256"`
		}
		if json.Unmarshal(lines.Bytes(), &o) == nil && o.Weights != "" {
			r.weights = o.Weights
		}
	}
	if r.weights == "" {
		return r, fmt.Errorf("pentary %s: no hash", strings.Join(cmd.Args[1:], " "))
	}
	return r, lines.Err()
}

// equal prints the hashes of the weights of runs in one process and with workers.
func equal(pentary, mnist string) error {
	fmt.Println("| training | one process | 1, 2, 4 and 8 workers |\n|---|---|---|")
	ok := true
	for _, args := range [][]string{
		{"digits", "--generations", "60"},
		{"mnist", "--data", mnist, "--noise", "activations", "--generations", "30"},
		{"lm", "--generations", "20"},
		{"control", "cartpole", "--generations", "20"},
	} {
		alone, err := train(pentary, args...)
		if err != nil {
			return err
		}
		same := "the same"
		for _, n := range []string{"1", "2", "4", "8"} {
			r, err := train(pentary, append(args, "--workers", n)...)
			if err != nil {
				return err
			}
			if r.weights != alone.weights {
				same, ok = fmt.Sprintf("%s workers: %s", n, r.weights), false
			}
		}
		shown := strings.Replace(strings.Join(args, " "), mnist, "DIR", 1)
		fmt.Printf("| `%s` | `%s` | %s |\n", shown, alone.weights, same)
	}
	if !ok {
		return errors.New("weights differ")
	}
	return nil
}

// A length is a run of a number of generations. The difference of two lengths is free of
// what starting costs.
type length struct{ short, long int }

// overhead prints what a generation takes in one process and with two workers, from runs
// that take turns.
func overhead(pentary, mnist string) error {
	const rounds = 5
	fmt.Println("| training | one process | 2 workers | overhead, least–greatest | CPU seconds | 2 workers | overhead |\n|---|---|---|---|---|---|---|")
	for _, c := range []struct {
		args []string
		length
	}{
		{[]string{"mnist", "--data", mnist, "--noise", "weights", "--batch", "1024", "--pairs", "16384"}, length{2, 10}},
		{[]string{"mnist", "--data", mnist, "--noise", "weights", "--batch", "1024", "--pairs", "700"}, length{10, 130}},
		{[]string{"mnist", "--data", mnist, "--noise", "activations", "--pairs", "1024", "--batch", "1024"}, length{5, 55}},
		{[]string{"mnist", "--data", mnist, "--noise", "activations", "--hidden", "1024,1024", "--pairs", "256", "--batch", "1024"}, length{2, 12}},
		{[]string{"lm", "--pairs", "512"}, length{10, 70}},
	} {
		var walls, cpus [2][]float64 // in one process and with workers
		var ratios []float64
		for range rounds {
			for i, more := range [][]string{nil, {"--workers", "2"}} {
				var took [2]result
				for j, generations := range []int{c.short, c.long} {
					args := append(slices.Clone(c.args), append(more, "--generations", strconv.Itoa(generations))...)
					var err error
					if took[j], err = train(pentary, args...); err != nil {
						return err
					}
				}
				each := float64(c.long - c.short)
				walls[i] = append(walls[i], (took[1].wall-took[0].wall).Seconds()/each)
				cpus[i] = append(cpus[i], (took[1].cpu-took[0].cpu).Seconds()/each)
			}
			ratios = append(ratios, walls[1][len(walls[1])-1]/walls[0][len(walls[0])-1])
		}
		slices.Sort(ratios)
		wall, cpu := [2]float64{median(walls[0]), median(walls[1])}, [2]float64{median(cpus[0]), median(cpus[1])}
		shown := strings.Replace(strings.Join(c.args, " "), mnist, "DIR", 1)
		fmt.Printf("| `%s` | %.3f s | %.3f s | %+.1f %% (%+.1f–%+.1f) | %.3f | %.3f | %+.1f %% |\n", shown, wall[0], wall[1],
			100*(ratios[rounds/2]-1), 100*(ratios[0]-1), 100*(ratios[rounds-1]-1), cpu[0], cpu[1], 100*(cpu[1]/cpu[0]-1))
	}
	return nil
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}
