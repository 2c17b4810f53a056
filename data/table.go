package data

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxFeatures bounds the feature columns of a CSV file, and with their constant the inputs
// of a network.
const MaxFeatures = 1<<14 - 1

// maxClasses is the number of classes that a label of a Dataset can hold.
const maxClasses = 256

// CSVOptions describe a CSV file.
type CSVOptions struct {
	Label     string   // the column to predict, by its name or its number from 1
	Regress   bool     // the label is a number to predict; else a class
	Ignore    []string // columns that are neither label nor feature, likewise
	Header    Header
	Separator byte // default ','
}

// Header says whether the first line of a CSV file has column names.
type Header int

// Auto treats the first line as a row if all its fields are numbers, as the head of a file of
// scikit-learn if it has the form "samples,features,class,class…" and the next line has one
// field more than features, and otherwise as column names.
const (
	Auto     Header = iota
	Names           // column names
	NoHeader        // a row; columns are called by their numbers
)

// A Table holds the rows of a CSV file: numbers, and a label or target for each row.
type Table struct {
	Name     string   // of the input, which begins errors
	Features []string // names of the feature columns
	Columns  []int    // their numbers in the file, from 1
	Width    int      // columns of the file
	Label    string   // name of the label column
	Column   int      // its number

	Values  []float64 // rows × features
	Labels  []uint8   // a class for each row, below len(Classes)
	Classes []string  // in numerical order if all are numbers, else alphabetical
	Targets []float64 // for regression, a number for each row
}

// Len returns the number of rows.
func (t *Table) Len() int { return max(len(t.Labels), len(t.Targets)) }

// Row returns the features of row i, shared with t.
func (t *Table) Row(i int) []float64 {
	return t.Values[i*len(t.Features) : (i+1)*len(t.Features)]
}

// ReadCSV reads the file at path, plain or gzipped. See ReadTable.
func ReadCSV(path string, o CSVOptions) (*Table, error) {
	f, _, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadTable(f, path, o)
}

// ReadTable reads CSV from r, plain or gzipped: records of fields, which may be quoted,
// with line ends of LF, CRLF or CR. All columns except the label and the ignored ones must be
// decimal numbers; no value may be missing. Errors name the input, the line and the
// column. It takes at most eight times the memory of the decompressed input.
func ReadTable(r io.Reader, name string, o CSVOptions) (*Table, error) {
	c, err := newColumns(r, name, o)
	if err != nil {
		return nil, err
	}
	t := &Table{Name: name, Width: len(c.names)}
	if err := c.choose(t, o); err != nil {
		return nil, err
	}
	b := builder{t: t, label: t.Column - 1, regress: o.Regress, class: map[string]int{}, lines: c}
	for {
		fields, err := c.row()
		if err == io.EOF {
			break
		} else if err != nil {
			return nil, err
		}
		if err := b.add(fields); err != nil {
			return nil, err
		}
	}
	return t, b.finish()
}

// columns reads the rows of a file after its head.
type columns struct {
	*recordReader
	names    []string
	header   bool     // names are from the file
	head     int      // line of the header, or of the first row
	first    [][]byte // a row that was read already, and its line
	line     int
	announce int      // rows that scikit-learn's head announces, -1 for none
	classes  []string // that it names
	rows     int
}

// newColumns reads the head of a file.
func newColumns(r io.Reader, name string, o CSVOptions) (*columns, error) {
	rr, err := newRecordReader(r, name, o.Separator)
	if err != nil {
		return nil, err
	}
	c := &columns{recordReader: rr, announce: -1}
	fields, err := rr.next()
	c.head = rr.start
	if err == io.EOF {
		return nil, fmt.Errorf("%s: an empty file, want CSV", name)
	} else if err != nil {
		return nil, err
	}
	head := make([]string, len(fields))
	numbers := true
	for i, f := range fields {
		head[i] = string(bytes.TrimSpace(f))
		_, err := parseNumber(f)
		numbers = numbers && err == nil
	}
	if len(head) > MaxFeatures+1 {
		return nil, c.errorf(rr.start, "%d columns, want at most %d features and a label", len(head), MaxFeatures)
	}
	switch {
	case o.Header == NoHeader || o.Header == Auto && numbers:
		c.keep(fields, rr.start)
		c.number(len(fields))
		return c, nil
	case o.Header == Auto:
		if ok, err := c.scikit(head); ok || err != nil {
			return c, err
		}
	}
	return c, c.setNames(head)
}

// keep holds on to a row for the next call of row.
func (c *columns) keep(fields [][]byte, line int) {
	c.first, c.line = make([][]byte, len(fields)), line
	for i, f := range fields {
		c.first[i] = bytes.Clone(f)
	}
}

// number names n columns by their numbers.
func (c *columns) number(n int) {
	c.names = make([]string, n)
	for i := range c.names {
		c.names[i] = strconv.Itoa(i + 1)
	}
}

