// Code generated from c/clangref.c by generate.sh. DO NOT EDIT.
// Debian clang version 14.0.6
// yasm 1.3.0

//go:build !purego

TEXT ·_dot(SB), $0-32

    MOVQ codes+0(FP), DI
    MOVQ x+8(FP), SI
    MOVQ n+16(FP), DX

    WORD $0xc031                 // xor    eax, eax
    WORD $0x8548; BYTE $0xd2     // test    rdx, rdx
	JLE LBB0_8
    LONG $0x20fa8348             // cmp    rdx, 32
	JAE LBB0_4
    WORD $0x3145; BYTE $0xc9     // xor    r9d, r9d
	JMP LBB0_3
LBB0_4:
    WORD $0x8949; BYTE $0xd1     // mov    r9, rdx
    LONG $0xe0e18349             // and    r9, -32
    LONG $0xc0eff9c5             // vpxor    xmm0, xmm0, xmm0
    WORD $0xc031                 // xor    eax, eax
    LONG $0xc9eff1c5             // vpxor    xmm1, xmm1, xmm1
    LONG $0xd2efe9c5             // vpxor    xmm2, xmm2, xmm2
    LONG $0xdbefe1c5             // vpxor    xmm3, xmm3, xmm3
LBB0_5:
    LONG $0x317de2c4; WORD $0x0724 // vpmovzxbd    ymm4, qword [rdi + rax]
    LONG $0x317de2c4; WORD $0x076c; BYTE $0x08 // vpmovzxbd    ymm5, qword [rdi + rax + 8]
    LONG $0x317de2c4; WORD $0x0774; BYTE $0x10 // vpmovzxbd    ymm6, qword [rdi + rax + 16]
    LONG $0x317de2c4; WORD $0x077c; BYTE $0x18 // vpmovzxbd    ymm7, qword [rdi + rax + 24]
    LONG $0x217d62c4; WORD $0x0604 // vpmovsxbd    ymm8, qword [rsi + rax]
    LONG $0xe4f5bdc5             // vpmaddwd    ymm4, ymm8, ymm4
    LONG $0xc0feddc5             // vpaddd    ymm0, ymm4, ymm0
    LONG $0x217de2c4; WORD $0x0664; BYTE $0x08 // vpmovsxbd    ymm4, qword [rsi + rax + 8]
    LONG $0xe5f5ddc5             // vpmaddwd    ymm4, ymm4, ymm5
    LONG $0xc9feddc5             // vpaddd    ymm1, ymm4, ymm1
    LONG $0x217de2c4; WORD $0x0664; BYTE $0x10 // vpmovsxbd    ymm4, qword [rsi + rax + 16]
    LONG $0xe6f5ddc5             // vpmaddwd    ymm4, ymm4, ymm6
    LONG $0xd2feddc5             // vpaddd    ymm2, ymm4, ymm2
    LONG $0x217de2c4; WORD $0x0664; BYTE $0x18 // vpmovsxbd    ymm4, qword [rsi + rax + 24]
    LONG $0xe7f5ddc5             // vpmaddwd    ymm4, ymm4, ymm7
    LONG $0xdbfeddc5             // vpaddd    ymm3, ymm4, ymm3
    LONG $0x20c08348             // add    rax, 32
    WORD $0x3949; BYTE $0xc1     // cmp    r9, rax
	JNE LBB0_5
    LONG $0xc0fef5c5             // vpaddd    ymm0, ymm1, ymm0
    LONG $0xc0feedc5             // vpaddd    ymm0, ymm2, ymm0
    LONG $0xc0fee5c5             // vpaddd    ymm0, ymm3, ymm0
    LONG $0x397de3c4; WORD $0x01c1 // vextracti128    xmm1, ymm0, 1
    LONG $0xc1fef9c5             // vpaddd    xmm0, xmm0, xmm1
    LONG $0xc870f9c5; BYTE $0xee // vpshufd    xmm1, xmm0, 238
    LONG $0xc1fef9c5             // vpaddd    xmm0, xmm0, xmm1
    LONG $0xc870f9c5; BYTE $0x55 // vpshufd    xmm1, xmm0, 85
    LONG $0xc1fef9c5             // vpaddd    xmm0, xmm0, xmm1
    LONG $0xc07ef9c5             // vmovd    eax, xmm0
    WORD $0x3949; BYTE $0xd1     // cmp    r9, rdx
	JE LBB0_7
LBB0_3:
    LONG $0x04b60f46; BYTE $0x0f // movzx    r8d, byte [rdi + r9]
    LONG $0x0cbe0f42; BYTE $0x0e // movsx    ecx, byte [rsi + r9]
    LONG $0xc8af0f41             // imul    ecx, r8d
    WORD $0xc801                 // add    eax, ecx
    LONG $0x01c18349             // add    r9, 1
    WORD $0x394c; BYTE $0xca     // cmp    rdx, r9
	JNE LBB0_3
LBB0_7:
    WORD $0x9848                 // cdqe
LBB0_8:
    VZEROUPPER
    MOVQ AX, sum+24(FP)
    RET




TEXT ·_matvec(SB), $0-8

    MOVQ p+0(FP), DI

    LONG $0x107f8b4c             // mov    r15, qword [rdi + 16]
    LONG $0x000007b9; BYTE $0x00 // mov    ecx, 7
    LONG $0x000003bb; BYTE $0x00 // mov    ebx, 3
    LONG $0x000004be; BYTE $0x00 // mov    esi, 4
    LONG $0x0001ba41; WORD $0x0000 // mov    r10d, 1
    WORD $0x854d; BYTE $0xff     // test    r15, r15
	JLE LBB1_9
    WORD $0x8b4c; BYTE $0x07     // mov    r8, qword [rdi]
    LONG $0x08578b48             // mov    rdx, qword [rdi + 8]
    LONG $0x186f8b4c             // mov    r13, qword [rdi + 24]
    LONG $0x20678b4c             // mov    r12, qword [rdi + 32]
    LONG $0x284f8b4c             // mov    r9, qword [rdi + 40]
    LONG $0x30778b4c             // mov    r14, qword [rdi + 48]
    LONG $0xc16ef9c5             // vmovd    xmm0, ecx
    LONG $0x787d62c4; BYTE $0xe8 // vpbroadcastb    ymm13, xmm0
    LONG $0xcb6ef9c5             // vmovd    xmm1, ebx
    LONG $0x787de2c4; BYTE $0xc1 // vpbroadcastb    ymm0, xmm1
    LONG $0xd66ef9c5             // vmovd    xmm2, esi
    LONG $0x787d62c4; BYTE $0xf2 // vpbroadcastb    ymm14, xmm2
    LONG $0x6e79c1c4; BYTE $0xda // vmovd    xmm3, r10d
    LONG $0x797de2c4; BYTE $0xcb // vpbroadcastw    ymm1, xmm3
    QUAD $0x00000000a50c8d4a     // lea    rcx, [4*r12]
    LONG $0x49148d4c             // lea    r10, [rcx + 2*rcx]
    LONG $0x245c8d4d; BYTE $0x01 // lea    r11, [r12 + 1]
    WORD $0xdb31                 // xor    ebx, ebx
	JMP LBB1_2
