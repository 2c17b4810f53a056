package data

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func ExampleReadTable() {
	const file = `length,width,species
5.1,3.5,setosa
7.0,3.2,"versicolor, red"
6.3,3.3,setosa
`
	t, err := ReadTable(strings.NewReader(file), "iris.csv", CSVOptions{Label: "species"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d rows of %q, classes %q\n", t.Len(), t.Features, t.Classes)
	fmt.Println(t.Row(1), t.Classes[t.Labels[1]])
	// Output:
	// 3 rows of ["length" "width"], classes ["setosa" "versicolor, red"]
	// [7 3.2] versicolor, red
}

func table(t *testing.T, text string, o CSVOptions) *Table {
	t.Helper()
	table, err := ReadTable(strings.NewReader(text), "f.csv", o)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return table
}

// All ways of writing a file are read as the same table.
func TestDialects(t *testing.T) {
	const plain = "a,b,c\n1,x,2\n-3.5e1,y,+.5\n"
	want := table(t, plain, CSVOptions{Label: "b"})
	if !slices.Equal(want.Values, []float64{1, 2, -35, .5}) || !slices.Equal(want.Labels, []uint8{0, 1}) ||
		!slices.Equal(want.Columns, []int{1, 3}) || want.Width != 3 || want.Column != 2 {
		t.Fatalf("read %+v", want)
	}
	for name, text := range map[string]string{
		"CRLF":             strings.ReplaceAll(plain, "\n", "\r\n"),
		"CR":               strings.ReplaceAll(plain, "\n", "\r"),
		"byte order mark":  "\xef\xbb\xbf" + plain,
		"no line end":      strings.TrimSuffix(plain, "\n"),
		"empty lines":      "\n\r\n" + strings.ReplaceAll(plain, "\n", "\n\n"),
		"quotes":           "\"a\",b,\"c\"\n\"1\",\"x\",2\n-3.5e1,\"y\",+.5\n",
		"mark and quotes":  "\xef\xbb\xbf\"a\",\"b\",c\r\n1,x,2\r\n-35,y,0.5\r\n",
		"spaces":           "a , b,c\n 1,x ,2\n-35.0,y,\t.5\n",
		"gzip":             string(zip([]byte(plain))),
		"padded gzip":      string(zip([]byte(plain))) + "\x00\x00",
		"other separators": "SEP" + strings.ReplaceAll(plain, ",", ";"),
	} {
		o := CSVOptions{Label: "b"}
		if rest, ok := strings.CutPrefix(text, "SEP"); ok {
			text, o.Separator = rest, ';'
		}
		got := table(t, text, o)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: read %+v, want %+v", name, got, want)
		}
	}
	if got := table(t, plain, CSVOptions{Label: "2"}); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("by number: read %+v, want %+v", got, want)
	}
	if got := table(t, "a,b,c,d\n1,x,2,word\n-35,y,.5,\n", CSVOptions{Label: "b", Ignore: []string{"4"}}); !slices.Equal(got.Values, want.Values) {
		t.Errorf("with an ignored column: read %+v, want %+v", got, want)
	}
}

func TestHeads(t *testing.T) {
	// Numbers alone: no header, and columns have numbers for names.
	got := table(t, "1,2,0\n3,4,1\n", CSVOptions{Label: "3"})
	if got.Len() != 2 || !slices.Equal(got.Features, []string{"1", "2"}) || !slices.Equal(got.Classes, []string{"0", "1"}) {
		t.Errorf("without header: %+v", got)
	}
	got = table(t, "5.1,setosa\n3,other\n", CSVOptions{Label: "2", Header: NoHeader})
	if got.Len() != 2 || !slices.Equal(got.Classes, []string{"other", "setosa"}) {
		t.Errorf("NoHeader: %+v", got)
	}
	got = table(t, "2020,2021\n3,4\n5,6\n", CSVOptions{Label: "2021", Header: Names})
	if got.Len() != 2 || got.Label != "2021" || got.Column != 2 {
		t.Errorf("Names: %+v", got)
	}
	// A name that is a number goes before the number of a column.
	got = table(t, "2,1,x\n3,4,0\n5,6,1\n", CSVOptions{Label: "1", Header: Names})
	if got.Column != 2 {
		t.Errorf("label 1 is column %d", got.Column)
	}
	// scikit-learn's head.
	got = table(t, "3,2,red,green,blue\n1,2,1\n3,4,0\n5,6,2\n", CSVOptions{Label: "3"})
	if got.Len() != 3 || !slices.Equal(got.Classes, []string{"red", "green", "blue"}) || !slices.Equal(got.Labels, []uint8{1, 0, 2}) {
		t.Errorf("scikit-learn: %+v", got)
	}
	got = table(t, "2,4,red,green,blue\n1,2,3,4,0\n3,4,5,6,2\n", CSVOptions{Label: "5"}) // as many fields as columns
	if got.Len() != 2 || !slices.Equal(got.Classes, []string{"red", "blue"}) {
		t.Errorf("scikit-learn: %+v", got)
	}
	// Classes are in order of value.
	got = table(t, "x,y\n1,10\n1,9\n1,-1\n", CSVOptions{Label: "y"})
	if !slices.Equal(got.Classes, []string{"-1", "9", "10"}) || !slices.Equal(got.Labels, []uint8{2, 1, 0}) {
		t.Errorf("classes %q, labels %v", got.Classes, got.Labels)
	}
}

