package triage

import (
	"context"
	"io"
	"time"
)

// FilmStills takes single pictures out of films, in a place where they can do no harm.
type FilmStills interface {
	// Still returns the picture that a film shows at a time, upright, as a file that a Renderer reads: what made it may be deceived by the
	// film, so it is no less hostile. Invalid: the film shows none there.
	Still(ctx context.Context, film io.ReaderAt, size int64, at time.Duration) ([]byte, error)
}

// addPictures adds the media that are pictures, as many as a grant shows.
func (g *Grant) addPictures(media []Medium) {
	for i := range media {
		if media[i].Showable() && len(g.Media) < MaxGrantPictures {
			g.add(media[i].ID, i+1, NoFilm)
		}
	}
}

// addFilms adds a contact sheet of each film: they share what room the pictures leave.
func (g *Grant) addFilms(media []Medium) {
	films := 0
	for i := range media {
		if media[i].Film() {
			films++
		}
	}
	room := MaxGrantPictures - len(g.Media)
	each := max(room/max(films, 1), 1)
	for i := range media {
		if m := &media[i]; m.Film() {
			n := min(each, room)
			g.addStills(m, i+1, 0, m.Facts.Film.Duration, n)
			room -= n
		}
	}
}

// addStills adds n stills of a film, each in the middle of an equal part of a stretch.
func (g *Grant) addStills(m *Medium, number int, from, to time.Duration, n int) {
	if to <= from && n > 0 { // or the film does not tell how long it is
		n = 1
	}
	for i := range n {
		at := from + (to-from)*time.Duration(2*i+1)/time.Duration(2*n)
		g.add(m.ID, number, Moment(at.Milliseconds()))
	}
}

// FramesWish says of which stretch of which film somebody wants to see stills.
type FramesWish struct {
	Film     int           // its number among the group's media, from 1, as the facts count them
	Media    int           // how many media these told of
	From, To time.Duration // To below 0: its end
	Step     RevealStep
	Reason   string // may be empty
}

// RevealFrames grants the sight of stills of a stretch of one film of a claimed group, of one where the stretch has no length, at a step that was
// granted before of the whole group, and records it.
func (r *Review) RevealFrames(ctx context.Context, by Session, id GroupID, wish FramesWish) (Grant, error) {
	const op = "reveal frames"
	g, media, err := r.granting(ctx, op, by, id)
	if err != nil {
		return Grant{}, err
	}
	if n := wish.Film - 1; wish.To < 0 && n >= 0 && n < len(media) {
		wish.To = media[n].Facts.Film.Duration
	}
	switch {
	case wish.Media != len(media):
		return Grant{}, E(Conflict, op, string(id), "the group has changed since: read it again", nil)
	case r.Films == nil || wish.Film < 1 || wish.Film > len(media) || !media[wish.Film-1].Film():
		return Grant{}, E(Invalid, op, string(id), "give the number of a video whose frames can be shown, as the facts have it", nil)
	case wish.From < 0 || wish.To < wish.From || wish.To > media[wish.Film-1].Facts.Film.Duration:
		return Grant{}, E(Invalid, op, string(id), "give a stretch of the video: from a time to a later one, neither behind its end", nil)
	}
	reached, err := r.Reached(ctx, by.Actor, id)
	if err != nil {
		return Grant{}, err
	}
	if wish.Step.Rung() < 1 || wish.Step.Rung() > reached.Rung() {
		return Grant{}, E(Conflict, op, string(wish.Step), "ask for this step of the whole group first", nil)
	}
	if wish.Reason != "" {
		if wish.Reason, err = checkReason(wish.Reason); err != nil {
			return Grant{}, err
		}
	}
	g.Sight, g.Step = SeeFrames, wish.Step
	g.addStills(&media[wish.Film-1], wish.Film, wish.From, wish.To, MaxGrantPictures)
	return r.grant(ctx, by, g, map[string]any{
		"step": wish.Step, "film": wish.Film, "from_ms": wish.From.Milliseconds(), "to_ms": wish.To.Milliseconds(), "reason": wish.Reason,
	})
}

// still takes a picture out of a film that is a medium.
func (r *Review) still(ctx context.Context, m MediumID, at time.Duration) ([]byte, error) {
	const op = "show a still"
	if r.Films == nil {
		return nil, E(Unavailable, op, string(m), "this process cannot read videos: install ffmpeg on its machine", nil)
	}
	film, size, err := r.Archive.OpenMediumAt(ctx, m, 0)
	if err != nil {
		return nil, err
	}
	source := &failing{ReaderAt: film}
	still, err := r.Films.Still(ctx, source, size, at)
	if source.err != nil { // what looks like a broken film is none
		return nil, source.err
	}
	return still, err
}
