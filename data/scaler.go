package data

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// TargetUnit is the number of steps of a scaled target in one step of a network's output: an
// output o predicts the target o·TargetUnit. Targets are finer than outputs so that losses are.
const TargetUnit = 128

// A Scale maps a column's numbers to integers: v to round((v - Center) / Unit), and back.
type Scale struct {
	Name   string  `json:"name"`
	Column int     `json:"column"` // number in the file, from 1
	Center float64 `json:"center"`
	Unit   float64 `json:"unit"`

	// Ramps are the centers of the inputs of a column that is split into several, each four
	// times as steep. Weights of five levels fit curved functions of one input poorly; sums
	// of ramps that are clipped in different places fit them better.
	Ramps []float64 `json:"ramps,omitempty"`
}

// steep is how much steeper ramps are: they go from end to end within two standard
// deviations.
const steep = 4

// MaxRamps bounds the ramps of a feature.
const MaxRamps = 64

// inputs returns how many inputs a feature makes.
func (f Scale) inputs() int { return max(1, len(f.Ramps)) }

// A Scaler turns rows of a Table into samples of a network. Its text form is JSON, which a
// model's file can hold as metadata, so that the model can be applied to new rows. This is the
// only place where data are floating point; each operation is rounded to a float64, so results
// are the same on every CPU.
type Scaler struct {
	Features []Scale  `json:"features"`
	Width    int      `json:"width"` // columns of the file that it was fitted on
	Label    string   `json:"label"`
	Column   int      `json:"column"` // of the label
	Classes  []string `json:"classes,omitempty"`
	Target   *Scale   `json:"target,omitempty"` // for regression, in steps of an output
}

// deviation is the input for a feature one standard deviation above its mean, so that ±127
// is four deviations; extent is the output for the largest target.
const (
	deviation = 32
	extent    = 112
)

// Fit returns the scaler of a table, fitted on some of its rows, the training part: there each
// feature has mean 0 and standard deviation 32, and values beyond ±127 are clipped. With ramps
// above 1, a feature becomes as many inputs, centered at evenly spaced quantiles, of which equal
// ones count once. The targets of a regression fill ±112, so new ones may be an eighth larger.
// A label that is the same in all rows is an error.
func (t *Table) Fit(rows []int, ramps int) (*Scaler, error) {
	switch {
	case len(rows) == 0:
		return nil, fmt.Errorf("%s: no rows to fit scales to", t.Name)
	case ramps < 1 || ramps > MaxRamps:
		return nil, fmt.Errorf("data: %d ramps a feature, want 1 to %d", ramps, MaxRamps)
	}
	if err := t.varies(); err != nil {
		return nil, err
	}
	s := &Scaler{Label: t.Label, Column: t.Column, Width: t.Width, Classes: t.Classes}
	for j, name := range t.Features {
		mean, squares := 0.0, 0.0 // Welford's recurrence
		for n, i := range rows {
			v := t.Row(i)[j]
			d := v - mean
			mean += float64(d / float64(n+1))
			squares += float64(d * float64(v-mean))
		}
		unit := float64(math.Sqrt(float64(squares/float64(len(rows))))) / deviation
		if unit == 0 {
			unit = 1 // a constant: 0 in all samples
		}
		if math.IsInf(mean, 0) || math.IsNaN(mean) || math.IsInf(unit, 0) || math.IsNaN(unit) {
			return nil, fmt.Errorf("%s: column %d (%q): the numbers are too large to scale", t.Name, t.Columns[j], name)
		}
		f := Scale{Name: name, Column: t.Columns[j], Center: mean, Unit: unit}
		if ramps > 1 {
			f.Ramps = t.quantiles(rows, j, ramps)
		}
		s.Features = append(s.Features, f)
	}
	if n := s.Inputs(); n > MaxFeatures+1 {
		return nil, fmt.Errorf("%s: %d features of %d ramps make %d inputs, want at most %d", t.Name, len(t.Features), ramps, n, MaxFeatures+1)
	}
	if t.Targets != nil {
		least, most := math.Inf(1), math.Inf(-1)
		for _, i := range rows {
			least, most = min(least, t.Targets[i]), max(most, t.Targets[i])
		}
		s.Target = &Scale{Name: t.Label, Column: t.Column, Center: float64(least/2) + float64(most/2), Unit: float64(most/2-least/2) / extent}
		if s.Target.Unit == 0 {
			return nil, fmt.Errorf("%s: column %q is %g in all rows of the training part: nothing to predict", t.Name, t.Label, least)
		}
	}
	return s, nil
}

