package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// A DataFile is a file of a run's data that the object store has for the workers.
type DataFile struct {
	Name string // that workers know it by: letters, digits, ., - and _, not beginning with a point
	Path string
}

// dataPrefix begins the names of objects that are data.
const dataPrefix = "data."

var validFile = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$`)

func checkDataFiles(files []DataFile) error {
	for i, f := range files {
		if !validFile.MatchString(f.Name) {
			return fmt.Errorf("cluster: data file %q, want a name of at most 128 letters, digits, ., - and _, not beginning with a point", f.Name)
		}
		if slices.ContainsFunc(files[:i], func(other DataFile) bool { return other.Name == f.Name }) {
			return fmt.Errorf("cluster: two data files %q", f.Name)
		}
	}
	return nil
}

// shareData puts the data of the options into the object store. Objects that it has
// already stay.
func (c *coordinator) shareData(ctx context.Context, there []*jetstream.ObjectInfo) error {
	has := map[string]string{}
	for _, o := range there {
		name, ok := strings.CutPrefix(o.Name, dataPrefix)
		switch {
		case !ok:
		case slices.ContainsFunc(c.Data, func(f DataFile) bool { return f.Name == name }):
			has[name] = o.Digest
		default:
			if err := c.stores.checkpoints.Delete(ctx, o.Name); err != nil {
				return err
			}
		}
	}
	for _, file := range c.Data {
		if err := c.shareFile(ctx, file, has[file.Name]); err != nil {
			return fmt.Errorf("cluster: data %s: %w", file.Path, err)
		}
	}
	return nil
}

func (c *coordinator) shareFile(ctx context.Context, file DataFile, digest string) error {
	f, err := os.Open(file.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if digest == "SHA-256="+base64.URLEncoding.EncodeToString(h.Sum(nil)) {
		return nil
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = c.stores.checkpoints.Put(ctx, jetstream.ObjectMeta{Name: dataPrefix + file.Name}, f)
	return err
}

// FetchData writes the data files that a run's coordinator shares into a folder, and
// returns their paths. The object store's digests are checked, and more than the given
// number of bytes is an error. The caller compares the hash of what it reads with
// Described.Data: the store is not trusted.
func FetchData(ctx context.Context, e Endpoint, dir string, most int64) (paths []string, err error) {
	if err := e.complete(); err != nil {
		return nil, err
	}
	nc, err := e.dial("worker", "", nil)
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	s, err := e.lookUp(ctx, nc)
	if err != nil {
		return nil, fmt.Errorf("cluster: object store %q: %w", e.store(), err)
	}
	objects, err := s.checkpoints.List(ctx)
	if err != nil && !errors.Is(err, jetstream.ErrNoObjectsFound) {
		return nil, err
	}
	for _, o := range objects {
		name, ok := strings.CutPrefix(o.Name, dataPrefix)
		if !ok {
			continue
		}
		if !validFile.MatchString(name) {
			return nil, fmt.Errorf("cluster: data file %q in the object store, which is no name", name)
		}
		path := filepath.Join(dir, name)
		n, err := fetchFile(ctx, s.checkpoints, o.Name, path, most)
		if err != nil {
			return nil, fmt.Errorf("cluster: data %s: %w", name, err)
		}
		most -= n
		paths = append(paths, path)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("cluster: no data in the object store %q", e.store())
	}
	return paths, nil
}

func fetchFile(ctx context.Context, store jetstream.ObjectStore, name, path string, most int64) (n int64, err error) {
	o, err := store.Get(ctx, name)
	if err != nil {
		return 0, err
	}
	defer o.Close()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return 0, err
	}
	n, err = io.Copy(f, io.LimitReader(o, most+1))
	if n > most && err == nil {
		err = errors.New("larger than expected")
	}
	return n, errors.Join(err, f.Close()) // the end of o has checked the digest
}
