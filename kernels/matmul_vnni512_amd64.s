//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "columns_avx512_amd64.h"

// Sweeps on 512-bit registers with VNNI: all tiles of a strip, one below the other,
// each 8 rows by 3 or 2 vectors of 16 columns,
//
//	y[r*ldy+c] = start[c] + Σ_q Σ_u codes[r*stride+4q+u] · x[(q*width*16+c)*4+u]
//
// added to y if add is set. A sweep that packs takes the quads of x for its first tile from
// the batch, writes them to the strip for the others, and makes the start.
//
// Where a population of rank 1 perturbs the tiles, levels has what the eight columns of a
// group begin with, for each code: the perturbation, to which the sweep that packs adds the
// start. A row of a vector then begins with two entries, of the row's code in either group.
// Where ranks is set, tiles begin with the perturbation that codes in order and digits of t make
// (perturb_start_asm.go).
//
// Register map
//
//	Z0–Z23  accumulators: rows 0–7 × vectors 0–2
//	Z24–26  vectors of x                Z27  the quad of codes
//	Z28–30  Σ 2·x, of a tile that packs Z31  bytes of 2
//	K1–K3   the columns that exist, of each vector
//	AX      *tileArgs                   BX   rows left
//	R8      codes of row 0, advancing   R9   codes of row 3, advancing
//	R12     codes of row 6, advancing   DX   stride of the code rows
//	SI      x, advancing                CX   quads left; rows left, as read
//	DI      y, row by row               R10  bytes from one row of y to the next
//	R11     codes of the tile's perturbation
//	R14     the next strip's x, to be prefetched
//	R13     y of the next tile, to be prefetched; then y, row by row, as read
//	R15     lines left of the row at R13
//
// and of a tile that packs
//
//	SI      x in the batch              R13  bytes from one quad of it to the next
//	R15     x in the strip
//
// and where tiles begin with levels
//
//	R15     levels of the strip         CX, R13  entries of a row, times four
//	SI      offsets of the groups       R9, R12  the rows' codes of two groups, times four
//
// and where they begin with ranks
//
//	Z24–27  sums of the higher digit    Z28, Z29  two digits of four ranks
//	Z30     codes of a row              Z31       256, in dwords
//	R12     *rankArgs                   R13       bytes from the words of a vector to the next's
//	R9      digits of the next ranks    SI        the same of a vector
//	R15     fours of ranks, up to four  CX        scratch

// FORROWS applies a macro to the address of each row's codes and its three
// accumulators. Rows 0–2 hang on R8, 3–5 on R9, 6–7 on R12.
#define FORROWS(ROW, code) \
	ROW(code(R8), Z0, Z1, Z2)           \
	ROW(code(R8)(DX*1), Z3, Z4, Z5)     \
	ROW(code(R8)(DX*2), Z6, Z7, Z8)     \
	ROW(code(R9), Z9, Z10, Z11)         \
	ROW(code(R9)(DX*1), Z12, Z13, Z14)  \
	ROW(code(R9)(DX*2), Z15, Z16, Z17)  \
	ROW(code(R12), Z18, Z19, Z20)       \
	ROW(code(R12)(DX*1), Z21, Z22, Z23)

// ADVANCE moves the codes on by bytes.
#define ADVANCE(bytes) \
	ADDQ $bytes, R8 \
	ADDQ $bytes, R9 \
	ADDQ $bytes, R12

// SETUP loads what all tiles share, and sets K1 to K3 to the columns that exist.
#define SETUP \
	MOVQ  args+0(FP), AX              \
	MOVQ  tileArgs_cols(AX), CX       \
	MOVQ  $1, BX                      \
	SHLQ  CX, BX                      \
	DECQ  BX                          \
	KMOVW BX, K1                      \
	SHRQ  $16, BX                     \
	KMOVW BX, K2                      \
	SHRQ  $16, BX                     \
	KMOVW BX, K3                      \
	MOVQ  tileArgs_rows(AX), BX       \
	MOVQ  tileArgs_y(AX), DI          \
	MOVQ  tileArgs_ldy(AX), R10       \
	SHLQ  $2, R10                     \
	MOVQ  tileArgs_codes(AX), R8      \
	MOVQ  tileArgs_stride(AX), DX     \
	MOVQ  tileArgs_next(AX), R14      \
	MOVQ  tileArgs_a(AX), R11

