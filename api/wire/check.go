package wire

import (
	"encoding/json"
	"fmt"

	"vigie/api/i18n"
	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// CheckRequest asks about files by their hashes.
type CheckRequest struct {
	Inputs []CheckInput `json:"inputs"`
}

// CheckInput is what is known of one file: at least one hash.
type CheckInput struct {
	MD5     *hashing.MD5    `json:"md5,omitempty"`
	SHA1    *hashing.SHA1   `json:"sha1,omitempty"`
	SHA256  *hashing.SHA256 `json:"sha256,omitempty"`
	PDQ     PDQ             `json:"pdq,omitempty"`
	Quality *int            `json:"pdq_quality,omitempty"`
	PHash   *hashing.Hash64 `json:"phash,omitempty"`
	// Pictures are further ones of the file (frames, pages), and parts of the first that are looked at by themselves.
	Pictures []CheckPicture `json:"pictures,omitempty"`
}

// CheckPicture is a further picture of a file, or a part of one.
type CheckPicture struct {
	PDQ     Dihedrals `json:"pdq"`
	Quality *int      `json:"pdq_quality,omitempty"` // absent: enough to be compared
}

// Dihedrals are all eight PDQ hashes of a picture, in the order of pdq.Dihedrals.
type Dihedrals pdq.Dihedrals

// UnmarshalJSON takes eight hashes, no more and no less.
func (d *Dihedrals) UnmarshalJSON(b []byte) error {
	var hashes []pdq.Hash
	if err := json.Unmarshal(b, &hashes); err != nil {
		return err
	}
	if len(hashes) != len(d) {
		return fmt.Errorf("a further picture has %d PDQ hashes, not %d", len(d), len(hashes))
	}
	copy(d[:], hashes)
	return nil
}

// PDQ is one PDQ hash (a string), or all eight dihedral hashes of a picture (an array of strings in the order of
// pdq.Dihedrals).
type PDQ []pdq.Hash

// MarshalJSON writes one hash as a string and several as an array.
func (p PDQ) MarshalJSON() ([]byte, error) {
	if len(p) == 1 {
		return json.Marshal(p[0])
	}
	return json.Marshal([]pdq.Hash(p))
}

// UnmarshalJSON reads a string or an array.
func (p *PDQ) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*p = make(PDQ, 1)
		return json.Unmarshal(b, &(*p)[0])
	}
	return json.Unmarshal(b, (*[]pdq.Hash)(p))
}

// Check converts an input.
func (c CheckInput) Check() triage.CheckInput {
	in := triage.CheckInput{MD5: c.MD5, SHA1: c.SHA1, SHA256: c.SHA256, PDQ: c.PDQ, Quality: c.Quality, PHash: c.PHash}
	for _, p := range c.Pictures {
		v := hashing.View{PDQ: pdq.Dihedrals(p.PDQ), Quality: pdq.MinQuality}
		if p.Quality != nil {
			v.Quality = *p.Quality
		}
		in.Pictures = append(in.Pictures, v)
	}
	return in
}

// CheckInputs converts all inputs.
func (r CheckRequest) CheckInputs() []triage.CheckInput {
	in := make([]triage.CheckInput, len(r.Inputs))
	for i, c := range r.Inputs {
		in[i] = c.Check()
	}
	return in
}

// CheckResponse answers the inputs in their order.
type CheckResponse struct {
	Answers []CheckAnswer `json:"answers"`
}

// CheckAnswer is all that a unit learns of one file.
type CheckAnswer struct {
	Verdict   string `json:"verdict" enum:"known,near,benign,seen,unknown"`
	Reference string `json:"reference"` // to be quoted
	Contact   string `json:"contact"`   // whom to call
	Next      string `json:"next"`      // what to do, in English
	// ClosedCase: it was seen in a closed case, and in no open one.
	ClosedCase bool `json:"closed_case,omitempty"`
}

// NewCheckResponse converts answers.
func NewCheckResponse(answers []triage.CheckAnswer) CheckResponse {
	w := CheckResponse{Answers: make([]CheckAnswer, len(answers))}
	for i, a := range answers {
		w.Answers[i] = CheckAnswer{
			Verdict: string(a.Verdict), Reference: a.Reference, Contact: a.Contact, Next: i18n.CheckNext(i18n.EN, a.Verdict),
			ClosedCase: a.Closed,
		}
	}
	return w
}
