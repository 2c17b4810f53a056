package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Endpoint names a NATS server and a run on it.
type Endpoint struct {
	// URL of the NATS server, or several with commas between. It may hold a user and
	// password, or a token.
	URL string
	// Connect has further options of the connection: credentials, keys, TLS.
	Connect []nats.Option
	// Name of the run in subjects: letters, digits, - and _, at most 64. Default "run".
	Name string
	// Version that coordinator and workers must share. Default: the build's.
	Version string
}

var validName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (e *Endpoint) complete() error {
	if e.Name == "" {
		e.Name = "run"
	}
	if e.Version == "" {
		e.Version = buildVersion()
	}
	if !validName.MatchString(e.Name) {
		return fmt.Errorf("cluster: run name %q, want 1 to 64 letters, digits, - and _", e.Name)
	}
	if len(e.Version) > maxText {
		return fmt.Errorf("cluster: a version of %d bytes, want at most %d", len(e.Version), maxText)
	}
	return nil
}

func (e *Endpoint) subject(last string) string { return "pentary." + e.Name + "." + last }
func (e *Endpoint) store() string              { return "pentary_" + e.Name }

func recordSubject(e *Endpoint, generation uint32) string {
	return e.subject(fmt.Sprintf("record.%d", generation))
}

// buildVersion returns what identifies the build on every platform: the module's version
// and the revision.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	version := info.Main.Version
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			version += " " + s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			version += " (modified)"
		}
	}
	return version
}

// dial connects, and reconnects for as long as the connection is in use. Each role has its
// own inboxes, so that the server can keep workers from reading other inboxes.
func (e *Endpoint) dial(role, name string, log *slog.Logger, more ...nats.Option) (*nats.Conn, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	o := append([]nats.Option{
		nats.Name("pentary " + role + " " + name), nats.CustomInboxPrefix("_INBOX.pentary-" + role), nats.MaxReconnects(-1), nats.ReconnectWait(100 * time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 100*time.Millisecond), nats.Timeout(5 * time.Second),
		nats.PingInterval(10 * time.Second), nats.MaxPingsOutstanding(3),
		nats.ErrorHandler(func(_ *nats.Conn, s *nats.Subscription, err error) {
			subject := ""
			if s != nil {
				subject = s.Subject
			}
			log.Warn("NATS", "subject", subject, "why", err)
		}),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("disconnected from NATS", "why", err)
			}
		}),
	}, e.Connect...)
	nc, err := nats.Connect(e.URL, append(o, more...)...)
	if errors.Is(err, nats.ErrNoServers) {
		return nil, fmt.Errorf("cluster: no NATS server answers at %s: %w", e.hosts(), err)
	} else if err != nil {
		return nil, fmt.Errorf("cluster: connecting to the NATS server: %w", err)
	}
	return nc, nil
}

// hosts returns the URL's servers without names and passwords.
func (e *Endpoint) hosts() string {
	servers := strings.Split(e.URL, ",")
	for i, s := range servers {
		if at := strings.LastIndexByte(s, '@'); at >= 0 {
			s = s[at+1:]
		}
		servers[i] = strings.TrimSpace(s)
	}
	return strings.Join(servers, ", ")
}

// ask makes a request and returns the kind and fields of the reply.
func ask(ctx context.Context, nc *nats.Conn, timeout time.Duration, subject string, b []byte) (kind, *decoder, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	m, err := nc.RequestWithContext(ctx, subject, b)
	if err != nil {
		return 0, nil, err
	}
	return open(m.Data)
}

// Described is a coordinator's description of its run.
type Described struct {
	Version string
	Config  string // see train.Options
	Data    [32]byte
	Shared  bool // the data are in the object store, see FetchData
}

// Describe asks the coordinator of a run for the configuration that a worker's run must
// have. It waits for the coordinator until the context is done.
func Describe(ctx context.Context, e Endpoint) (*Described, error) {
	if err := e.complete(); err != nil {
		return nil, err
	}
	nc, err := e.dial("worker", "", nil)
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	for {
		k, d, err := ask(ctx, nc, 2*time.Second, e.subject("info"), encodeEmpty(kindInfo))
		var m info
		if err == nil && k == kindInfo {
			if err := m.decode(d); err != nil {
				return nil, err
			}
			if m.version != e.Version {
				return nil, fmt.Errorf("%w: %s", ErrRefused, versionDiffers(m.version, e.Version))
			}
			return &Described{m.version, m.config, m.data, m.shared}, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("cluster: no coordinator of run %q answers: %w", e.Name, errors.Join(err, ctx.Err()))
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func versionDiffers(want, have string) string {
	return fmt.Sprintf("version: the run's is %q, and this worker's %q", want, have)
}

// stores are the stream and the object store of a run.
type stores struct {
	js          jetstream.JetStream
	records     jetstream.Stream
	checkpoints jetstream.ObjectStore
}

// create makes what is missing of the stores.
func (e *Endpoint) create(ctx context.Context, nc *nats.Conn) (s stores, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if s.js, err = jetstream.New(nc); err != nil {
		return s, err
	}
	s.records, err = s.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: e.store(), Subjects: []string{e.subject("record.*"), e.subject("end")}, MaxMsgsPerSubject: 1, AllowDirect: true,
		Description: "records of a pentary run",
	})
	if err == nil {
		s.checkpoints, err = s.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{
			Bucket: e.store(), Description: "checkpoints of a pentary run",
		})
	}
	if err != nil {
		return s, fmt.Errorf("cluster: stream and object store %q: %w", e.store(), err)
	}
	return s, nil
}

// lookUp finds the stores. An answer that is lost costs seconds.
func (e *Endpoint) lookUp(ctx context.Context, nc *nats.Conn) (s stores, err error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if s.js, err = jetstream.New(nc); err != nil {
		return s, err
	}
	if s.records, err = s.js.Stream(ctx, e.store()); err != nil {
		return s, err
	}
	s.checkpoints, err = s.js.ObjectStore(ctx, e.store())
	return s, err
}

func checkpointName(session uint64, generation uint32) string {
	return fmt.Sprintf("%016x.%d", session, generation)
}
