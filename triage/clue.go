package triage

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"path"
	"strings"
	"time"
	"unicode"

	"vigie/hashing"
	"vigie/triage/signals"
)

// Clue is what a medium's own data say of its camera and its shoot, in keyed form: media that have a key in common were
// taken by the same camera, or at the same hour by it.
type Clue struct {
	// Camera is 16 hexadecimal digits; "" where the picture does not name its camera.
	Camera string `json:"c,omitempty"`
	// Serial says that the camera was told from all others, by its serial number: it is compared across all exhibits.
	// Without, it stands for all cameras of its make and model, and is compared within an exhibit.
	Serial bool `json:"s,omitempty"`
	// Hours are 24 hexadecimal digits: 8 for the hour of capture, 8 for the hour before, 8 for the hour after; "" where
	// there is no time of capture.
	Hours string `json:"h,omitempty"`
}

// NumberKeys stand for the number in the name of a file, of one folder and one pattern of names: 18 hexadecimal digits,
// 6 for the numbers around its own, 6 for those before and 6 for those after. "" where the name has no number. Of 1,000
// runs of numbers in a folder, two are taken for one with a chance of 1 in 30; ranking alone uses it.
type NumberKeys string

// DayKey stands for the day on which a file of a folder was changed: 6 hexadecimal digits, of one exhibit and folder. "" where
// no time is known. Ranking alone uses it.
type DayKey string

const (
	// shootHour is how long a piece of the clock is. What is taken in the same piece or in the next is one shoot: surely
	// within this time, and by chance up to twice as much.
	shootHour = time.Hour
	// shootNumbers is how many numbers of files go together, in the same way. Cameras count up (DCF, JEITA CP-3461: four
	// letters and four digits), and so do telephones and messengers.
	shootNumbers = 16
	// Numbers have so many digits: fewer are copies of one name, more are times or identifiers.
	leastDigits, mostDigits = 3, 9
	// leastSerial is how many letters and digits a serial number has at least; shorter ones are placeholders.
	leastSerial = 4
)

// Tied is what the projections know of a medium by its clues and places.
type Tied struct {
	Near    []signals.Nearness // of each place
	Decided []signals.Decided  // of each place, what was decided there
	// CameraKnown and ShootKnown: media that are known or near-known, or were decided to be illegal, share its camera, or its shoot.
	CameraKnown, ShootKnown bool
	// CameraSeen and ShootSeen are the exhibits in which media of its camera, or its shoot, lie, its own included; nil
	// where the camera has no serial number.
	CameraSeen, ShootSeen []ExhibitID
}

// ClueStore knows which media share a clue, or a neighbourhood in the folder tree. What it says follows from the media
// that are there, whatever the order in which they came.
type ClueStore interface {
	// Ties tells of each medium, as it was read, what others have in common with it. Benign media are no clue.
	Ties(ctx context.Context, media []*Medium) ([]Tied, error)
	// Stir has up to about n groups ranked again whose members' ties have changed, and returns how many changes it
	// looked at: 0 when there are none.
	Stir(ctx context.Context, n int) (int, error)
}

// stirAtOnce is about how many groups one step has ranked again: some ten milliseconds of Redis.
const stirAtOnce = 2000

// stir has the groups ranked again for whose members something has changed that they share with others.
func (s *Steward) stir(ctx context.Context) (int, error) { return s.Groups.Stir(ctx, stirAtOnce) }

// Clue keys what a picture's metadata say.
func (n Names) Clue(f *hashing.Facts) Clue {
	maker, model, serial := cleanText(f.Make), cleanText(f.Model), cleanText(f.Serial)
	c := Clue{Serial: plausibleSerial(serial)}
	switch {
	case c.Serial:
	case maker != "" || model != "":
		serial = ""
	default:
		return Clue{}
	}
	camera := n.mac("camera", []byte(maker), []byte(model), []byte(serial))[:8]
	c.Camera = hex.EncodeToString(camera)
	if f.Taken.IsZero() {
		return c
	}
	hour := wallClock(f).Unix() / int64(shootHour/time.Second)
	for _, h := range []int64{hour, hour - 1, hour + 1} {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(h)) //nolint:gosec // bytes to be keyed
		c.Hours += hex.EncodeToString(n.mac("hour", camera, b[:])[:4])
	}
	return c
}

// wallClock returns what the camera's clock showed, as if in UTC: some files of one camera state its zone, others do not.
func wallClock(f *hashing.Facts) time.Time {
	zone, err := time.Parse("-07:00", f.Zone)
	if err != nil {
		return f.Taken
	}
	_, offset := zone.Zone()
	return f.Taken.Add(time.Duration(offset) * time.Second)
}

func cleanText(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// plausibleSerial leaves out what cameras and programs write that have no number to tell.
func plausibleSerial(s string) bool {
	n, different := 0, make(map[rune]bool)
	digits := false
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
			different[r] = true
			digits = digits || unicode.IsDigit(r)
		}
	}
	return n >= leastSerial && len(different) > 1 && digits
}

// numbers keys the number in a file's name.
func (n Names) numbers(x ExhibitID, itemPath string) NumberKeys {
	pattern, number, ok := numbered(path.Base(itemPath))
	if !ok {
		return ""
	}
	var keys []byte
	block := number / shootNumbers
	for _, b := range []int{block, block - 1, block + 1} {
		var raw [8]byte
		binary.BigEndian.PutUint64(raw[:], uint64(b)) //nolint:gosec // bytes to be keyed
		keys = append(keys, n.mac("number", []byte(x), []byte(path.Dir(itemPath)), []byte(pattern), raw[:])[:3]...)
	}
	return NumberKeys(hex.EncodeToString(keys))
}

// numbered splits a file's name, but for its extension, into its last number of a sensible length and what is around that.
func numbered(name string) (pattern string, number int, ok bool) {
	name = strings.TrimSuffix(name, path.Ext(name))
	for end := len(name); end > 0; {
		if !isDigit(name[end-1]) {
			end--
			continue
		}
		start := end - 1
		for start > 0 && isDigit(name[start-1]) {
			start--
		}
		if digits := end - start; digits >= leastDigits && digits <= mostDigits {
			for _, d := range []byte(name[start:end]) {
				number = 10*number + int(d-'0')
			}
			return strings.ToLower(name[:start] + "/" + name[end:]), number, true // no name has a slash
		}
		end = start
	}
	return "", 0, false
}

// day keys the day of a file's last change.
func (n Names) day(x ExhibitID, folder string, t time.Time) DayKey {
	if t.IsZero() {
		return ""
	}
	const day = 24 * time.Hour
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], uint64(t.Unix()/int64(day/time.Second))) //nolint:gosec // bytes to be keyed
	return DayKey(hex.EncodeToString(n.mac("day", []byte(x), []byte(folder), raw[:])[:3]))
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
