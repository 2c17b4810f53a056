package search

import (
	"maps"
	"slices"
	"testing"

	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/console"
	"github.com/Kaleaon/pentary-go/cmd/pentary/internal/task"
)

// The parameters of a network determine the network.
func TestArchitecture(t *testing.T) {
	a := architecture{depths: []int{0, 3, 1}, widths: []int{8, 16}}
	for hidden, want := range map[string]map[string]string{
		"none":    {"depth": "0"},
		"16":      {"depth": "1", "width 1": "16"},
		"16,8,16": {"depth": "3", "width 1": "16", "width 2": "8", "width 3": "16"},
	} {
		var widths console.Widths
		if err := widths.Set(hidden); err != nil {
			t.Fatal(err)
		}
		texts := map[string]string{}
		a.split(texts, widths)
		if !maps.Equal(texts, want) {
			t.Errorf("%s: %v, want %v", hidden, texts, want)
		}
		for _, p := range a.space() { // also those that make no difference
			if texts[p.Name] == "" {
				texts[p.Name] = p.Values[0]
			}
		}
		a.join(texts)
		if want := map[string]string{"hidden": hidden}; !maps.Equal(texts, want) {
			t.Errorf("%v, want %v", texts, want)
		}
	}
	if a.join(nil); len(a.space()) != 4 || !slices.Equal(a.space()[0].Values, []string{"0", "3", "1"}) {
		t.Errorf("space %v", a.space())
	}
}

// The default networks of every task are in range and include the task's network.
func TestDefaultArchitecture(t *testing.T) {
	for _, task := range task.All {
		a := defaultArchitecture(task)
		a.on = true
		if err := a.check(newTuneTask(task, &console.Streams{}).Flags()); err != nil {
			t.Errorf("%s: %v", task.Name, err)
		}
		if !slices.Contains(a.depths, len(task.Hidden)) {
			t.Errorf("%s: depths %v without %d", task.Name, a.depths, len(task.Hidden))
		}
		for _, width := range task.Hidden {
			if !slices.Contains(a.widths, width) {
				t.Errorf("%s: widths %v without %d", task.Name, a.widths, width)
			}
		}
	}
}
