package data

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

const weather = "city,temp,wind,rain\n1,10,0,dry\n2,20,5,wet\n3,30,5,dry\n4,40,5,wet\n5,1000,-7,wet\n"

// Scales are of the training rows alone: others may have any values.
func TestFit(t *testing.T) {
	table := table(t, weather, CSVOptions{Label: "rain", Ignore: []string{"city"}})
	s, err := table.Fit([]int{0, 1, 2, 3}, 1)
	if err != nil {
		t.Fatal(err)
	}
	// Mean 25, deviation √125; mean 3.75, deviation √4.6875.
	want := []Scale{
		{Name: "temp", Column: 2, Center: 25, Unit: math.Sqrt(125) / 32},
		{Name: "wind", Column: 3, Center: 3.75, Unit: math.Sqrt(4.6875) / 32},
	}
	for i, f := range s.Features {
		if f.Name != want[i].Name || f.Column != want[i].Column || f.Center != want[i].Center || math.Abs(f.Unit-want[i].Unit) > 1e-12 {
			t.Errorf("scale %+v, want %+v", f, want[i])
		}
	}
	d := s.Dataset(table, []int{0, 4, 3})
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	if got, want := d.Inputs, []int8{-43, -55, 127, 127, -127, 127, 43, 18, 127}; !slices.Equal(got, want) {
		t.Errorf("inputs %v, want %v", got, want)
	}
	if !slices.Equal(d.Labels, []uint8{0, 1, 1}) || !slices.Equal(d.ClassNames, []string{"dry", "wet"}) || !slices.Equal(d.FeatureNames, []string{"temp", "wind", "constant"}) {
		t.Errorf("dataset %+v", d)
	}
	table.Values[8] = -1e6 // of row 4, which is not of the training part
	again, err := table.Fit([]int{0, 1, 2, 3}, 1)
	if err != nil || fmt.Sprint(again) != fmt.Sprint(s) {
		t.Errorf("other data than the training part's change the scales: %+v, %v", again, err)
	}
	if _, err := table.Fit(nil, 1); err == nil {
		t.Error("no rows are no error")
	}
}

