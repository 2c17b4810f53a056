package train

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cluster"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/machine"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/settings"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es/journal"
	"github.com/Kaleaon/pentary-go/packed"
	"github.com/Kaleaon/pentary-go/train"
)

// environmentURL is the environment variable with the URL of the server, used if --nats is not set:
// it keeps tokens out of the process list.
const environmentURL = "PENTARY_NATS"

// endpoint holds the flags for the connection to a NATS server.
type endpoint struct {
	url  string
	name string

	creds, nkey, ca, cert, key string
}

func (e *endpoint) flags(f *pflag.FlagSet, usage string) {
	f.StringVar(&e.url, "nats", "", usage)
	f.StringVar(&e.name, "run", "run", "`name` of the run on the server: letters, digits, - and _")
	console.Input(f, &e.creds, "nats-creds", "credentials `file` with a JWT and its key")
	console.Input(f, &e.nkey, "nats-nkey", "`file` with an NKey's seed")
	console.Input(f, &e.ca, "nats-ca", "`file` with the certificates of the authorities for the server's certificate").Ext("pem")
	console.Input(f, &e.cert, "nats-cert", "`file` with a client certificate").Ext("pem")
	console.Input(f, &e.key, "nats-key", "`file` with the key of the client certificate").Ext("pem")
}

// files returns the flags that name files, with their values.
func (e *endpoint) files() [][2]string {
	all := [][2]string{
		{"--nats-creds", e.creds}, {"--nats-nkey", e.nkey}, {"--nats-ca", e.ca}, {"--nats-cert", e.cert}, {"--nats-key", e.key},
	}
	return slices.DeleteFunc(all, func(flag [2]string) bool { return flag[1] == "" })
}

// arguments returns the flags as arguments for another process, without the URL.
func (e *endpoint) arguments() []string {
	args := []string{"--run", e.name}
	for _, flag := range e.files() {
		args = append(args, flag[0], flag[1])
	}
	return args
}

// maxCredentials is the largest size of each file of credentials, keys or certificates, in bytes. A
// list of all public certificate authorities has about 220 KiB.
const maxCredentials = 1 << 20

// connection returns the endpoint for package cluster. It returns an error if a file of the flags is
// missing, not regular or larger than maxCredentials.
func (e *endpoint) connection() (cluster.Endpoint, error) {
	// Package nats reads the complete files, of any size, here and at each reconnection.
	for _, flag := range e.files() {
		if _, err := console.ReadFile(flag[1], maxCredentials); err != nil {
			return cluster.Endpoint{}, fmt.Errorf("%s: %w", flag[0], err)
		}
	}
	at := cluster.Endpoint{URL: e.url, Name: e.name, Version: machine.ThisBuild().String()}
	if e.creds != "" {
		at.Connect = append(at.Connect, nats.UserCredentials(e.creds))
	}
	if e.nkey != "" {
		o, err := nats.NkeyOptionFromSeed(e.nkey)
		if err != nil {
			return at, fmt.Errorf("--nats-nkey %s: %w", e.nkey, err)
		}
		at.Connect = append(at.Connect, o)
	}
	if e.ca != "" {
		at.Connect = append(at.Connect, nats.RootCAs(e.ca))
	}
	if (e.cert == "") != (e.key == "") {
		return at, console.Usagef("--nats-cert and --nats-key must be used together")
	}
	if e.cert != "" {
		at.Connect = append(at.Connect, nats.ClientCert(e.cert, e.key))
	}
	return at, nil
}

// distribution holds the flags for training on several processes.
type distribution struct {
	endpoint
	workers int
	check   int
	quorum  int // per cent
	share   bool
	metrics string
}

func (d *distribution) flags(f *pflag.FlagSet) {
	f.IntVar(&d.workers, "workers", 0, "`number` of worker processes to start on this machine; they share the processors")
	d.endpoint.flags(f, "`URL` of the NATS server for workers on any machine, such as nats://user:password@host:4222")
	f.IntVar(&d.check, "check", unset, "check one in this `number` of chunks by scoring it here, and one by a second worker; expel workers whose scores differ; 0: check none (default: 100 with --nats, otherwise 0)")
	f.Lookup("check").DefValue = ""
	f.IntVar(&d.quorum, "quorum", 100, "`percentage` of the pairs for which a generation waits if the others are late; below 100, the weights differ from a run in one process")
	f.BoolVar(&d.share, "share-data", false, "copy the data to the server's store, for workers without them")
	f.StringVar(&d.metrics, "metrics", "", "serve Prometheus metrics on this `address`, such as 127.0.0.1:9090, under /metrics")
}

