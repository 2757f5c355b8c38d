package jpegluma

import "errors"

// errEnd is the regular end of a picture.
var errEnd = errors.New("jpegluma: end of image")

// walk takes a scan's MCUs in order: it calls decode for runs of MCUs that lie in one row and one restart interval,
// with the MCU that a run begins with and their number, and reset before each interval. decode says false when the
// interval's data are used up; then the rest of the interval stays as it is. The position of p is afterwards that of
// the marker behind the scan.
func (p *picture) walk(s *scan, reset func(), decode func(mcu, count int) bool) {
	p.begun = true
	total := s.cols * s.rows
	interval := p.restart
	if interval == 0 {
		interval = total
	}
	r := restarts{source: &p.decoder.source, start: p.pos, intervals: ceilDiv(total, interval), segmentEnd: -1}
	r.source.open(p.data, p.pos)
	for start := 0; start < total; {
		reset()
		stop := min(start+interval, total)
		complete := true
		for mcu := start; mcu < stop && complete; {
			count := min(stop-mcu, s.cols-mcu%s.cols)
			complete = decode(mcu, count)
			mcu += count
		}
		r.damaged = r.damaged || !complete
		start = stop
		if start < total {
			start += r.next() * interval
		}
	}
	p.info.Damaged = p.info.Damaged || r.damaged
	p.pos = r.source.next
	p.pos += scanEnd(p.data[p.pos:])
}

// restarts finds the way from one restart interval to the next, also where markers are missing or wrong.
type restarts struct {
	source     *source
	start      int // of the scan's data
	intervals  int
	expected   byte // number of the next marker, 0 to 7
	segmentEnd int  // where the marker behind the current segment is, -1 when not looked for
	inOrder    int  // 1: the scan has as many markers as it should, so their numbers do not matter; -1: it has not
	damaged    bool
}

// next goes to the next interval and returns how many intervals before it are lost.
func (r *restarts) next() (lost int) {
	expected := r.expected
	r.expected = (r.expected + 1) & 7
	leftover := r.source.leftover()
	number, at := r.marker()
	if number < 0 { // no marker follows: it can only have been left out
		r.damaged = true
		if !leftover {
			return r.intervals
		}
		r.source.align()
		return 0
	}
	ahead := (number - int(expected)) & 7
	if leftover || ahead != 0 {
		r.damaged = true
	}
	if ahead != 0 && r.counted() || ahead > 2 {
		ahead = 0 // numbered wrongly
	}
	if leftover && ahead > 0 { // the marker before this one is missing, its data are here
		r.source.align()
		return 0
	}
	r.source.open(r.source.data, at+2)
	r.segmentEnd = -1
	r.expected = byte(number+1) & 7
	return ahead
}

// marker returns the number of the restart marker behind the current segment and where it is, or -1 when there is
// another one.
func (r *restarts) marker() (number, at int) {
	if r.segmentEnd < 0 {
		_, i := nextMarker(r.source.data[r.source.next:])
		r.segmentEnd = r.source.next + i
	}
	at = r.segmentEnd
	if at+1 >= len(r.source.data) {
		return -1, at
	}
	m := r.source.data[at+1]
	if m < markerRST0 || m > markerRST7 {
		return -1, at
	}
	return int(m - markerRST0), at
}

// counted tells whether the scan has as many restart markers as it should.
func (r *restarts) counted() bool {
	if r.inOrder == 0 {
		r.inOrder = -1
		count, data := 0, r.source.data[r.start:]
		for {
			marker, i := nextMarker(data)
			if marker < markerRST0 || marker > markerRST7 {
				break
			}
			count++
			data = data[i+2:]
		}
		if count == r.intervals-1 {
			r.inOrder = 1
		}
	}
	return r.inOrder == 1
}
