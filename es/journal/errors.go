package journal

import (
	"errors"
	"fmt"
)

var (
	// ErrDamaged is the error of a file whose content cannot be what was written
	// and acknowledged. The message names the file, and the offset where it has one.
	ErrDamaged = errors.New("damaged")
	// ErrVersion is the error of a file whose format this program does not know. The
	// message names both versions.
	ErrVersion = errors.New("unknown format version")
	// ErrEnded is the error of Append and Finish after the end of the run.
	ErrEnded = errors.New("journal: the run has ended")
	// ErrInUse is the error of opening a run that another process, or another Log
	// of this one, has open.
	ErrInUse = errors.New("in use by another process")
)

// damaged returns an ErrDamaged that says where and what.
func damaged(path string, offset int64, format string, args ...any) error {
	return fmt.Errorf("%s: %w at offset %d: %s", path, ErrDamaged, offset, fmt.Sprintf(format, args...))
}