// unset is the value of --check if the flag is not set: the default of package cluster.
const unset = math.MinInt

// used reports whether the training is distributed.
func (d *distribution) used() bool { return d.workers > 0 || d.url != "" }

func (d *distribution) checkFlags(f *pflag.FlagSet) error {
	switch {
	case d.workers < 0 || d.workers > 1024:
		return console.Usagef("--workers %d: want 0 to 1024", d.workers)
	case d.check < 0 && d.check != unset:
		return console.Usagef("--check %d: want at least 0", d.check)
	case d.quorum < 1 || d.quorum > 100:
		return console.Usagef("--quorum %d: want 1 to 100", d.quorum)
	}
	if d.used() {
		// Report errors of the files before creating the run's directory.
		_, err := d.connection()
		return err
	}
	for _, name := range []string{"run", "check", "quorum", "share-data", "metrics", "nats-creds", "nats-nkey", "nats-ca", "nats-cert", "nats-key"} {
		if f.Changed(name) {
			return console.Usagef("--%s requires --workers or --nats", name)
		}
	}
	return nil
}

// train trains with workers.
func (d *distribution) train(ctx context.Context, run *train.Run, r *run, data string) (*train.Result, error) {
	at, err := d.connection()
	if err != nil {
		return nil, err
	}
	o := cluster.Options{Endpoint: at, Processes: d.workers, Log: clusterLog(r.streams, slog.LevelWarn)}
	switch {
	case d.check == 0:
		o.Check = -1
	case d.check > 0:
		o.Check = 1 / float64(d.check)
	}
	o.Quorum, o.Metrics = float64(d.quorum)/100, d.metrics
	if d.share {
		if o.Data, err = dataFiles(r.kind, data); err != nil {
			return nil, err
		}
	}
	if k, ok := r.kind.(interface{ ownNumbers() bool }); ok && k.ownNumbers() { // checkpoints do not contain them
		path := r.init
		if r.dir != "" {
			path = filepath.Join(r.dir, initialName)
		}
		o.Data = append(o.Data, cluster.DataFile{Name: initialName, Path: path})
	}
	if o.Earlier, err = readExpulsions(r.dir); err != nil {
		o.Log.Warn("cannot read all earlier expulsions of workers", "why", err)
	}
	var expelled []cluster.Expulsion
	o.Expelled = func(e cluster.Expulsion) {
		expelled = append(expelled, e)
		if err := keepExpulsion(r.dir, e); err != nil {
			o.Log.Warn("cannot write an expulsion", "why", err)
		}
	}
	defer func() {
		for _, e := range expelled {
			if e.Last > 0 {
				o.Log.Warn("generations have unchecked scores of an expelled worker", "worker", e.Worker, "from", e.First, "to", e.Last,
					"to_check", fmt.Sprintf("pentary audit %s --first %d --last %d --sample %d", cmp.Or(r.dir, "DIR"), e.First, e.Last, e.Last-e.First+1))
			}
		}
	}()
	threads := max(1, runtime.GOMAXPROCS(0)/max(1, d.workers))
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	o.Command = func(ctx context.Context, url string) *exec.Cmd {
		args := append([]string{"worker", "--with-input", "--threads", strconv.Itoa(threads)}, d.arguments()...)
		if data != "" {
			args = append(args, "--data", data)
		}
		if t, ok := r.kind.(*finetune); ok && t.command != "" {
			args = append(args, "--reward", t.command, "--reward-timeout", t.limit.String())
		}
		cmd := exec.CommandContext(ctx, self, args...)
		cmd.Args[0] = os.Args[0]
		cmd.Env = append(os.Environ(), environmentURL+"="+url)
		cmd.StdinPipe() // closed when this process ends, for whatever reason
		return cmd
	}
	return cluster.Run(ctx, run, o)
}

