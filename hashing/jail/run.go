package jail

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
)

// childGCPercent has a child collect its garbage less often than most processes do: next to nothing of it lives from one picture to
// the next, and the first collection would come after every fourth small one.
const childGCPercent = 400

// worker is what a child does with bytes, once it has locked itself in.
type worker struct {
	examine   func([]byte, decode.Limits) hashing.Examination
	reference func([]byte, decode.Limits) hashing.Examination
	preview   func([]byte, decode.View, decode.Limits) ([]byte, error)
	confine   func(memoryBytes int64) (Layers, error)
}

// RunChild is the whole life of a child: it reads its settings from in, gives up what it does not need, and does the
// jobs that come, until in ends. It changes the limits of the whole process and must not be called in any other.
func RunChild(in io.Reader, out io.Writer) error {
	if err := decode.WASMOnly(); err != nil {
		return fmt.Errorf("jail: %w", err)
	}
	os.Stdout = os.Stderr // out alone speaks to the parent, and no library that prints
	examiner := decode.Examiner{Now: time.Now, Early: func(ex hashing.Examination) {
		a := examined(ex)
		a.early = true
		_ = writeAnswer(out, a) // who does not hear this does not hear the answer either, which fails then
	}}
	return run(in, out, worker{examiner.Examine, examiner.ExamineReference, decode.Preview, confine})
}

func run(in io.Reader, out io.Writer, w worker) error {
	in = bufio.NewReaderSize(in, maxChunk)
	s, err := readSettings(in)
	if err != nil {
		return fmt.Errorf("jail: read the settings: %w", err)
	}
	debug.SetGCPercent(childGCPercent)
	debug.SetMemoryLimit(s.MemoryBytes / 4 * 3) // collect garbage before the hard limit is met
	layers, err := w.confine(s.MemoryBytes)
	if err != nil {
		return fmt.Errorf("jail: lock the child in: %w", err)
	}
	if _, err := out.Write(layers.message()); err != nil {
		return fmt.Errorf("jail: report readiness: %w", err)
	}
	for {
		j, err := readJob(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("jail: read a job: %w", err)
		}
		if err := limitCPU(s.CPUSeconds); err != nil {
			return fmt.Errorf("jail: limit the processor time: %w", err)
		}
		data, err := readChunks(in, make([]byte, 0, min(max(j.size, 0), s.Limits.MaxBytes)), s.Limits.MaxBytes)
		if err != nil {
			return fmt.Errorf("jail: read a medium: %w", err)
		}
		a := w.answer(j, data, s.Limits)
		a.replace = grown(s.MemoryBytes)
		if err := writeAnswer(out, a); err != nil {
			return fmt.Errorf("jail: answer: %w", err)
		}
	}
}

func (w worker) answer(j job, data []byte, limits decode.Limits) answer {
	switch j.op {
	case opExamine:
		return examined(w.examine(data, limits))
	case opReference:
		return examined(w.reference(data, limits))
	case opPreview:
		view, err := w.preview(data, j.view, limits)
		var unreadable decode.Unreadable
		switch {
		case errors.As(err, &unreadable):
			return answer{unreadable: unreadable}
		case err != nil || len(view) > maxView:
			return answer{unreadable: decode.Crashed}
		}
		return answer{payload: view}
	}
	return answer{unreadable: decode.Crashed}
}

func examined(ex hashing.Examination) answer {
	text, err := json.Marshal(ex)
	if err != nil {
		return answer{unreadable: decode.Crashed}
	}
	return answer{payload: text, effort: ex.Effort}
}

// heap is all that the heap has taken of the machine, part by part: what MemStats.HeapSys says, for which the process would be stopped.
var heap = []string{
	"/memory/classes/heap/objects:bytes", "/memory/classes/heap/unused:bytes", "/memory/classes/heap/free:bytes", "/memory/classes/heap/released:bytes",
}

// grown reports whether the process holds more than half of what it may: the next large picture could then fail for
// what the last one left behind.
func grown(memoryBytes int64) bool {
	parts := make([]metrics.Sample, len(heap))
	for i, name := range heap {
		parts[i].Name = name
	}
	metrics.Read(parts)
	var sum uint64
	for i := range parts {
		sum += parts[i].Value.Uint64()
	}
	return sum > uint64(memoryBytes)/2 //nolint:gosec // not negative
}
