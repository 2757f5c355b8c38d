package matcher

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"time"

	"vigie/store/known"
	"vigie/triage"
)

const (
	// inHand is how many requests a server has in hand, of which it searches for one a processor at a time. More are told to
	// come again.
	inHand = 64
	// ioTimeout bounds how long one request takes to come, and its answer to go beside loadPatience.
	ioTimeout = 20 * time.Second
	// maxHeader bounds a request's header, in bytes.
	maxHeader = 16 << 10
	// stopPatience is how long requests in hand may take to end when the server stops.
	stopPatience = 10 * time.Second
)

// Server answers for one share of the perceptual entries.
type Server struct {
	mirror    *known.Mirror
	share     known.Share
	seals     sealer
	answered  Answered
	log       *slog.Logger
	hand      chan struct{} // a token for each request in hand
	searching chan struct{} // and for each that is searched for
}

// Answered is told of each request about what is near: what came of it (one of Outcomes), how many media it was about, and
// how long it took.
type Answered func(outcome string, lookups int, took time.Duration)

// NewServer returns a server for the share that mirror holds. answered may be nil.
func NewServer(mirror *known.Mirror, share known.Share, key [KeySize]byte, answered Answered, log *slog.Logger) *Server {
	if answered == nil {
		answered = func(string, int, time.Duration) {}
	}
	return &Server{
		mirror: mirror, share: share, seals: sealer{key}, answered: answered, log: log,
		hand: make(chan struct{}, inHand), searching: make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
}

// Serve answers on ln until ctx ends, and then ends what is in hand.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	server := &http.Server{
		Handler: s.Handler(), ReadTimeout: ioTimeout, WriteTimeout: ioTimeout + loadPatience, IdleTimeout: time.Minute,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopPatience)
		defer cancel()
		stopped <- server.Shutdown(ctx)
	})
	defer stop()
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// Handler answers requests.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("POST "+pathShare, s.tellShare)
	mux.HandleFunc("POST "+pathNear, s.near)
	return mux
}

// standing says how s fares.
func (s *Server) standing(ctx context.Context) standing {
	done, of := s.mirror.Loaded()
	return standing{share: s.share, ready: s.mirror.Ready(ctx) == nil, done: uint64(done), of: uint64(of)} //nolint:gosec // counted from 0
}

// ready tells anybody whether the share is loaded as the sets are now, and how much of it is.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	now := s.standing(r.Context())
	said := struct {
		Ready  bool   `json:"ready"`
		Share  string `json:"share"`
		Loaded uint64 `json:"loaded_percent"`
	}{now.ready, s.share.String(), 100}
	w.Header().Set("Content-Type", "application/json")
	if !now.ready {
		said.Loaded = 100 * min(now.done, now.of) / max(now.of, 1)
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(said)
}

// tellShare answers which share this is. The request says nothing, and shows by its seal that it may ask.
func (s *Server) tellShare(w http.ResponseWriter, r *http.Request) {
	request, clear, ok := s.read(w, r, pathShare, known.Share{})
	if !ok {
		return
	}
	if len(clear) > 0 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	answer := appendStanding(nil, s.standing(r.Context()))
	_, _ = w.Write(s.seals.seal(answering(pathShare, known.Share{}, request), answer))
}

// near answers what is near.
func (s *Server) near(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	select {
	case s.hand <- struct{}{}:
		defer func() { <-s.hand }()
	default:
		s.answered(busy, 0, 0)
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	request, clear, ok := s.read(w, r, pathNear, s.share)
	if !ok {
		s.answered(refused, 0, time.Since(began))
		return
	}
	at, lookups, err := parseRequest(clear)
	if err != nil {
		s.answered(refused, 0, time.Since(began))
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	found, came := s.search(r.Context(), at, lookups)
	s.answered(came.String(), len(lookups), time.Since(began))
	_, _ = w.Write(s.seals.seal(answering(pathNear, s.share, request), appendAnswer(nil, came, found)))
}

// read reads and opens a request, or refuses it without a word.
func (s *Server) read(w http.ResponseWriter, r *http.Request, path string, share known.Share) (request, clear []byte, ok bool) {
	request, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return nil, nil, false
	}
	clear, err = s.seals.open(asking(path, share), request)
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		return nil, nil, false
	}
	return request, clear, true
}

// search looks up, when it is its turn.
func (s *Server) search(ctx context.Context, at known.Moment, lookups []known.Lookup) ([]known.Nearest, status) {
	ctx, stop := context.WithTimeout(ctx, loadPatience)
	defer stop()
	select {
	case s.searching <- struct{}{}:
		defer func() { <-s.searching }()
	case <-ctx.Done():
		return nil, statusBehind
	}
	found, err := s.mirror.Near(ctx, at, lookups)
	switch {
	case err == nil:
		return found, statusFound
	case triage.IsKind(err, triage.Stale), ctx.Err() != nil:
		return nil, statusBehind
	case triage.IsKind(err, triage.Unavailable):
		return nil, statusLoading
	}
	s.log.Error("the hash sets cannot be looked through", "error", err)
	return nil, statusFailed
}
