package drive

import (
	"fmt"
	"strings"
	"time"

	"vigie/hashing"
)

// camera is one device that takes pictures, with what it writes into them. Values are those that such devices write
// (exiftool's and ianare's samples; makers' published sizes). Telephones write no serial number.
type camera struct {
	maker, model, software, serial string
	lens                           string
	width, height                  int
	format                         string
	gps                            float64            // share of pictures with a position
	numbered                       string             // name with a running number, as DCF has it; empty: by the time
	stamped                        string             // name by the time, as time.Format wants it
	tables                         hashing.TableMaker // most Android telephones write with the common library
	quality                        int
	number                         int // of the last picture
}

var phones = []camera{
	{maker: "Apple", model: "iPhone 11", software: "16.6.1", lens: "iPhone 11 back dual wide camera 4.25mm f/1.8", width: 4032, height: 3024, format: "heic", gps: .8, numbered: "IMG_%04d.HEIC"},
	{maker: "Apple", model: "iPhone 13", software: "17.4.1", lens: "iPhone 13 back dual wide camera 5.1mm f/1.6", width: 4032, height: 3024, format: "heic", gps: .8, numbered: "IMG_%04d.HEIC"},
	{maker: "Apple", model: "iPhone SE (2nd generation)", software: "15.7", lens: "iPhone SE (2nd generation) back camera 3.99mm f/1.8", width: 4032, height: 3024, format: "jpeg", gps: .7, numbered: "IMG_%04d.JPG", quality: 96},
	{maker: "samsung", model: "SM-A515F", software: "A515FXXU5EUH2", width: 4000, height: 3000, format: "jpeg", gps: .4, stamped: "20060102_150405.jpg", quality: 96, tables: hashing.TablesLibrary},
	{maker: "samsung", model: "SM-G991B", software: "G991BXXU9EWE8", width: 4000, height: 3000, format: "jpeg", gps: .5, stamped: "20060102_150405.jpg", quality: 96, tables: hashing.TablesLibrary},
	{maker: "Xiaomi", model: "Redmi Note 9 Pro", width: 4624, height: 3472, format: "jpeg", gps: .5, stamped: "IMG_20060102_150405.jpg", quality: 94, tables: hashing.TablesLibrary},
	{maker: "Google", model: "Pixel 6", software: "HDR+ 1.0.500402245zd", width: 4080, height: 3072, format: "jpeg", gps: .7, stamped: "PXL_20060102_150405000.jpg", quality: 95, tables: hashing.TablesLibrary},
	{maker: "HUAWEI", model: "ANE-LX1", software: "ANE-LX1 9.1.0.369(C432E7R1P7)", width: 4608, height: 3456, format: "jpeg", gps: .3, stamped: "IMG_20060102_150405.jpg", quality: 95, tables: hashing.TablesLibrary},
}

var dedicated = []camera{
	{maker: "Canon", model: "Canon EOS 700D", lens: "EF-S18-55mm f/3.5-5.6 IS STM", serial: "0#", width: 5184, height: 3456, numbered: "IMG_%04d.JPG", quality: 97},
	{maker: "NIKON CORPORATION", model: "NIKON D3500", software: "Ver.1.00", serial: "6#", width: 6000, height: 4000, numbered: "DSC_%04d.JPG", quality: 95},
	{maker: "SONY", model: "DSC-RX100M3", software: "DSC-RX100M3 v1.00", width: 5472, height: 3648, numbered: "DSC%05d.JPG", quality: 94, tables: hashing.TablesLibrary},
	{maker: "Panasonic", model: "DMC-TZ80", software: "Ver.1.0", serial: "F160#", width: 4896, height: 3672, numbered: "P10%05d.JPG", quality: 93},
	{maker: "FUJIFILM", model: "X-T20", software: "Digital Camera X-T20 Ver2.10", serial: "7#", width: 6000, height: 4000, numbered: "DSCF%04d.JPG", quality: 96},
	{maker: "OLYMPUS CORPORATION", model: "TG-5", software: "Version 1.0", serial: "BJ#", width: 4000, height: 3000, numbered: "P4%06d.JPG", quality: 93},
	{maker: "Canon", model: "Canon PowerShot A520", width: 2272, height: 1704, numbered: "IMG_%04d.JPG", quality: 92},
	{maker: "EASTMAN KODAK COMPANY", model: "KODAK EASYSHARE C613 ZOOM DIGITAL CAMERA", width: 2832, height: 2128, numbered: "100_%04d.JPG", quality: 90, tables: hashing.TablesLibrary},
	{maker: "GoPro", model: "HERO7 Black", software: "HD7.01.01.90.00", serial: "C3281#", width: 4000, height: 3000, numbered: "GOPR%04d.JPG", gps: .3, quality: 95},
}

// newCamera returns one of a model, as a person owns it.
func (d dice) newCamera(of []camera) *camera {
	c := pick(d, of...)
	if c.format == "" {
		c.format = "jpeg"
	}
	if strings.HasSuffix(c.serial, "#") {
		c.serial = strings.TrimSuffix(c.serial, "#") + d.digits(8)
	}
	if c.tables == "" {
		c.tables = hashing.TablesOwn
	}
	c.number = d.between(1, 7000)
	return &c
}

// name returns the name of the next picture, taken at a time.
func (c *camera) name(taken time.Time) string {
	c.number = c.number%9999 + 1
	if c.numbered != "" {
		return fmt.Sprintf(c.numbered, c.number)
	}
	return taken.Format(c.stamped)
}

// facts are what a picture says that comes from the camera as it is.
func (c *camera) facts(d dice, taken time.Time) hashing.Facts {
	f := hashing.Facts{
		Kind: hashing.KindPicture, Format: c.format, Width: c.width, Height: c.height, Orientation: pick(d, 1, 1, 6),
		Make: c.maker, Model: c.model, Serial: c.serial, Lens: c.lens, Software: c.software,
		Taken: taken.Truncate(time.Second), TakenFrom: "DateTimeOriginal", GPS: d.chance(c.gps),
		Thumbnail: hashing.ThumbnailSame,
	}
	if c.format == "heic" {
		f.Zone, f.Profile, f.Thumbnail = "+01:00", "Display P3", ""
		return f
	}
	f.TablesOf, f.JPEGQuality, f.Subsampling, f.Profile = c.tables, c.quality, pick(d, "4:2:0", "4:2:2"), "sRGB"
	if f.Tables = standardTables(c.quality); c.tables == hashing.TablesOwn {
		f.Tables = newDice("tables of", c.model, c.software).hex(16)
	}
	return f
}

// film are the facts of a film that the camera takes: those of large ones are not read (docs/formats.md).
func (c *camera) film(d dice, taken time.Time) hashing.Facts {
	f := hashing.Facts{Kind: hashing.KindVideo, Format: "mp4"}
	if c.maker == "Apple" {
		f.Format = "mov"
		if d.chance(.4) {
			f.Make, f.Model, f.Software, f.Taken, f.GPS = c.maker, c.model, c.software, taken.Truncate(time.Second), d.chance(c.gps)
		}
	}
	return f
}
