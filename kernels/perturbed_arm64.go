//go:build !purego

package kernels

import "unsafe"

// levels makes the table of each group; see levelsAVX2.
func levels(levels, start, t, signs *int32, groups int, shift uint) {
	n := groups * levelGroup
	out := unsafe.Slice(levels, n*levelCount)
	starts, ts, minus := unsafe.Slice(start, n), unsafe.Slice(t, n), unsafe.Slice(signs, n)
	for at := range n {
		for code := range uint8(levelCount) {
			d := RoundShift(mulPent(code, ts[at]), shift)
			if minus[at] < 0 {
				d = -d
			}
			out[(levelCount*(at/levelGroup)+int(code))*levelGroup+at%levelGroup] = starts[at] + d
		}
	}
}

// lookUp sets rows of a tile to the entries of their codes; see lookUpAVX2.
func (t tier) lookUp(dst *int32, ld, rows, groups int, a *uint8, aStep int, levels *int32) {
	table := unsafe.Slice(levels, groups*levelCount*levelGroup)
	out := unsafe.Slice(dst, (rows-1)*ld+groups*levelGroup)
	codes := unsafe.Slice(a, (groups-1)*aStep+rows)
	for r := range rows {
		for g := range groups {
			entry := table[(levelCount*g+int(codes[g*aStep+r]&7))*levelGroup:]
			copy(out[r*ld+g*levelGroup:][:levelGroup], entry)
		}
	}
}