// Errors name the file, the line and the column.
func TestTableErrors(t *testing.T) {
	many := strings.Repeat("a,", MaxFeatures+1) + "y\n"
	classes := "x,y\n"
	for i := range 257 {
		classes += fmt.Sprintf("1,c%d\n", i)
	}
	for _, test := range []struct {
		text string
		o    CSVOptions
		want string
	}{
		{"", CSVOptions{Label: "y"}, "f.csv: an empty file"},
		{"\n\n", CSVOptions{Label: "y"}, "f.csv: an empty file"},
		{"x,y\n", CSVOptions{Label: "y"}, "f.csv: no rows after the header"},
		{"x,y\n1,a\n", CSVOptions{}, `f.csv: no label column is named; the columns are "x", "y"`},
		{"x,y\n1,a\n", CSVOptions{Label: "z"}, `f.csv:1: no label column "z"; the columns are "x", "y"`},
		{"x,y\n1,a\n", CSVOptions{Label: "Y"}, `no label column "Y"`},
		{"x,y\n1,a\n", CSVOptions{Label: "3"}, `no label column "3"`},
		{"x,y\n1,a\n", CSVOptions{Label: "0"}, `no label column "0"`},
		{"x,y\n1,a\n", CSVOptions{Label: "-1"}, `no label column "-1"`},
		{"1,2\n1,2\n", CSVOptions{Label: "y"}, `f.csv:1: no label column "y"; the columns are numbered 1 to 2`},
		{"x,y\n1,a\n", CSVOptions{Label: "y", Ignore: []string{"w"}}, `no ignored column "w"`},
		{"x,y\n1,a\n", CSVOptions{Label: "y", Ignore: []string{"y"}}, `column "y" is the label, and ignored`},
		{"x,y\n1,a\n", CSVOptions{Label: "y", Ignore: []string{"x"}}, `no feature beside the label column "y"`},
		{"y\n1\n2\n", CSVOptions{Label: "y"}, `no feature beside`},
		{"x,y\n1,a\n,b\n", CSVOptions{Label: "y"}, `f.csv:3: column 1 ("x"): a missing value ("")`},
		{"x,y\n1,a\nNaN,b\n", CSVOptions{Label: "y"}, `f.csv:3: column 1 ("x"): a missing value ("NaN")`},
		{"x,y\n1,a\n?,b\n", CSVOptions{Label: "y"}, `f.csv:3: column 1 ("x"): a missing value ("?")`},
		{"x,y\n1,a\n1,\n", CSVOptions{Label: "y"}, `f.csv:3: column 2 ("y"): a missing class ("")`},
		{"x,y\n1,a\n1,NA\n", CSVOptions{Label: "y"}, `f.csv:3: column 2 ("y"): a missing class ("NA")`},
		{"x,y\n1,2\n1,\n", CSVOptions{Label: "y", Regress: true}, `f.csv:3: column 2 ("y"): a missing value ("")`},
		{"x,y\n1,2\n1,a\n", CSVOptions{Label: "y", Regress: true}, `f.csv:3: column 2 ("y"): "a" is no number`},
		{"x,y\n1,a\n\n\"2\n\",b\nred,b\n", CSVOptions{Label: "y"}, `f.csv:6: column 1 ("x"): "red" is no number`},
		{"x,y\n1,a\n0x1p3,b\n", CSVOptions{Label: "y"}, `"0x1p3" is no number`},
		{"x,y\n1,a\n1_000,b\n", CSVOptions{Label: "y"}, `"1_000" is no number`},
		{"x,y\n1,a\ninf,b\n", CSVOptions{Label: "y"}, `"inf" is no number`},
		{"x,y\n1,a\n1e999,b\n", CSVOptions{Label: "y"}, `"1e999" is beyond the range`},
		{"x,y\n1,a\n\"1,5\",b\n", CSVOptions{Label: "y"}, `"1,5" is no number`},
		{"5,a\n6\n", CSVOptions{Label: "2", Header: NoHeader}, `f.csv:2: 1 fields, want 2`},
		{"x,y\n1,a\n1,b,c\n", CSVOptions{Label: "y"}, `f.csv:3: 3 fields, want 2`},
		{"x;y\n1;a\n", CSVOptions{Label: "y"}, `no label column "y"; the columns are "x;y"`},
		{"x,y,x\n1,a,2\n", CSVOptions{Label: "y"}, `f.csv:1: columns 1 and 3 are both called "x"`},
		{"x,y\n1,a\n2,a\n", CSVOptions{Label: "y"}, `f.csv: column "y" has one class, "a", in all rows`},
		{"x,y\n1,7\n2,7\n", CSVOptions{Label: "y", Regress: true}, `f.csv: column "y" is 7 in all rows`},
		{classes, CSVOptions{Label: "y"}, `f.csv:258: column 2 ("y"): more than 256 classes`},
		{many, CSVOptions{Label: "y"}, "f.csv:1: 16385 columns, want at most 16383 features and a label"},
		{"x,gr\xfcn\n1,a\n", CSVOptions{Label: "x"}, "f.csv:1: column 2: \"gr\\xfcn\" is not UTF-8"},
		{"x,y\n1,a\n1,gr\xfcn\n", CSVOptions{Label: "y"}, "f.csv:3: column 2 (\"y\"): \"gr\\xfcn\" is not UTF-8"},
		{"x,y\n1,\"a\n", CSVOptions{Label: "y"}, "f.csv:2: column 2: the quote does not end"},
		{"x,y\n1,\"a\"b\n", CSVOptions{Label: "y"}, "f.csv:2: column 2: 'b' after the closing quote"},
		{"x,y\n1,a\"b\"\n", CSVOptions{Label: "y"}, "f.csv:2: column 2: a quote within a field"},
		{"x,y\n1,\x00\n", CSVOptions{Label: "y"}, "f.csv:2: column 2: a zero byte"},
		{"\xff\xfex\x00,\x00y\x00", CSVOptions{Label: "y"}, "f.csv: UTF-16, want UTF-8"},
		{"4,2,red,green\n1,2,1\n3,4,0\n", CSVOptions{Label: "3"}, "f.csv:1: 4 samples announced, and 2 follow"},
		{"x,y\n1,a\n", CSVOptions{Label: "y", Separator: '"'}, "separator '\"'"},
		{strings.Repeat("x", maxRecord+2), CSVOptions{Label: "y"}, "f.csv:1: a record of more than 4 MiB"},
		{"x,y\n\"" + strings.Repeat("1\n", maxRecord/2+2), CSVOptions{Label: "y"}, "f.csv:2: a record of more than 4 MiB"},
		{strings.Repeat(",", maxRecord+2), CSVOptions{Label: "y"}, "f.csv:1: a record of more than 4 MiB"},
	} {
		table, err := ReadTable(strings.NewReader(test.text), "f.csv", test.o)
		if err == nil {
			_, err = table.Fit([]int{0}, 1)
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.60q: error %v, want %q in it", test.text, err, test.want)
		}
	}
	if _, err := ReadCSV(filepath.Join(t.TempDir(), "none"), CSVOptions{Label: "y"}); !os.IsNotExist(err) {
		t.Errorf("error %v, want not exist", err)
	}
}

