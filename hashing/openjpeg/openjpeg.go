// Package openjpeg decodes JPEG 2000 with OpenJPEG, in a sandbox within the process. openjpeg.wasm is the decoder of
// Mozilla's pdf.js (pdfjs-dist on npm, byte for byte), which is kept and fuzzed as a part of Firefox; wazero runs it, so
// that a file that takes it over has nothing but its memory. tools/assets/fetch.sh renews it.
package openjpeg

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// Version is that of pdfjs-dist.
const Version = "6.5.438"

// MaxMemory is how much memory the decoder may take, in bytes.
const MaxMemory = 1 << 30

//go:embed openjpeg.wasm
var program []byte

// What the program calls its functions: one letter each, which its compiler chose for this version. Their names in clear
// are in build/pdf.worker.mjs of the same package.
const (
	start      = "j"
	allocate   = "k"
	jp2Decode  = "m"
	ourModule  = "a"
	storeError = "a"
	writeFile  = "b"
	growMemory = "c"
	seekFile   = "d"
	storeHint  = "e"
	takeImage  = "f"
	copyPlane  = "g" // of pictures with too few components for what was asked: never
	makeRoom   = "h" // likewise
)

// ErrDecode is returned for a file that OpenJPEG cannot decode.
var ErrDecode = errors.New("openjpeg: it cannot be decoded")

// sandbox is the program, compiled, which takes longer than decoding a small picture, and what it may call.
type sandbox struct {
	runtime wazero.Runtime
	program wazero.CompiledModule
}

var open = sync.OnceValues(func() (sandbox, error) {
	ctx := context.Background()
	s := sandbox{runtime: wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(MaxMemory/page))}
	host := s.runtime.NewHostModuleBuilder(ourModule)
	for name, f := range map[string]any{
		storeError: func(uint32) {},
		storeHint:  func(uint32) {},
		writeFile:  func(_, _, _, _ uint32) uint32 { return badFile },
		seekFile:   func(_ uint32, _ uint64, _, _ uint32) uint32 { return badFile },
		growMemory: grow,
		takeImage:  take,
		copyPlane:  func(_, _, _, _ uint32) {},
		makeRoom:   func(uint32) {},
	} {
		host.NewFunctionBuilder().WithFunc(f).Export(name)
	}
	_, err := host.Instantiate(ctx)
	if err == nil {
		s.program, err = s.runtime.CompileModule(ctx, program)
	}
	return s, err
})

const (
	page    = 64 << 10 // bytes: the unit in which memory grows
	badFile = 8        // WASI's error for a file that is none
)

// grow gives the program at least size bytes of memory, and reports 1 when it has them.
func grow(_ context.Context, m api.Module, size uint32) uint32 {
	if have := m.Memory().Size(); size > have {
		if _, ok := m.Memory().Grow((size - have + page - 1) / page); !ok {
			return 0
		}
	}
	return 1
}

// pixels is where a call of the decoder finds room for what it makes.
type pixels struct{}

// take copies the samples out of the program's memory.
func take(ctx context.Context, m api.Module, at, size uint32) {
	if view, ok := m.Memory().Read(at, size); ok {
		to := ctx.Value(pixels{}).(*[]byte)
		*to = append((*to)[:0], view...)
	}
}

// Decode decodes a JP2 file or a codestream, and returns samples of 8 bits, row by row: red, green, blue and how opaque
// for each pixel, or, of the first component alone, one. Memory is how much it will take, as a guess.
func Decode(data []byte, firstAlone bool, memory int64) ([]byte, error) {
	s, err := open()
	if err != nil {
		return nil, fmt.Errorf("openjpeg: %w", err)
	}
	var samples []byte
	ctx := context.WithValue(context.Background(), pixels{}, &samples)
	instance, err := s.runtime.InstantiateModule(ctx, s.program, wazero.NewModuleConfig().WithName("").WithStartFunctions(start))
	if err != nil {
		return nil, fmt.Errorf("openjpeg: %w", err)
	}
	defer instance.Close(ctx)
	if memory > 0 && memory <= MaxMemory {
		grow(ctx, instance, uint32(memory)) // at once: each step on the way would be a copy
	}
	size := uint64(len(data))
	place, err := instance.ExportedFunction(allocate).Call(ctx, size)
	if err != nil || place[0] == 0 || !instance.Memory().Write(uint32(place[0]), data) { //nolint:gosec // an address of 32 bits
		return nil, errors.Join(ErrDecode, err)
	}
	var components, asIndexes, withMask, reduceBy, fillUp uint64
	if firstAlone {
		components = 1
	}
	failed, err := instance.ExportedFunction(jp2Decode).Call(ctx, place[0], size, components, asIndexes, withMask, reduceBy, fillUp)
	if err != nil || failed[0] != 0 {
		return nil, errors.Join(ErrDecode, err)
	}
	return samples, nil
}