// expelledName is the file in a run's directory with the expelled workers.
const expelledName = "expelled.jsonl"

// keepExpulsion appends an expulsion to the file in the run's directory.
func keepExpulsion(dir string, e cluster.Expulsion) error {
	if dir == "" {
		return nil
	}
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, expelledName), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// readExpulsions returns the expulsions written by keepExpulsion, up to the first invalid line.
func readExpulsions(dir string) (all []cluster.Expulsion, err error) {
	const limit = 16 << 20
	if dir == "" {
		return nil, nil
	}
	path := filepath.Join(dir, expelledName)
	b, err := console.ReadFile(path, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for line := range bytes.Lines(b) {
		var e cluster.Expulsion
		if err := json.Unmarshal(line, &e); err != nil {
			return all, fmt.Errorf("%s: line %d: %w", path, len(all)+1, err)
		}
		all = append(all, e)
	}
	return all, err
}

// dataFiles returns the data files of a run.
func dataFiles(k kind, path string) ([]cluster.DataFile, error) {
	if path == "" {
		return nil, console.Usagef("--share-data: the data of this task are part of the program")
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		files := []cluster.DataFile{{Name: sharedData, Path: path}}
		if t, ok := k.(*finetune); ok {
			for name, path := range t.companions() {
				files = append(files, cluster.DataFile{Name: name, Path: t.beside(*path)})
			}
		}
		return files, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var files []cluster.DataFile
	for _, e := range entries {
		if data.IsImageFile(e.Name()) {
			files = append(files, cluster.DataFile{Name: e.Name(), Path: filepath.Join(path, e.Name())})
		}
	}
	return files, nil
}

// clusterLog returns the log of a coordinator or worker, on standard error.
func clusterLog(s *console.Streams, least slog.Level) *slog.Logger {
	w := s.Err
	if s.ErrTerm != nil {
		w = afterLine{w}
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: least}))
}

// afterLine overwrites a progress line.
type afterLine struct{ io.Writer }

func (a afterLine) Write(b []byte) (int, error) {
	n, err := a.Writer.Write(append([]byte("\r\x1b[K"), b...))
	return min(n, len(b)), err
}

// worker holds the options of the command worker.
type worker struct {
	endpoint
	data   string
	reward permission
	wait   time.Duration
	input  bool
}

// NewWorker returns the command worker.
func NewWorker(s *console.Streams) *cobra.Command {
	w := &worker{}
	cmd := &cobra.Command{
		Use:   "worker",
		Short: "Score part of a run that another process coordinates",
		Long: `Score members of the population for a run coordinated by "pentary train --nats", until the
run has ended. The settings come from the coordinator, the weights from the server's store,
and the data from this machine, or from the store if the run was started with --share-data.

Workers may start and stop at any time, on any kind of CPU; the weights of the run do not
depend on them. A worker with another version or other data is rejected: it ends with exit
status 1 and prints the reason.`,
		Example: "  pentary train digits --dir run --nats nats://host:4222\n  pentary worker --nats nats://host:4222",
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if w.input {
				var stop context.CancelFunc
				ctx, stop = context.WithCancel(ctx)
				defer stop()
				go func() {
					io.Copy(io.Discard, os.Stdin)
					stop()
				}()
			}
			return interrupted(ctx, w.work(ctx, cmd, s))
		},
	}
	f := cmd.Flags()
	w.endpoint.flags(f, "`URL` of the NATS server, such as nats://user:password@host:4222 (default: $"+environmentURL+")")
	console.Input(f, &w.data, "data", "`folder` or file with the run's data on this machine (default: the coordinator's path)")
	console.Threads(f)
	w.reward.flags(f)
	f.DurationVar(&w.wait, "wait", 5*time.Minute, "`time` to wait for an answer from the coordinator")
	f.BoolVar(&w.input, "with-input", false, "end when standard input is closed")
	return cmd
}

