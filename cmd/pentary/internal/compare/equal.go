package compare

// Reach compares the times at which two methods reach an accuracy.
type Reach struct {
	Accuracy float64 `json:"test_accuracy"`
	Slow     float64 `json:"slow_seconds"`
	Fast     float64 `json:"fast_seconds"`
	Ratio    float64 `json:"ratio"` // Slow / Fast
}

// levels are the accuracies of Reaches.
var levels = []float64{.2, .3, .4, .5, .6, .7, .75, .8, .85, .9, .92, .94, .95, .96, .97, .98, .99}

// Reaches compares the times at which two runs first measure an accuracy, for all of levels and for
// the best accuracy of the slow run.
func Reaches(slow, fast *Result) []Reach {
	var reaches []Reach
	best := 0.0
	for _, p := range slow.Curve {
		best = max(best, p.Accuracy)
	}
	add := func(accuracy float64) {
		s, okSlow := slow.reach(accuracy)
		f, okFast := fast.reach(accuracy)
		if okSlow && okFast && s.Seconds > 0 && f.Seconds > 0 {
			reaches = append(reaches, Reach{accuracy, s.Seconds, f.Seconds, s.Seconds / f.Seconds})
		}
	}
	for _, level := range levels {
		if level < best {
			add(level)
		}
	}
	add(best)
	return reaches
}

// reach returns the first measurement of an accuracy.
func (r *Result) reach(accuracy float64) (Point, bool) {
	for _, p := range r.Curve {
		if p.Accuracy >= accuracy {
			return p, true
		}
	}
	return Point{}, false
}

// Short is a run of the fast method, planned for a fraction of the slow method's budget.
type Short struct {
	Part     int     `json:"part"` // divisor of the budget
	Seconds  float64 `json:"seconds"`
	Accuracy float64 `json:"test_accuracy"`
}

// Equal compares the times that two methods need for the final accuracy of the slow one.
type Equal struct {
	Slow    string  `json:"slow"`
	Fast    string  `json:"fast"`
	Target  float64 `json:"test_accuracy"` // final accuracy of the slow method
	Shorts  []Short `json:"runs"`          // in order of increasing length, up to the first that reaches the target
	Reaches []Reach `json:"reaches"`
}

// Reached returns the run that reaches the target, or nil.
func (e *Equal) Reached() *Short {
	if len(e.Shorts) == 0 {
		return nil
	}
	if s := &e.Shorts[len(e.Shorts)-1]; s.Accuracy >= e.Target {
		return s
	}
	return nil
}

// ShortParts are the divisors of the budget for the Shorts.
var ShortParts = []int{64, 32, 16, 10, 8, 4, 2}
