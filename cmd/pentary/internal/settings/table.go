package settings

import (
	encoding "encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/data"
)

// Table holds the settings for reading the data of a CSV file.
type Table struct {
	Format
	Label   string
	Regress bool
	Ignore  names
	Ramps   int // inputs per feature; 0: the default for the kind of label
	Test    int // held-out percentage of the rows
}

// Format describes the format of a CSV file.
type Format struct {
	Header    Header
	Separator string
}

// Header states whether the first line of a file has names: auto, yes or no.
type Header string

// String returns the choice.
func (h Header) String() string { return string(h) }

func (t *Table) flags(f *pflag.FlagSet) {
	f.StringVar(&t.Label, "label", t.Label, "`column` to predict, by name or by number from 1; required")
	f.BoolVar(&t.Regress, "regress", t.Regress, "the label is a number, not a class")
	f.Var(&t.Ignore, "ignore", "`columns` that are neither label nor feature, by name or number, separated by commas")
	integer(f, &t.Test, "test", 1, 90, "percentage of the rows that is held out, drawn with the seed, the same for each class")
	integer(f, &t.Ramps, "ramps", 1, data.MaxRamps, "inputs per feature, ramps between its quantiles, for nonlinear functions (default: 8 with --regress, otherwise 1)")
	t.Format.Flags(f)
}

// Flags adds flags for the format.
func (o *Format) Flags(f *pflag.FlagSet) {
	f.Var(console.Choice[Header]{Value: &o.Header, Options: []Header{"auto", "yes", "no"}}, "header", "whether the first line has the columns' names; auto: yes unless it has only numbers")
	f.StringVar(&o.Separator, "separator", o.Separator, "`character` between fields, or tab")
}

// Options returns the options for data.ReadCSV.
func (o *Format) Options() (c data.CSVOptions, err error) {
	c.Header = map[Header]data.Header{"yes": data.Names, "no": data.NoHeader}[o.Header]
	switch {
	case o.Separator == "tab":
		c.Separator = '\t'
	case len(o.Separator) == 1:
		c.Separator = o.Separator[0]
	default:
		return c, fmt.Errorf("--separator %q: want one ASCII character, or tab", o.Separator)
	}
	return c, nil
}

// Options returns the options for data.ReadCSV, or an error if the label is missing.
func (t *Table) Options() (data.CSVOptions, error) {
	o, err := t.Format.Options()
	o.Label, o.Regress, o.Ignore = t.Label, t.Regress, t.Ignore
	return o, err
}

func (t *Table) complete() {
	if t.Ramps == 0 {
		if t.Ramps = 1; t.Regress {
			t.Ramps = 8
		}
	}
}

func (t *Table) check() error {
	if _, err := t.Options(); err != nil {
		return err
	}
	if t.Label == "" {
		return errors.New("--label: want the column to predict, by name or by number from 1")
	}
	return nil
}

// SetMeta sets the settings for reading data from the entries returned by Meta.
func (s *Classifier) SetMeta(meta map[string]string) error {
	s.Complete()
	texts := Texts(s)
	var table pflag.FlagSet
	s.Table.flags(&table)
	table.VisitAll(func(f *pflag.Flag) { texts[f.Name] = meta[f.Name] })
	texts["seed"] = meta["seed"]
	if err := SetTexts(s, texts); err != nil {
		return err
	}
	return s.Check()
}

// names is the value of a flag: column names, separated by commas, quoted if necessary.
type names []string

// Set implements pflag.Value.
func (n *names) Set(text string) error {
	if *n = nil; text == "" {
		return nil
	}
	fields, err := encoding.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		return fmt.Errorf("want names separated by commas: %w", err)
	}
	*n = fields
	return nil
}

// String implements pflag.Value.
func (n *names) String() string {
	if len(*n) == 0 {
		return ""
	}
	var b strings.Builder
	w := encoding.NewWriter(&b)
	if err := w.Write(*n); err != nil {
		return strconv.Quote(err.Error())
	}
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// Type implements pflag.Value.
func (n *names) Type() string { return "columns" }
