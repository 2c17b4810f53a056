//go:build !unix

package packed

import "github.com/Kaleaon/pentary-go/internal/durable"

func mapFile(f durable.File, h *header, size int64) ([]byte, error) { return h.readAll(f, size) }

func unmapFile([]byte) error { return nil }
