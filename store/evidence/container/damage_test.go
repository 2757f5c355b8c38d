package container_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"vigie/store/evidence/container"
)

// madeDocuments are files of twoFiles in the formats of documents, mail and caches, with filler bytes in each.
func madeDocuments(filler int) map[string][]byte {
	long := strings.Repeat("0123456789abcdef\n", filler/17+1)
	files := []file{{"a.jpg", jpeg + long}, {"b.jpg", jpeg + long + "!"}}
	picture := blipOf(0x46a, 0xf01d, oneID, files[0].content)
	return map[string][]byte{
		"eml": makeMail(files), "mbox": makeMbox(files), "ole": makeOLE(files), "pictures": makeOLE([]file{{"Pictures", picture + picture}}),
		"sheet": makeOLE([]file{{"Workbook", drawings(picture + picture)}}), "thumbcache": makeThumbcache(0x20, files),
		"pdf": makePDF(jpegDict+files[0].content, "<</Type/EmbeddedFile>>|"+files[1].content),
	}
}

// TestDocumentsCutOff reads every file up to some place: what was whole before is as it was, and the rest is told.
func TestDocumentsCutOff(t *testing.T) {
	for name, content := range madeDocuments(100) {
		for size := 0; size < len(content); size += 7 {
			l := look(t, content[:size], container.Limits{})
			for i, m := range l.members {
				if m.reason == "" && m.read == 0 && m.Size > 0 {
					t.Errorf("%s, %d bytes: member %d has none", name, size, i)
				}
			}
		}
	}
}

// TestDocumentsDamaged reads files of which bytes were changed.
func TestDocumentsDamaged(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, content := range madeDocuments(100) {
		for range 500 {
			b := bytes.Clone(content)
			for range 1 + random.IntN(8) {
				b[random.IntN(len(b))] = byte(random.Uint32())
			}
			readTwice(t, b)
		}
	}
}

// TestDocumentsOfASourceThatFails tell that it did, and not that they are damaged.
func TestDocumentsOfASourceThatFails(t *testing.T) {
	for name, content := range madeDocuments(400_000) {
		a, err := container.Open(faulty{bytes.NewReader(content), int64(len(content)) / 2}, int64(len(content)), container.Limits{})
		must(t, err)
		failed := false
		for m, err := range a.Members(t.Context()) {
			if err == nil {
				_, err = io.Copy(io.Discard, m)
			}
			if err != nil {
				if faultOf(t, err).Reason != container.ReasonInput {
					t.Errorf("%s: %v", name, err)
				}
				failed = true
			}
		}
		if !failed {
			t.Errorf("%s: nothing was told", name)
		}
	}
}

// TestDocumentsAgain reads members by several cursors, backwards.
func TestDocumentsAgain(t *testing.T) {
	for name, content := range madeDocuments(10_000) {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				t.Run("", func(t *testing.T) {
					t.Parallel()
					readTwice(t, content)
				})
			}
		})
	}
}

// TestManyMembers ends where Limits say.
func TestManyMembers(t *testing.T) {
	var files []file
	for i := range 50 {
		files = append(files, file{fmt.Sprint(i), "x"})
	}
	for _, content := range [][]byte{makeMail(files), makeMbox(files), makeOLE(files), makeThumbcache(0x20, files)} {
		if l := look(t, content, container.Limits{Members: 20}); len(l.members) != 20 || l.end == nil || l.end.Reason != container.ReasonMemberLimit {
			t.Errorf("%v", l)
		}
	}
}
