package train

import (
	"testing"
	"time"
)

// Measurements that are not due come two seconds after the last, or an eighth of the
// session later, and take at most a twentieth of it.
func TestEarly(t *testing.T) {
	for _, test := range []struct {
		session, since, spent time.Duration
		want                  bool
	}{
		{10 * time.Second, 3 * time.Second, 0, true},
		{10 * time.Second, time.Second, 0, false},
		{10 * time.Second, 3 * time.Second, 600 * time.Millisecond, false},
		{80 * time.Second, 9 * time.Second, 0, false},
		{80 * time.Second, 11 * time.Second, 3 * time.Second, true},
	} {
		now := time.Now()
		m := timing{began: now.Add(-test.session), measured: now.Add(-test.since), spent: test.spent}
		if got := m.early(now); got != test.want {
			t.Errorf("%+v: %t", test, got)
		}
	}
}
