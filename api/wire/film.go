package wire

import "vigie/hashing/vpdq"

// Film says how much a film has in common with one that is an entry of a set; of a picture, that it is near a frame of it.
type Film struct {
	Still  bool  `json:"still,omitempty"` // what is near is a picture: the rest says how often it is in the film
	Share  int   `json:"share"`           // of the film's frames that are near one of the entry's, in thousandths
	Entry  int   `json:"entry_share"`     // of the entry's frames that are near one of the film's, in thousandths
	Near   int   `json:"near"`            // how many frames of the film are
	Frames int   `json:"frames"`          // how many the entry has
	FromMS int64 `json:"from_ms"`         // the longest stretch of the film that has near frames throughout, in milliseconds
	ToMS   int64 `json:"to_ms"`
}

func newFilm(s *vpdq.Shares) *Film {
	if s == nil {
		return nil
	}
	return &Film{!s.OfFilm, s.Query, s.Known, s.Near, s.Frames, s.From.Milliseconds(), s.To.Milliseconds()}
}

// addFilm says the same of a finding, whose fields are columns too.
func (f *Finding) addFilm(s *vpdq.Shares) {
	switch {
	case s == nil:
	case !s.OfFilm:
		f.Still = true
	default:
		f.FilmShare, f.EntryShare, f.FromMS, f.ToMS = s.Query, s.Known, s.From.Milliseconds(), s.To.Milliseconds()
	}
}
