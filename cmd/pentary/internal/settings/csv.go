package settings

import (
	encoding "encoding/csv"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
	"github.com/Kaleaon/pentary-go/data"
	"github.com/Kaleaon/pentary-go/es"
)

// CSV are the settings of a training on a CSV file.
type CSV struct {
	*Classifier
	Label     string
	Regress   bool
	Ignore    names
	Header    Header
	Separator string
	Ramps     int // inputs that a feature makes; 0: the default of the kind of label
	Test      int // per cent of the rows
}

// NewCSV returns the default settings.
func NewCSV() *CSV {
	return &CSV{Classifier: NewClassifier(&task.CSV), Header: "auto", Separator: ",", Test: 20}
}

// Header says what the first line of a file is: auto, yes for names, or no.
type Header string

// String returns the choice.
func (h Header) String() string { return string(h) }

// Groups implements Settings.
func (s *CSV) Groups() console.Groups {
	var groups console.Groups
	f := groups.Add("Table")
	f.StringVar(&s.Label, "label", s.Label, "`column` to predict, by its name or its number from 1; required")
	f.BoolVar(&s.Regress, "regress", s.Regress, "the label is a number to predict; else a class")
	f.Var(&s.Ignore, "ignore", "`columns` that are neither label nor feature, by name or number, separated by commas")
	f.IntVar(&s.Test, "test", s.Test, "per cent of the rows that are held out, drawn by the seed; of each class alike")
	f.IntVar(&s.Ramps, "ramps", s.Ramps, "inputs that each feature makes, so that a function of it can bend; by default 8 with --regress, else 1")
	TableFlags(f, &s.Header, &s.Separator)
	return append(groups, s.Classifier.Groups()...)
}

// TableFlags adds the flags that say how a CSV file is written.
func TableFlags(f *pflag.FlagSet, h *Header, separator *string) {
	f.Var(console.Choice[Header]{Value: h, Options: []Header{"auto", "yes", "no"}}, "header", "whether the first line has the columns' names; auto: unless it has nothing but numbers")
	f.StringVar(separator, "separator", *separator, "`character` between fields, or tab")
}

// TableOptions returns the options of those flags.
func TableOptions(h Header, separator string) (o data.CSVOptions, err error) {
	switch h {
	case "yes":
		o.Header = data.Names
	case "no":
		o.Header = data.NoHeader
	}
	switch {
	case separator == "tab":
		o.Separator = '\t'
	case len(separator) == 1:
		o.Separator = separator[0]
	default:
		return o, fmt.Errorf("--separator %q: want one ASCII character, or tab", separator)
	}
	return o, nil
}

// Table returns what data.ReadCSV takes.
func (s *CSV) Table() (data.CSVOptions, error) {
	o, err := TableOptions(s.Header, s.Separator)
	o.Label, o.Regress, o.Ignore = s.Label, s.Regress, s.Ignore
	return o, err
}

// Complete implements Settings.
func (s *CSV) Complete() {
	s.Classifier.Complete()
	if s.Ramps == 0 {
		if s.Ramps = 1; s.Regress {
			s.Ramps = 8
		}
	}
}

// Check implements Settings.
func (s *CSV) Check() error {
	switch _, err := s.Table(); {
	case err != nil:
		return err
	case s.Label == "":
		return errors.New("--label: want the column to predict, by its name or its number from 1")
	}
	if err := inRange(bound{"ramps", s.Ramps, 1, data.MaxRamps}, bound{"test", s.Test, 1, 90}); err != nil {
		return err
	}
	return s.Classifier.Check()
}

// Options implements Settings.
func (s *CSV) Options() es.Options { return s.Classifier.Options() }

// RateFollows implements Settings.
func (s *CSV) RateFollows() bool { return s.Classifier.RateFollows() }

// EarlyStop implements Settings.
func (s *CSV) EarlyStop() EarlyStop { return s.Classifier.EarlyStop() }

// tableKeys are the settings that a saved file has to have for its data to be read again.
var tableKeys = []string{"label", "regress", "ignore", "header", "separator", "ramps", "test"}

// Meta implements Settings.
func (s *CSV) Meta() map[string]string {
	meta := s.Classifier.Meta()
	texts := Texts(s)
	for _, key := range tableKeys {
		meta[key] = texts[key]
	}
	return meta
}

// SetMeta sets the settings that say how data are read from what Meta returned.
func (s *CSV) SetMeta(meta map[string]string) error {
	texts := map[string]string{}
	for _, key := range append([]string{"seed"}, tableKeys...) {
		texts[key] = meta[key]
	}
	s.Complete()
	all := Texts(s)
	maps.Copy(all, texts)
	if err := SetTexts(s, all); err != nil {
		return err
	}
	return s.Check()
}

// names are a flag's value: column names, separated by commas, in quotes if need be.
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
