package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// The shape of the source.
const (
	plainItems   = 100 // of a folder; the rest lies in its archive
	pictureEvery = 10  // one item in so many is a picture
	emptyEvery   = 97  // … has no bytes
	side         = 96  // of a picture, in pixels
	cell         = 8   // … of one shade
)

// source is what was made.
type source struct {
	items    int // as they are counted: archives too
	pictures int // different ones
	others   int // different contents that are no pictures
	bytes    int64
}

// makeItems writes the items, folder by folder.
func (o *options) makeItems(ctx context.Context, dir string) (source, error) {
	s := source{items: o.items}
	made := make([]source, (o.items+o.folderItems-1)/o.folderItems)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for n := range made {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			made[n], err = o.makeFolder(filepath.Join(dir, fmt.Sprintf("d%04d", n)), n*o.folderItems, min(o.items, (n+1)*o.folderItems))
			return err
		})
	}
	err := g.Wait()
	for _, m := range made {
		s.others += m.others
		s.bytes += m.bytes
		s.pictures += m.pictures
	}
	s.pictures = min(s.pictures, o.distinct)
	return s, err
}

// makeFolder writes the items of one folder, from first on; end is the first of the next. It counts pictures that are the same each.
func (o *options) makeFolder(dir string, first, end int) (s source, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return s, err
	}
	f, err := os.Create(filepath.Join(dir, "members.zip")) //nolint:gosec // a folder of the caller's
	if err != nil {
		return s, err
	}
	defer f.Close()
	archive := zip.NewWriter(f)
	s.others = 1 // the archive, which is the first item
	for n := first + 1; n < end; n++ {
		name, content, err := o.item(n)
		if err != nil {
			return s, err
		}
		switch {
		case n%pictureEvery == 0:
			s.pictures++
		case len(content) > 0:
			s.others++
		}
		s.bytes += int64(len(content))
		if n < first+1+plainItems {
			err = os.WriteFile(filepath.Join(dir, name), content, 0o644)
		} else {
			err = pack(archive, name, content)
		}
		if err != nil {
			return s, err
		}
	}
	if err := archive.Close(); err != nil {
		return s, err
	}
	return s, f.Close()
}

func pack(archive *zip.Writer, name string, content []byte) error {
	w, err := archive.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("DCIM/%s", name), Method: zip.Store})
	if err == nil {
		_, err = w.Write(content)
	}
	return err
}

// item returns one item: a picture, of which there are distinct ones, a text that is nowhere else, or no bytes.
func (o *options) item(n int) (name string, content []byte, err error) {
	if n%pictureEvery == 0 {
		which := n / pictureEvery % o.distinct
		content, err = picture(rand.New(rand.NewPCG(o.seed, uint64(which))), which%2 == 0) //nolint:gosec // repeatable on purpose
		return fmt.Sprintf("IMG_%07d.%s", n, map[bool]string{true: "jpg", false: "png"}[which%2 == 0]), content, err
	}
	name = fmt.Sprintf("note%07d.txt", n)
	if n%emptyEvery == 0 {
		return name, nil, nil
	}
	return name, fmt.Appendf(nil, "note %d of %d\nit says nothing, in %d words\n", n, o.seed, n%1000), nil
}

// picture draws shaded cells: no two look alike.
func picture(rng *rand.Rand, asJPEG bool) ([]byte, error) {
	img := image.NewGray(image.Rect(0, 0, side, side))
	for y := 0; y < side; y += cell {
		for x := 0; x < side; x += cell {
			shade := color.Gray{uint8(rng.UintN(256))} //nolint:gosec // below 256
			for i := range cell * cell {
				img.SetGray(x+i%cell, y+i/cell, shade)
			}
		}
	}
	var b bytes.Buffer
	var err error
	if asJPEG {
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 75})
	} else {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img)
	}
	return b.Bytes(), err
}

// makeFilm writes a folder with one file that begins as an MP4 does: its type, and one box of data that is a hole.
func makeFilm(dir string, size int64) (source, error) {
	s := source{items: 1, pictures: 1, bytes: size}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return s, err
	}
	f, err := os.Create(filepath.Join(dir, "film.mp4")) //nolint:gosec // a folder of the caller's
	if err != nil {
		return s, err
	}
	defer f.Close()
	const ftyp = "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
	head := append([]byte(ftyp), "\x00\x00\x00\x01mdat"...)                   // 1: the size comes behind, in 8 bytes
	head = binary.BigEndian.AppendUint64(head, uint64(size-int64(len(ftyp)))) //nolint:gosec // a size
	if _, err := io.Copy(f, bytes.NewReader(head)); err != nil {
		return s, err
	}
	if err := f.Truncate(size); err != nil {
		return s, err
	}
	return s, f.Close()
}
