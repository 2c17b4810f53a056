package cluster

// An Expulsion says which worker sent wrong scores, and what it may have done before. Its
// other chunks of the generation were scored again. The records before are the run's and
// stay: scores of First to Last were taken from it unchecked, so an audit of these
// generations tells whether it had changed any (train.Run.Audit).
type Expulsion struct {
	Worker     string `json:"worker"`
	Platform   string `json:"platform"`
	Why        string `json:"why"`
	Generation int    `json:"generation"`      // in which it was found
	First      int    `json:"first,omitempty"` // generation whose record has unchecked scores of it; 0: none has
	Last       int    `json:"last,omitempty"`  //
	Pairs      int64  `json:"pairs_scored,omitempty"`
}