// A table takes at most eight times the memory of its file, and reading it no more than twice
// that.
func TestTableMemory(t *testing.T) {
	text := "y," + strings.Repeat("x,", 99)
	head := ""
	for i := range 100 {
		head += fmt.Sprintf("x%d,", i)
	}
	text = head + "y\n" + strings.Repeat(strings.Repeat("1,", 100)+"a\n"+strings.Repeat("2,", 100)+"b\n", 5000)
	var got *Table
	allocated := allocatedBytes(func() { got = table(t, text, CSVOptions{Label: "y"}) })
	if cap(got.Values) > 4*len(text) || allocated > uint64(16*len(text)+1<<20) {
		t.Errorf("%d bytes: a table of %d numbers, %d bytes allocated", len(text), cap(got.Values), allocated)
	}
}

// Records equal those that encoding/csv reads, where it reads a file at all.
func FuzzRecords(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\"a\"\"b\",\n", "\n\n,\n", "\"\n\"", "a\r\n\"b\r\n\"", "\"\"\n", "a\"b", "\"a\" ,", "\"", "\xef\xbb\xbfa"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\xef\xbb\xbf")))
		r.FieldsPerRecord = -1
		want, err := r.ReadAll()
		rest := strings.ReplaceAll(string(text), "\r\n", "\n")
		if strings.ContainsAny(rest, "\r\x00") || strings.HasPrefix(rest, "\xff\xfe") || strings.HasPrefix(rest, "\xfe\xff") || strings.HasPrefix(rest, "\x1f\x8b") {
			want, err = nil, io.ErrUnexpectedEOF // read in another way, or refused
		}
		rr, err2 := newRecordReader(strings.NewReader(string(text)), "f.csv", ',')
		var got [][]string
		for err2 == nil {
			var fields [][]byte
			if fields, err2 = rr.next(); err2 == nil {
				record := []string{}
				for _, f := range fields {
					record = append(record, string(f))
				}
				got = append(got, record)
			}
		}
		if err == nil {
			// A quoted empty field on a line of its own is an empty line here.
			want = slices.DeleteFunc(want, func(r []string) bool { return len(r) == 1 && r[0] == "" })
			if err2 != io.EOF || fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
				t.Errorf("%q: %q, error %v, want %q", text, got, err2, want)
			}
		}
	})
}