LBB1_8:
    LONG $0xe1f585c5             // vpmaddwd    ymm4, ymm15, ymm1
    LONG $0xe4fe9dc5             // vpaddd    ymm4, ymm12, ymm4
    LONG $0x397de3c4; WORD $0x01e5 // vextracti128    xmm5, ymm4, 1
    LONG $0xe4fed1c5             // vpaddd    xmm4, xmm5, xmm4
    LONG $0xec70f9c5; BYTE $0x4e // vpshufd    xmm5, xmm4, 78
    LONG $0xe4fed1c5             // vpaddd    xmm4, xmm5, xmm4
    LONG $0xec70f9c5; BYTE $0x55 // vpshufd    xmm5, xmm4, 85
    LONG $0xe4fed1c5             // vpaddd    xmm4, xmm5, xmm4
    LONG $0xe07ef9c5             // vmovd    eax, xmm4
    WORD $0x0144; BYTE $0xf0     // add    eax, r14d
    LONG $0x98048941             // mov    dword [r8 + 4*rbx], eax
    LONG $0x01c38348             // add    rbx, 1
    WORD $0x394c; BYTE $0xfb     // cmp    rbx, r15
	JE LBB1_9
LBB1_2:
    LONG $0xef0141c4; BYTE $0xff // vpxor    xmm15, xmm15, xmm15
    WORD $0x854d; BYTE $0xed     // test    r13, r13
	JLE LBB1_3
    LONG $0xef1941c4; BYTE $0xe4 // vpxor    xmm12, xmm12, xmm12
    WORD $0x894c; BYTE $0xee     // mov    rsi, r13
    WORD $0x894c; BYTE $0xcf     // mov    rdi, r9
	JMP LBB1_11
LBB1_12:
    LONG $0x60c28348             // add    rdx, 96
    LONG $0x00c78148; WORD $0x0001; BYTE $0x00 // add    rdi, 256
LBB1_18:
    LONG $0xf1f5cdc5             // vpmaddwd    ymm6, ymm6, ymm1
    LONG $0xe6fe1dc5             // vpaddd    ymm12, ymm12, ymm6
    WORD $0x2948; BYTE $0xce     // sub    rsi, rcx
	JLE LBB1_4
