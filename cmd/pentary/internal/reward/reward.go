// Package reward runs user programs that score completions.
//
// A program reads one request per line from standard input and writes its score, an integer within
// ±2^31, as a line to standard output, in the same order:
//
//	{"prompt":"Once upon","completion":" a time","line":3,"more":1}
//	{"prompt":"The end","completion":" is near","line":8,"more":0}
//
// line is the line of the prompt in its file, more the number of requests that follow in the batch.
// A program may answer each request immediately, or all requests of a batch after the last one. Each
// goroutine has its own process, which runs until Close closes its input.
package reward

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Kaleaon/pentary-go/nn"
)

// Prompt is a text to complete.
type Prompt struct {
	Text string
	Line int // line number in its file, from 1
}

// Program is a shell command that scores completions.
type Program struct {
	Command string
	Limit   time.Duration // time limit for the answers to a batch
	Prompts []Prompt
	Text    func(tokens []uint16) string // returns the text of a completion
	Errors  io.Writer                    // receives the processes' standard error

	mu        sync.Mutex
	processes map[int]*process // by worker
}

type request struct {
	Prompt     string `json:"prompt"`
	Completion string `json:"completion"`
	Line       int    `json:"line"`
	More       int    `json:"more"`
}

// process is a running process of the program.
type process struct {
	cmd    *exec.Cmd
	life   io.Closer // see shell
	in     io.WriteCloser
	out    io.ReadCloser
	lines  chan string   // lines of its output
	ended  chan struct{} // closed after err
	err    error         // of reading its output, or of its exit
	scores int           // number of scores so far
	batch  bytes.Buffer
}

// maxLine is the largest length of a line of output, in bytes.
const maxLine = 4096

// Rate implements nn.Rater. After an error, the worker's process has been killed; the next call
// starts a new one.
func (p *Program) Rate(ctx context.Context, worker int, all []nn.Completion, scores []int64) error {
	s, err := p.process(worker)
	if err == nil {
		if err = p.rate(ctx, s, all, scores); err != nil {
			p.mu.Lock()
			delete(p.processes, worker)
			p.mu.Unlock()
			s.kill()
		}
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("--reward %q: %w", p.Command, err)
	}
	return err
}

func (p *Program) process(worker int) (*process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.processes[worker]; s != nil {
		return s, nil
	}
	s, err := start(p.Command, p.Errors)
	if err != nil {
		return nil, err
	}
	if p.processes == nil {
		p.processes = map[int]*process{}
	}
	p.processes[worker] = s
	return s, nil
}

// start starts a process with its standard error redirected to errors.
func start(command string, errors io.Writer) (s *process, err error) {
	s = &process{lines: make(chan string), ended: make(chan struct{})}
	if s.cmd, s.life, err = shell(command); err != nil {
		return nil, err
	}
	s.cmd.Stderr, s.cmd.WaitDelay = errors, time.Second
	if s.in, err = s.cmd.StdinPipe(); err == nil {
		s.out, err = s.cmd.StdoutPipe()
	}
	if err == nil {
		err = s.cmd.Start()
	}
	for _, inherited := range s.cmd.ExtraFiles {
		inherited.Close()
	}
	if err != nil {
		s.life.Close()
		return nil, err
	}
	go s.read()
	return s, nil
}

// read sends the lines of the output to s.lines and waits for the end of the process.
func (s *process) read() {
	lines, n := bufio.NewScanner(s.out), 1
	for lines.Buffer(nil, maxLine); lines.Scan(); n++ {
		s.lines <- lines.Text()
	}
	if s.err = lines.Err(); s.err != nil {
		s.err = fmt.Errorf("line %d of its output: %w, want at most %d bytes", n, s.err, maxLine)
		killGroup(s.cmd)
	}
	if err := s.cmd.Wait(); s.err == nil {
		s.err = err
	}
	s.life.Close()
	close(s.ended)
}

// rate requests the scores of a batch from a process.
func (p *Program) rate(ctx context.Context, s *process, all []nn.Completion, scores []int64) error {
	select {
	case line := <-s.lines:
		return fmt.Errorf("line %d of its output, %.80q, has no request", s.scores+1, line)
	default:
	}
	s.batch.Reset()
	to := json.NewEncoder(&s.batch)
	to.SetEscapeHTML(false)
	for i, c := range all {
		prompt := &p.Prompts[c.Prompt]
		if err := to.Encode(request{prompt.Text, p.Text(c.Tokens), prompt.Line, len(all) - 1 - i}); err != nil {
			return err
		}
	}
	written := make(chan error, 1)
	go func() {
		_, err := s.in.Write(s.batch.Bytes())
		written <- err
	}()
	limit := time.NewTimer(p.Limit)
	defer limit.Stop()
	late := func(i int) error {
		return fmt.Errorf("no answer to request %d of a batch of %d within %v (--reward-timeout); does it flush its output?", i+1, len(all), p.Limit)
	}
	for i := range scores {
		select {
		case line := <-s.lines:
			v, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
			if err != nil || v < -nn.MaxRating || v > nn.MaxRating {
				return fmt.Errorf("line %d of its output is %.80q, want an integer within ±2^31: the score of %s", s.scores+1, line, s.request(i))
			}
			scores[i] = v
			s.scores++
		case <-s.ended:
			return fmt.Errorf("it ended (%s) after %d scores, with %d requests of a batch of %d left", s.end(), s.scores, len(all)-i, len(all))
		case <-limit.C:
			return late(i)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	select {
	case err := <-written:
		return err
	case <-limit.C:
		return fmt.Errorf("it answered a batch of %d without reading all of it within %v (--reward-timeout)", len(all), p.Limit)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// request returns a request of the batch for messages.
func (s *process) request(i int) string {
	lines := bytes.SplitN(s.batch.Bytes(), []byte("\n"), i+2)
	const most = 200
	if line := lines[i]; len(line) <= most {
		return string(line)
	}
	return string(lines[i][:most]) + "…"
}

func (s *process) end() string {
	if s.err != nil {
		return s.err.Error()
	}
	return "exit status 0"
}

// Close closes the input of all processes and waits for them to end. It returns an error if a
// process has written more scores than requested.
func (p *Program) Close() (err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.processes {
		s.in.Close()
	}
	end := time.Now().Add(min(p.Limit, 5*time.Second))
	for worker, s := range p.processes {
		if more := s.close(end); more > 0 && err == nil {
			err = fmt.Errorf("--reward %q: %d more lines of output after %d scores, want one per request", p.Command, more, s.scores)
		}
		delete(p.processes, worker)
	}
	return err
}

// close closes the input of a process and waits for its end, or kills it at the time end. It returns
// the number of lines that it still writes.
func (s *process) close(end time.Time) (more int) {
	timer := time.NewTimer(time.Until(end))
	defer timer.Stop()
	for {
		select {
		case <-s.lines:
			more++
		case <-s.ended:
			return more
		case <-timer.C:
			s.kill()
			return more
		}
	}
}

// kill kills a process and its children. It does not wait for processes that have left the group,
// which may keep the output open.
func (s *process) kill() {
	s.in.Close()
	select {
	case <-s.ended:
		return
	default:
		killGroup(s.cmd)
		s.out.Close()
	}
	for {
		select {
		case <-s.lines:
		case <-s.ended:
			return
		}
	}
}
