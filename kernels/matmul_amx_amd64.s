//go:build !purego

#include "go_asm.h"
#include "textflag.h"
#include "amx_amd64.h"

// The blocked product on AMX tiles: 16 rows of 64 weights times 16 quads of 16 columns.

// fullTiles is the full shape of tiles, before rows and columns that do not exist are taken off: palette 1,
// eight tiles of 64 bytes a row and of 16 rows.
DATA ·fullTiles+0(SB)/8, $1
DATA ·fullTiles+8(SB)/8, $0
DATA ·fullTiles+16(SB)/8, $0x0040004000400040
DATA ·fullTiles+24(SB)/8, $0x0040004000400040
DATA ·fullTiles+32(SB)/8, $0
DATA ·fullTiles+40(SB)/8, $0
DATA ·fullTiles+48(SB)/8, $0x1010101010101010
DATA ·fullTiles+56(SB)/8, $0
GLOBL ·fullTiles(SB), RODATA|NOPTR, $64

// Matrices of VGF2P8AFFINEQB, whose constant is 0xFE, that make a weight of a code of the bits
// b2 b1 b0: bit 0 is b0, bit 1 is not b1, and bits 2 to 7 are not (b1 xor b2), since no code
// has both. One for each half of a register.
DATA wholeCodes<>+0(SB)/8, $0x0102060606060606 // bits 0 to 2
DATA wholeCodes<>+8(SB)/8, $0x0102060606060606
DATA wholeCodes<>+16(SB)/8, $0x0102060606060606
DATA wholeCodes<>+24(SB)/8, $0x0102060606060606
DATA wholeCodes<>+32(SB)/8, $0x0810303030303030 // bits 3 to 5
DATA wholeCodes<>+40(SB)/8, $0x0810303030303030
DATA wholeCodes<>+48(SB)/8, $0x0810303030303030
DATA wholeCodes<>+56(SB)/8, $0x0810303030303030
GLOBL wholeCodes<>(SB), RODATA|NOPTR, $64

// And of groups 6 and 7: the low two bits, and what the high bit adds.
#define LOWBITS 0x4080808080808080
#define HIGHBIT6 0x0000404040404040
#define HIGHBIT7 0x0000808080808080

// Of two small blocks, a group in each eight bytes: where its bytes are, and the matrices.
DATA smallBytes<>+0(SB)/8, $0x0f0e0d0c03020100
DATA smallBytes<>+8(SB)/8, $0x0f0e0d0c03020100
DATA smallBytes<>+16(SB)/8, $0x1312111007060504
DATA smallBytes<>+24(SB)/8, $0x1312111007060504
DATA smallBytes<>+32(SB)/8, $0x171615140b0a0908
DATA smallBytes<>+40(SB)/8, $0x171615140b0a0908
DATA smallBytes<>+48(SB)/8, $0x0f0e0d0c03020100
DATA smallBytes<>+56(SB)/8, $0x1312111007060504
GLOBL smallBytes<>(SB), RODATA|NOPTR, $64

DATA smallCodes<>+0(SB)/8, $0x0102060606060606
DATA smallCodes<>+8(SB)/8, $0x0810303030303030
DATA smallCodes<>+16(SB)/8, $0x0102060606060606
DATA smallCodes<>+24(SB)/8, $0x0810303030303030
DATA smallCodes<>+32(SB)/8, $0x0102060606060606
DATA smallCodes<>+40(SB)/8, $0x0810303030303030
DATA smallCodes<>+48(SB)/8, $LOWBITS
DATA smallCodes<>+56(SB)/8, $LOWBITS
GLOBL smallCodes<>(SB), RODATA|NOPTR, $64

DATA smallHigh<>+0(SB)/8, $0
DATA smallHigh<>+8(SB)/8, $0
DATA smallHigh<>+16(SB)/8, $0
DATA smallHigh<>+24(SB)/8, $0
DATA smallHigh<>+32(SB)/8, $0
DATA smallHigh<>+40(SB)/8, $0
DATA smallHigh<>+48(SB)/8, $HIGHBIT6
DATA smallHigh<>+56(SB)/8, $HIGHBIT7
GLOBL smallHigh<>(SB), RODATA|NOPTR, $64

