// Instructions that Go's assembler lacks, in the form of neon_arm64.h, for the
// kernels that are no products of weights.

// sshl v{d}.4s, v{n}.4s, v{m}.4s
#define SSHL_S(m, n, d) WORD $(0x4ea04400 | ((m) << 16) | ((n) << 5) | (d))

// srshl v{d}.4s, v{n}.4s, v{m}.4s
#define SRSHL_S(m, n, d) WORD $(0x4ea05400 | ((m) << 16) | ((n) << 5) | (d))

// sshl v{d}.8h, v{n}.8h, v{m}.8h
#define SSHL_H(m, n, d) WORD $(0x4e604400 | ((m) << 16) | ((n) << 5) | (d))

// ushl v{d}.4s, v{n}.4s, v{m}.4s
#define USHL_S(m, n, d) WORD $(0x6ea04400 | ((m) << 16) | ((n) << 5) | (d))

// sshl v{d}.2d, v{n}.2d, v{m}.2d
#define SSHL_D(m, n, d) WORD $(0x4ee04400 | ((m) << 16) | ((n) << 5) | (d))

// ushl v{d}.2d, v{n}.2d, v{m}.2d
#define USHL_D(m, n, d) WORD $(0x6ee04400 | ((m) << 16) | ((n) << 5) | (d))

// srshl v{d}.2d, v{n}.2d, v{m}.2d
#define SRSHL_D(m, n, d) WORD $(0x4ee05400 | ((m) << 16) | ((n) << 5) | (d))

// sshll v{d}.8h, v{n}.8b, #{s}; s from 0 to 7
#define SSHLL_B(s, n, d) WORD $(0x0f08a400 | ((s) << 16) | ((n) << 5) | (d))

// sshll2 v{d}.8h, v{n}.16b, #{s}; s from 0 to 7
#define SSHLL2_B(s, n, d) WORD $(0x4f08a400 | ((s) << 16) | ((n) << 5) | (d))

// sshll v{d}.4s, v{n}.4h, #{s}; s from 0 to 15
#define SSHLL_H(s, n, d) WORD $(0x0f10a400 | ((s) << 16) | ((n) << 5) | (d))

// sshll2 v{d}.4s, v{n}.8h, #{s}; s from 0 to 15
#define SSHLL2_H(s, n, d) WORD $(0x4f10a400 | ((s) << 16) | ((n) << 5) | (d))

// rshrn v{d}.8b, v{n}.8h, #{s}; s from 1 to 8
#define RSHRN_H(s, n, d) WORD $(0x0f008c00 | ((16 - (s)) << 16) | ((n) << 5) | (d))

// rshrn2 v{d}.16b, v{n}.8h, #{s}; s from 1 to 8
#define RSHRN2_H(s, n, d) WORD $(0x4f008c00 | ((16 - (s)) << 16) | ((n) << 5) | (d))

// shrn v{d}.8b, v{n}.8h, #{s}; s from 1 to 8
#define SHRN_H(s, n, d) WORD $(0x0f008400 | ((16 - (s)) << 16) | ((n) << 5) | (d))

// shrn2 v{d}.16b, v{n}.8h, #{s}; s from 1 to 8
#define SHRN2_H(s, n, d) WORD $(0x4f008400 | ((16 - (s)) << 16) | ((n) << 5) | (d))

// sqrshrn v{d}.4h, v{n}.4s, #{s}; s from 1 to 16
#define SQRSHRN_S(s, n, d) WORD $(0x0f009c00 | ((32 - (s)) << 16) | ((n) << 5) | (d))

// sqrshrn2 v{d}.8h, v{n}.4s, #{s}; s from 1 to 16
#define SQRSHRN2_S(s, n, d) WORD $(0x4f009c00 | ((32 - (s)) << 16) | ((n) << 5) | (d))

// sqshrn v{d}.4h, v{n}.4s, #{s}; s from 1 to 16
#define SQSHRN_S(s, n, d) WORD $(0x0f009400 | ((32 - (s)) << 16) | ((n) << 5) | (d))

