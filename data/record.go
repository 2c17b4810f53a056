package data

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxRecord bounds the bytes of a CSV record, so that a file without line ends is refused
// before it fills the memory.
const maxRecord = 1 << 22

// A recordReader reads the records of a CSV file according to RFC 4180. In addition lines
// may end in LF or CR, a byte order mark and empty lines are skipped, and the separator can
// be chosen.
type recordReader struct {
	r    *bufio.Reader
	name string
	sep  byte

	line   int // of the next byte
	start  int // line where the record begins
	fields [][]byte
	buf    []byte
	ends   []int // of the fields in buf
}

// newRecordReader returns a reader of CSV, plain or gzipped. The name of the input begins
// its errors.
func newRecordReader(r io.Reader, name string, sep byte) (*recordReader, error) {
	if sep == 0 {
		sep = ','
	}
	if sep == '"' || sep == '\n' || sep == '\r' || sep >= utf8.RuneSelf {
		return nil, fmt.Errorf("data: separator %q, want an ASCII character that is no quote or line end", rune(sep))
	}
	plain, err := gunzip(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	rr := &recordReader{r: bufio.NewReaderSize(plain, 1<<16), name: name, sep: sep, line: 1}
	switch head, _ := rr.r.Peek(3); {
	case bytes.Equal(head, []byte("\xef\xbb\xbf")):
		rr.r.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return nil, fmt.Errorf("%s: UTF-16, want UTF-8", name)
	}
	return rr, nil
}

// errorf returns an error at a line of the input.
func (r *recordReader) errorf(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", r.name, line, fmt.Errorf(format, args...))
}

// next returns the fields of the next record, valid until the next call, or io.EOF.
func (r *recordReader) next() ([][]byte, error) {
	for {
		r.buf, r.ends, r.start = r.buf[:0], r.ends[:0], r.line
		if err := r.record(); err != nil {
			return nil, err
		}
		if len(r.ends) > 1 || len(r.buf) > 0 {
			break
		}
	}
	r.fields = r.fields[:0]
	at := 0
	for _, end := range r.ends {
		r.fields = append(r.fields, r.buf[at:end:end])
		at = end
	}
	return r.fields, nil
}

// plain returns the bytes up to one that is not part of a field without quotes, as far as they
// have been read.
func (r *recordReader) plain() []byte {
	ahead, _ := r.r.Peek(r.r.Buffered())
	for i, c := range ahead {
		if c == r.sep || c == '"' || c == '\r' || c == '\n' || c == 0 {
			return ahead[:i]
		}
	}
	return ahead
}

// A fieldState is the state of reading a field.
type fieldState int

const (
	begin    fieldState = iota // at its beginning
	unquoted                   // within it
	quoted                     // within quotes
	closed                     // after a quote within quotes
)

// record reads a line, or the lines of a record with line ends in quotes. The record of
// an empty line is one empty field, of which a quoted one keeps a mark.
func (r *recordReader) record() error {
	state, any := begin, false
	for {
		if len(r.buf)+len(r.ends) > maxRecord {
			return r.errorf(r.start, "a record of more than %d MiB; is this a CSV file?", maxRecord>>20)
		}
		if state == begin || state == unquoted {
			if plain := r.plain(); len(plain) > 0 {
				r.buf = append(r.buf, plain...)
				r.r.Discard(len(plain))
				state, any = unquoted, true
			}
		}
		c, err := r.r.ReadByte()
		if err == io.EOF {
			return r.end(state, any)
		} else if err != nil {
			return r.errorf(r.line, "%w", err)
		}
		any = true
		if c == 0 {
			return r.errorf(r.line, "column %d: a zero byte; is this a CSV file?", len(r.ends)+1)
		}
		if state == closed {
			if state, err = r.afterQuote(c); err != nil {
				return err
			}
			if state == quoted {
				continue
			}
		}
		switch {
		case c == '\r' || c == '\n':
			r.lineEnd(c)
			if state != quoted {
				r.ends = append(r.ends, len(r.buf))
				return nil
			}
			r.buf = append(r.buf, '\n')
		case state == quoted && c == '"':
			state = closed
		case state == quoted:
			r.buf = append(r.buf, c)
		case c == r.sep:
			r.ends = append(r.ends, len(r.buf))
			state = begin
		case c == '"' && state == begin:
			state = quoted
		case c == '"':
			return r.errorf(r.line, "column %d: a quote within a field, want the whole field in quotes and the quote doubled", len(r.ends)+1)
		default:
			r.buf = append(r.buf, c)
			state = unquoted
		}
	}
}

// end ends the record at the end of the file; any reports whether it has a byte.
func (r *recordReader) end(state fieldState, any bool) error {
	if state == quoted {
		return r.errorf(r.start, "column %d: the quote does not end", len(r.ends)+1)
	}
	if !any {
		return io.EOF
	}
	r.ends = append(r.ends, len(r.buf))
	return nil
}

// afterQuote takes the byte after a quote within quotes: another quote, which stands for one
// in the field, or the separator or line end after the field, which remains to be handled.
func (r *recordReader) afterQuote(c byte) (fieldState, error) {
	switch c {
	case '"':
		r.buf = append(r.buf, '"')
		return quoted, nil
	case r.sep, '\r', '\n':
		return unquoted, nil
	}
	return closed, r.errorf(r.line, "column %d: %q after the closing quote, want a separator or the end of the line", len(r.ends)+1, rune(c))
}

// lineEnd counts the line end that begins with c and discards the LF of CRLF.
func (r *recordReader) lineEnd(c byte) {
	if c == '\r' {
		if next, _ := r.r.Peek(1); len(next) > 0 && next[0] == '\n' {
			r.r.Discard(1)
		}
	}
	r.line++
}