// The order of four lanes of each group that makes one block follow the other.
DATA smallOrder<>+0(SB)/8, $0x0000000200000000
DATA smallOrder<>+8(SB)/8, $0x0000000600000004
DATA smallOrder<>+16(SB)/8, $0x0000000a00000008
DATA smallOrder<>+24(SB)/8, $0x0000000e0000000c
DATA smallOrder<>+32(SB)/8, $0x0000000300000001
DATA smallOrder<>+40(SB)/8, $0x0000000700000005
DATA smallOrder<>+48(SB)/8, $0x0000000b00000009
DATA smallOrder<>+56(SB)/8, $0x0000000f0000000d
GLOBL smallOrder<>(SB), RODATA|NOPTR, $64

DATA codeBytes<>+0(SB)/8, $0x0707070707070707
GLOBL codeBytes<>(SB), RODATA|NOPTR, $8

// LOOKUPROW sets 16 columns of a row, at bytes to from R13, to the entries of two groups, at bytes
// from from R9, for the codes in the low bytes of R8 and DX, times four, which it shifts out.
#define LOOKUPROW(from, to) \
	MOVBLZX      R8, SI                         \
	MOVBLZX      DX, CX                         \
	SHRQ         $8, R8                         \
	SHRQ         $8, DX                         \
	VMOVDQU      from+0(R9)(SI*8), Y0           \
	VINSERTI64X4 $1, from+256(R9)(CX*8), Z0, Z0 \
	VMOVDQU64    Z0, to(R13)

// LOOKUP looks up eight rows of two groups, the offsets of which are at bytes at from AX. BX has
// codes of the first row.
#define LOOKUP(at, from, to) \
	MOVQ at+0(AX), R8        \
	MOVQ at+8(AX), DX        \
	MOVQ (BX)(R8*1), R8      \
	MOVQ (BX)(DX*1), DX      \
	ANDQ codeBytes<>(SB), R8 \
	ANDQ codeBytes<>(SB), DX \
	SHLQ $2, R8              \
	SHLQ $2, DX              \
	LOOKUPROW(from, to+0)    \
	LOOKUPROW(from, to+128)  \
	LOOKUPROW(from, to+256)  \
	LOOKUPROW(from, to+384)  \
	LOOKUPROW(from, to+512)  \
	LOOKUPROW(from, to+640)  \
	LOOKUPROW(from, to+768)  \
	LOOKUPROW(from, to+896)

// The frame: the shapes of tiles, of whole blocks of columns and of the last one, and
#define rowsLeft   128(SP)
#define yRow       136(SP) // of the first row of the block
#define wRow       144(SP)
#define startRow   152(SP) // or 0
#define blocksLeft 160(SP) // of the depth
#define smallsLeft 168(SP)
#define wPass      176(SP) // of this pass
#define xPass      184(SP)
#define startPass  192(SP) // or 0
#define stepPass   200(SP) // bytes from one row of it to the next
#define tilesPass  208(SP)
#define rowsBlock  216(SP)
#define aSecond    224(SP) // bytes from the first tile of rows to the second, of weights,
#define ySecond    232(SP) // of y
#define shape      240(SP) // 1 if tiles have the shape at 0(SP), 2 if they have that at 64(SP)
#define aRow       248(SP) // codes of the perturbation of the first row of the block
#define looks      256(SP) // 1 in the first pass, where blocks start from levels
#define colsAhead  264(SP) // columns left to look up
#define colsLeft   272(SP) // BX, while a block is looked up
#define rowsAhead  280(SP) // rows of it left