// A column that is constant in the training part is 0 there, and no division by zero.
func TestFitConstant(t *testing.T) {
	table := table(t, "a,b,y\n7,1,p\n7,2,q\n9,3,p\n", CSVOptions{Label: "y"})
	s, err := table.Fit([]int{0, 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Dataset(table, []int{0, 2}).Inputs; got[0] != 0 || got[3] != 2 {
		t.Errorf("inputs %v", got)
	}
}

// Ramps are centered at quantiles and go from -127 to 127 within two deviations.
func TestRamps(t *testing.T) {
	text := "x,b,y\n"
	for i := range 101 {
		text += fmt.Sprintf("%d,%d,%c\n", i, i%2, 'a'+i%3)
	}
	table := table(t, text, CSVOptions{Label: "y"})
	all := make([]int, 101)
	for i := range all {
		all[i] = i
	}
	s, err := table.Fit(all, 4)
	if err != nil {
		t.Fatal(err)
	}
	if x, b := s.Features[0], s.Features[1]; !slices.Equal(x.Ramps, []float64{12, 37, 63, 88}) || !slices.Equal(b.Ramps, []float64{0, 1}) {
		t.Errorf("ramps %v and %v", x.Ramps, b.Ramps)
	}
	if s.Inputs() != 4+2+1 {
		t.Errorf("%d inputs", s.Inputs())
	}
	d := s.Dataset(table, all)
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	deviation := math.Sqrt((101*101 - 1) / 12.0)
	for i := range all {
		sample := d.Sample(i)
		for j, center := range []float64{12, 37, 63, 88} {
			want := max(-127, min(127, math.Round(128*(float64(i)-center)/deviation)))
			if sample[j] != int8(want) {
				t.Errorf("x = %d, ramp %d: %d, want %g", i, j, sample[j], want)
			}
		}
		if sample[6] != 127 {
			t.Errorf("x = %d: constant %d", i, sample[6])
		}
	}
	for _, ramps := range []int{0, -1, MaxRamps + 1} {
		if _, err := table.Fit(all, ramps); err == nil || !strings.Contains(err.Error(), "ramps a feature, want 1 to 64") {
			t.Errorf("%d ramps: error %v", ramps, err)
		}
	}
	wide := &Table{Name: "w", Features: make([]string, 300), Columns: make([]int, 300), Values: make([]float64, 300*64), Labels: make([]uint8, 64)}
	for i := range wide.Values {
		wide.Values[i] = float64(i)
	}
	if _, err := wide.Fit(all[:64], 64); err == nil || !strings.Contains(err.Error(), "300 features of 64 ramps make 19201 inputs, want at most 16384") {
		t.Errorf("error %v", err)
	}
}

func TestRegressionScale(t *testing.T) {
	table := table(t, "x,y\n0,-10\n1,30\n2,10\n3,2000\n", CSVOptions{Label: "y", Regress: true})
	s, err := table.Fit([]int{0, 1, 2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	d := s.Dataset(table, []int{0, 1, 2, 3})
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	if want := []int16{-extent * TargetUnit, extent * TargetUnit, 0, math.MaxInt16}; !slices.Equal(d.Targets, want) {
		t.Errorf("targets %v, want %v", d.Targets, want)
	}
	for output, want := range map[int]float64{-extent: -10, extent: 30, 0: 10, 56: 20} {
		if got := s.Target.Value(output); math.Abs(got-want) > 1e-12 {
			t.Errorf("output %d is %g, want %g", output, got, want)
		}
	}
	if _, err := table.Fit([]int{1}, 1); err == nil || !strings.Contains(err.Error(), `column "y" is 30 in all rows of the training part`) {
		t.Errorf("error %v", err)
	}
}

func TestScalerText(t *testing.T) {
	c := table(t, weather, CSVOptions{Label: "rain"})
	r := table(t, weather, CSVOptions{Label: "wind", Regress: true, Ignore: []string{"rain"}})
	for i, table := range []*Table{c, r, c} {
		s, err := table.Fit([]int{0, 1, 2, 3, 4}, 1+i)
		if err != nil {
			t.Fatal(err)
		}
		text, err := s.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got Scaler
		if err := got.UnmarshalText(text); err != nil {
			t.Fatal(err)
		}
		again, err := got.MarshalText()
		if err != nil || string(again) != string(text) {
			t.Errorf("%s comes back as %s, error %v", text, again, err)
		}
	}
}

func TestScalerErrors(t *testing.T) {
	const good = `{"features":[{"name":"a","column":1,"center":1.5,"unit":0.25}],"width":2,"label":"y","column":2,"classes":["p","q"]}`
	if err := new(Scaler).UnmarshalText([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ old, replacement, want string }{
		{good, "", "EOF"},
		{good, good + "{}", "text after"},
		{`"width":2`, `"width":2,"more":1`, "unknown field"},
		{`"width":2`, `"width":1`, "1 features for a file of 1 columns"},
		{`"column":1`, `"column":2`, "feature \"a\" of column 2"},
		{`"column":1`, `"column":0`, "feature \"a\" of column 0"},
		{`"column":2`, `"column":3`, "label \"y\" of column 3 of 2"},
		{`"label":"y"`, `"label":"a"`, `name "a" is empty, there twice`},
		{`"name":"a"`, `"name":""`, `name "" is empty`},
		{`"unit":0.25`, `"unit":0`, "unit 0"},
		{`"unit":0.25`, `"unit":-1`, "unit -1"},
		{`"unit":0.25`, `"unit":1e999`, "1e999"},
		{`"unit":0.25`, `"unit":1,"ramps":[` + strings.Repeat("0,", 64) + "0]", "at most 64"},
		{`["p","q"]`, `["p"]`, "1 classes"},
		{`["p","q"]`, `["p","p"]`, `class "p" is there twice`},
		{`"classes":["p","q"]`, `"target":{"name":"y","column":2,"center":0,"unit":0}`, "unit 0"},
		{`"width":2`, `"width":2,"target":{"name":"y","column":2,"center":0,"unit":1}`, "one of the two"},
		{`{"name":"a","column":1,"center":1.5,"unit":0.25}`, ``, "0 features"},
	} {
		s := Scaler{Label: "kept"}
		err := s.UnmarshalText([]byte(strings.Replace(good, test.old, test.replacement, 1)))
		if err == nil || !strings.Contains(err.Error(), test.want) || s.Label != "kept" {
			t.Errorf("%s: error %v, want %q in it", test.replacement, err, test.want)
		}
	}
}

func FuzzScaler(f *testing.F) {
	f.Add([]byte(`{"features":[{"name":"a","column":1,"center":1.5,"unit":0.25}],"width":2,"label":"y","column":2,"classes":["p","q"]}`))
	f.Add([]byte(`{"features":[{"name":"a","column":2,"center":-1e300,"unit":1e-300}],"width":2,"label":"y","column":1,"target":{"name":"y","column":1,"center":0,"unit":1}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var s Scaler
		if s.UnmarshalText(text) != nil {
			return
		}
		coded, err := s.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var again Scaler
		if err := again.UnmarshalText(coded); err != nil || fmt.Sprintf("%+v", again.Features) != fmt.Sprintf("%+v", s.Features) {
			t.Errorf("%s comes back as %+v, error %v", coded, again, err)
		}
		row := make([]float64, len(s.Features))
		for i := range row {
			row[i] = math.MaxFloat64
		}
		dst := make([]int8, s.Inputs())
		if s.Apply(dst, row); slices.Contains(dst, -128) || dst[len(dst)-1] != 127 {
			t.Errorf("sample %v", dst)
		}
	})
}

// Columns are found by name whatever their order, or by position where there are no names.
func TestRows(t *testing.T) {
	named := table(t, weather, CSVOptions{Label: "rain", Ignore: []string{"city"}})
	numbered := table(t, "9,10,0,0\n9,20,5,1\n9,30,5,0\n9,40,5,1\n9,1000,-7,1\n", CSVOptions{Label: "4", Ignore: []string{"1"}})
	all := []int{0, 1, 2, 3, 4}
	for _, test := range []struct {
		name  string
		table *Table
		text  string
		label string
		o     CSVOptions
	}{
		{"same file", named, "city,temp,wind,rain\n2,20,5,wet\n", "wet", CSVOptions{}},
		{"other order", named, "rain,wind,x,temp\nwet,5,word,20\n", "wet", CSVOptions{}},
		{"features alone", named, "temp,wind\n20,5\n", "", CSVOptions{}},
		{"unnamed features", named, "20,5\n", "", CSVOptions{}},
		{"unnamed columns", named, "2,20,5,wet\n", "wet", CSVOptions{Header: NoHeader}},
		{"unnamed columns", named, "2;20;5;0\n", "0", CSVOptions{Separator: ';'}},
		{"numbered", numbered, "2,20,5,1\n", "1", CSVOptions{}},
		{"numbered features", numbered, "20,5\n", "", CSVOptions{}},
		{"names for numbers", numbered, "temp,wind\n20,5\n", "", CSVOptions{}},
		{"scikit-learn", numbered, "1,3,dry,wet\n2,20,5,1\n", "wet", CSVOptions{}},
	} {
		s, err := test.table.Fit(all, 1)
		if err != nil {
			t.Fatal(err)
		}
		want := s.Dataset(test.table, []int{1}).Inputs
		r, err := s.Rows(strings.NewReader(test.text), "new.csv", test.o)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		got, err := r.Next()
		if err != nil || !slices.Equal(got, want) || r.Label() != test.label {
			t.Errorf("%s: %v, label %q, error %v, want %v, %q", test.name, got, r.Label(), err, want, test.label)
		}
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("%s: error %v at the end", test.name, err)
		}
	}
}

func TestRowsErrors(t *testing.T) {
	s, err := table(t, weather, CSVOptions{Label: "rain", Ignore: []string{"city"}}).Fit([]int{0, 1, 2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"":                       "new.csv: an empty file",
		"temp,x\n1,2\n":          `new.csv:1: no column "wind", which the model takes; the columns are "temp", "x"`,
		"1,2,3\n":                "new.csv:1: 3 columns, want the 2 features that the model takes, or the 4 columns of its training data",
		"1\n":                    "new.csv:1: 1 columns, want the 2 features",
		"temp,wind\n1,2\n3\n":    "new.csv:3: 1 fields, want 2",
		"temp,wind\n1,2\n3,\n":   `new.csv:3: column 2 ("wind"): a missing value`,
		"temp,wind\n1,2\nx,1\n":  `new.csv:3: column 1 ("temp"): "x" is no number`,
		"\n1,2\n1,2\n1,2\nx,1\n": `new.csv:5: column 1: "x" is no number`,
	} {
		r, err := s.Rows(strings.NewReader(text), "new.csv", CSVOptions{})
		for err == nil {
			_, err = r.Next()
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q in it", text, err, want)
		}
	}
}