// sqshrn2 v{d}.8h, v{n}.4s, #{s}; s from 1 to 16
#define SQSHRN2_S(s, n, d) WORD $(0x4f009400 | ((32 - (s)) << 16) | ((n) << 5) | (d))

// sqxtn v{d}.4h, v{n}.4s
#define SQXTN_S(n, d) WORD $(0x0e614800 | ((n) << 5) | (d))

// sqxtn2 v{d}.8h, v{n}.4s
#define SQXTN2_S(n, d) WORD $(0x4e614800 | ((n) << 5) | (d))

// sqxtn v{d}.2s, v{n}.2d
#define SQXTN_D(n, d) WORD $(0x0ea14800 | ((n) << 5) | (d))

// sqxtn2 v{d}.4s, v{n}.2d
#define SQXTN2_D(n, d) WORD $(0x4ea14800 | ((n) << 5) | (d))

// sqxtn v{d}.8b, v{n}.8h
#define SQXTN_H(n, d) WORD $(0x0e214800 | ((n) << 5) | (d))

// sqxtn2 v{d}.16b, v{n}.8h
#define SQXTN2_H(n, d) WORD $(0x4e214800 | ((n) << 5) | (d))

// addhn v{d}.4h, v{n}.4s, v{m}.4s
#define ADDHN_S(m, n, d) WORD $(0x0e604000 | ((m) << 16) | ((n) << 5) | (d))

// addhn2 v{d}.8h, v{n}.4s, v{m}.4s
#define ADDHN2_S(m, n, d) WORD $(0x4e604000 | ((m) << 16) | ((n) << 5) | (d))

// sadalp v{d}.8h, v{n}.16b
#define SADALP_B(n, d) WORD $(0x4e206800 | ((n) << 5) | (d))

// sadalp v{d}.2d, v{n}.4s
#define SADALP_S(n, d) WORD $(0x4ea06800 | ((n) << 5) | (d))

// uadalp v{d}.2d, v{n}.4s
#define UADALP_S(n, d) WORD $(0x6ea06800 | ((n) << 5) | (d))

// uadalp v{d}.8h, v{n}.16b
#define UADALP_B(n, d) WORD $(0x6e206800 | ((n) << 5) | (d))

// uadalp v{d}.4s, v{n}.8h
#define UADALP_H(n, d) WORD $(0x6e606800 | ((n) << 5) | (d))

// uaddlp v{d}.8h, v{n}.16b
#define UADDLP_B(n, d) WORD $(0x6e202800 | ((n) << 5) | (d))

// uaddlp v{d}.4s, v{n}.8h
#define UADDLP_H(n, d) WORD $(0x6e602800 | ((n) << 5) | (d))

// uaddw v{d}.8h, v{n}.8h, v{m}.8b
#define UADDW_B(m, n, d) WORD $(0x2e201000 | ((m) << 16) | ((n) << 5) | (d))

// uaddw2 v{d}.8h, v{n}.8h, v{m}.16b
#define UADDW2_B(m, n, d) WORD $(0x6e201000 | ((m) << 16) | ((n) << 5) | (d))

// saddw v{d}.8h, v{n}.8h, v{m}.8b
#define SADDW_B(m, n, d) WORD $(0x0e201000 | ((m) << 16) | ((n) << 5) | (d))

// saddw2 v{d}.8h, v{n}.8h, v{m}.16b
#define SADDW2_B(m, n, d) WORD $(0x4e201000 | ((m) << 16) | ((n) << 5) | (d))

// ssubw v{d}.8h, v{n}.8h, v{m}.8b
#define SSUBW_B(m, n, d) WORD $(0x0e203000 | ((m) << 16) | ((n) << 5) | (d))

// ssubw2 v{d}.8h, v{n}.8h, v{m}.16b
#define SSUBW2_B(m, n, d) WORD $(0x4e203000 | ((m) << 16) | ((n) << 5) | (d))