// func multiplyAMX(args *tileArgs)
//
// For each 32 rows: passes over the depth, which unpack some weights and multiply them with all
// blocks of 32 columns. A tile is half of a block's rows; of odd ones both tiles compute the
// middle one.
//
//	tiles 0, 1, 2, 3  sums, rows first       AX   *tileArgs
//	tiles 4, 5        weights                BX   columns left
//	tiles 6, 7        x                      CX   tiles left of the depth
//
//	R8, R9   weights of both tiles, advancing    R12  64, between rows of weights and of x
//	SI       x of both tiles, advancing          R11  x of the block
//	DI       y of the block                      R10  bytes from one row of y to the next
//	R14      start of the block, or 0            R15  bytes from one row of it to the next
//
// and while a pass unpacks
//
//	DI  codes of the row, advancing          BX  blocks left        CX  rows left
//	SI  weights of the row, advancing        R8  codes of the row   R9  weights of the row
//	R11 bytes from one row of weights to the next
//	Z16–18  matrices of blocks               Z19–23  of small blocks, as named above
//	K1, K2  the bytes and lanes of two or one small blocks
TEXT ·multiplyAMX(SB), NOSPLIT, $288-8
	MOVQ         args+0(FP), AX
	VMOVDQU64    wholeCodes<>(SB), Z16
	MOVQ         $LOWBITS, BX
	VPBROADCASTQ BX, Z17
	MOVQ         $HIGHBIT6, BX
	VPBROADCASTQ BX, Z18
	MOVQ         $HIGHBIT7, BX
	VPBROADCASTQ BX, Z19
	VSHUFI64X2   $0x44, Z19, Z18, Z18 // of group 6 | 7
	VMOVDQU64    smallBytes<>(SB), Z19
	VMOVDQU64    smallCodes<>(SB), Z20
	VMOVDQU64    smallHigh<>(SB), Z21
	VMOVDQU64    smallOrder<>(SB), Z22
	VSHUFI64X2   $0xAA, Z19, Z19, Z23 // C in every group

	// The shape of tiles of the last columns.
	VMOVDQU64 ·fullTiles(SB), Z0
	VMOVDQU64 Z0, 0(SP)
	VMOVDQU64 Z0, 64(SP)
	MOVQ      tileArgs_cols(AX), CX
	ANDQ      $31, CX
	SHLQ      $2, CX
	SUBQ      $64, CX
	JLE       narrow
	MOVW      CX, 82(SP) // bytes of a row of tiles 1, 3 and 7
	MOVW      CX, 86(SP)
	MOVW      CX, 94(SP)
	JMP       shaped

narrow:
	ADDQ $64, CX
	MOVW CX, 80(SP) // of tiles 0, 2 and 6
	MOVW CX, 84(SP)
	MOVW CX, 92(SP)

shaped:
	MOVQ $0, shape
	MOVQ tileArgs_rows(AX), CX
	MOVQ CX, rowsLeft
	MOVQ tileArgs_y(AX), CX
	MOVQ CX, yRow
	MOVQ tileArgs_w(AX), CX
	MOVQ CX, wRow
	MOVQ tileArgs_start(AX), CX
	MOVQ CX, startRow
	MOVQ tileArgs_a(AX), CX
	MOVQ CX, aRow
	MOVQ tileArgs_ldy(AX), R10
	SHLQ $2, R10
	MOVQ $64, R12

rows:
	MOVQ $32, CX
	CMPQ rowsLeft, CX
	JGE  whole
	MOVQ rowsLeft, CX

	// Fewer rows: the shape of tiles 0 to 5.
	LEAQ 1(CX), BX
	SHRQ $1, BX
	MOVB BX, 48(SP)
	MOVB BX, 49(SP)
	MOVB BX, 50(SP)
	MOVB BX, 51(SP)
	MOVB BX, 52(SP)
	MOVB BX, 53(SP)
	MOVB BX, 112(SP)
	MOVB BX, 113(SP)
	MOVB BX, 114(SP)
	MOVB BX, 115(SP)
	MOVB BX, 116(SP)
	MOVB BX, 117(SP)
	MOVQ $0, shape

whole:
	MOVQ  CX, rowsBlock
	SHRQ  $1, CX // to the second tile
	MOVQ  CX, BX
	IMULQ R10, BX
	MOVQ  BX, ySecond
	SHLQ  $6, CX
	MOVQ  CX, aSecond

	MOVQ tileArgs_blocks(AX), CX
	MOVQ CX, blocksLeft
	MOVQ tileArgs_smalls(AX), CX
	MOVQ CX, smallsLeft
	MOVQ wRow, CX
	MOVQ CX, wPass
	MOVQ tileArgs_x(AX), CX
	MOVQ CX, xPass
	MOVQ startRow, CX
	MOVQ CX, startPass
	MOVQ tileArgs_startStep(AX), CX
	MOVQ CX, stepPass
	MOVQ tileArgs_cols(AX), CX
	MOVQ CX, colsAhead
	MOVQ $0, looks
	CMPQ tileArgs_levels(AX), $0
	JEQ  pass
	MOVQ $1, looks

pass:
	MOVQ  rowsBlock, CX
	MOVQ  wPass, R9
	MOVQ  tileArgs_codes(AX), R8
	MOVQ  tileArgs_ldw(AX), R11
	MOVQ  blocksLeft, DX
	TESTQ DX, DX
	JZ    small
	CMPQ  DX, $const_amxPass
	JLE   2(PC)
	MOVQ  $const_amxPass, DX
	SUBQ  DX, blocksLeft
	LEAQ  (DX*4), BX
	MOVQ  BX, tilesPass
	LEAQ  (DX)(DX*2), BX
	SHLQ  $5, BX
	ADDQ  BX, wPass

