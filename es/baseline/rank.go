package baseline

import "fmt"

// Rank returns the rank of a row-major matrix of m×k over the integers modulo the prime
// 2^31−1. It is at most the rank over the rationals and almost always equal to it; if it
// is full, so is the rank over the rationals.
func Rank(e []int8, m, k int) int {
	if len(e) != m*k {
		panic(fmt.Sprintf("baseline: Rank: %d elements for a matrix of %d×%d", len(e), m, k))
	}
	const prime = 1<<31 - 1
	rows := make([][]uint64, m)
	for i := range rows {
		rows[i] = make([]uint64, k)
		for j := range k {
			rows[i][j] = uint64(int64(e[i*k+j])+prime) % prime
		}
	}
	rank := 0
	for j := 0; j < k && rank < m; j++ {
		pivot := rank
		for pivot < m && rows[pivot][j] == 0 {
			pivot++
		}
		if pivot == m {
			continue
		}
		rows[rank], rows[pivot] = rows[pivot], rows[rank]
		top := rows[rank]
		inverse := power(top[j], prime-2, prime)
		for _, row := range rows[rank+1:] {
			if row[j] == 0 {
				continue
			}
			factor := row[j] * inverse % prime
			for c := j; c < k; c++ {
				row[c] = (row[c] + (prime-factor)*top[c]) % prime
			}
		}
		rank++
	}
	return rank
}

// power returns b^e modulo p, for p below 2^32.
func power(b, e, p uint64) uint64 {
	r := uint64(1)
	for ; e > 0; e >>= 1 {
		if e&1 == 1 {
			r = r * b % p
		}
		b = b * b % p
	}
	return r
}