// sqadd v{d}.16b, v{n}.16b, v{m}.16b
#define SQADD_B(m, n, d) WORD $(0x4e200c00 | ((m) << 16) | ((n) << 5) | (d))

// sqadd v{d}.8h, v{n}.8h, v{m}.8h
#define SQADD_H(m, n, d) WORD $(0x4e600c00 | ((m) << 16) | ((n) << 5) | (d))

// uqsub v{d}.4s, v{n}.4s, v{m}.4s
#define UQSUB_S(m, n, d) WORD $(0x6ea02c00 | ((m) << 16) | ((n) << 5) | (d))

// abs v{d}.16b, v{n}.16b
#define ABS_B(n, d) WORD $(0x4e20b800 | ((n) << 5) | (d))

// abs v{d}.4s, v{n}.4s
#define ABS_S(n, d) WORD $(0x4ea0b800 | ((n) << 5) | (d))

// umaxv s{d}, v{n}.4s
#define UMAXV_S(n, d) WORD $(0x6eb0a800 | ((n) << 5) | (d))

// smax v{d}.16b, v{n}.16b, v{m}.16b
#define SMAX_B(m, n, d) WORD $(0x4e206400 | ((m) << 16) | ((n) << 5) | (d))

// smin v{d}.16b, v{n}.16b, v{m}.16b
#define SMIN_B(m, n, d) WORD $(0x4e206c00 | ((m) << 16) | ((n) << 5) | (d))

// smax v{d}.8h, v{n}.8h, v{m}.8h
#define SMAX_H(m, n, d) WORD $(0x4e606400 | ((m) << 16) | ((n) << 5) | (d))

// smin v{d}.8h, v{n}.8h, v{m}.8h
#define SMIN_H(m, n, d) WORD $(0x4e606c00 | ((m) << 16) | ((n) << 5) | (d))

// smax v{d}.4s, v{n}.4s, v{m}.4s
#define SMAX_S(m, n, d) WORD $(0x4ea06400 | ((m) << 16) | ((n) << 5) | (d))

// smin v{d}.4s, v{n}.4s, v{m}.4s
#define SMIN_S(m, n, d) WORD $(0x4ea06c00 | ((m) << 16) | ((n) << 5) | (d))

// cmgt v{d}.16b, v{n}.16b, v{m}.16b
#define CMGT_B(m, n, d) WORD $(0x4e203400 | ((m) << 16) | ((n) << 5) | (d))

// cmge v{d}.16b, v{n}.16b, v{m}.16b
#define CMGE_B(m, n, d) WORD $(0x4e203c00 | ((m) << 16) | ((n) << 5) | (d))

// cmhi v{d}.16b, v{n}.16b, v{m}.16b
#define CMHI_B(m, n, d) WORD $(0x6e203400 | ((m) << 16) | ((n) << 5) | (d))

// cmhs v{d}.8h, v{n}.8h, v{m}.8h
#define CMHS_H(m, n, d) WORD $(0x6e603c00 | ((m) << 16) | ((n) << 5) | (d))

// cmhs v{d}.4s, v{n}.4s, v{m}.4s
#define CMHS_S(m, n, d) WORD $(0x6ea03c00 | ((m) << 16) | ((n) << 5) | (d))

// cmge v{d}.4s, v{n}.4s, v{m}.4s
#define CMGE_S(m, n, d) WORD $(0x4ea03c00 | ((m) << 16) | ((n) << 5) | (d))

// mul v{d}.4s, v{n}.4s, v{m}.4s
#define MUL_S(m, n, d) WORD $(0x4ea09c00 | ((m) << 16) | ((n) << 5) | (d))

// mla v{d}.4s, v{n}.4s, v{m}.s[{i}]
#define MLA_LANE(m, i, n, d) WORD $(0x6f800000 | (((i) & 1) << 21) | (((i) >> 1) << 11) | ((m) << 16) | ((n) << 5) | (d))