row:
	MOVQ R8, DI
	MOVQ R9, SI
	MOVQ DX, BX

block:
	VBROADCASTI64X4 (SI), Z0   // A | A
	VBROADCASTI64X4 32(SI), Z1 // B | B
	VBROADCASTI64X4 64(SI), Z2 // C | C
	VMOVDQU64       (SI), Z3   // A | B

	VGF2P8AFFINEQB $0xFE, Z16, Z0, Z0 // groups 0 | 1
	VGF2P8AFFINEQB $0xFE, Z16, Z1, Z1 // groups 2 | 3
	VGF2P8AFFINEQB $0xFE, Z16, Z2, Z4 // groups 4 | 5
	VGF2P8AFFINEQB $0xFE, Z17, Z3, Z3
	VGF2P8AFFINEQB $0, Z18, Z2, Z2
	VPXORD         Z2, Z3, Z3         // groups 6 | 7
	VMOVDQU64      Z0, (DI)
	VMOVDQU64      Z1, 2048(DI)
	VMOVDQU64      Z4, 4096(DI)
	VMOVDQU64      Z3, 6144(DI)

	ADDQ $96, SI
	ADDQ $8192, DI
	DECQ BX
	JNZ  block

	ADDQ R11, R9
	ADDQ $64, R8
	DECQ CX
	JNZ  row
	JMP  multiply

	// The last pass, of small blocks.
small:
	MOVQ smallsLeft, DX
	MOVQ $0, smallsLeft
	LEAQ 1(DX), BX
	SHRQ $1, BX
	MOVQ BX, tilesPass

smallrow:
	MOVQ  R8, DI
	MOVQ  R9, SI
	MOVQ  DX, BX
	MOVL  $0xFFFFFF, R14
	KMOVD R14, K1
	MOVL  $0xFFFF, R14
	KMOVD R14, K2

pair:
	CMPQ  BX, $1
	JNE   both
	MOVL  $0xFFF, R14
	KMOVD R14, K1
	MOVL  $0xFF, R14
	KMOVD R14, K2

both:
	VMOVDQU8.Z     (SI), K1, Z0
	VPERMB         Z0, Z19, Z1
	VPERMB         Z0, Z23, Z2
	VGF2P8AFFINEQB $0xFE, Z20, Z1, Z1
	VGF2P8AFFINEQB $0, Z21, Z2, Z2
	VPXORD         Z2, Z1, Z1
	VPERMD.Z       Z1, Z22, K2, Z1
	VMOVDQU64      Z1, (DI)
	ADDQ           $24, SI
	ADDQ           $2048, DI
	SUBQ           $2, BX
	JGT            pair

	ADDQ R11, R9
	ADDQ $64, R8
	DECQ CX
	JNZ  smallrow

multiply:
	MOVQ tileArgs_cols(AX), BX
	MOVQ yRow, DI
	MOVQ startPass, R14
	MOVQ stepPass, R15
	MOVQ xPass, R11

columns:
	CMPQ looks, $1
	JEQ  lookup

begin:
	CMPQ BX, $32
	JLT  last
	CMPQ shape, $1
	JEQ  columns2
	LDTILECFG_SP(0)
	MOVQ $1, shape

columns2:
	MOVQ  tileArgs_codes(AX), R8
	MOVQ  aSecond, R9
	ADDQ  R8, R9
	TESTQ R14, R14
	JZ    zero2
	TILELOADD_(0, 14, 15, 0)
	TILELOADD_(64, 14, 15, 1)
	MOVQ  rowsBlock, SI
	SHRQ  $1, SI
	IMULQ R15, SI
	ADDQ  R14, SI
	TILELOADD_(0, 6, 15, 2)
	TILELOADD_(64, 6, 15, 3)
	ADDQ  $128, R14
	JMP   begin2

zero2:
	TILEZERO_(0)
	TILEZERO_(1)
	TILEZERO_(2)
	TILEZERO_(3)

begin2:
	MOVQ R11, SI
	MOVQ tilesPass, CX

