//go:build !purego

package roofline

//go:noescape
func smlal(n int)

//go:noescape
func sdot(n int)

//go:noescape
func smmla(n int)

//go:noescape
func load128(p *byte, n int)

// multiplyAdds maps an implementation of package kernels to its loop and the number of products
// per iteration.
var multiplyAdds = map[string]struct {
	loop func(n int)
	macs int
}{
	"neon":    {smlal, 24 * 8},
	"dotprod": {sdot, 24 * 16},
	"i8mm":    {smmla, 24 * 32},
}

func load(p []byte) { load128(&p[0], len(p)) }