LBB1_11:
    LONG $0x04fe8348             // cmp    rsi, 4
    LONG $0x000004b9; BYTE $0x00 // mov    ecx, 4
    LONG $0xce420f48             // cmovb    rcx, rsi
    LONG $0x326ffec5             // vmovdqu    ymm6, yword [rdx]
    LONG $0x7a6ffec5; BYTE $0x20 // vmovdqu    ymm7, yword [rdx + 32]
    LONG $0x426f7ec5; BYTE $0x40 // vmovdqu    ymm8, yword [rdx + 64]
    LONG $0xcedb15c5             // vpand    ymm9, ymm13, ymm6
    LONG $0x043562c4; BYTE $0x0f // vpmaddubsw    ymm9, ymm9, yword [rdi]
    LONG $0xd671adc5; BYTE $0x03 // vpsrlw    ymm10, ymm6, 3
    LONG $0xdb2d41c4; BYTE $0xd5 // vpand    ymm10, ymm10, ymm13
    LONG $0x042d62c4; WORD $0x2057 // vpmaddubsw    ymm10, ymm10, yword [rdi + 32]
    LONG $0xdfdb15c5             // vpand    ymm11, ymm13, ymm7
    LONG $0x042562c4; WORD $0x405f // vpmaddubsw    ymm11, ymm11, yword [rdi + 64]
    LONG $0xfd3541c4; BYTE $0xcb // vpaddw    ymm9, ymm9, ymm11
    LONG $0xd771a5c5; BYTE $0x03 // vpsrlw    ymm11, ymm7, 3
    LONG $0xdb2541c4; BYTE $0xdd // vpand    ymm11, ymm11, ymm13
    LONG $0x042562c4; WORD $0x605f // vpmaddubsw    ymm11, ymm11, yword [rdi + 96]
    LONG $0xfd2d41c4; BYTE $0xc9 // vpaddw    ymm9, ymm10, ymm9
    LONG $0xdb3d41c4; BYTE $0xd5 // vpand    ymm10, ymm8, ymm13
    QUAD $0x00008097042d62c4; BYTE $0x00 // vpmaddubsw    ymm10, ymm10, yword [rdi + 128]
    LONG $0xfd2541c4; BYTE $0xd2 // vpaddw    ymm10, ymm11, ymm10
    LONG $0xfd3541c4; BYTE $0xca // vpaddw    ymm9, ymm9, ymm10
    LONG $0x712dc1c4; WORD $0x03d0 // vpsrlw    ymm10, ymm8, 3
    LONG $0xdb2d41c4; BYTE $0xd5 // vpand    ymm10, ymm10, ymm13
    QUAD $0x0000a097042d62c4; BYTE $0x00 // vpmaddubsw    ymm10, ymm10, yword [rdi + 160]
    LONG $0xd671cdc5; BYTE $0x06 // vpsrlw    ymm6, ymm6, 6
    LONG $0xf0dbcdc5             // vpand    ymm6, ymm6, ymm0
    LONG $0x7125c1c4; WORD $0x04d0 // vpsrlw    ymm11, ymm8, 4
    LONG $0xdb2541c4; BYTE $0xde // vpand    ymm11, ymm11, ymm14
    LONG $0xf6eba5c5             // vpor    ymm6, ymm11, ymm6
    LONG $0xd771c5c5; BYTE $0x06 // vpsrlw    ymm7, ymm7, 6
    LONG $0xf8dbc5c5             // vpand    ymm7, ymm7, ymm0
    LONG $0x713dc1c4; WORD $0x05d0 // vpsrlw    ymm8, ymm8, 5
    LONG $0xdb3d41c4; BYTE $0xc6 // vpand    ymm8, ymm8, ymm14
    LONG $0xffebbdc5             // vpor    ymm7, ymm8, ymm7
    QUAD $0x0000c0b7044de2c4; BYTE $0x00 // vpmaddubsw    ymm6, ymm6, yword [rdi + 192]
    LONG $0xf6fdadc5             // vpaddw    ymm6, ymm10, ymm6
    LONG $0xf6fdb5c5             // vpaddw    ymm6, ymm9, ymm6
    QUAD $0x0000e0bf0445e2c4; BYTE $0x00 // vpmaddubsw    ymm7, ymm7, yword [rdi + 224]
    LONG $0xf7fdcdc5             // vpaddw    ymm6, ymm6, ymm7
    LONG $0x02f98348             // cmp    rcx, 2
	JB LBB1_12
    LONG $0x7a6ffec5; BYTE $0x60 // vmovdqu    ymm7, yword [rdx + 96]
    QUAD $0x00000080826f7ec5     // vmovdqu    ymm8, yword [rdx + 128]
    QUAD $0x000000a08a6f7ec5     // vmovdqu    ymm9, yword [rdx + 160]
    LONG $0xd7db15c5             // vpand    ymm10, ymm13, ymm7
    QUAD $0x00010097042d62c4; BYTE $0x00 // vpmaddubsw    ymm10, ymm10, yword [rdi + 256]
    LONG $0xf6fdadc5             // vpaddw    ymm6, ymm10, ymm6
    LONG $0xd771adc5; BYTE $0x03 // vpsrlw    ymm10, ymm7, 3
    LONG $0xdb2d41c4; BYTE $0xd5 // vpand    ymm10, ymm10, ymm13
    QUAD $0x00012097042d62c4; BYTE $0x00 // vpmaddubsw    ymm10, ymm10, yword [rdi + 288]
    LONG $0xdb3d41c4; BYTE $0xdd // vpand    ymm11, ymm8, ymm13
    QUAD $0x0001409f042562c4; BYTE $0x00 // vpmaddubsw    ymm11, ymm11, yword [rdi + 320]
    LONG $0xfd2d41c4; BYTE $0xd3 // vpaddw    ymm10, ymm10, ymm11
    LONG $0x7125c1c4; WORD $0x03d0 // vpsrlw    ymm11, ymm8, 3
    LONG $0xdb2541c4; BYTE $0xdd // vpand    ymm11, ymm11, ymm13
    QUAD $0x0001609f042562c4; BYTE $0x00 // vpmaddubsw    ymm11, ymm11, yword [rdi + 352]
    LONG $0xfd2d41c4; BYTE $0xd3 // vpaddw    ymm10, ymm10, ymm11
    LONG $0xdb3541c4; BYTE $0xdd // vpand    ymm11, ymm9, ymm13
    QUAD $0x0001809f042562c4; BYTE $0x00 // vpmaddubsw    ymm11, ymm11, yword [rdi + 384]
    LONG $0xfd2d41c4; BYTE $0xd3 // vpaddw    ymm10, ymm10, ymm11
    LONG $0x7125c1c4; WORD $0x03d1 // vpsrlw    ymm11, ymm9, 3
    LONG $0xdb2541c4; BYTE $0xdd // vpand    ymm11, ymm11, ymm13
    QUAD $0x0001a09f042562c4; BYTE $0x00 // vpmaddubsw    ymm11, ymm11, yword [rdi + 416]
    LONG $0xfd2d41c4; BYTE $0xd3 // vpaddw    ymm10, ymm10, ymm11
    LONG $0xd771c5c5; BYTE $0x06 // vpsrlw    ymm7, ymm7, 6
    LONG $0xf8dbc5c5             // vpand    ymm7, ymm7, ymm0
    LONG $0x7125c1c4; WORD $0x04d1 // vpsrlw    ymm11, ymm9, 4
    LONG $0xdb2541c4; BYTE $0xde // vpand    ymm11, ymm11, ymm14
    LONG $0xffeba5c5             // vpor    ymm7, ymm11, ymm7
    LONG $0x713dc1c4; WORD $0x06d0 // vpsrlw    ymm8, ymm8, 6
    LONG $0xc0db3dc5             // vpand    ymm8, ymm8, ymm0
    LONG $0x7135c1c4; WORD $0x05d1 // vpsrlw    ymm9, ymm9, 5
    LONG $0xdb3541c4; BYTE $0xce // vpand    ymm9, ymm9, ymm14
    QUAD $0x0001c0bf0445e2c4; BYTE $0x00 // vpmaddubsw    ymm7, ymm7, yword [rdi + 448]
    LONG $0xeb3541c4; BYTE $0xc0 // vpor    ymm8, ymm9, ymm8
    LONG $0xfffdadc5             // vpaddw    ymm7, ymm10, ymm7
    QUAD $0x0001e087043d62c4; BYTE $0x00 // vpmaddubsw    ymm8, ymm8, yword [rdi + 480]
    LONG $0xf7fdcdc5             // vpaddw    ymm6, ymm6, ymm7
    LONG $0xf6fdbdc5             // vpaddw    ymm6, ymm8, ymm6
    LONG $0xfd418d48             // lea    rax, [rcx - 3]
    LONG $0xfdf88348             // cmp    rax, -3
	JA LBB1_14
    QUAD $0x000000c0ba6ffec5     // vmovdqu    ymm7, yword [rdx + 192]
    QUAD $0x000000e0826f7ec5     // vmovdqu    ymm8, yword [rdx + 224]
    QUAD $0x000001008a6f7ec5     // vmovdqu    ymm9, yword [rdx + 256]
    LONG $0xd7db15c5             // vpand    ymm10, ymm13, ymm7
    QUAD $0x00020097042d62c4; BYTE $0x00 // vpmaddubsw    ymm10, ymm10, yword [rdi + 512]
    LONG $0xf6fdadc5             // vpaddw    ymm6, ymm10, ymm6
    LONG $0xd771adc5; BYTE $0x03 // vpsrlw    ymm10, ymm7, 3
    LONG $0xdb2d41c4; BYTE $0xd5 // vpand    ymm10, ymm10, ymm13
    QUAD $0x00022097042d62c4; BYTE $0x00 // vpmaddubsw    ymm10, ymm10, yword [rdi + 544]
    LONG $0xdb3d41c4; BYTE $0xdd // vpand    ymm11, ymm8, ymm13
    QUAD $0x0002409f042562c4; BYTE $0x00 // vpmaddubsw    ymm11, ymm11, yword [rdi + 576]
    LONG $0xfd2d41c4; BYTE $0xd3 // vpaddw    ymm10, ymm10, ymm11
    LONG $0x7125c1c4; WORD $0x03d0 // vpsrlw    ymm11, ymm8, 3
    LONG $0xdb2541c4; BYTE $0xdd // vpand    ymm11, ymm11, ymm13
    QUAD $0x0002609f042562c4; BYTE $0x00 // vpmaddubsw    ymm11, ymm11, yword [rdi + 608]
    LONG $0xfd2d41c4; BYTE $0xd3 // vpaddw    ymm10, ymm10, ymm11
    LONG $0xdb3541c4; BYTE $0xdd // vpand    ymm11, ymm9, ymm13
    QUAD $0x0002809f042562c4; BYTE $0x00 // vpmaddubsw    ymm11, ymm11, yword [rdi + 640]
    LONG $0xfd2d41c4; BYTE $0xd3 // vpaddw    ymm10, ymm10, ymm11
    LONG $0x7125c1c4; WORD $0x03d1 // vpsrlw    ymm11, ymm9, 3
    LONG $0xdb2541c4; BYTE $0xdd // vpand    ymm11, ymm11, ymm13
    QUAD $0x0002a09f042562c4; BYTE $0x00 // vpmaddubsw    ymm11, ymm11, yword [rdi + 672]
    LONG $0xfd2d41c4; BYTE $0xd3 // vpaddw    ymm10, ymm10, ymm11
    LONG $0xd771c5c5; BYTE $0x06 // vpsrlw    ymm7, ymm7, 6
    LONG $0xf8dbc5c5             // vpand    ymm7, ymm7, ymm0
    LONG $0x7125c1c4; WORD $0x04d1 // vpsrlw    ymm11, ymm9, 4
    LONG $0xdb2541c4; BYTE $0xde // vpand    ymm11, ymm11, ymm14
    LONG $0xffeba5c5             // vpor    ymm7, ymm11, ymm7
    LONG $0x713dc1c4; WORD $0x06d0 // vpsrlw    ymm8, ymm8, 6
    LONG $0xc0db3dc5             // vpand    ymm8, ymm8, ymm0
    LONG $0x7135c1c4; WORD $0x05d1 // vpsrlw    ymm9, ymm9, 5
    LONG $0xdb3541c4; BYTE $0xce // vpand    ymm9, ymm9, ymm14
    QUAD $0x0002c0bf0445e2c4; BYTE $0x00 // vpmaddubsw    ymm7, ymm7, yword [rdi + 704]
    LONG $0xeb3541c4; BYTE $0xc0 // vpor    ymm8, ymm9, ymm8
    LONG $0xfffdadc5             // vpaddw    ymm7, ymm10, ymm7
    QUAD $0x0002e087043d62c4; BYTE $0x00 // vpmaddubsw    ymm8, ymm8, yword [rdi + 736]
    LONG $0xfffdbdc5             // vpaddw    ymm7, ymm8, ymm7
    LONG $0xf7fdcdc5             // vpaddw    ymm6, ymm6, ymm7
    WORD $0xc889                 // mov    eax, ecx
    WORD $0xe083; BYTE $0x06     // and    eax, 6
    WORD $0xf883; BYTE $0x02     // cmp    eax, 2
	JNE LBB1_17
    LONG $0x20c28148; WORD $0x0001; BYTE $0x00 // add    rdx, 288
    LONG $0x00c78148; WORD $0x0003; BYTE $0x00 // add    rdi, 768
	JMP LBB1_18
