package tune

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestParseParameter(t *testing.T) {
	p, err := ParseParameter("hidden=32,64-32")
	if err != nil || !reflect.DeepEqual(p, Parameter{"hidden", []string{"32", "64-32"}}) {
		t.Errorf("%v, %v", p, err)
	}
	for _, text := range []string{"", "sigma", "=1", "sigma=", "sigma=1,,2", "sigma=1,2,1"} {
		if p, err := ParseParameter(text); err == nil {
			t.Errorf("%q: %v", text, p)
		}
	}
}

var space = Space{{"a", []string{"0", "1", "2"}}, {"b", []string{"0", "1"}}}

func key(c Configuration) (string, error) { return fmt.Sprint(c), nil }

// Configurations differ, the seed determines them, and there are no more than there
// are.
func TestDraw(t *testing.T) {
	for _, n := range []int{1, 3, 7, 100} {
		got, err := space.Draw(1, n, "first", key)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != min(n, 7) || got[0] != nil {
			t.Errorf("%d: %v", n, got)
		}
		seen := map[string]bool{}
		for _, c := range got {
			if seen[fmt.Sprint(c)] {
				t.Errorf("%v twice", c)
			}
			seen[fmt.Sprint(c)] = true
		}
		again, _ := space.Draw(1, n, "first", key)
		if !reflect.DeepEqual(got, again) {
			t.Errorf("%v, then %v", got, again)
		}
	}
	// Configurations with equal keys are drawn once, and none equals the first.
	got, _ := space.Draw(1, 10, "1", func(c Configuration) (string, error) { return fmt.Sprint(c[0]), nil })
	if len(got) != 3 {
		t.Errorf("%v, want the first and two", got)
	}
	bad := errors.New("bad")
	if _, err := space.Draw(1, 10, "", func(Configuration) (string, error) { return "", bad }); err != bad {
		t.Errorf("error %v", err)
	}
	if got, _ := (Space{}).Draw(1, 10, "[]", key); len(got) != 1 {
		t.Errorf("%v of an empty space", got)
	}
}

func TestRungs(t *testing.T) {
	for _, test := range []struct {
		plan Plan
		want []Rung
	}{
		{Plan{27, 3, 900}, []Rung{{27, 100}, {9, 300}, {3, 900}}},
		{Plan{10, 3, 900}, []Rung{{10, 300}, {3, 900}}},
		{Plan{2, 3, 900}, []Rung{{2, 900}}},
		{Plan{1, 3, 900}, []Rung{{1, 900}}},
		{Plan{8, 2, 3}, []Rung{{8, 1}, {4, 1}, {2, 3}}},
	} {
		if got := test.plan.Rungs(); !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.plan, got, test.want)
		}
	}
}

// quality is a trial of a configuration that is the better the nearer it is to 6.
func quality(_ context.Context, rung, c int) (Trial, error) {
	return Trial{Rung: rung, Configuration: c, Samples: 1 << rung, Correct: 100 - max(c-6, 6-c), Total: 100, Bytes: 100 << c}, nil
}

func TestSearch(t *testing.T) {
	for _, test := range []struct {
		price Price // of a point for what the next configuration has of bytes
		want  []int // 10·rung + configuration
	}{
		{0, []int{16, 15, 17, 4, 8, 3, 2, 1, 0}},
		{1<<16 - 1, []int{16, 15, 14, 3, 2, 1, 0, 7, 8}}, // a byte less would be worth it
		{1 << 16, []int{10, 11, 12, 3, 4, 5, 6, 7, 8}},   // as good, each: the one drawn first
		{1<<16 + 1, []int{10, 11, 12, 3, 4, 5, 6, 7, 8}},
	} {
		s := &Search{Rungs: Plan{9, 3, 9}.Rungs(), Price: test.price}
		if err := s.Run(context.Background(), nil, quality, func(Trial) error { return nil }); err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, r := range s.Ranking() {
			got = append(got, 10*r.Rung+r.Configuration)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("price %d: ranking %v, want %v", test.price, got, test.want)
		}
	}
}

