// What the kernels for few vectors with AVX-512 VNNI share: matvec_vnni512_amd64.s and
// matvec_pairs_vnni512_amd64.s.
//
// Registers
//
//	AX   weights of the pass            R8–R11   rows 0, 4, 8 and 12, advancing
//	DX   bytes of a row                 R12      of three rows
//	BX   x, advancing                   CX       blocks or small blocks left
//	DI   y                              R13      rows left
//	R14  bytes of a pass                SI       weights to prefetch

// NEXTn moves the rows of a pass of n on by bytes.
#define NEXT4(bytes) \
	ADDQ $bytes, R8

#define NEXT8(bytes) \
	ADDQ $bytes, R8 \
	ADDQ $bytes, R9

#define NEXT16(bytes) \
	ADDQ $bytes, R8  \
	ADDQ $bytes, R9  \
	ADDQ $bytes, R10 \
	ADDQ $bytes, R11

// AHEAD prefetches what the next pass reads of a block: its lines in the order of their
// addresses, which the CPU's own prefetching follows. If the pass is longer than limit, rows
// come from L3 or memory: AHEAD prefetches the lines of each row into L2 then, which is as many
// streams as the pass has rows, and memory serves several at a time.
#define AHEAD(LINES, ROWS, limit) \
	CMPQ R14, $limit     \
	JHI  far             \
	LINES                \
	JMP  fetched         \
                         \
far:                     \
	LEAQ (R8)(R14*1), SI \
	ROWS                 \
                         \
fetched:

// LINESn prefetches as many lines as a block of n rows has.
#define LINES4 \
	PREFETCHT0 (SI)    \
	PREFETCHT0 64(SI)  \
	PREFETCHT0 128(SI) \
	PREFETCHT0 192(SI) \
	PREFETCHT0 256(SI) \
	PREFETCHT0 320(SI) \
	ADDQ       $384, SI

#define LINES8 \
	LINES4 \
	LINES4

#define LINES16 \
	LINES8 \
	LINES8

// ROWSn prefetches the lines of a block of each of n rows.
#define ROWS4 \
	PREFETCHT1 (SI)          \
	PREFETCHT1 64(SI)        \
	PREFETCHT1 (SI)(DX*1)    \
	PREFETCHT1 64(SI)(DX*1)  \
	PREFETCHT1 (SI)(DX*2)    \
	PREFETCHT1 64(SI)(DX*2)  \
	PREFETCHT1 (SI)(R12*1)   \
	PREFETCHT1 64(SI)(R12*1)

#define ROWS8 \
	ROWS4               \
	LEAQ (SI)(DX*4), SI \
	ROWS4

#define ROWS16 \
	ROWS8               \
	LEAQ (SI)(DX*4), SI \
	ROWS8

// 7 and 3 in bytes.
DATA wideMasks<>+0(SB)/8, $0x0707070707070707
DATA wideMasks<>+8(SB)/8, $0x0303030303030303
GLOBL wideMasks<>(SB), RODATA|NOPTR, $16

// Small blocks, of 32 codes, with constants of their own:
//
//	Y27  smallFrom     Y29  smallMask        Y31  smallHighMask
//	Y28  smallShift    Y30  smallHighShift
#define SMALLCONSTANTS \
	VMOVDQU32 smallFrom<>(SB), Y27      \
	VMOVDQU32 smallShift<>(SB), Y28     \
	VMOVDQU32 smallMask<>(SB), Y29      \
	VMOVDQU32 smallHighShift<>(SB), Y30 \
	VMOVDQU32 smallHighMask<>(SB), Y31

// SMALLCODES unpacks a small block as unpackSmallAVX2 does, into Y and X, which are one
// register; its upper half becomes zero.
#define SMALLCODES(row, Y, X) \
	VMOVQ        row, X          \
	VPINSRD      $2, 8 row, X, X \
	VPBROADCASTD 8 row, Y26      \
	VPERMD       Y, Y27, Y       \
	VPSRLVD      Y28, Y, Y       \
	VPSRLVD      Y30, Y26, Y26   \
	VPANDD       Y29, Y, Y       \
	VPANDD       Y31, Y26, Y26   \
	VPORD        Y26, Y, Y

#define CLEAR(a, b, c, d) \
	VPXORD a, a, a \
	VPXORD b, b, b \
	VPXORD c, c, c \
	VPXORD d, d, d