LBB1_14:
    LONG $0xc0c28148; WORD $0x0000; BYTE $0x00 // add    rdx, 192
    LONG $0x00c78148; WORD $0x0002; BYTE $0x00 // add    rdi, 512
	JMP LBB1_18
LBB1_17:
    QUAD $0x00000120ba6ffec5     // vmovdqu    ymm7, yword [rdx + 288]
    QUAD $0x00000140826f7ec5     // vmovdqu    ymm8, yword [rdx + 320]
    QUAD $0x000001608a6f7ec5     // vmovdqu    ymm9, yword [rdx + 352]
    LONG $0xd7db15c5             // vpand    ymm10, ymm13, ymm7
    QUAD $0x00030097042d62c4; BYTE $0x00 // vpmaddubsw    ymm10, ymm10, yword [rdi + 768]
    LONG $0xf6fdadc5             // vpaddw    ymm6, ymm10, ymm6
    LONG $0xd771adc5; BYTE $0x03 // vpsrlw    ymm10, ymm7, 3
    LONG $0xdb2d41c4; BYTE $0xd5 // vpand    ymm10, ymm10, ymm13
    QUAD $0x00032097042d62c4; BYTE $0x00 // vpmaddubsw    ymm10, ymm10, yword [rdi + 800]
    LONG $0xdb3d41c4; BYTE $0xdd // vpand    ymm11, ymm8, ymm13
    QUAD $0x0003409f042562c4; BYTE $0x00 // vpmaddubsw    ymm11, ymm11, yword [rdi + 832]
    LONG $0xfd2d41c4; BYTE $0xd3 // vpaddw    ymm10, ymm10, ymm11
    LONG $0x7125c1c4; WORD $0x03d0 // vpsrlw    ymm11, ymm8, 3
    LONG $0xdb2541c4; BYTE $0xdd // vpand    ymm11, ymm11, ymm13
    QUAD $0x0003609f042562c4; BYTE $0x00 // vpmaddubsw    ymm11, ymm11, yword [rdi + 864]
    LONG $0xfd2d41c4; BYTE $0xd3 // vpaddw    ymm10, ymm10, ymm11
    LONG $0xdb3541c4; BYTE $0xdd // vpand    ymm11, ymm9, ymm13
    QUAD $0x0003809f042562c4; BYTE $0x00 // vpmaddubsw    ymm11, ymm11, yword [rdi + 896]
    LONG $0xfd2d41c4; BYTE $0xd3 // vpaddw    ymm10, ymm10, ymm11
    LONG $0x7125c1c4; WORD $0x03d1 // vpsrlw    ymm11, ymm9, 3
    LONG $0xdb2541c4; BYTE $0xdd // vpand    ymm11, ymm11, ymm13
    QUAD $0x0003a09f042562c4; BYTE $0x00 // vpmaddubsw    ymm11, ymm11, yword [rdi + 928]
    LONG $0xfd2d41c4; BYTE $0xd3 // vpaddw    ymm10, ymm10, ymm11
    LONG $0xd771c5c5; BYTE $0x06 // vpsrlw    ymm7, ymm7, 6
    LONG $0xf8dbc5c5             // vpand    ymm7, ymm7, ymm0
    LONG $0x7125c1c4; WORD $0x04d1 // vpsrlw    ymm11, ymm9, 4
    LONG $0xdb2541c4; BYTE $0xde // vpand    ymm11, ymm11, ymm14
    LONG $0xffeba5c5             // vpor    ymm7, ymm11, ymm7
    LONG $0x713dc1c4; WORD $0x06d0 // vpsrlw    ymm8, ymm8, 6
    LONG $0xc0db3dc5             // vpand    ymm8, ymm8, ymm0
    LONG $0x7135c1c4; WORD $0x05d1 // vpsrlw    ymm9, ymm9, 5
    LONG $0xdb3541c4; BYTE $0xce // vpand    ymm9, ymm9, ymm14
    QUAD $0x0003c0bf0445e2c4; BYTE $0x00 // vpmaddubsw    ymm7, ymm7, yword [rdi + 960]
    LONG $0xeb3541c4; BYTE $0xc0 // vpor    ymm8, ymm9, ymm8
    LONG $0xfffdadc5             // vpaddw    ymm7, ymm10, ymm7
    QUAD $0x0003e087043d62c4; BYTE $0x00 // vpmaddubsw    ymm8, ymm8, yword [rdi + 992]
    LONG $0xfffdbdc5             // vpaddw    ymm7, ymm8, ymm7
    LONG $0xf7fdcdc5             // vpaddw    ymm6, ymm6, ymm7
    LONG $0x80c28148; WORD $0x0001; BYTE $0x00 // add    rdx, 384
    LONG $0x00c78148; WORD $0x0004; BYTE $0x00 // add    rdi, 1024
	JMP LBB1_18
