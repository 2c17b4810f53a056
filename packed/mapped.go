package packed

import "github.com/Kaleaon/pentary-go/internal/durable"

// Mapped is a File whose matrices are mapped from disk into memory. They take no
// heap, and processes that map the same file share its pages.
//
// The matrices are read-only: a write to one faults and ends the program. They and
// their rows must not be used after Close. The file must not be modified in place
// while it is mapped; WriteFile replaces it and is safe.
type Mapped struct {
	*File
	data []byte
}

// Open maps the file at path and checks all of it, as Decode does. A path that is not a
// regular file is an error. On systems without memory mapping Open reads the file.
func Open(path string) (*Mapped, error) {
	return openFile(path, func(f durable.File, h *header, size int64) (*Mapped, error) {
		data, err := mapFile(f, h, size)
		if err != nil {
			return nil, err
		}
		file, err := decode(data)
		if err != nil {
			unmapFile(data) // the error under way matters more
			return nil, err
		}
		return &Mapped{File: file, data: data}, nil
	})
}

// Close unmaps the file. Closing again does nothing.
func (m *Mapped) Close() error {
	data := m.data
	m.File, m.data = nil, nil
	if data == nil {
		return nil
	}
	return unmapFile(data)
}