// ROWS3AND6 points R9 and R12 at the codes of rows 3 and 6.
#define ROWS3AND6 \
	LEAQ (R8)(DX*2), R9  \
	ADDQ DX, R9          \
	LEAQ (R9)(DX*2), R12 \
	ADDQ DX, R12

// NEXTTILE moves the codes from the end of a tile's quads to the next eight rows.
#define NEXTTILE \
	MOVQ tileArgs_quads(AX), CX \
	SHLQ $2, CX                 \
	SUBQ CX, R8                 \
	LEAQ (R8)(DX*8), R8

// START3 loads the start of the columns.
#define START3 \
	MOVQ      tileArgs_start(AX), CX \
	VMOVDQU32 (CX), Z24              \
	VMOVDQU32 64(CX), Z25            \
	VMOVDQU32 128(CX), Z26

#define START2 \
	MOVQ      tileArgs_start(AX), CX \
	VMOVDQU32 (CX), Z24              \
	VMOVDQU32 64(CX), Z25

// BEGIN3 sets the accumulators of a row to the start.
#define BEGIN3(code, a0, a1, a2) \
	VMOVDQA32 Z24, a0 \
	VMOVDQA32 Z25, a1 \
	VMOVDQA32 Z26, a2

#define BEGIN2(code, a0, a1, a2) \
	VMOVDQA32 Z24, a0 \
	VMOVDQA32 Z25, a1

DATA codeBytes<>+0(SB)/8, $0x0707070707070707
GLOBL codeBytes<>(SB), RODATA|NOPTR, $8

// CODES loads a tile's codes, one row a byte, of the group whose offset is at: times four.
#define CODES(at, codes) \
	MOVQ at, codes              \
	MOVQ (R11)(codes*1), codes  \
	ANDQ codeBytes<>(SB), codes \
	SHLQ $2, codes

// ENTRIES sets an accumulator to the entries of the next row's codes, in the tables of two
// groups that are at bytes from R15.
#define ENTRIES(at, acc) \
	MOVBLZX         R9, CX                           \
	MOVBLZX         R12, R13                         \
	SHRQ            $8, R9                           \
	SHRQ            $8, R12                          \
	VBROADCASTI64X4 at+0(R15)(CX*8), acc             \
	VINSERTI64X4    $1, at+256(R15)(R13*8), acc, acc

// VECTOR sets the accumulators of a vector, the number of which is v, to the entries of their
// rows.
#define VECTOR(v, a0, a1, a2, a3, a4, a5, a6, a7) \
	CODES(16*v(SI), R9)    \
	CODES(16*v+8(SI), R12) \
	ENTRIES(512*v, a0)     \
	ENTRIES(512*v, a1)     \
	ENTRIES(512*v, a2)     \
	ENTRIES(512*v, a3)     \
	ENTRIES(512*v, a4)     \
	ENTRIES(512*v, a5)     \
	ENTRIES(512*v, a6)     \
	ENTRIES(512*v, a7)

// LEVELS2 sets all accumulators, and points R15 to the levels and R11 to the codes of the next
// tile.
#define LEVELS2 \
	MOVQ tileArgs_offsets(AX), SI                    \
	MOVQ tileArgs_levels(AX), R15                    \
	VECTOR(0, Z0, Z3, Z6, Z9, Z12, Z15, Z18, Z21)  \
	VECTOR(1, Z1, Z4, Z7, Z10, Z13, Z16, Z19, Z22) \
	ADDQ $8, R11

#define LEVELS3 \
	LEVELS2                                         \
	SUBQ $8, R11                                    \
	VECTOR(2, Z2, Z5, Z8, Z11, Z14, Z17, Z20, Z23) \
	ADDQ $8, R11