LBB1_3:
    WORD $0x894c; BYTE $0xcf     // mov    rdi, r9
    LONG $0xef1941c4; BYTE $0xe4 // vpxor    xmm12, xmm12, xmm12
LBB1_4:
    WORD $0x854d; BYTE $0xe4     // test    r12, r12
	JLE LBB1_8
    LONG $0xd16f7dc5             // vmovdqa    ymm10, ymm1
    LONG $0xef0141c4; BYTE $0xff // vpxor    xmm15, xmm15, xmm15
    WORD $0x894c; BYTE $0xd9     // mov    rcx, r11
    WORD $0x8948; BYTE $0xd6     // mov    rsi, rdx
    LONG $0xc86f7dc5             // vmovdqa    ymm9, ymm0
LBB1_6:
    LONG $0x366ef9c5             // vmovd    xmm6, dword [rsi]
    LONG $0x7e6ef9c5; BYTE $0x04 // vmovd    xmm7, dword [rsi + 4]
    LONG $0x5e6ef9c5; BYTE $0x08 // vmovd    xmm3, dword [rsi + 8]
    LONG $0xd671f1c5; BYTE $0x03 // vpsrlw    xmm1, xmm6, 3
    LONG $0xc9db91c5             // vpand    xmm1, xmm13, xmm1
    LONG $0xd771e9c5; BYTE $0x03 // vpsrlw    xmm2, xmm7, 3
    LONG $0xd2db91c5             // vpand    xmm2, xmm13, xmm2
    LONG $0xd371d9c5; BYTE $0x03 // vpsrlw    xmm4, xmm3, 3
    LONG $0xc4db11c5             // vpand    xmm8, xmm13, xmm4
    LONG $0xd671d1c5; BYTE $0x06 // vpsrlw    xmm5, xmm6, 6
    LONG $0xeddbb1c5             // vpand    xmm5, xmm9, xmm5
    LONG $0xd371f9c5; BYTE $0x04 // vpsrlw    xmm0, xmm3, 4
    LONG $0xc0db89c5             // vpand    xmm0, xmm14, xmm0
    LONG $0xc5ebf9c5             // vpor    xmm0, xmm0, xmm5
    LONG $0xd771d1c5; BYTE $0x06 // vpsrlw    xmm5, xmm7, 6
    LONG $0xeddbb1c5             // vpand    xmm5, xmm9, xmm5
    LONG $0xd371d9c5; BYTE $0x05 // vpsrlw    xmm4, xmm3, 5
    LONG $0xe4db89c5             // vpand    xmm4, xmm14, xmm4
    LONG $0xe5ebd9c5             // vpor    xmm4, xmm4, xmm5
    LONG $0xc462f9c5             // vpunpckldq    xmm0, xmm0, xmm4
    LONG $0xe6db91c5             // vpand    xmm4, xmm13, xmm6
    LONG $0xc962d9c5             // vpunpckldq    xmm1, xmm4, xmm1
    LONG $0xe7db91c5             // vpand    xmm4, xmm13, xmm7
    LONG $0xd262d9c5             // vpunpckldq    xmm2, xmm4, xmm2
    LONG $0xca6cf1c5             // vpunpcklqdq    xmm1, xmm1, xmm2
    LONG $0xd3db91c5             // vpand    xmm2, xmm13, xmm3
    LONG $0x6269c1c4; BYTE $0xd0 // vpunpckldq    xmm2, xmm2, xmm8
    LONG $0xc06ce9c5             // vpunpcklqdq    xmm0, xmm2, xmm0
    LONG $0x3875e3c4; WORD $0x01c0 // vinserti128    ymm0, ymm1, xmm0, 1
    LONG $0x047de2c4; BYTE $0x07 // vpmaddubsw    ymm0, ymm0, yword [rdi]
    LONG $0xf8fd05c5             // vpaddw    ymm15, ymm15, ymm0
    LONG $0x20c78348             // add    rdi, 32
    LONG $0xffc18348             // add    rcx, -1
    LONG $0x0cc68348             // add    rsi, 12
    LONG $0x01f98348             // cmp    rcx, 1
	JA LBB1_6
    WORD $0x014c; BYTE $0xd2     // add    rdx, r10
    LONG $0x6f7dc1c4; BYTE $0xc1 // vmovdqa    ymm0, ymm9
    LONG $0x6f7dc1c4; BYTE $0xca // vmovdqa    ymm1, ymm10
	JMP LBB1_8
