package packed

import "fmt"

// Mapped is a File whose matrices lie in a file mapped into memory: it takes no
// heap, and processes that map the same file share its pages.
//
// The matrices are read-only: writing to one faults, which ends the program. They
// and their rows must not be used after Close. The file must not be changed in
// place while it is mapped; WriteFile replaces it and is safe.
type Mapped struct {
	*File
	data []byte
}

// Open maps the file at path and checks all of it, as Decode does. On systems
// without memory mapping it reads the file.
func Open(path string) (*Mapped, error) {
	data, err := mapFile(path)
	if err != nil {
		return nil, err
	}
	f, err := Decode(data)
	if err != nil {
		unmapFile(data) // the error under way matters more
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Mapped{File: f, data: data}, nil
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
