package journal

import (
	"bytes"
	"fmt"
	"regexp"

	"golang.org/x/mod/sumdb/note"
)

// A witness's file holds checkpoints one behind the other. A crash may leave one half-written; whoever writes the next one
// marks it first, and nothing is ever taken out.

// tornMark is the line behind a checkpoint that was not written to its end.
const tornMark = "torn: the checkpoint above was not written to its end\n"

var (
	// noteStart begins each checkpoint.
	noteStart = regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(KeyName) + `$`)
	// noteEnd ends it: the last of its signatures.
	noteEnd = regexp.MustCompile(`(?m)^— [^\n]+\n(?:— [^\n]+\n)*`)
	// wholeEnd is where a file ends that was written to its end.
	wholeEnd = regexp.MustCompile(`(?:^|\n)— [^\n]+\n$`)
)

// ParseCheckpoints reads what a witness keeps. torn says how many were not written to their end: each is left out, for the
// service hands the newest one over again.
func ParseCheckpoints(text []byte, verifier note.Verifier) (all []*Checkpoint, torn int, err error) {
	marked := bytes.Split(text, []byte(tornMark))
	for i, piece := range marked {
		last := i == len(marked)-1
		checkpoints, whole, err := parsePiece(piece, verifier, !last)
		if err != nil {
			return nil, 0, fmt.Errorf("checkpoint %d in it: %w", len(all)+len(checkpoints)+1, err)
		}
		all = append(all, checkpoints...)
		if !last || !whole {
			torn++
		}
	}
	if len(all) == 0 {
		return nil, torn, errCheckpoint
	}
	return all, torn, nil
}

// parsePiece reads whole checkpoints, and behind them, perhaps, the beginning of one; marked says that there is one.
func parsePiece(piece []byte, verifier note.Verifier, marked bool) (all []*Checkpoint, whole bool, err error) {
	starts := noteStart.FindAllIndex(piece, -1)
	if len(starts) == 0 {
		if begun := bytes.TrimSpace(piece); !marked && !bytes.HasPrefix([]byte(KeyName), begun) {
			return nil, false, errCheckpoint
		}
		return nil, len(bytes.TrimSpace(piece)) == 0, nil
	}
	if len(bytes.TrimSpace(piece[:starts[0][0]])) > 0 {
		return nil, false, errCheckpoint
	}
	for i, start := range starts {
		chunk := piece[start[0]:]
		last := i == len(starts)-1
		if !last {
			chunk = piece[start[0]:starts[i+1][0]]
		}
		end := noteEnd.FindIndex(chunk)
		if end == nil && last {
			return all, false, nil
		}
		if end == nil {
			return all, false, errCheckpoint
		}
		rest := bytes.TrimSpace(chunk[end[1]:])
		c, err := ParseCheckpoint(chunk[:end[1]], verifier)
		switch {
		case err != nil && last && marked && len(rest) == 0:
			return all, false, nil
		case err != nil:
			return all, false, err
		case len(rest) > 0 && (!last || !marked && !bytes.HasPrefix([]byte(KeyName), rest)):
			return all, false, errCheckpoint
		}
		all = append(all, c)
		whole = len(rest) == 0
	}
	return all, whole, nil
}