depth2:
	TILELOADD_(0, 6, 12, 6)
	TILELOADD_(1024, 6, 12, 7)
	TILELOADD_(0, 8, 12, 4)
	TILELOADD_(0, 9, 12, 5)
	TDPBSSD_(6, 4, 0)
	TDPBSSD_(7, 4, 1)
	TDPBSSD_(6, 5, 2)
	TDPBSSD_(7, 5, 3)
	ADDQ $2048, R8
	ADDQ $2048, R9
	ADDQ $2048, SI
	DECQ CX
	JNZ  depth2

	MOVQ ySecond, SI
	ADDQ DI, SI
	TILESTORED_(0, 0, 7, 10)
	TILESTORED_(1, 64, 7, 10)
	TILESTORED_(2, 0, 6, 10)
	TILESTORED_(3, 64, 6, 10)
	ADDQ $128, DI
	ADDQ tileArgs_stride(AX), R11
	SUBQ $32, BX
	JLE  passed
	JMP  columns

	// Look up the block ahead, and before the first one that one, too: blocks in turn have
	// either half of origin. Stores are done then when tiles are loaded.
lookup:
	XORL    CX, CX
	MOVQ    BX, R9
	SUBQ    $64, R9
	CMOVQLT CX, R9
	CMPQ    colsAhead, R9
	JLE     lookedup
	MOVQ    BX, colsLeft
	MOVQ    tileArgs_cols(AX), SI
	MOVQ    colsAhead, CX
	SUBQ    CX, SI // columns before the block
	SUBQ    $32, colsAhead
	ADDQ    $31, CX
	SHLQ    $7, CX
	ANDQ    $4096, CX
	MOVQ    tileArgs_origin(AX), R13
	ADDQ    CX, R13
	MOVQ    rowsBlock, CX
	MOVQ    CX, rowsAhead
	MOVQ    aRow, BX
	MOVQ    SI, R9
	SHLQ    $5, R9
	ADDQ    tileArgs_levels(AX), R9
	MOVQ    tileArgs_offsets(AX), AX
	ADDQ    SI, AX

eight:
	LOOKUP(0, 0, 0)
	LOOKUP(16, 512, 64)
	ADDQ $8, BX
	ADDQ $1024, R13
	SUBQ $8, rowsAhead
	JGT  eight
	MOVQ args+0(FP), AX
	MOVQ colsLeft, BX
	JMP  lookup

lookedup:
	LEAQ 31(BX), R14
	SHLQ $7, R14
	ANDQ $4096, R14
	ADDQ tileArgs_origin(AX), R14
	MOVQ $128, R15
	JMP  begin

last: // fewer than 32 columns
	CMPQ shape, $2
	JEQ  some
	LDTILECFG_SP(64)
	MOVQ $2, shape

some:
	CMPQ BX, $16
	JGT  columns2
	MOVQ tileArgs_codes(AX), R8
	MOVQ aSecond, R9
	ADDQ R8, R9
	MOVQ tilesPass, CX
	TESTQ R14, R14
	JZ    zero1
	TILELOADD_(0, 14, 15, 0)
	MOVQ  rowsBlock, SI
	SHRQ  $1, SI
	IMULQ R15, SI
	ADDQ  R14, SI
	TILELOADD_(0, 6, 15, 2)
	JMP   depth1

zero1:
	TILEZERO_(0)
	TILEZERO_(2)

depth1:
	TILELOADD_(0, 11, 12, 6)
	TILELOADD_(0, 8, 12, 4)
	TDPBSSD_(6, 4, 0)
	TILELOADD_(0, 9, 12, 5)
	TDPBSSD_(6, 5, 2)
	ADDQ $2048, R8
	ADDQ $2048, R9
	ADDQ $2048, R11
	DECQ CX
	JNZ  depth1

	MOVQ ySecond, SI
	ADDQ DI, SI
	TILESTORED_(0, 0, 7, 10)
	TILESTORED_(2, 0, 6, 10)

passed:
	MOVQ tilesPass, CX
	SHLQ $11, CX
	ADDQ CX, xPass
	MOVQ yRow, CX // the next pass adds to y
	MOVQ CX, startPass
	MOVQ R10, stepPass
	MOVQ $0, looks
	MOVQ blocksLeft, CX
	ADDQ smallsLeft, CX
	JNZ  pass

	MOVQ  R10, CX
	SHLQ  $5, CX
	ADDQ  CX, yRow
	MOVQ  tileArgs_ldw(AX), CX
	SHLQ  $5, CX
	ADDQ  CX, wRow
	MOVQ  startRow, BX
	TESTQ BX, BX
	JZ    advanced
	MOVQ  tileArgs_startStep(AX), CX
	SHLQ  $5, CX
	ADDQ  CX, startRow

advanced:
	ADDQ $32, aRow
	SUBQ $32, rowsLeft
	JGT  rows

	TILERELEASE_
	VZEROUPPER
	RET