// A search that stops after any number of trials reaches the same result, and
// runs no trial twice.
func TestResume(t *testing.T) {
	plan := Plan{9, 2, 9}
	whole := &Search{Rungs: plan.Rungs()}
	if err := whole.Run(context.Background(), nil, quality, func(Trial) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for stop := range whole.Trials {
		var known []Trial
		stopped := errors.New("stopped")
		trial := func(ctx context.Context, rung, c int) (Trial, error) {
			if len(known) == stop {
				return Trial{}, stopped
			}
			return quality(ctx, rung, c)
		}
		record := func(t Trial) error {
			known = append(known, t)
			return nil
		}
		s := &Search{Rungs: plan.Rungs()}
		if err := s.Run(context.Background(), nil, trial, record); err != stopped {
			t.Fatalf("error %v", err)
		}
		runs := 0
		s = &Search{Rungs: plan.Rungs()}
		err := s.Run(context.Background(), known, quality, func(Trial) error {
			runs++
			return nil
		})
		if err != nil || !reflect.DeepEqual(s.Trials, whole.Trials) || runs != len(whole.Trials)-stop {
			t.Errorf("after %d: %v, %d more, %v", stop, err, runs, s.Trials)
		}
	}
}

func TestSearchCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Search{Rungs: Plan{4, 2, 4}.Rungs()}
	err := s.Run(ctx, nil, quality, func(Trial) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || len(s.Trials) != 1 {
		t.Errorf("%v, %v", err, s.Trials)
	}
}

type header struct {
	Task string
	Seed int
}

func mustOpen(t *testing.T, dir string, h any) (*Log, []Trial, int) {
	t.Helper()
	log, trials, dropped, err := OpenLog(dir, h)
	if err != nil {
		t.Fatal(err)
	}
	return log, trials, dropped
}

// Whatever is cut off at the end of a log, what is whole is found, and the log goes
// on behind it.
func TestTornLog(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	path := filepath.Join(dir, logName)
	log, _, _ := mustOpen(t, dir, header{"digits", 1})
	var want []Trial
	for i := range 3 {
		want = append(want, Trial{Rung: i, Configuration: i, SHA256: strings.Repeat("a", i)})
		if err := log.Append(want[i]); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, _, err := OpenLog(dir, header{"digits", 1}); err == nil || !strings.Contains(err.Error(), "another search runs") {
		t.Errorf("error %v for a folder in use", err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for size := len(text); size >= 0; size-- {
		if err := os.WriteFile(path, text[:size], 0o666); err != nil {
			t.Fatal(err)
		}
		log, trials, dropped := mustOpen(t, dir, header{"digits", 1})
		n := max(strings.Count(string(text[:size]), "\n")-1, 0)
		whole := strings.LastIndex(string(text[:size]), "\n") + 1
		if !slices.Equal(trials, want[:n]) || dropped != size-whole {
			t.Fatalf("%d bytes: %d trials, %d dropped, want %d, %d", size, len(trials), dropped, n, size-whole)
		}
		for _, trial := range want[n:] {
			if err := log.Append(trial); err != nil {
				t.Fatal(err)
			}
		}
		log.Close()
		if got, _ := os.ReadFile(path); string(got) != string(text) {
			t.Fatalf("%d bytes became\n%s", size, got)
		}
	}
}

func TestBrokenLog(t *testing.T) {
	const first = `{"Task":"digits","Seed":1}` + "\n"
	const trial = `{"rung":0,"configuration":1}` + "\n"
	for _, test := range []struct {
		text string
		want string // error
	}{
		{first + trial + trial, ""},
		{first + trial + "\x00\x00\x00\n", ""},
		{first + "nonsense\n" + trial, "line 2: "},
		{"nonsense\n", "line 1: "},
		{`{"Task":"mnist","Seed":1}` + "\n", `another search: its Task is "mnist", not "digits"`},
		{`{"Task":"digits"}` + "\n", "its Seed is null, not 1"},
		{`{"Task":"digits","Seed":1,"Rank":2}` + "\n", "its Rank is 2, not null"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, logName), []byte(test.text), 0o666); err != nil {
			t.Fatal(err)
		}
		log, _, _, err := OpenLog(dir, header{"digits", 1})
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: error %v, want %q", test.text, err, test.want)
		}
		if err == nil {
			log.Close()
		}
		if got, _ := os.ReadFile(filepath.Join(dir, logName)); err != nil && string(got) != test.text {
			t.Errorf("%q became %q", test.text, got)
		}
	}
}