LBB1_9:
    VZEROUPPER
    RET




TEXT ·_tile(SB), $0-8

    MOVQ p+0(FP), DI

    WORD $0x8b48; BYTE $0x07     // mov    rax, qword [rdi]
    LONG $0x08478b4c             // mov    r8, qword [rdi + 8]
    LONG $0x10578b48             // mov    rdx, qword [rdi + 16]
    LONG $0x18778b48             // mov    rsi, qword [rdi + 24]
    LONG $0x204f8b48             // mov    rcx, qword [rdi + 32]
    LONG $0x284f8b4c             // mov    r9, qword [rdi + 40]
    LONG $0x305f8b48             // mov    rbx, qword [rdi + 48]
    LONG $0x387f8348; BYTE $0x00 // cmp    qword [rdi + 56], 0
	JE LBB2_2
    LONG $0x006ffec5             // vmovdqu    ymm0, yword [rax]
    LONG $0x486ffec5; BYTE $0x20 // vmovdqu    ymm1, yword [rax + 32]
    LONG $0x506ffec5; BYTE $0x40 // vmovdqu    ymm2, yword [rax + 64]
    LONG $0x03fefdc5             // vpaddd    ymm0, ymm0, yword [rbx]
    LONG $0x007ffec5             // vmovdqu    yword [rax], ymm0
    LONG $0x43fef5c5; BYTE $0x20 // vpaddd    ymm0, ymm1, yword [rbx + 32]
    LONG $0x407ffec5; BYTE $0x20 // vmovdqu    yword [rax + 32], ymm0
    LONG $0x43feedc5; BYTE $0x40 // vpaddd    ymm0, ymm2, yword [rbx + 64]
    LONG $0x407ffec5; BYTE $0x40 // vmovdqu    yword [rax + 64], ymm0
    LONG $0x6f7ea1c4; WORD $0x8004 // vmovdqu    ymm0, yword [rax + 4*r8]
    LONG $0x6f7ea1c4; WORD $0x804c; BYTE $0x20 // vmovdqu    ymm1, yword [rax + 4*r8 + 32]
    LONG $0x6f7ea1c4; WORD $0x8054; BYTE $0x40 // vmovdqu    ymm2, yword [rax + 4*r8 + 64]
    LONG $0x03fefdc5             // vpaddd    ymm0, ymm0, yword [rbx]
    LONG $0x7f7ea1c4; WORD $0x8004 // vmovdqu    yword [rax + 4*r8], ymm0
    LONG $0x43fef5c5; BYTE $0x20 // vpaddd    ymm0, ymm1, yword [rbx + 32]
    LONG $0x7f7ea1c4; WORD $0x8044; BYTE $0x20 // vmovdqu    yword [rax + 4*r8 + 32], ymm0
    LONG $0x43feedc5; BYTE $0x40 // vpaddd    ymm0, ymm2, yword [rbx + 64]
    LONG $0x7f7ea1c4; WORD $0x8044; BYTE $0x40 // vmovdqu    yword [rax + 4*r8 + 64], ymm0
    LONG $0x6f7ea1c4; WORD $0xc004 // vmovdqu    ymm0, yword [rax + 8*r8]
    LONG $0x6f7ea1c4; WORD $0xc04c; BYTE $0x20 // vmovdqu    ymm1, yword [rax + 8*r8 + 32]
    LONG $0x6f7ea1c4; WORD $0xc054; BYTE $0x40 // vmovdqu    ymm2, yword [rax + 8*r8 + 64]
    LONG $0x03fefdc5             // vpaddd    ymm0, ymm0, yword [rbx]
    LONG $0x7f7ea1c4; WORD $0xc004 // vmovdqu    yword [rax + 8*r8], ymm0
    LONG $0x43fef5c5; BYTE $0x20 // vpaddd    ymm0, ymm1, yword [rbx + 32]
    LONG $0x7f7ea1c4; WORD $0xc044; BYTE $0x20 // vmovdqu    yword [rax + 8*r8 + 32], ymm0
    LONG $0x43feedc5; BYTE $0x40 // vpaddd    ymm0, ymm2, yword [rbx + 64]
    LONG $0x7f7ea1c4; WORD $0xc044; BYTE $0x40 // vmovdqu    yword [rax + 8*r8 + 64], ymm0
    LONG $0x403c8d4b             // lea    rdi, [r8 + 2*r8]
    LONG $0x046ffec5; BYTE $0xb8 // vmovdqu    ymm0, yword [rax + 4*rdi]
    LONG $0x4c6ffec5; WORD $0x20b8 // vmovdqu    ymm1, yword [rax + 4*rdi + 32]
    LONG $0x03fefdc5             // vpaddd    ymm0, ymm0, yword [rbx]
    LONG $0x546ffec5; WORD $0x40b8 // vmovdqu    ymm2, yword [rax + 4*rdi + 64]
    LONG $0x047ffec5; BYTE $0xb8 // vmovdqu    yword [rax + 4*rdi], ymm0
    LONG $0x43fef5c5; BYTE $0x20 // vpaddd    ymm0, ymm1, yword [rbx + 32]
    LONG $0x447ffec5; WORD $0x20b8 // vmovdqu    yword [rax + 4*rdi + 32], ymm0
    LONG $0x43feedc5; BYTE $0x40 // vpaddd    ymm0, ymm2, yword [rbx + 64]
    LONG $0x447ffec5; WORD $0x40b8 // vmovdqu    yword [rax + 4*rdi + 64], ymm0
    WORD $0x854d; BYTE $0xc9     // test    r9, r9
	JG LBB2_4
	JMP LBB2_8
