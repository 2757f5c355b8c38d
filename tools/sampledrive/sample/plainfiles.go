package sample

import (
	"fmt"
	"runtime"
	"time"
)

// unreadable plans broken media, formats that are recognised but not decoded, links and awkward names.
func (l *layout) unreadable() error {
	for i := range 4 {
		s := l.shot(compact[i%len(compact)], l.ago(400, 2000))
		s.copies = []copied{{path: fmt.Sprintf("%sf%07d.jpg", recoveredData, l.number()), edit: truncated}}
		if i == 0 { // a digest still tells what cannot be decoded any more
			s.copies[0].listed = listing{sha1: true}
		}
		l.add(s)
	}
	when := l.ago(100, 900)
	put := func(path string, data []byte, disposition, finding, why string) {
		l.files = append(l.files, odd(path, data, disposition, finding, why, when))
	}
	for range 2 {
		put(fmt.Sprintf("%sf%07d.jpg", recoveredData, l.number()), brokenJPEG(l.Rand), Media, Unreadable, "JPEG header, then garbage")
	}
	put(recoveredData+"IMG_0001.jpg", garbage(l.Rand, 7000), Media, Unreadable, "garbage named like a picture")
	put(recoveredData+"bitmap.bmp", garbage(l.Rand, 900), Media, Unreadable, "garbage named like a picture")
	put(recoveredData+"notes.jpg", prose(l.Rand, 120), Media, Unreadable, "plain text named like a picture")
	put(recoveredData+"facture scannée.jpg", pdf(l.Rand), NotMedia, "", "PDF named like a picture")
	put(recoveredData+"cluster.bin", garbage(l.Rand, 5000), NotMedia, "", "garbage named like nothing")
	put(tabletCamera+"IMG_9001.HEIC", heic(l.Rand), Media, Unreadable, "HEIC brand without a decodable picture")
	put(tabletCamera+"IMG_9002.HEIC", heic(l.Rand), Media, Unreadable, "HEIC brand without a decodable picture")
	put(videos+"VID_20240612.mp4", video(l.Rand), Media, Unlisted, "video header, no camera data, in no set")
	clip := video(l.Rand)
	put(downloads+"clip.mp4", clip, Media, Known, "video header, listed as known by digest")
	l.files[len(l.files)-1].listed = listing{md5: true}
	if err := l.backup(clip, when); err != nil {
		return err
	}
	for _, path := range []string{videos + "vide.mp4", recoveredData + "IMG_0002.jpg", documents + "brouillon.txt", appStorage + "LOCK"} {
		put(path, nil, Empty, "", "empty file")
	}
	for _, link := range [][2]string{{pictures + "dernier album", "2016 Bretagne"}, {home + "bureau", "../.."}, {downloads + "perdu.jpg", "absent.jpg"}} {
		put(link[0], nil, Refused, "", "symbolic link")
		l.files[len(l.files)-1].link = link[1]
	}
	s := l.plain(l.nextScene(), "jpeg", 800, 600)
	copies := []copied{{path: downloads + "été à la plage ☀.jpg", edit: asIs}}
	if runtime.GOOS == "linux" { // elsewhere names are Unicode or nothing
		copies = append(copies, copied{path: downloads + "\xe9t\xe9 2019.jpg", edit: asIs})
	}
	l.add(s, copies...)
	return nil
}

// backup plans an archive, which holds one more copy of a listed clip, and an archive.
func (l *layout) backup(clip []byte, when time.Time) error {
	const name = downloads + "sauvegarde.zip"
	inner, within, err := archive(name+"/vieux.zip",
		packed{Label{Path: "notes.txt", Disposition: NotMedia, Why: "text within two archives"}, prose(l.Rand, 50)})
	if err != nil {
		return err
	}
	data, members, err := archive(name,
		packed{Label{Path: "clip.mp4", Disposition: Media, Finding: Known, Why: "listed as known by digest, within an archive"}, clip},
		packed{Label{Path: "vieux.zip", Disposition: NotMedia, Why: "archive within an archive"}, inner},
	)
	if err != nil {
		return err
	}
	f := odd(name, data, NotMedia, "", "archive", when)
	f.members = append(members, within...)
	l.files = append(l.files, f)
	return nil
}

// papers plans documents; one of them is listed as known, one as benign.
func (l *layout) papers() error {
	for i := range l.scaled(writtenPapers) {
		f := file{Label: Label{Disposition: NotMedia}, modified: l.ago(10, 1500)}
		n := l.number()
		switch i % 4 {
		case 0:
			f.Path, f.data, f.Why = fmt.Sprintf("%snote %d.txt", documents, n), prose(l.Rand, 60+l.IntN(400)), "text document"
		case 1:
			f.Path, f.data, f.Why = fmt.Sprintf("%sfacture %d.pdf", documents, n), pdf(l.Rand), "PDF document"
		case 2:
			var err error
			f.Path, f.Why = fmt.Sprintf("%scourrier %d.docx", documents, n), "word processor document"
			if f.data, f.members, err = docx(l.Rand, f.Path); err != nil {
				return err
			}
		default:
			f.Path, f.data, f.Why = fmt.Sprintf("%scomptes %d.csv", documents, n), ledger(l.Rand, 40), "table"
		}
		switch i {
		case 0:
			f.Finding, f.Why, f.listed = Known, f.Why+"; listed as known by digest", listing{sha256: true}
		case 1:
			f.Finding, f.Why, f.listed = Benign, f.Why+"; listed as benign", listing{benign: true}
		}
		l.files = append(l.files, f)
	}
	return nil
}

// smallFiles plans a folder with several hundred of a program's files; a few are listed as benign.
func (l *layout) smallFiles() {
	for i := range l.scaled(smallFiles) {
		name, text := fmt.Sprintf("%04d.json", i), fmt.Sprintf(`{"id":%d,"key":"%016x","name":"%s"}`, i, l.Uint64(), words[i%len(words)])
		if i%3 == 1 {
			name, text = fmt.Sprintf("%04d.xml", i), fmt.Sprintf("<?xml version=\"1.0\"?>\n<entry id=\"%d\">%016x</entry>\n", i, l.Uint64())
		}
		f := odd(appStorage+name, []byte(text), NotMedia, "", "a program's small file", l.ago(1, 400))
		if i%40 == 0 {
			f.Finding, f.Why, f.listed = Benign, f.Why+"; listed as benign", listing{benign: true}
		}
		l.files = append(l.files, f)
	}
}
