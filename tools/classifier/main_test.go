package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"vigie/store/classifier"
	"vigie/triage"
)

// TestKeepsToTheContract: the service's own client understands it, with the token and not without.
func TestKeepsToTheContract(t *testing.T) {
	server := httptest.NewServer(handler(model{name, "7"}, "secret"))
	defer server.Close()
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	client := func(token string) *classifier.Client {
		c, err := classifier.New(classifier.Options{URL: server.URL, Token: token, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	c := client("secret")
	m, err := c.Model(t.Context())
	if want := (triage.Model{Name: "neutral", Version: "7"}); err != nil || m != want {
		t.Fatal(m, err)
	}
	values, err := c.Score(t.Context(), m, [][]byte{picture.Bytes(), []byte("no picture"), picture.Bytes()})
	if err != nil || *values[0] != triage.NeutralScore || values[1] != nil || *values[2] != triage.NeutralScore {
		t.Fatal(values, err)
	}
	if _, err := client("guess").Model(t.Context()); !triage.IsKind(err, triage.Unavailable) {
		t.Error("without the token:", err)
	}
}

func TestRefusesToListenElsewhere(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "nonsense"} {
		if err := run(address, "", model{name, "1"}); err == nil {
			t.Errorf("it listened on %q", address)
		}
	}
	if err := run("127.0.0.1:0", filepath.Join(t.TempDir(), "none"), model{name, "1"}); !os.IsNotExist(err) {
		t.Error("a token file that is not there:", err)
	}
}
