// Command classifier is where an agency begins that puts a model of its own beside the service: it keeps to the contract of
// docs/classifier.md, decodes each picture, and calls each of them neutral. Put the model in the place of score, give it a
// name, and another version whenever its scores change.
//
//	classifier [-listen 127.0.0.1:8791] [-token-file FILE] [-version 1]
package main

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const (
	name = "neutral"
	// maxRequest bounds a request, in bytes: 256 pictures of 100 KB, in base 64.
	maxRequest = 40 << 20
	patience   = 30 * time.Second // for a request, in either direction
)

// model is who scores.
type model struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type request struct {
	Pictures []struct {
		ID   string `json:"id"`
		JPEG []byte `json:"jpeg"` // encoding/json reads base 64
	} `json:"pictures"`
}

type answer struct {
	Model  model    `json:"model"`
	Scores []scored `json:"scores"`
}

type scored struct {
	ID    string   `json:"id"`
	Score *float64 `json:"score"` // null: nothing to say
}

// score is the model: 0 is the least likely to be what the section looks for, 1 the most, 0.5 says nothing.
func score(image.Image) float64 { return 0.5 }

func main() {
	listen := flag.String("listen", "127.0.0.1:8791", "address to listen on; only a loopback one, as it speaks HTTP in clear")
	tokenFile := flag.String("token-file", "", "file of the token that requests must bear (default: none)")
	version := flag.String("version", "1", "version of the model")
	flag.Parse()
	if err := run(*listen, *tokenFile, model{name, *version}); err != nil {
		log.Fatal(err)
	}
}

func run(listen, tokenFile string, m model) error {
	token := ""
	if tokenFile != "" {
		text, err := os.ReadFile(tokenFile) //nolint:gosec // whoever starts it names it
		if err != nil {
			return err
		}
		token = strings.TrimSpace(string(text))
	}
	host, _, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return errors.New("-listen: a loopback address such as 127.0.0.1:8791; beyond this machine, put what speaks TLS before it")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler(m, token), ReadTimeout: patience, WriteTimeout: patience}
	ended := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer ended()
	fmt.Fprintln(os.Stderr, "classifier", m.Name, m.Version, "listens on", ln.Addr())
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// handler answers requests that bear the token.
func handler(m model, token string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/model", func(w http.ResponseWriter, _ *http.Request) { write(w, m) })
	mux.HandleFunc("POST /v1/scores", func(w http.ResponseWriter, r *http.Request) {
		var asked request
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&asked); err != nil {
			http.Error(w, "the request is not what the contract says", http.StatusBadRequest)
			return
		}
		said := answer{Model: m, Scores: make([]scored, len(asked.Pictures))}
		for i, p := range asked.Pictures {
			said.Scores[i].ID = p.ID
			if img, err := jpeg.Decode(bytes.NewReader(p.JPEG)); err == nil {
				v := score(img)
				said.Scores[i].Score = &v
			}
		}
		write(w, said)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bears := []byte(r.Header.Get("Authorization"))
		if token != "" && subtle.ConstantTimeCompare(bears, []byte("Bearer "+token)) != 1 {
			http.Error(w, "the token is wrong, or missing", http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // who asked may have gone
}
