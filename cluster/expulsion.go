package cluster

// An Expulsion names a worker that sent wrong scores and the earlier generations that it may
// have falsified. Its other chunks of the current generation were scored again. Earlier records
// stay: generations First to Last used its scores unchecked, so audit them (train.Run.Audit).
type Expulsion struct {
	Worker     string `json:"worker"`
	Platform   string `json:"platform"`
	Why        string `json:"why"`
	Generation int    `json:"generation"`      // in which it was found
	First      int    `json:"first,omitempty"` // generation whose record has unchecked scores of it; 0: none has
	Last       int    `json:"last,omitempty"`  //
	Pairs      int64  `json:"pairs_scored,omitempty"`
}
