package cluster

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// keep runs a worker process, again and again until the context is done.
func (c *coordinator) keep(ctx context.Context, url string) {
	const tries = 5
	for failures := 0; ctx.Err() == nil; {
		cmd := c.Command(ctx, url)
		var tail tail
		if cmd.Stderr == nil {
			cmd.Stderr = &tail
		}
		began := time.Now()
		err := cmd.Run()
		if ctx.Err() != nil {
			return
		}
		c.mutex.Lock()
		ended := c.ended
		c.mutex.Unlock()
		if ended {
			return
		}
		if failures++; time.Since(began) > 10*time.Second {
			failures = 1
		}
		c.Log.Warn("a worker process ended", "why", fmt.Sprint(err), "said", tail.String())
		if failures >= tries {
			c.fail(fmt.Errorf("cluster: %d worker processes in a row ended early, the last by %v: %s", tries, err, tail.String()))
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(failures) * 100 * time.Millisecond):
		}
	}
}

// tail keeps the end of what is written.
type tail struct{ b []byte }

func (t *tail) Write(b []byte) (int, error) {
	const most = 2048
	t.b = append(t.b, b...)
	if n := len(t.b) - most; n > 0 {
		t.b = append(t.b[:0], t.b[n:]...)
	}
	return len(b), nil
}

func (t *tail) String() string { return strings.TrimSpace(string(t.b)) }
