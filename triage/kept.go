package triage

import (
	"context"
	"iter"

	"vigie/hashing"
)

// ExaminationRecord is what is kept of an examination: enough to have its medium examined again without its bytes.
type ExaminationRecord struct {
	Medium      MediumID
	Generation  int // of the bytes that were examined
	Attempt     int // 0 for the first examination of them, one more each time that they were examined anew
	Size        int64
	Keys        DigestKeys // of the verified digests
	Examination hashing.Examination
}

// PackID names an object that many examinations share: the n-th of one writer, from 1.
type PackID struct {
	Writer string // 12 hexadecimal digits
	Number uint64
}

// Locator says where one examination is kept.
type Locator struct {
	Pack   PackID
	Offset int64 // bytes
	Length int64
}

// Kept reports whether the locator leads anywhere.
func (l Locator) Kept() bool { return l.Pack.Writer != "" }

// Filed is an examination with its place.
type Filed struct {
	ExaminationRecord
	At Locator
}

// ExaminationArchive keeps examinations, many in an object. Nothing that was kept is ever changed; what was kept of a
// medium can be read by nobody any more once that was destroyed.
type ExaminationArchive interface {
	// PutExamination is durable when it returns nil. It may wait for others, to share an object with them. NotFound
	// means that the medium is not kept, or not any more; only an examination without a fingerprint can do without.
	PutExamination(ctx context.Context, x ExaminationRecord) (Locator, error)
	// Examination fails with NotFound, of ErrDestroyed, where the medium was destroyed.
	Examination(ctx context.Context, at Locator) (ExaminationRecord, error)
	// Packs yields, by writer and in order, every pack beyond the given number of its writer.
	Packs(ctx context.Context, beyond map[string]uint64) iter.Seq2[PackID, error]
	// Pack returns what a pack holds of media that were not destroyed.
	Pack(ctx context.Context, id PackID) ([]Filed, error)
}

// Join is a medium's way into its group, or out of it.
type Join struct {
	Medium MediumID
	Group  GroupID
	Born   *Founder // set when the medium founds the group, or stands for it since its founder left, or with another hash
	Left   bool     // the medium leaves the group, and is to be grouped anew
}

// GroupArchive keeps the births and joins of groups in numbered records, the first is 1. A record is durable before it
// takes effect, and never changed.
type GroupArchive interface {
	// PutJoins fails with Exists when another steward wrote that record.
	PutJoins(ctx context.Context, number uint64, joins []Join) error
	// Joins returns a record, or NotFound. The join of a founder that was destroyed has no Medium, and its birth no PDQ.
	Joins(ctx context.Context, number uint64) ([]Join, error)
}
