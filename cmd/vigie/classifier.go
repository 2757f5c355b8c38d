package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"strings"
	"time"

	"vigie/hashing/decode"
	"vigie/hashing/jail"
	"vigie/store/classifier"
	"vigie/triage"
)

// classifierConfig names an agency's own model.
type classifierConfig struct {
	URL       string // empty: there is none
	TokenFile string // empty: it wants no token
	Timeout   time.Duration
	Batch     int // pictures in one request
}

// classifierFlags declares who scores pictures.
func (env *environment) classifierFlags(fs *flag.FlagSet, c *serviceConfig) {
	k := &c.Classifier
	fs.StringVar(&k.URL, "classifier", env.Getenv("VIGIE_CLASSIFIER"), "address of the agency's own classifier: http:// on this machine, https:// elsewhere (default: none)")
	fs.StringVar(&k.TokenFile, "classifier-token", env.Getenv("VIGIE_CLASSIFIER_TOKEN_FILE"), "file of the token that the classifier wants (default: none)")
	fs.DurationVar(&k.Timeout, "classifier-timeout", env.duration("VIGIE_CLASSIFIER_TIMEOUT", classifier.DefaultTimeout), "how long one of its answers may take")
	fs.IntVar(&k.Batch, "classifier-batch", int(env.number("VIGIE_CLASSIFIER_BATCH", classifier.DefaultBatch)), "pictures in one request to it")
}

// checkClassifier refuses what cannot be meant.
func (c *serviceConfig) checkClassifier(env *environment) error {
	if c.Classifier.URL == "" {
		return nil
	}
	if c.Classifier.Timeout <= 0 || c.Classifier.Batch < 1 || c.Classifier.Batch > classifier.MaxBatch {
		return usageError(env.T("error.classifier", classifier.MaxBatch))
	}
	if _, err := c.classifier(nil); err != nil {
		return &exitError{exitUsage, err}
	}
	return nil
}

// classifier returns who scores pictures, or nil. observe is told of each request.
func (c *serviceConfig) classifier(observe func(outcome string, pictures int, took time.Duration)) (*classifier.Client, error) {
	k := &c.Classifier
	if k.URL == "" {
		return nil, nil //nolint:nilnil // nobody
	}
	token := ""
	if k.TokenFile != "" {
		text, err := os.ReadFile(k.TokenFile)
		if token = strings.TrimSpace(string(text)); err != nil || token == "" || strings.ContainsAny(token, "\r\n") {
			return nil, triage.E(triage.Invalid, "read --classifier-token", "", "the classifier's token is one line of a file that the service can read", err)
		}
	}
	return classifier.New(classifier.Options{URL: k.URL, Token: token, Timeout: k.Timeout, Now: time.Now, Observe: observe})
}

// scoring has the classifier score groups until ctx ends, where there is one. It decodes in a process of its own: what is
// examined does not wait for it.
func (h *house) scoring(ctx context.Context) error {
	if h.classifier == nil {
		return nil
	}
	pool, err := newJail(ctx, h.config.jail(1))
	if err != nil {
		return err
	}
	defer pool.Close()
	defer h.classifier.Close()
	s := &triage.Scoring{
		Classifier: h.classifier, Shrinker: shrinker{pool}, Batch: h.config.Classifier.Batch, Archive: h.archive, Records: h.archive,
		Marks: h.views.Marks, Scores: h.views.Scores, Queue: h.views.Queue, Groups: h.views.Groups, Lease: h.views.Lease, Events: h.events,
		Now: time.Now, Log: h.log,
	}
	return s.Run(ctx)
}

// unscored says how many groups lack a score.
func (h *house) unscored(ctx context.Context) (int, error) {
	_, n, err := h.views.Scores.Unscored(ctx, 1)
	return n, err
}

// shrinker makes in the jail what a classifier is shown.
type shrinker struct{ pool *jail.Pool }

func (s shrinker) Shrink(ctx context.Context, body io.Reader, size int64) ([]byte, error) {
	picture, err := s.pool.Preview(ctx, body, size, decode.View{Step: decode.PreviewModel})
	var unreadable decode.Unreadable
	if errors.As(err, &unreadable) {
		return nil, triage.E(triage.Invalid, "shrink a picture", "", "", err)
	}
	return picture, err
}

// doctorClassifier has the classifier say its name, and score a grey picture.
func doctorClassifier(ctx context.Context, env *environment, c *serviceConfig, say func(string, error)) {
	client, err := c.classifier(nil)
	if client == nil && err == nil {
		fmt.Fprintf(env.Stdout, "%-8s %s\n", env.T("doctor.lacks"), env.T("doctor.no-classifier"))
		return
	}
	var m triage.Model
	if err == nil {
		defer client.Close()
		if m, err = client.Model(ctx); err == nil {
			var grey bytes.Buffer
			if err = jpeg.Encode(&grey, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err == nil {
				_, err = client.Score(ctx, m, [][]byte{grey.Bytes()})
			}
		}
	}
	say(env.T("doctor.classifier", strings.TrimSpace(m.Name+" "+m.Version)), err)
}