// DWORDS and QWORDS add the halves of two registers of sums into the first, where the sums of
// both then alternate, in dwords or qwords.
#define DWORDS(a, b) \
	VPUNPCKLDQ b, a, Z16   \
	VPUNPCKHDQ b, a, Z17   \
	VPADDD     Z16, Z17, a

#define QWORDS(a, b) \
	VPUNPCKLQDQ b, a, Z16   \
	VPUNPCKHQDQ b, a, Z17   \
	VPADDD      Z16, Z17, a

// LANES adds lanes 0 and 1 of 16 bytes, and 2 and 3, of each of two registers: the sums of
// the first are lanes 0 and 1 of a.
#define LANES(a, b) \
	VSHUFI32X4 $0x88, b, a, Z16 \
	VSHUFI32X4 $0xDD, b, a, Z17 \
	VPADDD     Z16, Z17, a

// FOURS adds the dwords of each of four registers in each lane: a then has their sums.
#define FOURS(a, b, c, d) \
	DWORDS(a, b) \
	DWORDS(c, d) \
	QWORDS(a, c)

// MATVEC is the body of the kernels, for passes of height rows of n vectors, whose sums END
// stores.
#define MATVEC(SETUP, BLOCK, SMALL, NEXT, END, height, n) \
	MOVQ  args+0(FP), BX           \
	MOVQ  matVecArgs_y(BX), DI      \
	MOVQ  matVecArgs_w(BX), AX      \
	MOVQ  matVecArgs_rows(BX), R13  \
	MOVQ  matVecArgs_blocks(BX), DX \
	SHLQ  $3, DX                   \
	ADDQ  matVecArgs_smalls(BX), DX \
	LEAQ  (DX)(DX*2), DX           \
	SHLQ  $2, DX                   \
	LEAQ  (DX)(DX*2), R12          \
	MOVQ  $height, R14             \
	IMULQ DX, R14                  \
                                   \
setup:                             \
	SETUP                          \
                                   \
pass:                              \
	MOVQ  AX, R8                   \
	LEAQ  (R8)(DX*4), R9           \
	LEAQ  (R9)(DX*4), R10          \
	LEAQ  (R10)(DX*4), R11         \
	LEAQ  (AX)(R14*1), SI          \
	MOVQ  args+0(FP), BX           \
	MOVQ  matVecArgs_blocks(BX), CX \
	MOVQ  matVecArgs_x(BX), BX      \
	CLEAR(Z0, Z1, Z2, Z3)          \
	CLEAR(Z4, Z5, Z6, Z7)          \
	CLEAR(Z8, Z9, Z10, Z11)        \
	CLEAR(Z12, Z13, Z14, Z15)      \
	TESTQ CX, CX                   \
	JZ    smalls                   \
                                   \
block:                             \
	BLOCK                          \
	NEXT(96)                       \
	ADDQ $(256*n), BX              \
	DECQ CX                        \
	JNZ  block                     \
                                   \
smalls:                            \
	MOVQ  args+0(FP), CX           \
	MOVQ  matVecArgs_smalls(CX), CX \
	TESTQ CX, CX                   \
	JZ    end                      \
	SMALLCONSTANTS                 \
                                   \
small:                             \
	SMALL                          \
	NEXT(12)                       \
	ADDQ $(32*n), BX               \
	DECQ CX                        \
	JNZ  small                     \
                                   \
end:                               \
	MOVQ args+0(FP), CX            \
	MOVQ matVecArgs_start(CX), BX   \
	END                            \
	SUBQ $height, R13              \
	JZ   done                      \
	ADDQ R14, AX                   \
	ADDQ $(4*n*height), DI         \
	CMPQ R13, $height              \
	JGE  more                      \
                                   \
	MOVQ   R13, CX                 \
	SUBQ   $height, CX             \
	IMUL3Q $(4*n), CX, SI          \
	ADDQ   SI, DI                  \
	IMULQ  DX, CX                  \
	ADDQ   CX, AX                  \
	MOVQ   $height, R13            \
                                   \
more:                              \
	MOVQ args+0(FP), CX            \
	CMPQ matVecArgs_smalls(CX), $0  \
	JEQ  pass                      \
	JMP  setup                     \
                                   \
done:                              \
	VZEROUPPER