// scikit recognizes the head of a file of scikit-learn's.
func (c *columns) scikit(head []string) (bool, error) {
	if len(head) < 4 {
		return false, nil
	}
	rows, err1 := strconv.Atoi(head[0])
	features, err2 := strconv.Atoi(head[1])
	for _, class := range head[2:] {
		if _, err := parseNumber([]byte(class)); err == nil || !utf8.ValidString(class) {
			return false, nil
		}
	}
	if err1 != nil || err2 != nil || rows < 1 {
		return false, nil
	}
	fields, err := c.next()
	if err == io.EOF {
		return false, nil
	} else if err != nil {
		return false, err
	}
	c.keep(fields, c.start)
	if len(fields) != features+1 {
		return false, nil
	}
	c.announce, c.classes = rows, head[2:]
	c.number(len(fields))
	return true, nil
}

// setNames takes the column names of a header. A column without a name is called by its
// number.
func (c *columns) setNames(head []string) error {
	c.header = true
	seen := map[string]int{}
	for i, name := range head {
		if name == "" {
			name = strconv.Itoa(i + 1)
		}
		if !utf8.ValidString(name) {
			return c.errorf(c.head, "column %d: %.40q is not UTF-8", i+1, name)
		}
		if before, found := seen[name]; found {
			return c.errorf(c.head, "columns %d and %d are both called %q", before+1, i+1, name)
		}
		seen[name] = i
		c.names = append(c.names, name)
	}
	return nil
}

// row returns the next row, of as many fields as there are columns, or io.EOF.
func (c *columns) row() ([][]byte, error) {
	fields, line := c.first, c.line
	if c.first = nil; fields == nil {
		var err error
		fields, err = c.next()
		if err == io.EOF && c.announce >= 0 && c.rows != c.announce {
			return nil, c.errorf(c.head, "%d samples announced, and %d follow", c.announce, c.rows)
		}
		if err != nil {
			return nil, err
		}
		line = c.start
	}
	c.start = line
	c.rows++
	if len(fields) != len(c.names) {
		hint := c.hint()
		if c.rows == 1 && len(fields) == 1 {
			hint = anotherSeparator
		}
		return nil, c.errorf(line, "%d fields, want %d as in the first line%s", len(fields), len(c.names), hint)
	}
	return fields, nil
}

const anotherSeparator = "; are the fields separated by another character?"

// hint asks about the separator if there is one column only.
func (c *columns) hint() string {
	if len(c.names) == 1 {
		return anotherSeparator
	}
	return ""
}

// find returns the index of a column by name or number.
func (c *columns) find(column, what string) (int, error) {
	if i := slices.Index(c.names, column); i >= 0 {
		return i, nil
	}
	if n, err := strconv.Atoi(column); err == nil && n >= 1 && n <= len(c.names) {
		return n - 1, nil
	}
	have := fmt.Sprintf("the columns are numbered 1 to %d", len(c.names))
	if c.header {
		have = "the columns are " + list(c.names)
	}
	return 0, c.errorf(c.head, "no %s column %q; %s%s", what, column, have, c.hint())
}

// list writes names, the first of many.
func list(names []string) string {
	const most = 12
	var b strings.Builder
	for i, name := range names[:min(most, len(names))] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", name)
	}
	if len(names) > most {
		fmt.Fprintf(&b, " and %d more", len(names)-most)
	}
	return b.String()
}

// choose divides the columns into features, label and the rest.
func (c *columns) choose(t *Table, o CSVOptions) error {
	if o.Label == "" {
		return fmt.Errorf("%s: no label column is named; the columns are %s", c.name, list(c.names))
	}
	label, err := c.find(o.Label, "label")
	if err != nil {
		return err
	}
	t.Label, t.Column = c.names[label], label+1
	ignored := make([]bool, len(c.names))
	for _, name := range o.Ignore {
		i, err := c.find(name, "ignored")
		if err != nil {
			return err
		}
		if i == label {
			return c.errorf(c.head, "column %q is the label, and ignored", t.Label)
		}
		ignored[i] = true
	}
	for i, name := range c.names {
		if i != label && !ignored[i] {
			t.Features = append(t.Features, name)
			t.Columns = append(t.Columns, i+1)
		}
	}
	if len(t.Features) == 0 {
		return c.errorf(c.head, "no feature beside the label column %q", t.Label)
	}
	if len(t.Features) > MaxFeatures {
		return c.errorf(c.head, "%d features, want at most %d", len(t.Features), MaxFeatures)
	}
	return nil
}

// at returns an error in a column, from 0, of the current row.
func (c *columns) at(column int, format string, args ...any) error {
	name := ""
	if c.header {
		name = fmt.Sprintf(" (%q)", c.names[column])
	}
	return c.errorf(c.start, "column %d%s: %w", column+1, name, fmt.Errorf(format, args...))
}