// LIFT adds the start of a vector to the tables of its two groups, at bytes from R15.
#define LIFT(start, at) \
	VSHUFI64X2 $0x44, start, start, Z27 \
	VSHUFI64X2 $0xEE, start, start, Z28 \
	VPADDD     at+0(R15), Z27, Z29      \
	VPADDD     at+64(R15), Z27, Z30     \
	VPADDD     at+128(R15), Z27, Z31    \
	VPADDD     at+192(R15), Z27, Z27    \
	VMOVDQU32  Z29, at+0(R15)           \
	VMOVDQU32  Z30, at+64(R15)          \
	VMOVDQU32  Z31, at+128(R15)         \
	VMOVDQU32  Z27, at+192(R15)         \
	VPADDD     at+256(R15), Z28, Z29    \
	VPADDD     at+320(R15), Z28, Z30    \
	VPADDD     at+384(R15), Z28, Z31    \
	VPADDD     at+448(R15), Z28, Z28    \
	VMOVDQU32  Z29, at+256(R15)         \
	VMOVDQU32  Z30, at+320(R15)         \
	VMOVDQU32  Z31, at+384(R15)         \
	VMOVDQU32  Z28, at+448(R15)

#define LIFT2 \
	LIFT(Z24, 0)   \
	LIFT(Z25, 512)

#define LIFT3 \
	LIFT2           \
	LIFT(Z26, 1024)

// Dwords 0 8 1 9 … 7 15.
DATA zip<>+0(SB)/8, $0x0b030a0209010800
DATA zip<>+8(SB)/8, $0x0f070e060d050c04
GLOBL zip<>(SB), RODATA|NOPTR, $16

// WORDS3 sets Z24 to Z26 to what the columns of each vector begin with.
#define WORDS3 \
	WORDS2                          \
	VMOVDQU32 -64(R9)(R13*2), Z26

#define WORDS2 \
	VMOVDQU32 -64(R9), Z24          \
	VMOVDQU32 -64(R9)(R13*1), Z25

// RANK adds the products of a row's codes of four ranks with the lower and the higher of two
// digits.
#define RANK(at, low, high) \
	VPBROADCASTQ at(R11), Z30  \
	VPDPBUSD     Z28, Z30, low \
	VPDPBUSD     Z29, Z30, high

// FOURRANKS adds the products of four rows with four ranks, whose digits are bytes from SI and
// whose codes are bytes from R11.
#define FOURRANKS(digits, at, a, b, c, d) \
	VMOVDQU32 digits+0(SI), Z28  \
	VMOVDQU32 digits+64(SI), Z29 \
	RANK(at+0, a, Z24)           \
	RANK(at+8, b, Z25)           \
	RANK(at+64, c, Z26)          \
	RANK(at+72, d, Z27)

// RANKROWS adds the products of R15 fours of ranks, 1 to 4, to four rows of a vector.
#define RANKROWS(join, digits, at, n, a, b, c, d) \
	LEAQ   digits, SI                     \
	VPXORD Z24, Z24, Z24                  \
	VPXORD Z25, Z25, Z25                  \
	VPXORD Z26, Z26, Z26                  \
	VPXORD Z27, Z27, Z27                  \
	FOURRANKS(0, at, a, b, c, d)          \
	CMPQ R15, $2                          \
	JLT  join                             \
	FOURRANKS(128, at+16*n, a, b, c, d)   \
	JEQ  join                             \
	FOURRANKS(256, at+32*n, a, b, c, d)   \
	CMPQ R15, $3                          \
	JEQ  join                             \
	FOURRANKS(384, at+48*n, a, b, c, d)   \
join:                                     \
	VPDPWSSD Z31, Z24, a                  \
	VPDPWSSD Z31, Z25, b                  \
	VPDPWSSD Z31, Z26, c                  \
	VPDPWSSD Z31, Z27, d

#define RANKS2(n) \
	RANKROWS(join0, (R9), 0, n, Z0, Z3, Z6, Z9)                \
	RANKROWS(join1, (R9), 128, n, Z12, Z15, Z18, Z21)          \
	RANKROWS(join2, (R9)(R13*1), 1024, n, Z1, Z4, Z7, Z10)     \
	RANKROWS(join3, (R9)(R13*1), 1152, n, Z13, Z16, Z19, Z22)

