package views

import (
	"encoding/hex"
	"time"

	"vigie/hashing"
)

// thumbnails are the codes of what was found of thumbnails.
var thumbnails = newLetters(map[hashing.ThumbnailVerdict]string{
	"": "", hashing.ThumbnailSame: "s", hashing.ThumbnailOther: "o", hashing.ThumbnailUnreadable: "u",
})

// tableMakers are the codes of who made quantisation tables.
var tableMakers = newLetters(map[hashing.TableMaker]string{
	"": "", hashing.TablesLibrary: "l", hashing.TablesAdobe: "a", hashing.TablesOwn: "o",
})

// commonFacts writes what the pictures of one camera, or of one program, have in common.
func (w *packer) commonFacts(f hashing.Facts) {
	for _, s := range []string{
		kinds.of[f.Kind], f.Format, f.Make, f.Model, f.Software, f.Lens, f.Zone, f.TakenFrom, f.Subsampling, f.Profile,
		thumbnails.of[f.Thumbnail], f.Editors, f.Generated, tableMakers.of[f.TablesOf],
	} {
		w.text(s)
	}
	w.flag(f.Progressive)
	w.flag(f.Provenance)
}

// commonFacts reads what packer.commonFacts wrote.
func (r *unpacker) commonFacts(f *hashing.Facts) {
	f.Kind, f.Format = kinds.to[r.text()], r.text()
	for _, s := range []*string{&f.Make, &f.Model, &f.Software, &f.Lens, &f.Zone, &f.TakenFrom, &f.Subsampling, &f.Profile} {
		*s = r.text()
	}
	f.Thumbnail = thumbnails.to[r.text()]
	f.Editors, f.Generated, f.TablesOf = r.text(), r.text(), tableMakers.to[r.text()]
	f.Progressive, f.Provenance = r.flag(), r.flag()
}

// What a picture may have beside the facts that all have.
const (
	hasPosition = 1 << iota
	hasFilm     // within it
	isFilm      // itself
)

// facts writes what is each picture's own. The time of capture keeps its instant; its zone is common.
func (w *packer) facts(f hashing.Facts) {
	for _, n := range []int{f.Width, f.Height, f.Orientation, f.Pictures, f.JPEGQuality, f.Saves} {
		w.number(int64(n))
	}
	w.number(packTime(f.Taken))
	var has int64 // one byte for what few pictures have
	if f.GPS {
		has |= hasPosition
	}
	if f.FilmAt != 0 {
		has |= hasFilm
	}
	if f.Film != (hashing.Film{}) {
		has |= isFilm
	}
	w.number(has)
	if f.FilmAt != 0 {
		w.number(f.FilmAt)
		w.number(f.FilmBytes)
	}
	if has&isFilm != 0 {
		w.film(f.Film)
	}
	tables, _ := hex.DecodeString(f.Tables)
	w.text(string(tables))
	w.text(f.Serial)
	w.text(f.LivePhoto)
}

// facts reads what packer.facts wrote, after what is common.
func (r *unpacker) facts(f *hashing.Facts) {
	for _, n := range []*int{&f.Width, &f.Height, &f.Orientation, &f.Pictures, &f.JPEGQuality, &f.Saves} {
		*n = int(r.number())
	}
	f.Taken = unpackTime(r.number())
	if zone, err := time.Parse("-07:00", f.Zone); err == nil {
		f.Taken = f.Taken.In(zone.Location())
	}
	has := r.number()
	f.GPS = has&hasPosition != 0
	if has&hasFilm != 0 {
		f.FilmAt, f.FilmBytes = r.number(), r.number()
	}
	if has&isFilm != 0 {
		f.Film = r.film()
	}
	f.Tables = hex.EncodeToString([]byte(r.text()))
	f.Serial, f.LivePhoto = r.text(), r.text()
}

func (w *packer) film(f hashing.Film) {
	w.number(int64(f.Duration))
	for _, n := range []int{f.MilliRate, f.Rotation, f.Looked} {
		w.number(int64(n))
	}
	w.text(f.Codec)
	w.text(f.Sound)
}

func (r *unpacker) film() (f hashing.Film) {
	f.Duration = time.Duration(r.number())
	for _, n := range []*int{&f.MilliRate, &f.Rotation, &f.Looked} {
		*n = int(r.number())
	}
	f.Codec, f.Sound = r.text(), r.text()
	return f
}