// quantiles returns n values of a feature with as many rows between them, without
// repetitions.
func (t *Table) quantiles(rows []int, feature, n int) []float64 {
	values := make([]float64, len(rows))
	for i, row := range rows {
		values[i] = t.Row(row)[feature]
	}
	slices.Sort(values)
	at := make([]float64, n)
	for i := range at {
		at[i] = values[(2*i+1)*len(values)/(2*n)]
	}
	return slices.Compact(at)
}

// varies returns an error if the label is the same in all rows.
func (t *Table) varies() error {
	switch {
	case len(t.Classes) == 1:
		return fmt.Errorf("%s: column %q has one class, %q, in all rows: nothing to predict", t.Name, t.Label, t.Classes[0])
	case t.Targets != nil && slices.Min(t.Targets) == slices.Max(t.Targets):
		return fmt.Errorf("%s: column %q is %g in all rows: nothing to predict", t.Name, t.Label, t.Targets[0])
	}
	return nil
}

// Inputs returns the width of a network's input: the inputs of all features, and a constant
// 127 for layers without bias.
func (s *Scaler) Inputs() int {
	n := 1
	for _, f := range s.Features {
		n += f.inputs()
	}
	return n
}

// Apply sets dst, of length Inputs, to the sample of a row.
func (s *Scaler) Apply(dst []int8, row []float64) {
	if len(dst) != s.Inputs() || len(row) != len(s.Features) {
		panic(fmt.Sprintf("data: Apply: %d features to %d inputs, want %d and %d", len(row), len(dst), len(s.Features), s.Inputs()))
	}
	at := 0
	for i, f := range s.Features {
		if len(f.Ramps) == 0 {
			dst[at] = int8(f.scaled(row[i], 1, 127))
		}
		for j, center := range f.Ramps {
			f.Center = center
			dst[at+j] = int8(f.scaled(row[i], steep, 127))
		}
		at += f.inputs()
	}
	dst[at] = 127
}

// scaled returns a number as an integer within ±bound, in 1/steps of the unit.
func (f Scale) scaled(v, steps, bound float64) int {
	q := math.Round(float64(float64(v-f.Center)/f.Unit) * steps)
	return int(max(-bound, min(bound, q)))
}

// Value returns the number that a network's output predicts.
func (f Scale) Value(output int) float64 { return f.Center + float64(float64(output)*f.Unit) }

// CheckTable returns an error if a table is not of the columns that s scales, or has
// classes that it does not know.
func (s *Scaler) CheckTable(t *Table) error {
	names := make([]string, len(s.Features))
	for i, f := range s.Features {
		names[i] = f.Name
	}
	switch {
	case !slices.Equal(names, t.Features):
		return fmt.Errorf("%s: features %s, and the model takes %s", t.Name, list(t.Features), list(names))
	case (s.Target != nil) != (t.Targets != nil):
		return fmt.Errorf("%s: label %q is a class in one of the file and the model, and a number in the other", t.Name, t.Label)
	}
	for _, class := range t.Classes {
		if s.Target == nil && !slices.Contains(s.Classes, class) {
			return fmt.Errorf("%s: column %d (%q): class %q, and the model knows %s", t.Name, t.Column, t.Label, class, list(s.Classes))
		}
	}
	return nil
}

// CheckWidths returns an error unless s makes the inputs and reads the outputs of a network
// of these widths.
func (s *Scaler) CheckWidths(inputs, outputs int) error {
	want := max(1, len(s.Classes))
	if inputs != s.Inputs() || outputs != want {
		return fmt.Errorf("data: network of %d→%d for scales of %d inputs and %d outputs", inputs, outputs, s.Inputs(), want)
	}
	return nil
}