func (w *worker) work(ctx context.Context, cmd *cobra.Command, s *console.Streams) error {
	if w.url == "" {
		w.url = os.Getenv(environmentURL)
	}
	if w.url == "" {
		return console.Usagef("--nats is missing, the URL of the server; or set $%s", environmentURL)
	}
	if w.wait <= 0 {
		return console.Usagef("--wait %v: want more than 0", w.wait)
	}
	at, err := w.connection()
	if err != nil {
		return err
	}
	log := clusterLog(s, slog.LevelInfo)
	asked, stop := context.WithTimeout(ctx, w.wait)
	d, err := cluster.Describe(asked, at)
	stop()
	if err != nil {
		return err
	}
	p, err := newPlan(journal.Header{Config: d.Config, Data: d.Data})
	if err != nil {
		return fmt.Errorf("the coordinator's configuration: %w", err)
	}
	if err := w.reward.allow(p, true); err != nil {
		return err
	}
	defer closeKind(p.kind)
	if w.data == "" {
		if err := console.CheckPaths(cmd, nil, s, p.inputs()); err != nil {
			return err
		}
	}
	run, err := w.run(ctx, p, at, d)
	if err != nil {
		return err
	}
	return cluster.Work(ctx, run, cluster.WorkerOptions{Endpoint: at, Wait: w.wait, Log: log})
}

// maxShared is the largest size of data from the server's store, in bytes.
const maxShared = 4 << 30

// run returns the run described by a coordinator, with its data from this machine, or, if it does
// not have them and --data is not set, with the coordinator's shared data.
func (w *worker) run(ctx context.Context, p *plan, at cluster.Endpoint, d *cluster.Described) (*train.Run, error) {
	err := loadFor(ctx, p.kind, cmp.Or(w.data, p.config.Data), d)
	var initial *packed.File
	if d.Shared && (err != nil && w.data == "" || p.config.Init != "") {
		initial, err = fetchFor(ctx, p.kind, at, d, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%w\nUse --data for their path on this machine", err)
	}
	return built(p, d, initial)
}

// loadFor reads the data of a run and checks their hash.
func loadFor(ctx context.Context, k kind, path string, d *cluster.Described) error {
	if err := k.load(ctx, path); err != nil {
		return err
	}
	if name, hash := k.data(); hash != d.Data {
		return fmt.Errorf("data: the run's hash is %x, but %s has %x", d.Data, name, hash)
	}
	return nil
}

// fetchFor fetches the files shared by a coordinator: the data, if missing is the error of loading
// them from this machine, and the initial model, or nil.
func fetchFor(ctx context.Context, k kind, at cluster.Endpoint, d *cluster.Described, missing error) (initial *packed.File, err error) {
	dir, err := os.MkdirTemp("", "pentary-data-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	paths, err := cluster.FetchData(ctx, at, dir, maxShared)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(paths, func(path string) bool { return filepath.Base(path) == initialName }); i >= 0 {
		if initial, err = packed.ReadFile(paths[i]); err != nil {
			return nil, err
		}
		paths = slices.Delete(paths, i, i+1)
	}
	if missing == nil || len(paths) == 0 {
		return initial, missing
	}
	if file := filepath.Join(dir, sharedData); slices.Contains(paths, file) {
		if t, ok := k.(*finetune); ok {
			for name, path := range t.companions() {
				*path = filepath.Join(dir, name)
			}
		}
		dir = file
	}
	return initial, loadFor(ctx, k, dir, d)
}

// sharedData is the name of data of a single file in the store.
const sharedData = "data"

// built returns the run of a plan with loaded data. initial is the initial model, or nil.
func built(p *plan, d *cluster.Described, initial *packed.File) (*train.Run, error) {
	if err := settings.CheckMemory(console.ByteSize(p.kind.memory()), 0); err != nil {
		return nil, err
	}
	if err := p.kind.build(p.config.Network); err != nil {
		return nil, err
	}
	if initial != nil {
		if err := p.kind.initial(initial); err != nil {
			return nil, fmt.Errorf("the coordinator's initial model: %w", err)
		}
	}
	t, err := p.kind.task()
	if err != nil {
		return nil, err
	}
	return train.New(t, p.kind.Options(), train.Options{
		Config: d.Config, Earlier: p.config.Earlier, Measurements: p.kind.Measured(),
	})
}
