#include "textflag.h"

// Each constant is there eight times, once for a lane. They are those of idct.go.
#define LANES(name, bits) \
	DATA name<>+0(SB)/4, $bits; \
	DATA name<>+4(SB)/4, $bits; \
	DATA name<>+8(SB)/4, $bits; \
	DATA name<>+12(SB)/4, $bits; \
	DATA name<>+16(SB)/4, $bits; \
	DATA name<>+20(SB)/4, $bits; \
	DATA name<>+24(SB)/4, $bits; \
	DATA name<>+28(SB)/4, $bits; \
	GLOBL name<>(SB), RODATA|NOPTR, $32

LANES(cos1, 0x3f7b14be) // 0.98078528
LANES(cos3, 0x3f54db31) // 0.83146961
LANES(cos5, 0x3f0e39da) // 0.55557023
LANES(cos7, 0x3e47c5c2) // 0.19509032
LANES(ratio, 0x3ed413cd) // 0.41421356
LANES(white, 0x437f0000) // 255

DATA order<>+0(SB)/4, $0
DATA order<>+4(SB)/4, $4
DATA order<>+8(SB)/4, $1
DATA order<>+12(SB)/4, $5
DATA order<>+16(SB)/4, $2
DATA order<>+20(SB)/4, $6
DATA order<>+24(SB)/4, $3
DATA order<>+28(SB)/4, $7
GLOBL order<>(SB), RODATA|NOPTR, $32

// SUM makes one of line8's odd sums of Y1, Y3, Y5 and Y7, in its order and with each product rounded.
#define SUM(out, c1, op3, c3, op5, c5, op7, c7) \
	VMULPS c1<>(SB), Y1, out;  \
	VMULPS c3<>(SB), Y3, Y12;  \
	VMULPS c5<>(SB), Y5, Y13;  \
	VMULPS c7<>(SB), Y7, Y14;  \
	op3    Y12, out, out;      \
	op5    Y13, out, out;      \
	op7    Y14, out, out

// LINE8 is line8 of Y0 to Y7, for eight lines at once.
#define LINE8 \
	SUM(Y8, cos1, VADDPS, cos3, VADDPS, cos5, VADDPS, cos7);  \
	SUM(Y9, cos3, VSUBPS, cos7, VSUBPS, cos1, VSUBPS, cos5);  \
	SUM(Y10, cos5, VSUBPS, cos1, VADDPS, cos7, VADDPS, cos3); \
	SUM(Y11, cos7, VSUBPS, cos5, VADDPS, cos3, VSUBPS, cos1); \
	VADDPS Y4, Y0, Y12;              \
	VSUBPS Y4, Y0, Y13;              \
	VMULPS ratio<>(SB), Y6, Y14;     \
	VADDPS Y14, Y2, Y14;             \
	VMULPS ratio<>(SB), Y2, Y15;     \
	VSUBPS Y6, Y15, Y15;             \
	VADDPS Y14, Y12, Y0;             \
	VADDPS Y15, Y13, Y2;             \
	VSUBPS Y15, Y13, Y4;             \
	VSUBPS Y14, Y12, Y6;             \
	VSUBPS Y8, Y0, Y7;               \
	VADDPS Y8, Y0, Y0;               \
	VADDPS Y9, Y2, Y1;               \
	VSUBPS Y9, Y2, Y12;              \
	VADDPS Y10, Y4, Y2;              \
	VSUBPS Y10, Y4, Y5;              \
	VADDPS Y11, Y6, Y3;              \
	VSUBPS Y11, Y6, Y4;              \
	VMOVAPS Y12, Y6

// TRANSPOSE swaps the lines of Y0 to Y7 with the lanes.
#define TRANSPOSE \
	VUNPCKLPS Y1, Y0, Y8;  \
	VUNPCKHPS Y1, Y0, Y9;  \
	VUNPCKLPS Y3, Y2, Y10; \
	VUNPCKHPS Y3, Y2, Y11; \
	VUNPCKLPS Y5, Y4, Y12; \
	VUNPCKHPS Y5, Y4, Y13; \
	VUNPCKLPS Y7, Y6, Y14; \
	VUNPCKHPS Y7, Y6, Y15; \
	VSHUFPS $0x44, Y10, Y8, Y0;  \
	VSHUFPS $0xee, Y10, Y8, Y1;  \
	VSHUFPS $0x44, Y11, Y9, Y2;  \
	VSHUFPS $0xee, Y11, Y9, Y3;  \
	VSHUFPS $0x44, Y14, Y12, Y4; \
	VSHUFPS $0xee, Y14, Y12, Y5; \
	VSHUFPS $0x44, Y15, Y13, Y6; \
	VSHUFPS $0xee, Y15, Y13, Y7; \
	VPERM2F128 $0x20, Y4, Y0, Y8;  \
	VPERM2F128 $0x20, Y5, Y1, Y9;  \
	VPERM2F128 $0x20, Y6, Y2, Y10; \
	VPERM2F128 $0x20, Y7, Y3, Y11; \
	VPERM2F128 $0x31, Y4, Y0, Y4;  \
	VPERM2F128 $0x31, Y5, Y1, Y5;  \
	VPERM2F128 $0x31, Y6, Y2, Y6;  \
	VPERM2F128 $0x31, Y7, Y3, Y7;  \
	VMOVAPS Y8, Y0;  \
	VMOVAPS Y9, Y1;  \
	VMOVAPS Y10, Y2; \
	VMOVAPS Y11, Y3

// SAMPLES cuts eight values to 0 to 255 and to whole numbers.
#define SAMPLES(line) \
	VMAXPS     Y15, line, line;         \
	VMINPS     white<>(SB), line, line; \
	VCVTTPS2DQ line, line

// STORE4 writes four lines of eight samples, one below the other.
#define STORE4(a, low, b, c, high, d) \
	VPACKSSDW    b, a, a;       \
	VPACKSSDW    d, c, c;       \
	VPACKUSWB    c, a, a;       \
	VPERMD       a, Y14, a;     \
	VEXTRACTI128 $1, a, high;   \
	VMOVQ        low, (DI);     \
	VPEXTRQ      $1, low, (DI)(DX*1); \
	LEAQ         (DI)(DX*2), DI; \
	VMOVQ        high, (DI);    \
	VPEXTRQ      $1, high, (DI)(DX*1); \
	LEAQ         (DI)(DX*2), DI

// func draw8Vectors(c *folded, pix *byte, stride int)
TEXT ·draw8Vectors(SB), NOSPLIT, $0-24
	MOVQ c+0(FP), SI
	MOVQ pix+8(FP), DI
	MOVQ stride+16(FP), DX
	VMOVUPS 0(SI), Y0
	VMOVUPS 32(SI), Y1
	VMOVUPS 64(SI), Y2
	VMOVUPS 96(SI), Y3
	VMOVUPS 128(SI), Y4
	VMOVUPS 160(SI), Y5
	VMOVUPS 192(SI), Y6
	VMOVUPS 224(SI), Y7
	LINE8 // all columns
	TRANSPOSE
	LINE8 // all rows
	TRANSPOSE
	VXORPS  Y15, Y15, Y15
	VMOVDQU order<>(SB), Y14
	SAMPLES(Y0)
	SAMPLES(Y1)
	SAMPLES(Y2)
	SAMPLES(Y3)
	SAMPLES(Y4)
	SAMPLES(Y5)
	SAMPLES(Y6)
	SAMPLES(Y7)
	STORE4(Y0, X0, Y1, Y2, X2, Y3)
	STORE4(Y4, X4, Y5, Y6, X6, Y7)
	VZEROUPPER
	RET
