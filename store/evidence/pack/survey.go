package pack

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"

	"vigie/triage"
)

// errLost is of parts that are not there as the head says.
var errLost = errors.New("the parts cannot be followed back")

// survey finds out what of a bundle is whole.
type survey struct {
	*bundle
	ctx   context.Context //nolint:containedctx // lives as long as one call of Resume
	parts []part
	end   int64 // of what is whole
	held  map[prefix]place
	tell  func(done, whole int64)
}

// run trusts the parts up to the last but one that the one at byte last leads back to, and goes through all behind them;
// errLost: they do not lead back.
func (s *survey) run(last int64) error {
	s.held = make(map[prefix]place)
	parts, err := s.back(last)
	if err != nil {
		return err
	}
	s.parts, s.end = parts, s.begins
	if n := len(parts); n > 1 {
		s.parts, s.end = parts[:n-1], parts[n-2].end()
	} else {
		s.parts = nil
	}
	if err := s.know(); err != nil {
		return err
	}
	return s.forward()
}

// back follows the parts from the one at byte at to the first.
func (s *survey) back(at int64) (parts []part, err error) {
	for place := 0; at != 0; {
		f, x, err := s.partAt(at)
		if err != nil {
			return nil, s.lost(err)
		}
		if place == 0 {
			place = x.Place
		}
		if x.Place != place || place < 1 || x.Before >= at || (x.Before == 0) != (place == 1) {
			return nil, errLost
		}
		parts = append(parts, part{f, x.ID})
		at = x.Before
		place--
	}
	slices.Reverse(parts)
	return parts, nil
}

func (s *survey) partAt(at int64) (f frame, x partIndex, err error) {
	if err := s.ctx.Err(); err != nil {
		return f, x, err
	}
	if f, err = frameAt(s.file, at, s.size); err != nil {
		return f, x, err
	}
	if f.kind != kindPart {
		return f, x, errForm
	}
	c, err := decrypt(s.file, f, s.key)
	if err != nil {
		return f, x, err
	}
	_, err = c.index(&x, maxIndex)
	return f, x, err
}

// lost turns what is wrong with a bundle into errLost; what is wrong with its disk, or the end of ctx, stays.
func (s *survey) lost(err error) error {
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	if _, disk := errors.AsType[*fs.PathError](err); disk {
		return err
	}
	return errLost
}

// forward checks every byte from s.end on, up to what is not whole.
func (s *survey) forward() error {
	for s.end < s.size {
		s.tell(s.end, s.size)
		f, err := frameAt(s.file, s.end, s.size)
		if err == nil {
			err = s.check(f)
		}
		if err != nil {
			if err = s.lost(err); errors.Is(err, errLost) {
				return nil
			}
			return err
		}
		s.end = f.end()
	}
	return nil
}

// check reads a frame to its end. A note is not whole: the head does not lead to it.
func (s *survey) check(f frame) error {
	c, err := decrypt(s.file, f, s.key)
	if err != nil {
		return err
	}
	switch f.kind {
	case kindMedia:
		return s.checkMedia(f, c)
	case kindPart:
		return s.checkPart(f, c)
	}
	return errForm
}

func (s *survey) checkMedia(f frame, c content) error {
	media, from, err := c.media()
	if err != nil {
		return err
	}
	all := bufio.NewReaderSize(io.NewSectionReader(c, from[0], c.size-from[0]), writeBuffer)
	buffer := make([]byte, 64<<10)
	here := &progress{at: f.at, whole: s.size, tell: s.tell}
	for _, m := range media {
		if err := pass(s.ctx, here, io.LimitReader(all, m.Size), m, buffer); err != nil {
			return err
		}
	}
	for i, m := range media {
		s.held[prefixOf(m.SHA256)] = placeAt(f.at, i)
	}
	return nil
}

// progress tells how far of a frame has been written to it.
type progress struct {
	at, whole int64
	tell      func(done, whole int64)
}

// Write implements io.Writer.
func (p *progress) Write(b []byte) (int, error) {
	p.at += int64(len(b))
	p.tell(p.at, p.whole)
	return len(b), nil
}

// checkPart takes a part if it follows one that is there. Those that were behind that one are superseded.
func (s *survey) checkPart(f frame, c content) error {
	x, items, _, err := c.part()
	if err != nil {
		return err
	}
	before := x.Place - 1
	if before < 0 || before > len(s.parts) || before == 0 && x.Before != 0 || before > 0 && s.parts[before-1].at != x.Before {
		return errForm
	}
	s.parts = append(s.parts[:before], part{f, x.ID})
	s.note(x, items)
	return nil
}

// know notes the media of the parts that are trusted.
func (s *survey) know() error {
	for _, p := range s.parts {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		s.tell(p.at, s.size)
		c, err := decrypt(s.file, p.frame, s.key)
		if err != nil {
			return s.lost(err)
		}
		x, items, _, err := c.part()
		if err != nil {
			return s.lost(err)
		}
		s.note(x, items)
	}
	return nil
}

// note notes where the media of a part are.
func (s *survey) note(x partIndex, items []triage.Item) {
	for i, w := range x.Where {
		if w != nil {
			s.held[prefixOf(items[i].Digests.SHA256)] = placeAt(w[0], int(w[1]))
		}
	}
}
