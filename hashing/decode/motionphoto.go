package decode

import (
	"bytes"
	"strconv"
	"strings"

	"vigie/hashing"
)

// A motion photo is a picture with a film of the same moment behind it. Google's cameras name the film in XMP: the older
// ones by how far from the end of the file it begins (MicroVideoOffset), the newer ones in a list of the parts of the
// file (Motion Photo format 1.0). In a HEIF file it is a box of its own. Samsung's older cameras only mark its place.

const (
	filmBox   = "mpvd"
	filmMark  = "MotionPhoto_Data"
	filmOfXMP = "MotionPhoto" // the part's meaning in the list
)

// motionFacts adds where the film in a motion photo lies.
func motionFacts(data []byte, facts *hashing.Facts) {
	switch facts.Format {
	case "jpeg":
		filmBehind(data, facts)
	case "heic", "heif", "avif":
		for b := range boxes(data) {
			if b.kind == filmBox && isFilm(b.body) {
				facts.FilmAt, facts.FilmBytes = int64(b.at), filmSize(b.body)
			}
		}
	}
}

// filmBehind adds where the film behind a JPEG lies.
func filmBehind(data []byte, facts *hashing.Facts) {
	places := []int64{int64(len(data)) - filmFromEnd(xmpPacket(data))}
	if behind := behindLast(data, []byte(filmMark)); behind > 0 {
		places = append(places, int64(behind))
	}
	for _, at := range places {
		if film := part(data, at, int64(len(data))); isFilm(film) {
			facts.FilmAt, facts.FilmBytes = at, filmSize(film)
			return
		}
	}
}

// behindLast returns where the last mark in data ends, or 0. Looking from the front takes a thirtieth of bytes.LastIndex's time.
func behindLast(data, mark []byte) (at int) {
	for {
		next := bytes.Index(data[at:], mark)
		if next < 0 {
			return at
		}
		at += next + len(mark)
	}
}

// isFilm reports whether data begin like an MP4 or QuickTime file.
func isFilm(data []byte) bool {
	kind, _ := sniffBoxes(data[:min(len(data), SniffLen)])
	return kind == hashing.KindVideo && string(data[4:8]) == "ftyp"
}

// filmSize returns the end of the last box that is whole: what is behind it is the camera's.
func filmSize(film []byte) (size int64) {
	for b := range boxes(film) {
		if b.whole && b.kind != "\x00\x00\x00\x00" { // zeros are no box
			size = int64(b.at + len(b.body))
		}
	}
	return size
}

// filmFromEnd returns how many bytes before the end of the file its XMP says that the film begins, or 0.
func filmFromEnd(packet []byte) int64 {
	var length, behind int64 // of the part that is being told; of the film and all parts after it
	film := false
	for name, value := range xmpProperties(packet) {
		switch name {
		case "MicroVideoOffset":
			return number(value)
		case "li": // the next part
			if film {
				behind += length
			}
			length = 0
		case "Semantic":
			film = film || value == filmOfXMP
		case "Length":
			length = number(value)
		}
	}
	if film {
		behind += length
	}
	return behind
}

// number reads a number of bytes, and takes what is none for 0.
func number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 48)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