// parse returns the number in a column of the current row.
func (c *columns) parse(fields [][]byte, column int) (float64, error) {
	v, err := parseNumber(fields[column])
	if err != nil {
		return 0, c.at(column, "%w", err)
	}
	return v, nil
}

// isMissing reports whether a field says that there is no value.
func isMissing(field []byte) bool {
	switch strings.ToLower(string(field[:min(len(field), 5)])) {
	case "", "?", "na", "n/a", "nan", "null":
		return true
	}
	return false
}

// parseNumber returns a decimal number, as 12, -1.5 or 2e-3, with spaces around it.
func parseNumber(field []byte) (float64, error) {
	field = bytes.TrimSpace(field)
	decimal := len(field) > 0
	for _, b := range field { // strconv takes more
		decimal = decimal && (b >= '0' && b <= '9' || b == '.' || b == '-' || b == '+' || b == 'e' || b == 'E')
	}
	switch {
	case !decimal && isMissing(field):
		return 0, fmt.Errorf("a missing value (%q), want a number", field)
	case !decimal:
		return 0, fmt.Errorf("%.40q is no number", field)
	}
	v, err := strconv.ParseFloat(string(field), 64)
	switch {
	case err != nil && math.IsInf(v, 0):
		return 0, fmt.Errorf("%.40q is beyond the range of a float64", field)
	case err != nil:
		return 0, fmt.Errorf("%.40q is no number", field)
	}
	return v, nil
}

// builder adds rows to a table.
type builder struct {
	t       *Table
	label   int
	regress bool
	class   map[string]int
	lines   *columns
}

func (b *builder) add(fields [][]byte) error {
	t := b.t
	if len(t.Values)+len(t.Features) > cap(t.Values) {
		size := max(2*cap(t.Values), 64*len(t.Features))
		if err := checkMemory(int64(size) * 8); err != nil {
			return b.lines.errorf(b.lines.start, "%w", err)
		}
		t.Values = append(make([]float64, 0, size), t.Values...)
	}
	for _, n := range t.Columns {
		v, err := b.lines.parse(fields, n-1)
		if err != nil {
			return err
		}
		t.Values = append(t.Values, v)
	}
	if b.regress {
		y, err := b.lines.parse(fields, b.label)
		t.Targets = append(t.Targets, y)
		return err
	}
	label := bytes.TrimSpace(fields[b.label])
	if isMissing(label) {
		return b.lines.at(b.label, "a missing class (%q)", label)
	}
	class, found := b.class[string(label)]
	if !found {
		if !utf8.Valid(label) {
			return b.lines.at(b.label, "%.40q is not UTF-8", label)
		}
		if class = len(t.Classes); class == maxClasses {
			return b.lines.at(b.label, "more than %d classes; is this a number to predict by regression?", maxClasses)
		}
		b.class[string(label)] = class
		t.Classes = append(t.Classes, string(label))
	}
	t.Labels = append(t.Labels, uint8(class))
	return nil
}

// finish orders the classes.
func (b *builder) finish() error {
	t := b.t
	if t.Len() == 0 {
		return fmt.Errorf("%s: no rows after the header", t.Name)
	}
	if b.regress {
		return nil
	}
	before := slices.Clone(t.Classes)
	sortClasses(t.Classes)
	place := make([]uint8, len(before))
	for i, name := range before {
		place[i] = uint8(slices.Index(t.Classes, name))
	}
	for i, l := range t.Labels {
		t.Labels[i] = place[l]
	}
	return b.nameClasses()
}

// nameClasses gives the classes the names that scikit-learn's head has for them.
func (b *builder) nameClasses() error {
	for i, class := range b.t.Classes {
		name := b.lines.className(b.label, class)
		if slices.Contains(b.t.Classes[:i], name) {
			return b.lines.errorf(b.lines.head, "two classes called %q", name)
		}
		b.t.Classes[i] = name
	}
	return nil
}

// className returns the name that scikit-learn's head has for a class in its last column,
// or else the class itself.
func (c *columns) className(column int, class string) string {
	if n, err := strconv.Atoi(class); err == nil && column == len(c.names)-1 && n >= 0 && n < len(c.classes) {
		return c.classes[n]
	}
	return class
}

// sortClasses orders class names: by value if all are numbers, else as strings.
func sortClasses(names []string) {
	value := make(map[string]float64, len(names))
	for _, name := range names {
		v, err := parseNumber([]byte(name))
		if err != nil {
			slices.Sort(names)
			return
		}
		value[name] = v
	}
	slices.SortFunc(names, func(a, b string) int {
		switch {
		case value[a] < value[b]:
			return -1
		case value[a] > value[b]:
			return 1
		}
		return strings.Compare(a, b)
	})
}
