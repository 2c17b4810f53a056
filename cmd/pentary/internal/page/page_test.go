package page

import "testing"

func TestInsert(t *testing.T) {
	const text = "a\n<!-- written by go run x -->\nold\n<!-- end -->\nb\n"
	got, err := Insert([]byte(text), "go run x", "new\n")
	if want := "a\n<!-- written by go run x -->\nnew\n<!-- end -->\nb\n"; err != nil || string(got) != want {
		t.Errorf("%q, error %v", got, err)
	}
	for _, broken := range []string{"", "<!-- written by go run x -->\nold\n", "<!-- end -->\n", "<!-- written by go run y -->\n<!-- end -->\n"} {
		if got, err := Insert([]byte(broken), "go run x", "new\n"); err == nil {
			t.Errorf("%q: %q", broken, got)
		}
	}
}
