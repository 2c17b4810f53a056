//go:build !purego

package roofline

import "github.com/klauspost/cpuid/v2"

//go:noescape
func madd256(n int)

//go:noescape
func dot256(n int)

//go:noescape
func madd512(n int)

//go:noescape
func dot512(n int)

// dotAMX needs the permission to use tiles, which package kernels requests.
//
//go:noescape
func dotAMX(n int)

//go:noescape
func load256(p *byte, n int)

// multiplyAdds maps an implementation of package kernels to its loop and the number of products
// per iteration.
var multiplyAdds = map[string]struct {
	loop func(n int)
	macs int
}{
	"avx2":       {madd256, 12 * 32},
	"avxvnni":    {dot256, 12 * 32},
	"avx512bw":   {madd512, 12 * 64},
	"avx512vnni": {dot512, 12 * 64},
	"avx512gfni": {dot512, 12 * 64},
	"amx":        {dotAMX, 4 * 16 * 16 * 64},
}

func load(p []byte) {
	if !cpuid.CPU.Supports(cpuid.AVX2) {
		loadGo(p)
		return
	}
	load256(&p[0], len(p))
}