#define RANKS3(n) \
	RANKS2(n)                                                  \
	RANKROWS(join4, (R9)(R13*2), 2048, n, Z2, Z5, Z8, Z11)     \
	RANKROWS(join5, (R9)(R13*2), 2176, n, Z14, Z17, Z20, Z23)

// CLEAR3 zeroes the accumulators of a row.
#define CLEAR3(code, a0, a1, a2) \
	VPXORD a0, a0, a0 \
	VPXORD a1, a1, a1 \
	VPXORD a2, a2, a2

// RAISE3 makes room for two lower digits, and adds Z24 to Z26.
#define RAISE3(code, a0, a1, a2) \
	VPSLLD $16, a0, a0 \
	VPSLLD $16, a1, a1 \
	VPSLLD $16, a2, a2 \
	GAIN3(code, a0, a1, a2)

// GAIN3 adds Z24 to Z26.
#define GAIN3(code, a0, a1, a2) \
	VPADDD Z24, a0, a0 \
	VPADDD Z25, a1, a1 \
	VPADDD Z26, a2, a2

// ROUND3 shifts by Z24 and puts the columns in order.
#define ROUND3(code, a0, a1, a2) \
	ROUND2(code, a0, a1, a2) \
	VPSRAVD Z24, a2, a2      \
	VPERMD  a2, Z25, a2

#define ROUND2(code, a0, a1, a2) \
	VPSRAVD Z24, a0, a0 \
	VPERMD  a0, Z25, a0 \
	VPSRAVD Z24, a1, a1 \
	VPERMD  a1, Z25, a1

// PERTURB sets all accumulators to the perturbation, and goes to begun: of two digits of t, or
// of four, the higher two first. It takes sixteen ranks at a time, whose sums of a digit fit a
// word.
#define PERTURB(START, BEGIN, WORDS, RANKS, ROUND, n) \
	MOVQ  tileArgs_rows(AX), R15      \
	SUBQ  BX, R15                     \
	MOVQ  rankArgs_tiles(R12), R9     \
	MOVQ  (R9)(R15*1), R11            \
	ADDQ  rankArgs_order(R12), R11    \
	MOVL  $256, CX                    \
	VPBROADCASTD CX, Z31              \
	MOVQ  rankArgs_wordStep(R12), R13 \
	MOVQ  rankArgs_words(R12), R9     \
	ADDQ  $64, R9                     \
	MOVQ  rankArgs_fours(R12), CX     \
	MOVQ  CX, rankArgs_left(R12)      \
	MOVB  rankArgs_wide(R12), SI      \
	MOVB  SI, rankArgs_higher(R12)    \
	TESTB SI, SI                      \
	JNZ   wide                        \
	WORDS                             \
	FORROWS(BEGIN, 0)                 \
	JMP   ranks16                     \
                                      \
wide:                                 \
	FORROWS(CLEAR3, 0)                \
	SHLQ $7, CX                       \
	ADDQ CX, R9                       \
                                      \
ranks16:                              \
	MOVQ rankArgs_left(R12), R15      \
	CMPQ R15, $4                      \
	JLE  2(PC)                        \
	MOVQ $4, R15                      \
	SUBQ R15, rankArgs_left(R12)      \
	RANKS(n)                          \
	MOVQ  R15, CX                     \
	SHLQ  $7, CX                      \
	ADDQ  CX, R9                      \
	IMULQ $(16*n), R15                \
	ADDQ  R15, R11                    \
	CMPQ  rankArgs_left(R12), $0      \
	JNE   ranks16                     \
	CMPB  rankArgs_higher(R12), $0    \
	JEQ   whole                       \
	MOVB  $0, rankArgs_higher(R12)    \
	MOVQ  rankArgs_words(R12), R9     \
	ADDQ  $64, R9                     \
	MOVQ  rankArgs_fours(R12), CX     \
	MOVQ  CX, rankArgs_left(R12)      \
	IMULQ $(16*n), CX                 \
	SUBQ  CX, R11                     \
	WORDS                             \
	FORROWS(RAISE3, 0)                \
	JMP   ranks16                     \
                                      \
