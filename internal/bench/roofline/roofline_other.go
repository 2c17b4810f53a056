//go:build purego || !(amd64 || arm64)

package roofline

var multiplyAdds = map[string]struct {
	loop func(n int)
	macs int
}{}

func load(p []byte) { loadGo(p) }
