// The hot loops of package kernels as a C programmer writes them for AVX2: the
// algorithms and layouts are those of the assembly, the choice, order and
// registers of the instructions are the compiler's.
//
// What this file avoids is what c2goasm cannot carry over: more than six
// arguments, hence the structs; constants in memory, hence opaque; more than
// sixteen live registers.

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

typedef __m256i vec;

// run is the number of pair sums that an int16 lane can take: codes are at most 4
// and activations at least -128, so a pair sum is at least -1024.
enum { run = 32 };

// opaque returns v in a register, unseen by the optimizer.
static inline int opaque(int v) {
	__asm__ volatile("" : "+r"(v));
	return v;
}

static inline vec bytes(int v) { return _mm256_set1_epi8((char)opaque(v)); }
static inline vec load(const void *p) { return _mm256_loadu_si256(p); }
static inline void store(void *p, vec v) { _mm256_storeu_si256(p, v); }

static inline __m128i low(vec v) { return _mm256_castsi256_si128(v); }

static inline int word(const uint8_t *p) {
	int v;
	memcpy(&v, p, sizeof v);
	return v;
}

// madd adds the pair sums of 32 products to 16 lanes.
static inline vec madd(vec acc, vec codes, vec x) {
	return _mm256_add_epi16(acc, _mm256_maddubs_epi16(codes, x));
}

// widen adds the 16 lanes of pair sums to 8 lanes of int32.
static inline vec widen(vec sum, vec pairs, vec ones) {
	return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, ones));
}

static inline int32_t total(vec v) {
	__m128i s = _mm_add_epi32(low(v), _mm256_extracti128_si256(v, 1));
	s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
	s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
	return _mm_cvtsi128_si32(s);
}

// dot returns Σ codes[i]·x[i], vectorized by the compiler alone.
int64_t dot(const uint8_t *codes, const int8_t *x, int64_t n) {
	int32_t sum = 0;
	for (int64_t i = 0; i < n; i++)
		sum += codes[i] * x[i];
	return sum;
}

struct matvec {
	int32_t *y;
	const uint8_t *w;
	int64_t rows, blocks, smalls;
	const int8_t *x;
	int64_t start;
};

// A block of the 332 layout at p: its eight groups of 32 codes times 32·8
// activations.
static inline vec block(vec acc, const uint8_t *p, const int8_t *x, vec seven, vec three, vec four) {
	vec a = load(p), b = load(p + 32), c = load(p + 64);
	acc = madd(acc, _mm256_and_si256(a, seven), load(x));
	acc = madd(acc, _mm256_and_si256(_mm256_srli_epi16(a, 3), seven), load(x + 32));
	acc = madd(acc, _mm256_and_si256(b, seven), load(x + 64));
	acc = madd(acc, _mm256_and_si256(_mm256_srli_epi16(b, 3), seven), load(x + 96));
	acc = madd(acc, _mm256_and_si256(c, seven), load(x + 128));
	acc = madd(acc, _mm256_and_si256(_mm256_srli_epi16(c, 3), seven), load(x + 160));
	vec g6 = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(a, 6), three),
	                         _mm256_and_si256(_mm256_srli_epi16(c, 4), four));
	vec g7 = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(b, 6), three),
	                         _mm256_and_si256(_mm256_srli_epi16(c, 5), four));
	acc = madd(acc, g6, load(x + 192));
	return madd(acc, g7, load(x + 224));
}