// Dataset returns the samples of some rows of a table that passes CheckTable.
func (s *Scaler) Dataset(t *Table, rows []int) *Dataset {
	d := &Dataset{Features: s.Inputs(), Inputs: make([]int8, len(rows)*s.Inputs()), FeatureNames: []string{}}
	for _, f := range s.Features {
		for range f.inputs() {
			d.FeatureNames = append(d.FeatureNames, f.Name)
		}
	}
	d.FeatureNames = append(d.FeatureNames, "constant")
	if s.Target != nil {
		d.Outputs, d.OutputNames = 1, []string{s.Label}
	} else {
		d.Classes, d.ClassNames = len(s.Classes), s.Classes
	}
	class := make([]uint8, len(t.Classes)) // of the scaler, by class of the table
	for i, name := range t.Classes {
		class[i] = uint8(max(0, slices.Index(s.Classes, name)))
	}
	for n, i := range rows {
		s.Apply(d.Sample(n), t.Row(i))
		if s.Target != nil {
			d.Targets = append(d.Targets, int16(s.Target.scaled(t.Targets[i], TargetUnit, math.MaxInt16)))
		} else {
			d.Labels = append(d.Labels, class[t.Labels[i]])
		}
	}
	return d
}

// MarshalText implements encoding.TextMarshaler.
func (s *Scaler) MarshalText() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	type plain Scaler // without methods
	return json.Marshal((*plain)(s))
}

// UnmarshalText implements encoding.TextUnmarshaler. Text that is not of a scaler is an
// error.
func (s *Scaler) UnmarshalText(text []byte) error {
	type plain Scaler
	var p plain
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return fmt.Errorf("data: scaler: %w", err)
	}
	if d.More() {
		return errors.New("data: scaler: text after the JSON value")
	}
	if err := (*Scaler)(&p).check(); err != nil {
		return err
	}
	*s = Scaler(p)
	return nil
}

// check returns an error if a scaler's parts do not fit together.
func (s *Scaler) check() error {
	if len(s.Features) == 0 || len(s.Features) > MaxFeatures {
		return fmt.Errorf("data: scaler of %d features, want 1 to %d", len(s.Features), MaxFeatures)
	}
	if s.Width <= len(s.Features) {
		return fmt.Errorf("data: scaler of %d features for a file of %d columns", len(s.Features), s.Width)
	}
	if s.Label == "" || s.Column < 1 || s.Column > s.Width {
		return fmt.Errorf("data: scaler: label %q of column %d of %d", s.Label, s.Column, s.Width)
	}
	names, column := map[string]bool{s.Label: true}, 0
	for _, f := range s.Features {
		if names[f.Name] || f.Name == "" || !utf8.ValidString(f.Name) {
			return fmt.Errorf("data: scaler: name %q is empty, there twice or not UTF-8", f.Name)
		}
		if f.Column <= column || f.Column > s.Width || f.Column == s.Column {
			return fmt.Errorf("data: scaler: feature %q of column %d after column %d, of %d", f.Name, f.Column, column, s.Width)
		}
		if err := f.check(); err != nil {
			return err
		}
		names[f.Name], column = true, f.Column
	}
	if s.Target != nil {
		if len(s.Classes) > 0 {
			return errors.New("data: scaler of classes and a target, want one of the two")
		}
		return s.Target.check()
	}
	if len(s.Classes) < 2 || len(s.Classes) > maxClasses {
		return fmt.Errorf("data: scaler of %d classes, want 2 to %d", len(s.Classes), maxClasses)
	}
	classes := map[string]bool{}
	for _, c := range s.Classes {
		if classes[c] || !utf8.ValidString(c) {
			return fmt.Errorf("data: scaler: class %q is there twice or not UTF-8", c)
		}
		classes[c] = true
	}
	return nil
}

func (f Scale) check() error {
	if math.IsNaN(f.Center) || math.IsInf(f.Center, 0) || !(f.Unit > 0) || math.IsInf(f.Unit, 0) {
		return fmt.Errorf("data: scale of %q with center %g and unit %g, want finite numbers and a unit above 0", f.Name, f.Center, f.Unit)
	}
	if len(f.Ramps) > MaxRamps || slices.ContainsFunc(f.Ramps, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
		return fmt.Errorf("data: scale of %q with ramps %.40v, want at most %d finite numbers", f.Name, f.Ramps, MaxRamps)
	}
	return nil
}

// numbered reports whether the features are named by their numbers because the file had no
// header.
func (s *Scaler) numbered() bool {
	for _, f := range s.Features {
		if f.Name != strconv.Itoa(f.Column) {
			return false
		}
	}
	return true
}
