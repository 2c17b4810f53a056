package data

import (
	"bytes"
	"io"
	"slices"
)

// Rows reads the rows of a CSV file one by one as samples for a network that was trained on
// another file with the same columns.
type Rows struct {
	scaler *Scaler
	c      *columns
	at     []int // index of each feature's column
	label  int   // index of the label's, or -1
	row    []float64
	inputs []int8
	text   string
}

// Rows begins to read CSV from r, plain or gzipped. It finds columns by their names, in any
// order, and ignores others. If this file or the one that the scaler was fitted on has no
// names, rows have the columns of that file or only the features. Errors begin with name
// and state the line and the column.
func (s *Scaler) Rows(r io.Reader, name string, o CSVOptions) (*Rows, error) {
	c, err := newColumns(r, name, o)
	if err != nil {
		return nil, err
	}
	rows := &Rows{scaler: s, c: c, label: -1, row: make([]float64, len(s.Features)), inputs: make([]int8, s.Inputs())}
	switch {
	case c.header && !s.numbered():
		for _, f := range s.Features {
			i := slices.Index(c.names, f.Name)
			if i < 0 {
				return nil, c.errorf(c.head, "no column %q, which the model takes; the columns are %s%s", f.Name, list(c.names), c.hint())
			}
			rows.at = append(rows.at, i)
		}
		rows.label = slices.Index(c.names, s.Label)
	case len(c.names) == s.Width:
		for _, f := range s.Features {
			rows.at = append(rows.at, f.Column-1)
		}
		rows.label = s.Column - 1
	case len(c.names) == len(s.Features):
		for i := range s.Features {
			rows.at = append(rows.at, i)
		}
	default:
		return nil, c.errorf(c.head, "%d columns, want the %d features that the model takes, or the %d columns of its training data%s",
			len(c.names), len(s.Features), s.Width, c.hint())
	}
	return rows, nil
}

// Next returns the sample of the next row, valid until the next call, or io.EOF.
func (r *Rows) Next() ([]int8, error) {
	fields, err := r.c.row()
	if err != nil {
		return nil, err
	}
	for i, column := range r.at {
		if r.row[i], err = r.c.parse(fields, column); err != nil {
			return nil, err
		}
	}
	r.scaler.Apply(r.inputs, r.row)
	r.text = ""
	if r.label >= 0 {
		r.text = r.c.className(r.label, string(bytes.TrimSpace(fields[r.label])))
	}
	return r.inputs, nil
}

// Line returns the line of the row that Next returned last.
func (r *Rows) Line() int { return r.c.start }

// Label returns the label's text in the row that Next returned last, "" if there is no such
// column.
func (r *Rows) Label() string { return r.text }

// Open begins to read the CSV file at path, see Rows.
func (s *Scaler) Open(path string, o CSVOptions) (*Rows, io.Closer, error) {
	f, _, err := open(path)
	if err != nil {
		return nil, nil, err
	}
	rows, err := s.Rows(f, path, o)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return rows, f, nil
}
