//go:build purego || !amd64

package peak

var multiplyAdds = map[string]struct {
	loop func(n int)
	macs int
}{}

// sink keeps the loads of load.
var sink byte

func load(p []byte) {
	var or byte
	for _, b := range p {
		or |= b
	}
	sink = or
}
