//go:build !purego

package clangref

//go:generate ./generate.sh

// _dot returns Σ codes[i]·x[i]. c2goasm prefixes the functions it generates with underscores.
//
//go:noescape
func _dot(codes *uint8, x *int8, n int) (sum int)

// matvecArgs mirrors struct matvec of the C source.
type matvecArgs struct {
	y                    *int32
	w                    *byte
	rows, blocks, smalls int
	x                    *int8
	start                int
}

//go:noescape
func _matvec(p *matvecArgs)

// tileArgs mirrors struct tile of the C source.
type tileArgs struct {
	y      *int32
	ldy    int
	codes  *uint8
	stride int
	x      *int8
	quads  int
	start  *int32
	add    int
}

//go:noescape
func _tile(p *tileArgs)