LBB2_2:
    LONG $0x0310fcc5             // vmovups    ymm0, yword [rbx]
    LONG $0x0011fcc5             // vmovups    yword [rax], ymm0
    LONG $0x4310fcc5; BYTE $0x20 // vmovups    ymm0, yword [rbx + 32]
    LONG $0x4011fcc5; BYTE $0x20 // vmovups    yword [rax + 32], ymm0
    LONG $0x4310fcc5; BYTE $0x40 // vmovups    ymm0, yword [rbx + 64]
    LONG $0x4011fcc5; BYTE $0x40 // vmovups    yword [rax + 64], ymm0
    LONG $0x0310fcc5             // vmovups    ymm0, yword [rbx]
    LONG $0x117ca1c4; WORD $0x8004 // vmovups    yword [rax + 4*r8], ymm0
    LONG $0x4310fcc5; BYTE $0x20 // vmovups    ymm0, yword [rbx + 32]
    LONG $0x117ca1c4; WORD $0x8044; BYTE $0x20 // vmovups    yword [rax + 4*r8 + 32], ymm0
    LONG $0x4310fcc5; BYTE $0x40 // vmovups    ymm0, yword [rbx + 64]
    LONG $0x117ca1c4; WORD $0x8044; BYTE $0x40 // vmovups    yword [rax + 4*r8 + 64], ymm0
    LONG $0x0310fcc5             // vmovups    ymm0, yword [rbx]
    LONG $0x117ca1c4; WORD $0xc004 // vmovups    yword [rax + 8*r8], ymm0
    LONG $0x4310fcc5; BYTE $0x20 // vmovups    ymm0, yword [rbx + 32]
    LONG $0x117ca1c4; WORD $0xc044; BYTE $0x20 // vmovups    yword [rax + 8*r8 + 32], ymm0
    LONG $0x4310fcc5; BYTE $0x40 // vmovups    ymm0, yword [rbx + 64]
    LONG $0x117ca1c4; WORD $0xc044; BYTE $0x40 // vmovups    yword [rax + 8*r8 + 64], ymm0
    LONG $0x403c8d4b             // lea    rdi, [r8 + 2*r8]
    LONG $0x0310fcc5             // vmovups    ymm0, yword [rbx]
    LONG $0x0411fcc5; BYTE $0xb8 // vmovups    yword [rax + 4*rdi], ymm0
    LONG $0x4310fcc5; BYTE $0x20 // vmovups    ymm0, yword [rbx + 32]
    LONG $0x4411fcc5; WORD $0x20b8 // vmovups    yword [rax + 4*rdi + 32], ymm0
    LONG $0x436ffec5; BYTE $0x40 // vmovdqu    ymm0, yword [rbx + 64]
    LONG $0x447ffec5; WORD $0x40b8 // vmovdqu    yword [rax + 4*rdi + 64], ymm0
    WORD $0x854d; BYTE $0xc9     // test    r9, r9
	JLE LBB2_8
LBB2_4:
    LONG $0x40148d4f             // lea    r10, [r8 + 2*r8]
    LONG $0x763c8d48             // lea    rdi, [rsi + 2*rsi]
    LONG $0x001c8d4f             // lea    r11, [r8 + r8]
LBB2_5:
    LONG $0x20f98349             // cmp    r9, 32
    LONG $0x0020be41; WORD $0x0000 // mov    r14d, 32
    LONG $0xf1420f4d             // cmovb    r14, r9
    LONG $0x015e8d49             // lea    rbx, [r14 + 1]
    LONG $0xc0eff9c5             // vpxor    xmm0, xmm0, xmm0
    LONG $0xc9eff1c5             // vpxor    xmm1, xmm1, xmm1
    LONG $0xd2efe9c5             // vpxor    xmm2, xmm2, xmm2
    LONG $0xdbefe1c5             // vpxor    xmm3, xmm3, xmm3
    LONG $0xe4efd9c5             // vpxor    xmm4, xmm4, xmm4
    LONG $0xedefd1c5             // vpxor    xmm5, xmm5, xmm5
    LONG $0xf6efc9c5             // vpxor    xmm6, xmm6, xmm6
    LONG $0xffefc1c5             // vpxor    xmm7, xmm7, xmm7
    LONG $0xef3941c4; BYTE $0xc0 // vpxor    xmm8, xmm8, xmm8
    LONG $0xef3141c4; BYTE $0xc9 // vpxor    xmm9, xmm9, xmm9
    LONG $0xef2941c4; BYTE $0xd2 // vpxor    xmm10, xmm10, xmm10
    LONG $0xef2141c4; BYTE $0xdb // vpxor    xmm11, xmm11, xmm11
