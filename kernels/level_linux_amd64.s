//go:build !purego

#include "textflag.h"

// func tileStateAMX() bool
TEXT ·tileStateAMX(SB), NOSPLIT, $0-1
	XORL CX, CX
	XGETBV
	ANDL $0x60000, AX // XTILECFG and XTILEDATA
	CMPL AX, $0x60000
	SETEQ ret+0(FP)
	RET
