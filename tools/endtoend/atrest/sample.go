package atrest

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/tools/sampledrive/sample"
)

// AddSample looks for everything on the sample drive below dir and in its sets: bytes, names, paths, digests, perceptual
// hashes, what cameras wrote of themselves.
func (s *Scanner) AddSample(dir string) error {
	drive := filepath.Join(dir, sample.DriveDir)
	err := filepath.WalkDir(drive, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == drive {
			return err
		}
		name, err := filepath.Rel(drive, path)
		if err != nil {
			return err
		}
		s.Add("name "+d.Name(), []byte(d.Name()))
		s.Add("path "+name, []byte(filepath.ToSlash(name)))
		if !d.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil || len(content) == 0 {
			return nil //nolint:nilerr // what cannot be read, or is empty, has no bytes to look for
		}
		return s.addContent(name, content)
	})
	if err != nil {
		return err
	}
	for _, file := range []string{sample.KnownFile, sample.BenignFile} {
		if err := s.addSet(filepath.Join(dir, file)); err != nil {
			return err
		}
	}
	return nil
}

// addContent looks for the bytes of a file, its hashes, and what its camera wrote.
func (s *Scanner) addContent(name string, content []byte) error {
	s.AddMedium("bytes of "+name, content)
	d, _, err := hashing.Digest(bytes.NewReader(content))
	if err != nil {
		return err
	}
	s.Add("MD5 of "+name, d.MD5[:])
	s.Add("SHA-1 of "+name, d.SHA1[:])
	s.Add("SHA-256 of "+name, d.SHA256[:])
	x := decode.Examine(content, decode.Limits{})
	for _, fact := range []string{x.Facts.Make, x.Facts.Model, x.Facts.Serial, x.Facts.Software} {
		s.Add("camera of "+name, []byte(fact))
	}
	if x.Fingerprint == nil {
		return nil
	}
	for _, hash := range x.Fingerprint.PDQ {
		s.addHash("PDQ of "+name, hash[:])
	}
	for _, hash := range []hashing.Hash64{x.Fingerprint.PHash, x.Fingerprint.DHash} {
		s.addHash("pHash or dHash of "+name, binary.BigEndian.AppendUint64(nil, uint64(hash)))
		s.addHash("pHash or dHash of "+name, binary.LittleEndian.AppendUint64(nil, uint64(hash)))
	}
	return nil
}

// addHash leaves out the hashes of plain surfaces: a few values in a row stand in many files.
func (s *Scanner) addHash(what string, hash []byte) {
	if values(hash) >= len(hash)/2 {
		s.Add(what, hash)
	}
}

// addSet looks for every entry of a list, and for the list as it was sent.
func (s *Scanner) addSet(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s.AddMedium("text of "+filepath.Base(path), text)
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return err
	}
	for _, row := range rows {
		for _, field := range row {
			if entry, err := hex.DecodeString(field); err == nil {
				s.Add("entry of "+filepath.Base(path), entry)
			}
		}
	}
	return nil
}