LBB2_6:
    LONG $0x296f7ec5             // vmovdqu    ymm13, yword [rcx]
    LONG $0x616f7ec5; BYTE $0x20 // vmovdqu    ymm12, yword [rcx + 32]
    LONG $0x587d62c4; BYTE $0x32 // vpbroadcastd    ymm14, dword [rdx]
    LONG $0x040d42c4; BYTE $0xfd // vpmaddubsw    ymm15, ymm14, ymm13
    LONG $0xfd0541c4; BYTE $0xdb // vpaddw    ymm11, ymm15, ymm11
    LONG $0x040d42c4; BYTE $0xfc // vpmaddubsw    ymm15, ymm14, ymm12
    LONG $0x040d62c4; WORD $0x4071 // vpmaddubsw    ymm14, ymm14, yword [rcx + 64]
    LONG $0xfd0541c4; BYTE $0xd2 // vpaddw    ymm10, ymm15, ymm10
    LONG $0x587d62c4; WORD $0x323c // vpbroadcastd    ymm15, dword [rdx + rsi]
    LONG $0xfd0d41c4; BYTE $0xc9 // vpaddw    ymm9, ymm14, ymm9
    LONG $0x040542c4; BYTE $0xf5 // vpmaddubsw    ymm14, ymm15, ymm13
    LONG $0xfd0d41c4; BYTE $0xc0 // vpaddw    ymm8, ymm14, ymm8
    LONG $0x040542c4; BYTE $0xf4 // vpmaddubsw    ymm14, ymm15, ymm12
    LONG $0xfffd8dc5             // vpaddw    ymm7, ymm14, ymm7
    LONG $0x040562c4; WORD $0x4071 // vpmaddubsw    ymm14, ymm15, yword [rcx + 64]
    LONG $0xf6fd8dc5             // vpaddw    ymm6, ymm14, ymm6
    LONG $0x587d62c4; WORD $0x7234 // vpbroadcastd    ymm14, dword [rdx + 2*rsi]
    LONG $0x040d42c4; BYTE $0xfd // vpmaddubsw    ymm15, ymm14, ymm13
    LONG $0xedfd85c5             // vpaddw    ymm5, ymm15, ymm5
    LONG $0x040d42c4; BYTE $0xfc // vpmaddubsw    ymm15, ymm14, ymm12
    LONG $0x040d62c4; WORD $0x4071 // vpmaddubsw    ymm14, ymm14, yword [rcx + 64]
    LONG $0xe4fd85c5             // vpaddw    ymm4, ymm15, ymm4
    LONG $0x587d62c4; WORD $0x3a3c // vpbroadcastd    ymm15, dword [rdx + rdi]
    LONG $0xdbfd8dc5             // vpaddw    ymm3, ymm14, ymm3
    LONG $0x040542c4; BYTE $0xed // vpmaddubsw    ymm13, ymm15, ymm13
    LONG $0xd2fd95c5             // vpaddw    ymm2, ymm13, ymm2
    LONG $0x040542c4; BYTE $0xe4 // vpmaddubsw    ymm12, ymm15, ymm12
    LONG $0xc9fd9dc5             // vpaddw    ymm1, ymm12, ymm1
    LONG $0x040562c4; WORD $0x4061 // vpmaddubsw    ymm12, ymm15, yword [rcx + 64]
    LONG $0xc0fd9dc5             // vpaddw    ymm0, ymm12, ymm0
    LONG $0x04c28348             // add    rdx, 4
    LONG $0x60c18348             // add    rcx, 96
    LONG $0xffc38348             // add    rbx, -1
    LONG $0x01fb8348             // cmp    rbx, 1
	JA LBB2_6
    LONG $0x000001bb; BYTE $0x00 // mov    ebx, 1
    LONG $0xe86f7dc5             // vmovdqa    ymm13, ymm0
    LONG $0xc36ef9c5             // vmovd    xmm0, ebx
    LONG $0x797d62c4; BYTE $0xe0 // vpbroadcastw    ymm12, xmm0
    LONG $0xf525c1c4; BYTE $0xc4 // vpmaddwd    ymm0, ymm11, ymm12
    LONG $0x00fefdc5             // vpaddd    ymm0, ymm0, yword [rax]
    LONG $0x007ffec5             // vmovdqu    yword [rax], ymm0
    LONG $0xf52dc1c4; BYTE $0xc4 // vpmaddwd    ymm0, ymm10, ymm12
    LONG $0x40fefdc5; BYTE $0x20 // vpaddd    ymm0, ymm0, yword [rax + 32]
    LONG $0x407ffec5; BYTE $0x20 // vmovdqu    yword [rax + 32], ymm0
    LONG $0xf535c1c4; BYTE $0xc4 // vpmaddwd    ymm0, ymm9, ymm12
    LONG $0x40fefdc5; BYTE $0x40 // vpaddd    ymm0, ymm0, yword [rax + 64]
    LONG $0x407ffec5; BYTE $0x40 // vmovdqu    yword [rax + 64], ymm0
    LONG $0xf53dc1c4; BYTE $0xc4 // vpmaddwd    ymm0, ymm8, ymm12
    LONG $0xfe7da1c4; WORD $0x8004 // vpaddd    ymm0, ymm0, yword [rax + 4*r8]
    LONG $0x7f7ea1c4; WORD $0x8004 // vmovdqu    yword [rax + 4*r8], ymm0
    LONG $0xc7f59dc5             // vpmaddwd    ymm0, ymm12, ymm7
    LONG $0xfe7da1c4; WORD $0x8044; BYTE $0x20 // vpaddd    ymm0, ymm0, yword [rax + 4*r8 + 32]
    LONG $0x7f7ea1c4; WORD $0x8044; BYTE $0x20 // vmovdqu    yword [rax + 4*r8 + 32], ymm0
    LONG $0xc6f59dc5             // vpmaddwd    ymm0, ymm12, ymm6
    LONG $0xfe7da1c4; WORD $0x8044; BYTE $0x40 // vpaddd    ymm0, ymm0, yword [rax + 4*r8 + 64]
    LONG $0x7f7ea1c4; WORD $0x8044; BYTE $0x40 // vmovdqu    yword [rax + 4*r8 + 64], ymm0
    LONG $0xc5f59dc5             // vpmaddwd    ymm0, ymm12, ymm5
    LONG $0xfe7da1c4; WORD $0x9804 // vpaddd    ymm0, ymm0, yword [rax + 4*r11]
    LONG $0x7f7ea1c4; WORD $0x9804 // vmovdqu    yword [rax + 4*r11], ymm0
    LONG $0xc4f59dc5             // vpmaddwd    ymm0, ymm12, ymm4
    LONG $0xfe7da1c4; WORD $0x9844; BYTE $0x20 // vpaddd    ymm0, ymm0, yword [rax + 4*r11 + 32]
    LONG $0x7f7ea1c4; WORD $0x9844; BYTE $0x20 // vmovdqu    yword [rax + 4*r11 + 32], ymm0
    LONG $0xc3f59dc5             // vpmaddwd    ymm0, ymm12, ymm3
    LONG $0xfe7da1c4; WORD $0x9844; BYTE $0x40 // vpaddd    ymm0, ymm0, yword [rax + 4*r11 + 64]
    LONG $0x7f7ea1c4; WORD $0x9844; BYTE $0x40 // vmovdqu    yword [rax + 4*r11 + 64], ymm0
    LONG $0xc2f59dc5             // vpmaddwd    ymm0, ymm12, ymm2
    LONG $0xfe7da1c4; WORD $0x9004 // vpaddd    ymm0, ymm0, yword [rax + 4*r10]
    LONG $0x7f7ea1c4; WORD $0x9004 // vmovdqu    yword [rax + 4*r10], ymm0
    LONG $0xc1f59dc5             // vpmaddwd    ymm0, ymm12, ymm1
    LONG $0xfe7da1c4; WORD $0x9044; BYTE $0x20 // vpaddd    ymm0, ymm0, yword [rax + 4*r10 + 32]
    LONG $0x7f7ea1c4; WORD $0x9044; BYTE $0x20 // vmovdqu    yword [rax + 4*r10 + 32], ymm0
    LONG $0xf515c1c4; BYTE $0xc4 // vpmaddwd    ymm0, ymm13, ymm12
    LONG $0xfe7da1c4; WORD $0x9044; BYTE $0x40 // vpaddd    ymm0, ymm0, yword [rax + 4*r10 + 64]
    LONG $0x7f7ea1c4; WORD $0x9044; BYTE $0x40 // vmovdqu    yword [rax + 4*r10 + 64], ymm0
    WORD $0x294d; BYTE $0xf1     // sub    r9, r14
	JG LBB2_5
LBB2_8:
    VZEROUPPER
    RET
