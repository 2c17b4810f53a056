package train

import "time"

// timing keeps the times of a run.
type timing struct {
	began   time.Time // of this session, at generation first
	first   int
	earlier time.Duration // that sessions before this took
	trained time.Duration // that evaluations and updates took, of all sessions
	session time.Duration // and of this one
	mark    time.Time     // when the generation in flight began

	spent    time.Duration // on measurements, of this session
	measured time.Time     // when the last one ended
}

func (t *timing) start(generation int) {
	now := time.Now()
	t.first, t.began, t.mark, t.session = generation, now, now, 0
	t.spent, t.measured = 0, now
}

// lap ends the time of a generation.
func (t *timing) lap() {
	took := time.Since(t.mark)
	t.trained, t.session = t.trained+took, t.session+took
}

// measuring counts the time that a measurement takes.
func (t *timing) measuring(measure func()) {
	began := time.Now()
	measure()
	t.measured = time.Now()
	t.spent += t.measured.Sub(began)
}

// early reports whether a measurement is worth its time although none is due: none has
// been for two seconds or an eighth of the session, and they take at most a twentieth of
// it.
func (t *timing) early(now time.Time) bool {
	elapsed := now.Sub(t.began)
	return now.Sub(t.measured) > max(2*time.Second, elapsed/8) && t.spent*20 < elapsed
}

// wall returns the time that all sessions took.
func (t *timing) wall() time.Duration {
	if t.began.IsZero() {
		return t.earlier
	}
	return t.earlier + time.Since(t.began)
}

// remaining estimates the time from a generation to the last.
func (t *timing) remaining(generation, generations int) time.Duration {
	if generation == t.first {
		return 0
	}
	return time.Duration(time.Since(t.began).Seconds() / float64(generation-t.first) * float64(generations-generation) * float64(time.Second))
}
