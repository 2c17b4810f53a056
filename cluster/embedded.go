package cluster

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/Kaleaon/pentary-go/internal/durable"
)

// embedded is a NATS server in this process, on a random port of the loopback interface.
// Only clients with its token, which other users of the machine do not have, can connect.
type embedded struct {
	server *server.Server
	lock   io.Closer
	dir    string
	url    string
}

// embeddedPayload bounds the messages of the embedded server.
const embeddedPayload = 32 << 20

// Folders of embedded servers in the system's folder for temporary files. A server holds
// the lock in its own, so that the next one can remove what a killed process left.
const (
	embeddedDir  = "pentary-nats-"
	embeddedLock = "lock"
)

func embed(log *slog.Logger) (*embedded, error) {
	sweepEmbedded(log)
	dir, err := os.MkdirTemp("", embeddedDir+"*")
	if err != nil {
		return nil, err
	}
	e := &embedded{dir: dir}
	if e.lock, err = durable.OS.Lock(filepath.Join(dir, embeddedLock)); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	var secret [16]byte
	rand.Read(secret[:])
	auth := hex.EncodeToString(secret[:])
	e.server, err = server.NewServer(&server.Options{
		ServerName: "pentary", Host: "127.0.0.1", Port: server.RANDOM_PORT, Authorization: auth,
		JetStream: true, StoreDir: filepath.Join(dir, "store"), MaxPayload: embeddedPayload, MaxPending: 4 * embeddedPayload,
		NoSigs: true, NoLog: true, DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, errors.Join(err, e.lock.Close(), os.RemoveAll(dir))
	}
	e.server.Start()
	if !e.server.ReadyForConnections(time.Minute) {
		return nil, errors.Join(errors.New("cluster: the embedded NATS server does not start"), e.close())
	}
	e.url = fmt.Sprintf("nats://%s@%s", auth, e.server.Addr())
	return e, nil
}

// sweepEmbedded removes the folders of embedded servers whose processes were killed.
func sweepEmbedded(log *slog.Logger) {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), embeddedDir+"*"))
	for _, dir := range dirs {
		path := filepath.Join(dir, embeddedLock)
		// One without the file is not a server's yet.
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		lock, err := durable.OS.Lock(path)
		if err != nil {
			continue
		}
		err = os.RemoveAll(dir)
		lock.Close()
		log.Info("removed the folder of a killed coordinator", "folder", dir, "error", err)
	}
}

func (e *embedded) close() error {
	e.server.Shutdown()
	e.server.WaitForShutdown()
	return errors.Join(os.RemoveAll(e.dir), e.lock.Close())
}
