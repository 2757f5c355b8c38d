package triage

import (
	"fmt"
	"math/bits"
	"time"
)

// Sight is what a grant lets somebody see of a group.
type Sight string

// The sights.
const (
	SeePictures Sight = "pictures" // its pictures, whole
	SeeTiles    Sight = "tiles"    // some tiles of one of them
	SeeFrames   Sight = "frames"   // stills of a stretch of one of its films
	SeeNames    Sight = "names"    // the names and paths of its files; no picture
)

// TileGrid is how many tiles of a picture lie side by side, and one above the other.
const TileGrid = 4

// Tiles are tiles of an upright picture: bit TileGrid*row + column.
type Tiles uint16

// ParseTiles returns the tiles of some numbers: 1 at the upper left, line by line, to 16.
func ParseTiles(numbers []int) (Tiles, error) {
	var t Tiles
	for _, n := range numbers {
		if n < 1 || n > TileGrid*TileGrid {
			return 0, E(Invalid, "parse tiles", "", "a tile is a number from 1 to 16, line by line", nil)
		}
		t |= 1 << (n - 1)
	}
	return t, nil
}

// Numbers returns the numbers of the tiles, in order.
func (t Tiles) Numbers() []int {
	numbers := []int{}
	for n := 1; n <= TileGrid*TileGrid; n++ {
		if t.Has(n) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// Has reports whether the tile of a number, from 1, is one of them.
func (t Tiles) Has(number int) bool { return t>>(number-1)&1 == 1 }

// Count returns how many they are.
func (t Tiles) Count() int { return bits.OnesCount16(uint16(t)) }

// Grant is a live permission to see something of one group, for one person in one session.
type Grant struct {
	ID      string
	Group   GroupID
	Sight   Sight
	Step    RevealStep // of pictures, tiles and frames
	Tiles   Tiles      // of the one picture
	Actor   string
	Session string     // identifier of the session or token that asked; never the secret
	Media   []MediumID // the pictures; of a film as many times as stills of it are shown
	Numbers []int      // of these among the group's media, from 1, as its facts count them
	At      []Moment   // where in a film each is; as many
	Of      int        // how many media the group had
	Expires time.Time
}

// Moment is where in a film a still is, in milliseconds; NoFilm: it is a picture.
type Moment int64

// NoFilm says that what is shown is a picture.
const NoFilm Moment = -1

// Duration returns it as such; 0 for NoFilm.
func (m Moment) Duration() time.Duration { return time.Duration(max(m, 0)) * time.Millisecond }

// Still returns where in a film the n-th picture is, and whether it is a still.
func (g *Grant) Still(n int) (time.Duration, bool) {
	if n >= len(g.At) || g.At[n] == NoFilm {
		return 0, false
	}
	return g.At[n].Duration(), true
}

// add adds a picture of a medium, whose number among the group's it is.
func (g *Grant) add(m MediumID, number int, at Moment) {
	g.Media, g.Numbers, g.At = append(g.Media, m), append(g.Numbers, number), append(g.At, at)
}

// View says what is made of a picture that is shown.
type View struct {
	Step    RevealStep
	Tiles   Tiles  // these alone; 0: all of the picture
	Grey    bool   // whatever the step
	Mark    string // printable ASCII, drawn into it: who sees it, and when
	Comment string // printable ASCII, in its metadata: the same, and of which group, by which grant
}

// View is what is shown of a picture under a grant at a time.
func (g *Grant) View(at time.Time) View {
	at = at.UTC()
	return View{
		Step: g.Step, Tiles: g.Tiles, Mark: g.Actor + " " + at.Format("2006-01-02 15:04:05Z"),
		Comment: fmt.Sprintf("vigie; group=%s; person=%s; time=%s; grant=%s", g.Group, g.Actor, at.Format(time.RFC3339), g.ID),
	}
}

// Granted is what somebody was granted of a group while they hold it.
type Granted struct {
	Grants []string           // their identifiers, in no order
	Steps  []RevealStep       // of whole pictures, in no order
	Tiles  map[MediumID]Tiles // of single pictures, at whatever step
}