// No file makes the reader panic, a table that is read fits together, and its rows come
// back as they were when it is written and read again, scaled alike.
func FuzzTable(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n3,4\n"), "b", true, uint8(0))
	f.Add([]byte("a;b\n1;x\n3;y\n"), "2", false, uint8(';'))
	f.Add([]byte("3,2,red,green,blue\n1,2,1\n3,4,0\n5,6,2\n"), "3", false, uint8(0))
	f.Add([]byte("1e308,0\n-1e308,1\n"), "2", true, uint8(0))
	f.Add([]byte(";\n1;x"), "2", false, uint8(';')) // one class
	f.Add([]byte("\xf0,y\n1,0\n-1,1\n"), "2", true, uint8(0))
	f.Fuzz(func(t *testing.T, text []byte, label string, regress bool, sep uint8) {
		o := CSVOptions{Label: label, Regress: regress, Separator: sep}
		got, err := ReadTable(strings.NewReader(string(text)), "f.csv", o)
		if err != nil {
			if !strings.Contains(err.Error(), "f.csv") && !strings.Contains(err.Error(), "separator") {
				t.Errorf("error without the file: %v", err)
			}
			return
		}
		rows := make([]int, got.Len())
		for i := range rows {
			rows[i] = i
		}
		if len(got.Values) != len(rows)*len(got.Features) || slices.ContainsFunc(got.Values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
			t.Fatalf("%d rows of %d features have %v", len(rows), len(got.Features), got.Values)
		}
		s, err := got.Fit(rows, 1+len(text)%5)
		if err != nil {
			if !strings.Contains(err.Error(), "too large to scale") && !strings.Contains(err.Error(), "nothing to predict") {
				t.Error(err)
			}
			return
		}
		d := s.Dataset(got, rows)
		if err := d.Check(); err != nil {
			t.Fatal(err)
		}
		coded, err := s.MarshalText()
		if err != nil {
			t.Fatalf("%+v: %v", s, err)
		}
		var same Scaler
		if err := same.UnmarshalText(coded); err != nil {
			t.Fatalf("%s: %v", coded, err)
		}
		r, err := same.Rows(strings.NewReader(string(text)), "f.csv", o)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			inputs, err := r.Next()
			if err != nil || !slices.Equal(inputs, d.Sample(i)) {
				t.Fatalf("row %d again: %v, error %v, want %v", i, inputs, err, d.Sample(i))
			}
			if !regress && r.Label() != got.Classes[got.Labels[i]] {
				t.Fatalf("row %d again: class %q, want %q", i, r.Label(), got.Classes[got.Labels[i]])
			}
		}
		if _, err := r.Next(); err != io.EOF {
			t.Fatalf("error %v after the last row", err)
		}
	})
}
