package busy

import (
	"slices"
	"testing"
)

func TestProcessors(t *testing.T) {
	for text, want := range map[string][]int{"0-3,8\n": {0, 1, 2, 3, 8}, "5\n": {5}} {
		if got, err := processors(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q is %v, error %v, want %v", text, got, err, want)
		}
	}
	if got, err := processors("a-b"); err == nil {
		t.Errorf("a-b is %v", got)
	}
}