// A small block at p, the same picture in vectors of four lanes, times 32
// activations.
static inline vec small(vec acc, const uint8_t *p, const int8_t *x, __m128i seven, __m128i three, __m128i four) {
	__m128i a = _mm_cvtsi32_si128(word(p)), b = _mm_cvtsi32_si128(word(p + 4)), c = _mm_cvtsi32_si128(word(p + 8));
	__m128i g0 = _mm_and_si128(a, seven), g1 = _mm_and_si128(_mm_srli_epi16(a, 3), seven);
	__m128i g2 = _mm_and_si128(b, seven), g3 = _mm_and_si128(_mm_srli_epi16(b, 3), seven);
	__m128i g4 = _mm_and_si128(c, seven), g5 = _mm_and_si128(_mm_srli_epi16(c, 3), seven);
	__m128i g6 = _mm_or_si128(_mm_and_si128(_mm_srli_epi16(a, 6), three),
	                          _mm_and_si128(_mm_srli_epi16(c, 4), four));
	__m128i g7 = _mm_or_si128(_mm_and_si128(_mm_srli_epi16(b, 6), three),
	                          _mm_and_si128(_mm_srli_epi16(c, 5), four));
	__m128i lo = _mm_unpacklo_epi64(_mm_unpacklo_epi32(g0, g1), _mm_unpacklo_epi32(g2, g3));
	__m128i hi = _mm_unpacklo_epi64(_mm_unpacklo_epi32(g4, g5), _mm_unpacklo_epi32(g6, g7));
	return madd(acc, _mm256_set_m128i(hi, lo), load(x));
}

// matvec sets y[i] = start + Σ code[i, κ]·x[κ] for packed rows of blocks and small
// blocks.
void matvec(const struct matvec *p) {
	struct matvec v = *p;
	vec seven = bytes(7), three = bytes(3), four = bytes(4);
	vec ones = _mm256_set1_epi16((short)opaque(1));
	const uint8_t *w = v.w;
	for (int64_t i = 0; i < v.rows; i++) {
		const int8_t *x = v.x;
		vec sum = _mm256_setzero_si256();
		for (int64_t left = v.blocks; left > 0;) {
			int64_t n = left < run / 8 ? left : run / 8;
			left -= n;
			vec acc = _mm256_setzero_si256();
			for (; n > 0; n--, w += 96, x += 256)
				acc = block(acc, w, x, seven, three, four);
			sum = widen(sum, acc, ones);
		}
		vec acc = _mm256_setzero_si256(); // at most 8 small blocks
		for (int64_t n = v.smalls; n > 0; n--, w += 12, x += 32)
			acc = small(acc, w, x, low(seven), low(three), low(four));
		sum = widen(sum, acc, ones);
		v.y[i] = (int32_t)v.start + total(sum);
	}
}

struct tile {
	int32_t *y;
	int64_t ldy;
	const uint8_t *codes;
	int64_t stride;
	const int8_t *x;
	int64_t quads;
	const int32_t *start;
	int64_t add;
};

// tile computes 4 rows × 3 vectors of 8 columns:
//
//	y[r·ldy+c] = start[c] + Σ_q Σ_u codes[r·stride+4q+u]·x[(q·24+c)·4+u]
//
// added to y if add is set.
void tile(const struct tile *p) {
	struct tile t = *p; // y may alias *p, for all the compiler knows
	for (int r = 0; r < 4; r++)
		for (int v = 0; v < 3; v++) {
			int32_t *y = t.y + r * t.ldy + v * 8;
			vec s = load(t.start + v * 8);
			store(y, t.add ? _mm256_add_epi32(s, load(y)) : s);
		}
	while (t.quads > 0) {
		int64_t n = t.quads < run ? t.quads : run;
		t.quads -= n;
		vec acc[4][3] = {0};
		for (; n > 0; n--, t.codes += 4, t.x += 96) {
			vec x0 = load(t.x), x1 = load(t.x + 32);
			for (int r = 0; r < 4; r++) {
				// The third vector has no register left: without the barrier
				// it gets one, and an accumulator is spilled for it.
				__asm__ volatile("" : "+r"(t.x));
				vec quad = _mm256_set1_epi32(word(t.codes + r * t.stride));
				acc[r][0] = madd(acc[r][0], quad, x0);
				acc[r][1] = madd(acc[r][1], quad, x1);
				acc[r][2] = madd(acc[r][2], quad, load(t.x + 64));
			}
		}
		vec ones = _mm256_set1_epi16((short)opaque(1));
		for (int r = 0; r < 4; r++)
			for (int v = 0; v < 3; v++) {
				int32_t *y = t.y + r * t.ldy + v * 8;
				store(y, widen(load(y), acc[r][v], ones));
			}
	}
}
