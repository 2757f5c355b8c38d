#include "textflag.h"

// STORE makes floats of eight bytes, those of the eight rows at one place, and stores them.
#define STORE(bytes, at) \
	VPMOVZXBD bytes, Y8;       \
	VCVTDQ2PS Y8, Y8;          \
	VMOVUPS   Y8, at*32(DI)

// func gatherVectors(line *Sample, pix *byte, stride, eights int)
TEXT ·gatherVectors(SB), NOSPLIT, $0-32
	MOVQ line+0(FP), DI
	MOVQ pix+8(FP), SI
	MOVQ stride+16(FP), DX
	MOVQ eights+24(FP), CX
	LEAQ (DX)(DX*2), R8  // three rows on
	LEAQ (SI)(DX*4), R9  // the fifth row

gatherEight:
	// Eight bytes of each of eight rows.
	VMOVQ (SI), X0
	VMOVQ (SI)(DX*1), X1
	VMOVQ (SI)(DX*2), X2
	VMOVQ (SI)(R8*1), X3
	VMOVQ (R9), X4
	VMOVQ (R9)(DX*1), X5
	VMOVQ (R9)(DX*2), X6
	VMOVQ (R9)(R8*1), X7

	// Transposed: pairs of bytes, of words, of double words.
	VPUNPCKLBW X1, X0, X0 // rows 0 and 1 of all places
	VPUNPCKLBW X3, X2, X2
	VPUNPCKLBW X5, X4, X4
	VPUNPCKLBW X7, X6, X6
	VPUNPCKLWD X2, X0, X1 // rows 0 to 3 of places 0 to 3
	VPUNPCKHWD X2, X0, X3 // of places 4 to 7
	VPUNPCKLWD X6, X4, X5 // rows 4 to 7
	VPUNPCKHWD X6, X4, X7
	VPUNPCKLDQ X5, X1, X0 // all rows of places 0 and 1
	VPUNPCKHDQ X5, X1, X2
	VPUNPCKLDQ X7, X3, X4
	VPUNPCKHDQ X7, X3, X6
	STORE(X0, 0)
	STORE(X2, 2)
	STORE(X4, 4)
	STORE(X6, 6)
	VPSRLDQ $8, X0, X0
	VPSRLDQ $8, X2, X2
	VPSRLDQ $8, X4, X4
	VPSRLDQ $8, X6, X6
	STORE(X0, 1)
	STORE(X2, 3)
	STORE(X4, 5)
	STORE(X6, 7)

	ADDQ $8, SI
	ADDQ $8, R9
	ADDQ $256, DI
	DECQ CX
	JNZ  gatherEight
	VZEROUPPER
	RET

// func sumVectors(sum, line *Sample, weights *float32, n int)
TEXT ·sumVectors(SB), NOSPLIT, $0-32
	MOVQ sum+0(FP), DI
	MOVQ line+8(FP), SI
	MOVQ weights+16(FP), DX
	MOVQ n+24(FP), CX
	VXORPS Y0, Y0, Y0

sumOne:
	VBROADCASTSS (DX), Y1
	VMULPS       (SI), Y1, Y1
	VADDPS       Y1, Y0, Y0
	ADDQ         $4, DX
	ADDQ         $32, SI
	DECQ         CX
	JNZ          sumOne
	VMOVUPS      Y0, (DI)
	VZEROUPPER
	RET
