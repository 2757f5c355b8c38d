package sample

import (
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// What an item is, in the words of the service's answers.
const (
	Media      = "media"
	NotMedia   = "not-media"
	Empty      = "empty"
	Unreadable = "unreadable" // a disposition (at the source) and a finding (cannot be decoded)
	Refused    = "refused"
)

// What an item turns out to be; "" for what has no finding.
const (
	Known     = "known"
	NearKnown = "near-known"
	Benign    = "benign"
)

// Unlisted is what is in no set and near none. Whether it is probable-new or unranked, the weights of the ranking say, and what is
// decided meanwhile: of that a label knows nothing but which groups were planted to be found.
const Unlisted = "unlisted"

// told are the findings that may be told of Unlisted.
var told = []string{"probable-new", "unranked"}

// Holds reports whether a finding is what the label says.
func (l Label) Holds(finding string) bool {
	return finding == l.Finding || l.Finding == Unlisted && slices.Contains(told, finding)
}

// Packed reports whether an item lies within an archive, and is no file of the drive.
func (l Label) Packed() bool {
	return strings.Contains(l.Path, ".zip/") || strings.Contains(l.Path, ".docx/")
}

// A Label is the truth about one item of the drive. It follows from what the generator did, never from a hash.
type Label struct {
	Path         string // below the drive, slash-separated, the very bytes of the name
	Disposition  string
	Finding      string
	Why          string // what the generator did
	PlantedGroup string // name of the planted new group, or ""
	Picture      string // number of the picture that it is a copy of, or ""
}

var labelHeader = []string{"path", "path_b64", "disposition", "finding", "why", "planted_group", "picture"}

// WriteLabels writes labels as CSV. A path that is not UTF-8 is written twice: legibly with replacement characters,
// and exactly in base64.
func WriteLabels(w io.Writer, labels []Label) error {
	out := csv.NewWriter(w)
	out.Write(labelHeader) //nolint:errcheck // Flush and Error tell
	for _, l := range labels {
		exact := ""
		if !utf8.ValidString(l.Path) {
			exact = base64.StdEncoding.EncodeToString([]byte(l.Path))
		}
		out.Write([]string{strings.ToValidUTF8(l.Path, "\uFFFD"), exact, l.Disposition, l.Finding, l.Why, l.PlantedGroup, l.Picture}) //nolint:errcheck // see above
	}
	out.Flush()
	return out.Error()
}

// ReadLabels reads what WriteLabels wrote.
func ReadLabels(r io.Reader) ([]Label, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = len(labelHeader)
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("labels: %w", err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("labels: no header")
	}
	labels := make([]Label, 0, len(rows)-1)
	for _, row := range rows[1:] {
		path := row[0]
		if row[1] != "" {
			exact, err := base64.StdEncoding.DecodeString(row[1])
			if err != nil {
				return nil, fmt.Errorf("labels: %w", err)
			}
			path = string(exact)
		}
		labels = append(labels, Label{path, row[2], row[3], row[4], row[5], row[6]})
	}
	return labels, nil
}
