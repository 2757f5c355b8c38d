package triage

import (
	"context"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

const (
	// MaxChecks bounds how many files are asked about at once.
	MaxChecks = 100
	// MaxCheckPictures bounds how many pictures of them are: each takes eight searches, of which one core does some 12,000 a
	// second among 10 million entries (docs/matching.md).
	MaxCheckPictures = 400
)

// CheckVerdict is the answer to a check.
type CheckVerdict string

// The answers, the first that applies.
const (
	CheckKnown   CheckVerdict = "known"   // the very bytes are in a known set
	CheckNear    CheckVerdict = "near"    // a picture like it is in a known set
	CheckBenign  CheckVerdict = "benign"  // the very bytes are in a benign set
	CheckSeen    CheckVerdict = "seen"    // in no set, but it, or a picture like it, was submitted in some case
	CheckUnknown CheckVerdict = "unknown" // never seen
)

// CheckInput is what is known of one file. Absent hashes are nil; at least one is there.
type CheckInput struct {
	MD5     *hashing.MD5
	SHA1    *hashing.SHA1
	SHA256  *hashing.SHA256
	PDQ     []pdq.Hash // indexed by pdq.Transform; the first alone where only a hash is known
	Quality *int       // of the PDQ; nil when not known
	PHash   *hashing.Hash64
	// Pictures are further ones of the file (frames, pages), and parts of the first. Their votes by pHash would make no
	// verdict, so that they need none, and are looked up as parts are.
	Pictures []hashing.View
}

// CheckAnswer is all that a unit learns: never a distance, a set or an entry.
type CheckAnswer struct {
	Verdict   CheckVerdict
	Reference string // names the check in the journal: to be quoted
	Contact   string // whom to call
	Closed    bool   // it was seen in a closed case, and in no open one: only who has all of its bytes learns that
}

// SeenStore knows what was submitted.
type SeenStore interface {
	// Seen tells of each whether it is in an exhibit.
	Seen(ctx context.Context, traces []Trace) ([]bool, error)
}

// Trace is what is known of some bytes that may be in an exhibit.
type Trace struct {
	Medium    MediumID  // "": its SHA-256 is not known
	MD5, SHA1 DigestKey // zero: not known
}

// checkedHash are the details of HashChecked.
type checkedHash struct {
	Verdict CheckVerdict `json:"verdict"`
	Closed  bool         `json:"closed,omitempty"`
}

// Checks answers units.
type Checks struct {
	Matcher  Matcher
	Seen     SeenStore
	Founders *FounderIndex
	Archive  MediaArchive
	Events   *Projector
	Names    Names
	Contact  string // whom a unit should call
}

// Ask answers each input, and records that it was asked.
func (c *Checks) Ask(ctx context.Context, by Actor, inputs []CheckInput) ([]CheckAnswer, error) {
	const op = "check"
	if by.Role != Unit {
		return nil, forbidden(op, by)
	}
	if len(inputs) == 0 || len(inputs) > MaxChecks {
		return nil, E(Invalid, op, "", "ask about 1 to 100 hashes at a time", nil)
	}
	pictures := len(inputs)
	for i := range inputs {
		pictures += len(inputs[i].Pictures)
	}
	if pictures > MaxCheckPictures {
		return nil, E(Invalid, op, "", "ask about at most 400 pictures at a time, those of animations and parts included", nil)
	}
	probes, traces := make([]Probe, len(inputs)), make([]Trace, len(inputs))
	for i, in := range inputs {
		p, err := c.probe(in)
		if err != nil {
			return nil, err
		}
		probes[i], traces[i] = p, Trace{MD5: p.Keys.MD5, SHA1: p.Keys.SHA1}
		if in.SHA256 != nil {
			traces[i].Medium = c.Names.Medium(*in.SHA256)
		}
	}
	matches, _, err := c.Matcher.Match(ctx, probes)
	if err != nil {
		return nil, err
	}
	seen, err := c.Seen.Seen(ctx, traces)
	if err != nil {
		return nil, err
	}
	answers := make([]CheckAnswer, len(inputs))
	for i := range inputs {
		v, err := c.verdict(ctx, probes[i], matches[i], seen[i])
		if err != nil {
			return nil, err
		}
		answers[i] = CheckAnswer{Verdict: v, Reference: newID("c"), Contact: c.Contact}
		if v == CheckUnknown && traces[i].Medium != "" {
			if answers[i].Closed, err = c.Archive.HasMedium(ctx, traces[i].Medium, 0); err != nil {
				return nil, err
			}
		}
		if answers[i].Closed {
			answers[i].Verdict = CheckSeen
		}
		if err := c.Events.act(ctx, by, HashChecked, answers[i].Reference, checkedHash{answers[i].Verdict, answers[i].Closed}); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

func (c *Checks) probe(in CheckInput) (Probe, error) {
	p := Probe{PDQ: in.PDQ, Quality: pdq.MinQuality, PHash: in.PHash, Views: in.Pictures}
	if in.Quality != nil {
		p.Quality = *in.Quality
	}
	if in.MD5 != nil {
		p.Keys.MD5 = c.Names.MD5(*in.MD5)
	}
	if in.SHA1 != nil {
		p.Keys.SHA1 = c.Names.SHA1(*in.SHA1)
	}
	if in.SHA256 != nil {
		p.Keys.SHA256 = c.Names.SHA256(*in.SHA256)
	}
	if empty := c.Names.Digests(hashing.NewDigester().Sum()); p.Keys.MD5 == empty.MD5 || p.Keys.SHA1 == empty.SHA1 || p.Keys.SHA256 == empty.SHA256 {
		return Probe{}, E(Invalid, "check", "", "this is the digest of an empty file: it matches nothing", nil)
	}
	if p.Keys == (DigestKeys{}) && len(p.PDQ) == 0 && p.PHash == nil {
		return Probe{}, E(Invalid, "check", "", "give at least one hash: MD5, SHA-1, SHA-256, PDQ or pHash", nil)
	}
	if len(p.PDQ) > len(pdq.Dihedrals{}) {
		return Probe{}, E(Invalid, "check", "", "a picture has at most eight PDQ hashes", nil)
	}
	return p, nil
}

func (c *Checks) verdict(ctx context.Context, p Probe, matches []Match, seen bool) (CheckVerdict, error) {
	switch Conclude(hashing.KindOther, "", matches) {
	case Known:
		return CheckKnown, nil
	case NearKnown:
		return CheckNear, nil
	case Benign:
		return CheckBenign, nil
	}
	if seen {
		return CheckSeen, nil
	}
	if codes := p.codes(); len(codes) > 0 {
		g, err := c.Founders.Nearest(ctx, codes)
		if err != nil {
			return "", err
		}
		if g != "" {
			return CheckSeen, nil
		}
	}
	return CheckUnknown, nil
}

// codes returns the hashes of all pictures and parts that show enough to be compared.
func (p *Probe) codes() (codes []pdq.Hash) {
	if p.Quality >= pdq.MinQuality {
		codes = append(codes, p.PDQ...)
	}
	for i := range p.Views {
		if p.Views[i].Quality >= pdq.MinQuality {
			codes = append(codes, p.Views[i].PDQ[:]...)
		}
	}
	return codes
}
