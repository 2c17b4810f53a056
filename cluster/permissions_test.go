package cluster

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/Kaleaon/pentary-go/train"
)

// errSeen says that a status was seen.
var errSeen = errors.New("seen")

// The permissions of the page on distributed runs are enough for both roles, and a worker can neither read the
// requests of others nor publish records.
func TestPermissions(t *testing.T) {
	config, err := server.ProcessConfigFile("../docs/cluster/nats.conf")
	if err != nil {
		t.Fatal(err)
	}
	config.Host, config.Port, config.StoreDir, config.NoLog, config.NoSigs = "127.0.0.1", server.RANDOM_PORT, t.TempDir(), true, true
	passwords := map[string]string{}
	for _, u := range config.Users {
		passwords[u.Username] = u.Password
	}
	s, err := server.NewServer(config)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(time.Minute) {
		t.Fatal("the server does not start")
	}
	denied := make(chan string, 100)
	see := nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { denied <- err.Error() })
	at := func(user string) Endpoint {
		return Endpoint{URL: s.ClientURL(), Connect: []nats.Option{nats.UserInfo(user, passwords[user]), see}}
	}
	const generations = 40
	want := alone(t, "digits", generations)
	run := mustRun(t, "digits", generations, "")
	ended := make(chan error, 2)
	work := func(ctx context.Context, r *train.Run) {
		ended <- Work(ctx, r, WorkerOptions{Endpoint: at("worker")})
	}
	for _, r := range together(t, 2, generations) {
		go work(t.Context(), r)
	}
	bounded, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	result, err := Run(bounded, run, Options{Endpoint: at("coordinator"), Log: testLog(t), Checkpoint: 20 * time.Millisecond})
	if err != nil || result.Interrupted {
		t.Errorf("%+v, error %v", result, err)
	}
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	if got := hashOf(t, run); got != want {
		t.Errorf("weights %x, want %x", got, want)
	}
	for {
		select {
		case text := <-denied:
			t.Errorf("denied: %s", text)
			continue
		default:
		}
		break
	}
	watcher := at("watcher")
	seen := make(chan error, 1)
	watched, stop := context.WithTimeout(t.Context(), patient)
	defer stop()
	go func() { seen <- Watch(watched, watcher, func(*Status) error { return errSeen }) }()
	again, end := context.WithCancel(t.Context())
	go Run(again, mustRun(t, "digits", 1<<20, ""), Options{Endpoint: at("coordinator")})
	if err := <-seen; err != errSeen {
		t.Errorf("a watcher: %v", err)
	}
	end()
	for len(denied) > 0 {
		<-denied
	}
	nw, err := watcher.dial("watcher", "spy", nil, see)
	if err != nil {
		t.Fatal(err)
	}
	defer nw.Close()
	for _, try := range []func() error{
		func() error { _, err := nw.SubscribeSync("pentary.run.record.1"); return err },
		func() error { return nw.Publish("pentary.run.info", nil) },
	} {
		if err := try(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-denied:
		case <-time.After(time.Minute):
			t.Error("something is allowed to a watcher that must not be")
		}
	}
	e := at("worker")
	nc, err := e.dial("worker", "spy", nil, see)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for _, try := range []func() error{
		func() error { _, err := nc.SubscribeSync("pentary.run.pull"); return err },
		func() error { _, err := nc.SubscribeSync("_INBOX.>"); return err },
		func() error { return nc.Publish("pentary.run.record.1", nil) },
		func() error { return nc.Publish("pentary.run.end", nil) },
		func() error { return nc.Publish("$O.pentary_run.C.x", nil) },
		func() error { return nc.Publish("$JS.API.STREAM.DELETE.pentary_run", nil) },
	} {
		if err := try(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-denied:
		case <-time.After(time.Minute):
			t.Error("something is allowed that must not be")
		}
	}
}