// smull v{d}.2d, v{n}.2s, v{m}.2s
#define SMULL_S(m, n, d) WORD $(0x0ea0c000 | ((m) << 16) | ((n) << 5) | (d))

// smull2 v{d}.2d, v{n}.4s, v{m}.4s
#define SMULL2_S(m, n, d) WORD $(0x4ea0c000 | ((m) << 16) | ((n) << 5) | (d))

// smlal v{d}.2d, v{n}.2s, v{m}.2s
#define SMLAL_S(m, n, d) WORD $(0x0ea08000 | ((m) << 16) | ((n) << 5) | (d))

// smlal2 v{d}.2d, v{n}.4s, v{m}.4s
#define SMLAL2_S(m, n, d) WORD $(0x4ea08000 | ((m) << 16) | ((n) << 5) | (d))

// sqrdmulh v{d}.8h, v{n}.8h, v{m}.8h
#define SQRDMULH_H(m, n, d) WORD $(0x6e60b400 | ((m) << 16) | ((n) << 5) | (d))

// umull v{d}.8h, v{n}.8b, v{m}.8b
#define UMULL_B(m, n, d) WORD $(0x2e20c000 | ((m) << 16) | ((n) << 5) | (d))

// umull2 v{d}.8h, v{n}.16b, v{m}.16b
#define UMULL2_B(m, n, d) WORD $(0x6e20c000 | ((m) << 16) | ((n) << 5) | (d))

// umlsl v{d}.8h, v{n}.8b, v{m}.8b
#define UMLSL_B(m, n, d) WORD $(0x2e20a000 | ((m) << 16) | ((n) << 5) | (d))

// umlsl2 v{d}.8h, v{n}.16b, v{m}.16b
#define UMLSL2_B(m, n, d) WORD $(0x6e20a000 | ((m) << 16) | ((n) << 5) | (d))

// umull v{d}.4s, v{n}.4h, v{m}.4h
#define UMULL_H(m, n, d) WORD $(0x2e60c000 | ((m) << 16) | ((n) << 5) | (d))

// umull2 v{d}.4s, v{n}.8h, v{m}.8h
#define UMULL2_H(m, n, d) WORD $(0x6e60c000 | ((m) << 16) | ((n) << 5) | (d))

// smull v{d}.4s, v{n}.4h, v{m}.4h
#define SMULL_H(m, n, d) WORD $(0x0e60c000 | ((m) << 16) | ((n) << 5) | (d))

// smull2 v{d}.4s, v{n}.8h, v{m}.8h
#define SMULL2_H(m, n, d) WORD $(0x4e60c000 | ((m) << 16) | ((n) << 5) | (d))

// smlal v{d}.4s, v{n}.4h, v{m}.4h
#define SMLAL_H(m, n, d) WORD $(0x0e608000 | ((m) << 16) | ((n) << 5) | (d))

// smlal2 v{d}.4s, v{n}.8h, v{m}.8h
#define SMLAL2_H(m, n, d) WORD $(0x4e608000 | ((m) << 16) | ((n) << 5) | (d))

// smlsl v{d}.4s, v{n}.4h, v{m}.4h
#define SMLSL_H(m, n, d) WORD $(0x0e60a000 | ((m) << 16) | ((n) << 5) | (d))

// smlsl2 v{d}.4s, v{n}.8h, v{m}.8h
#define SMLSL2_H(m, n, d) WORD $(0x4e60a000 | ((m) << 16) | ((n) << 5) | (d))

// umull v{d}.2d, v{n}.2s, v{m}.2s
#define UMULL_S(m, n, d) WORD $(0x2ea0c000 | ((m) << 16) | ((n) << 5) | (d))

// umull2 v{d}.2d, v{n}.4s, v{m}.4s
#define UMULL2_S(m, n, d) WORD $(0x6ea0c000 | ((m) << 16) | ((n) << 5) | (d))