whole:                                \
	VPBROADCASTD rankArgs_shift(R12), Z24 \
	VPMOVZXBD    unzip<>(SB), Z25     \
	FORROWS(ROUND, 0)                 \
	CMPB rankArgs_folds(R12), $0      \
	JNE  begun                        \
	START                             \
	FORROWS(GAIN3, 0)                 \
	JMP  begun

// MERGE3 adds the start, in Z24 to Z26, to the constants of the columns, before the shift.
#define MERGE3 \
	MERGE2                             \
	VPERMD    Z26, Z27, Z26           \
	VPSLLVD   Z28, Z26, Z26           \
	VPADDD    (R9)(R13*2), Z26, Z26   \
	VMOVDQU32 Z26, (R9)(R13*2)

#define MERGE2 \
	MOVQ         rankArgs_words(R12), R9       \
	MOVQ         rankArgs_wordStep(R12), R13   \
	VPMOVZXBD    zip<>(SB), Z27               \
	VPBROADCASTD rankArgs_shift(R12), Z28      \
	VPERMD       Z24, Z27, Z24                \
	VPSLLVD      Z28, Z24, Z24                \
	VPADDD       (R9), Z24, Z24               \
	VMOVDQU32    Z24, (R9)                    \
	VPERMD       Z25, Z27, Z25                \
	VPSLLVD      Z28, Z25, Z25                \
	VPADDD       (R9)(R13*1), Z25, Z25        \
	VMOVDQU32    Z25, (R9)(R13*1)

// DOT3 adds the products of a row's quad.
#define DOT3(code, a0, a1, a2) \
	VPBROADCASTD code, Z27    \
	VPDPBUSD     Z24, Z27, a0 \
	VPDPBUSD     Z25, Z27, a1 \
	VPDPBUSD     Z26, Z27, a2

#define DOT2(code, a0, a1, a2) \
	VPBROADCASTD code, Z27    \
	VPDPBUSD     Z24, Z27, a0 \
	VPDPBUSD     Z25, Z27, a1

// QUAD3 is a quad of all rows, bytes of codes and of x on.
#define QUAD3(code, x) \
	VMOVDQU32 x+0(SI), Z24   \
	VMOVDQU32 x+64(SI), Z25  \
	VMOVDQU32 x+128(SI), Z26 \
	FORROWS(DOT3, code)

#define QUAD2(code, x) \
	VMOVDQU32 x+0(SI), Z24  \
	VMOVDQU32 x+64(SI), Z25 \
	FORROWS(DOT2, code)

// SUMS begins the sums of a tile that packs.
#define SUMS \
	MOVL         $2, CX        \
	VPBROADCASTB CX, Z31       \
	VPXORD       Z28, Z28, Z28 \
	VPXORD       Z29, Z29, Z29 \
	VPXORD       Z30, Z30, Z30

// SUM3 adds twice a quad of x to its sums.
#define SUM3 \
	VPDPBUSD Z24, Z31, Z28 \
	VPDPBUSD Z25, Z31, Z29 \
	VPDPBUSD Z26, Z31, Z30

#define SUM2 \
	VPDPBUSD Z24, Z31, Z28 \
	VPDPBUSD Z25, Z31, Z29

// UNBIAS3 takes the sums off the accumulators of a row.
#define UNBIAS3(code, a0, a1, a2) \
	VPSUBD Z28, a0, a0 \
	VPSUBD Z29, a1, a1 \
	VPSUBD Z30, a2, a2

#define UNBIAS2(code, a0, a1, a2) \
	VPSUBD Z28, a0, a0 \
	VPSUBD Z29, a1, a1

// STORE3 stores the accumulators of a row to y, and goes to done after the last row.
#define STORE3(code, a0, a1, a2) \
	VMOVDQU32 a0, K1, (DI)    \
	VMOVDQU32 a1, K2, 64(DI)  \
	VMOVDQU32 a2, K3, 128(DI) \
	ADDQ      R10, DI         \
	DECQ      BX              \
	JZ        done

