package views

import (
	"context"
	"encoding/binary"
	"sync"
)

// wordSize is how many bytes stand for a word: of a million words, two share them once in 10^7 times.
const wordSize = 8

// Words are what many media or groups have in common: a camera with its format, a set with its category, the reasons of
// a rank. Each is kept once, sealed, and whatever has it holds wordSize bytes of a MAC of it, itself sealed. So a word
// never changes, and a process may remember those that it has read.

// newWords are those of what is about to be written: one argument of its script, which keeps them (keepWords in
// lua.go).
type newWords struct {
	d    db
	told map[string]bool
	text []byte
}

func (d db) newWords() *newWords { return &newWords{d: d, told: make(map[string]bool)} }

// add returns what stands for a word.
func (w *newWords) add(clear []byte) string {
	ref := string(w.d.sealer.sum(w.d.key(keyWords), clear)[:wordSize])
	if !w.told[ref] {
		w.told[ref] = true
		sealed := w.d.sealer.seal(w.d.key(keyWords, "/", ref), clear)
		w.text = binary.BigEndian.AppendUint32(append(w.text, ref...), uint32(len(sealed))) //nolint:gosec // small
		w.text = append(w.text, sealed...)
	}
	return ref
}

// words are those that were read, by what stands for them.
type words map[string]unpacker

// wordMemory is how many words a process remembers.
const wordMemory = 20_000

// wordCache remembers words.
type wordCache struct {
	mu    sync.Mutex // guards known
	known words
}

// readWords returns the words that refs stand for. One that is missing is Corrupt.
func (d db) readWords(ctx context.Context, refs []string) (words, error) {
	const op = "views.readWords"
	found := make(words, len(refs))
	var unknown []string
	d.words.mu.Lock()
	for _, ref := range refs {
		if _, twice := found[ref]; twice {
			continue
		}
		clear, known := d.words.known[ref]
		if found[ref] = clear; !known {
			unknown = append(unknown, ref)
		}
	}
	d.words.mu.Unlock()
	if len(unknown) == 0 {
		return found, nil
	}
	answers, err := d.rdb.HMGet(ctx, d.key(keyWords), unknown...).Result()
	if err != nil {
		return nil, fault(op, "", err)
	}
	for i, ref := range unknown {
		sealed, _ := answers[i].(string)
		clear, err := d.sealer.open(d.key(keyWords, "/", ref), sealed)
		if err != nil {
			return nil, err
		}
		found[ref] = clear
	}
	d.words.mu.Lock()
	defer d.words.mu.Unlock()
	if len(d.words.known)+len(unknown) > wordMemory {
		clear(d.words.known)
	}
	for _, ref := range unknown {
		d.words.known[ref] = found[ref]
	}
	return found, nil
}
