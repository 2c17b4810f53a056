// Package busy keeps another processor busy during a measurement: a sibling on the same core, or
// a processor with the same memory.
package busy

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"

	"github.com/Kaleaon/pentary-go/internal/bench/cases"
)

// Start runs this program again with args, followed by a processor's number; these arguments
// must make the program call Loop. The processor is on the same core as the calling thread's if
// possible; where describes it. The calling thread, to which the caller must have locked its
// goroutine, is pinned to its processor from now on. stop ends the loop.
func Start(args ...string) (where string, stop func(), err error) {
	own, other, sibling, err := choose()
	if err != nil {
		return "", nil, fmt.Errorf("no processor to keep busy: %w", err)
	}
	if err := stay(own); err != nil {
		return "", nil, fmt.Errorf("processor %d: %w", own, err)
	}
	program, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(program, append(args, strconv.Itoa(other))...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
	if n, _ := out.Read(make([]byte, 1)); n == 0 {
		stop()
		return "", nil, errors.New("the loop on the other processor does not begin")
	}
	where = fmt.Sprintf("processor %d, on the same core as %d", other, own)
	if !sibling {
		where = fmt.Sprintf("processor %d, on another core than %d", other, own)
	}
	return where, stop, nil
}

// Loop multiplies 256×256 matrices on a processor until in ends. It writes one byte to out at its
// beginning.
func Loop(processor int, in io.Reader, out io.Writer) error {
	runtime.GOMAXPROCS(1) // single-threaded products
	runtime.LockOSThread()
	if err := stay(processor); err != nil {
		return fmt.Errorf("processor %d: %w", processor, err)
	}
	if err := ordinary(); err != nil {
		return fmt.Errorf("the priority of the busy loop: %w", err)
	}
	all := cases.All()
	at := slices.IndexFunc(all, func(c cases.Case) bool { return c.Kernel == "MatMul" && c.M == 256 && c.N == 256 })
	run := all[at].New()
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, in)
		close(ended)
	}()
	run()
	if _, err := out.Write([]byte{'\n'}); err != nil {
		return err
	}
	for {
		select {
		case <-ended:
			return nil
		default:
			run()
		}
	}
}