#define STORE2(code, a0, a1, a2) \
	VMOVDQU32 a0, K1, (DI)   \
	VMOVDQU32 a1, K2, 64(DI) \
	ADDQ      R10, DI        \
	DECQ      BX             \
	JZ        done

// ADD3 adds a row of y, at R13, to its accumulators, and goes to added after the last
// of CX rows.
#define ADD3(code, a0, a1, a2) \
	VPADDD (R13), a0, K1, a0    \
	VPADDD 64(R13), a1, K2, a1  \
	VPADDD 128(R13), a2, K3, a2 \
	ADDQ   R10, R13             \
	DECQ   CX                   \
	JZ     added

#define ADD2(code, a0, a1, a2) \
	VPADDD (R13), a0, K1, a0   \
	VPADDD 64(R13), a1, K2, a1 \
	ADDQ   R10, R13            \
	DECQ   CX                  \
	JZ     added

// TOUCH3 prefetches a line of the next tile of y, and after the last line of a row a quad
// of the next strip: spread over the tile, they leave the line buffers to the codes.
#define TOUCH3 \
	PREFETCHT0 (R13)                  \
	ADDQ       $64, R13               \
	DECQ       R15                    \
	JNZ        7(PC)                  \
	MOVQ       $3, R15                \
	LEAQ       -192(R13)(R10*1), R13  \
	PREFETCHT1 (R14)                  \
	PREFETCHT1 64(R14)                \
	PREFETCHT1 128(R14)               \
	ADDQ       tileArgs_nextStep(AX), R14

#define TOUCH2 \
	PREFETCHT0 (R13)                  \
	ADDQ       $64, R13               \
	DECQ       R15                    \
	JNZ        6(PC)                  \
	MOVQ       $2, R15                \
	LEAQ       -128(R13)(R10*1), R13  \
	PREFETCHT1 (R14)                  \
	PREFETCHT1 64(R14)                \
	ADDQ       tileArgs_nextStep(AX), R14

// PACK3 takes a quad of the columns that exist from the batch to the strip.
#define PACK3 \
	VMOVDQU32.Z (SI), K1, Z24    \
	VMOVDQU32.Z 64(SI), K2, Z25  \
	VMOVDQU32.Z 128(SI), K3, Z26 \
	VMOVDQU32   Z24, (R15)       \
	VMOVDQU32   Z25, 64(R15)     \
	VMOVDQU32   Z26, 128(R15)

#define PACK2 \
	VMOVDQU32.Z (SI), K1, Z24   \
	VMOVDQU32.Z 64(SI), K2, Z25 \
	VMOVDQU32   Z24, (R15)      \
	VMOVDQU32   Z25, 64(R15)

// STARTED3 stores the start of the tiles that follow one that packs, of Z28 to Z30.
#define STARTED3 \
	MOVQ      tileArgs_start(AX), CX \
	VPXORD    Z27, Z27, Z27          \
	VPSUBD    Z28, Z27, Z24          \
	VPSUBD    Z29, Z27, Z25          \
	VPSUBD    Z30, Z27, Z26          \
	VMOVDQU32 Z24, (CX)              \
	VMOVDQU32 Z25, 64(CX)            \
	VMOVDQU32 Z26, 128(CX)

#define STARTED2 \
	MOVQ      tileArgs_start(AX), CX \
	VPXORD    Z27, Z27, Z27          \
	VPSUBD    Z28, Z27, Z24          \
	VPSUBD    Z29, Z27, Z25          \
	VMOVDQU32 Z24, (CX)              \
	VMOVDQU32 Z25, 64(CX)

// SWEEP is the body of the kernels, which differ in their width; n is bytes of a quad
// of the strip, 64 a line. Quads go by fours and then by ones.
#define SWEEP(START, BEGIN, LEVELS, LIFT, WORDS, RANKS, ROUND, MERGE, PACK, STARTED, DOT, QUAD, SUM, UNBIAS, ADD, STORE, TOUCH, n) \
	SETUP                             \
	CMPQ  tileArgs_from(AX), $0       \
	JEQ   tile                        \
	SUMS                              \
	STARTED                           \
                                      \
