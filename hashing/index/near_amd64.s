#include "textflag.h"

// func nearVectors(values *uint16, spans *span, count int, query uint16, places *uint32, n, most int) int
TEXT ·nearVectors(SB), NOSPLIT, $0-64
	MOVQ         values+0(FP), SI
	MOVQ         spans+8(FP), BX
	MOVQ         count+16(FP), R8
	MOVWLZX      query+24(FP), AX
	MOVQ         places+32(FP), DI
	MOVQ         n+40(FP), R9
	MOVQ         most+48(FP), R10
	VPBROADCASTW AX, Z0              // the query in every lane

nextSpan:
	MOVL         0(BX), CX           // from
	MOVL         4(BX), DX           // to
	MOVL         8(BX), AX           // limit
	ADDQ         $12, BX
	VPBROADCASTW AX, Z1
	MOVL         $-1, R11            // which lanes count: all

block:
	MOVL DX, R12
	SUBL CX, R12                     // how many values are left
	CMPL R12, $32
	JAE  compare
	BZHIL R12, R11, R11              // the last block: so many lanes

compare:
	KMOVD       R11, K1
	VMOVDQU16.Z (SI)(CX*2), K1, Z2
	VPXORQ      Z0, Z2, Z2
	VPOPCNTW    Z2, Z2               // how many bits differ
	VPCMPUW     $2, Z1, Z2, K1, K2   // no more than the limit
	KMOVD       K2, R13
	TESTL       R13, R13
	JNZ         found

nextBlock:
	ADDL $32, CX
	CMPL CX, DX
	JB   block
	DECQ R8
	JNZ  nextSpan

done:
	VZEROUPPER
	MOVQ R9, ret+56(FP)
	RET

found:
	TZCNTL R13, AX
	ADDL   CX, AX
	MOVL   AX, (DI)(R9*4)
	INCQ   R9
	BLSRL  R13, R13
	TESTL  R13, R13
	JNZ    found
	CMPQ   R9, R10
	JLE    nextBlock
	JMP    done
