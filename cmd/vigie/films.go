package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/jail"
	"vigie/hashing/video"
	"vigie/triage"
)

// films has the frames of films looked at, by ffmpeg in the jail.
type films struct {
	*video.Films
	dense *films // looks at all of them, for what others will be compared with
}

// newFilms returns what looks at films, or why nobody can here.
func newFilms(ctx context.Context, bestEffort bool) (*films, error) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, err
	}
	ffprobe, err := exec.LookPath("ffprobe")
	if err != nil {
		return nil, err
	}
	programs, err := newPrograms(ctx, bestEffort)
	if err != nil {
		return nil, err
	}
	o := video.Options{FFmpeg: ffmpeg, FFprobe: ffprobe}
	f := &films{Films: video.New(programs, o)}
	o.Dense = true
	f.dense = &films{Films: video.New(programs, o)}
	return f, nil
}

// ExamineFilm implements triage.FilmExaminer. ffmpeg reads what stands in for a file that has nothing in it, so that the film never lies in
// clear on a disk.
func (f *films) ExamineFilm(ctx context.Context, film io.ReaderAt, size int64, x hashing.Examination) (hashing.Examination, error) {
	empty, err := emptyFile(size)
	if err != nil {
		return x, err
	}
	defer empty.Close()
	return f.Examine(ctx, video.Input{File: empty, Instead: io.NewSectionReader(film, 0, size)}, x)
}

// Still implements triage.FilmStills.
func (f *films) Still(ctx context.Context, film io.ReaderAt, size int64, at time.Duration) ([]byte, error) {
	empty, err := emptyFile(size)
	if err != nil {
		return nil, err
	}
	defer empty.Close()
	still, err := f.Films.Still(ctx, video.Input{File: empty, Instead: io.NewSectionReader(film, 0, size)}, at)
	if _, is := errors.AsType[decode.Unreadable](err); is {
		return nil, triage.E(triage.Invalid, "show a still", "", "this part of the video cannot be decoded: ask for another one", err)
	}
	return still, err
}

// emptyFile returns a file without a name that has a size, takes no room, and cannot be written to.
func emptyFile(size int64) (*os.File, error) {
	made, err := os.CreateTemp("", "vigie-film-")
	if err != nil {
		return nil, err
	}
	defer made.Close()
	defer os.Remove(made.Name())
	if err := made.Truncate(size); err != nil {
		return nil, err
	}
	return os.Open(made.Name())
}

// tried returns f once a smallest recording was read in place of a file, or why this machine cannot do that: a service has no films as files.
func (f *films) tried(ctx context.Context) error {
	const samples = 100
	recording := append([]byte("RIFF\x88\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x64\x00\x00\x00"), make([]byte, samples)...)
	x, err := f.ExamineFilm(ctx, bytes.NewReader(recording), int64(len(recording)), hashing.Examination{})
	if err == nil && x.Facts.Film.Sound == "" {
		err = fmt.Errorf("ffmpeg does not read what it is given: %s", x.Unreadable)
	}
	return err
}

// serviceFilms returns what looks at a service's films.
func (c *serviceConfig) serviceFilms(ctx context.Context) (*films, error) {
	f, err := newFilms(ctx, c.jailBestEffort())
	if err == nil {
		err = f.tried(ctx)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// doctorFilms says whether the frames of films are looked at.
func doctorFilms(ctx context.Context, env *environment, c *serviceConfig) {
	_, err := c.serviceFilms(ctx)
	switch {
	case err == nil:
		fmt.Fprintf(env.Stdout, "%-8s %s\n", env.T("doctor.good"), env.T("doctor.films"))
	case errors.Is(err, jail.ErrNoInstead):
		fmt.Fprintf(env.Stdout, "%-8s %s\n", env.T("doctor.lacks"), env.T("doctor.films-kernel"))
	case errors.Is(err, exec.ErrNotFound):
		fmt.Fprintf(env.Stdout, "%-8s %s\n", env.T("doctor.lacks"), env.T("doctor.films-none"))
	default:
		fmt.Fprintf(env.Stdout, "%-8s %s: %s\n", env.T("doctor.lacks"), env.T("doctor.films"), env.explain(err))
	}
}

// filmsOutdated is decode.Outdated where films can be looked at: those of which nobody did are outdated, too.
func filmsOutdated(x hashing.Examination) bool {
	return x.Note == decode.NoteFramesNotExamined || decode.Outdated(x)
}