tile:                                 \
	CMPQ  tileArgs_levels(AX), $0     \
	JNE   levels                      \
	MOVQ  tileArgs_ranks(AX), R12     \
	TESTQ R12, R12                    \
	JNZ   ranks                       \
	START                             \
	FORROWS(BEGIN, 0)                 \
	JMP   begun                       \
                                      \
levels:                               \
	LEVELS                            \
	JMP   begun                       \
                                      \
ranks:                                \
	PERTURB(START, BEGIN, WORDS, RANKS, ROUND, n) \
                                      \
pack:                                 \
	SUMS                              \
	MOVQ tileArgs_x(AX), R15          \
	MOVQ tileArgs_ldx(AX), R13        \
	MOVQ tileArgs_quads(AX), CX       \
                                      \
packing:                              \
	PACK                              \
	FORROWS(DOT, 0)                   \
	SUM                               \
	ADDQ R13, SI                      \
	ADDQ $n, R15                      \
	ADVANCE(4)                        \
	DECQ CX                           \
	JNZ  packing                      \
                                      \
	STARTED                           \
	MOVQ  $0, tileArgs_from(AX)       \
	FORROWS(UNBIAS, 0)                \
	MOVQ  tileArgs_ranks(AX), R12     \
	TESTQ R12, R12                    \
	JZ    lift                        \
	CMPB  rankArgs_folds(R12), $0     \
	JEQ   store                       \
	MERGE                             \
	JMP   store                       \
                                      \
lift:                                 \
	MOVQ  tileArgs_levels(AX), R15    \
	TESTQ R15, R15                    \
	JZ    store                       \
	LIFT                              \
	JMP   store                       \
                                      \
begun:                                \
	ROWS3AND6                         \
	MOVQ  tileArgs_from(AX), SI       \
	TESTQ SI, SI                      \
	JNZ   pack                        \
	MOVQ tileArgs_x(AX), SI           \
	MOVQ tileArgs_quads(AX), CX       \
	LEAQ (DI)(R10*8), R13             \
	MOVQ $(n/64), R15                 \
	SUBQ $4, CX                       \
	JLT  ones                         \
                                      \
fours:                                \
	TOUCH                             \
	QUAD(0, 0*n)                      \
	QUAD(4, 1*n)                      \
	QUAD(8, 2*n)                      \
	QUAD(12, 3*n)                     \
	ADVANCE(16)                       \
	ADDQ $(4*n), SI                   \
	SUBQ $4, CX                       \
	JGE  fours                        \
                                      \
ones:                                 \
	ADDQ $4, CX                       \
	JZ   store                        \
                                      \
one:                                  \
	QUAD(0, 0)                        \
	ADVANCE(4)                        \
	ADDQ $n, SI                       \
	DECQ CX                           \
	JNZ  one                          \
                                      \
store:                                \
	NEXTTILE                          \
	CMPB tileArgs_add(AX), $0         \
	JEQ  added                        \
	MOVQ DI, R13                      \
	MOVQ BX, CX                       \
	FORROWS(ADD, 0)                   \
                                      \
added:                                \
	FORROWS(STORE, 0)                 \
	JMP  tile                         \
                                      \
done:                                 \
	VZEROUPPER

// func sweep3VNNI512(args *tileArgs)
TEXT ·sweep3VNNI512(SB), NOSPLIT, $0-8
	SWEEP(START3, BEGIN3, LEVELS3, LIFT3, WORDS3, RANKS3, ROUND3, MERGE3, PACK3, STARTED3, DOT3, QUAD3, SUM3, UNBIAS3, ADD3, STORE3, TOUCH3, 192)
	RET

// func sweep2VNNI512(args *tileArgs)
TEXT ·sweep2VNNI512(SB), NOSPLIT, $0-8
	SWEEP(START2, BEGIN2, LEVELS2, LIFT2, WORDS2, RANKS2, ROUND2, MERGE2, PACK2, STARTED2, DOT2, QUAD2, SUM2, UNBIAS2, ADD2, STORE2, TOUCH2, 128)
	RET
