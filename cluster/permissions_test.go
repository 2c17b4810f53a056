package cluster

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/Kaleaon/pentary-go/train"
)

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
	if !s.ReadyForConnections(10 * time.Second) {
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
		ended <- Work(ctx, r, WorkerOptions{Endpoint: at("worker"), Wait: 20 * time.Second})
	}
	for range 2 {
		go work(t.Context(), mustRun(t, "digits", generations, ""))
	}
	bounded, cancel := context.WithTimeout(t.Context(), 40*time.Second)
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
		case <-time.After(5 * time.Second):
			t.Error("something is allowed that must not be")
		}
	}
}
