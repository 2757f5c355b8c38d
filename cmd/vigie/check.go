package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"vigie/api/client"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/hashing"
	"vigie/triage"
)

// checkOptions are those of "vigie check".
type checkOptions struct {
	connection *connection
	hash       string
	json       bool
}

// checkedInput is one line of "vigie check --json": what was asked about, and the answer or what is wrong with it.
type checkedInput struct {
	Input     string `json:"input"`
	Verdict   string `json:"verdict,omitempty"`
	Reference string `json:"reference,omitempty"`
	Contact   string `json:"contact,omitempty"`
	Next      string `json:"next,omitempty"`

	ClosedCase bool   `json:"closed_case,omitempty"` // seen in a closed case, and in no open one
	Error      string `json:"error,omitempty"`       // stable code: the file could not be asked about
}

// question is one argument of "vigie check".
type question struct {
	argument string
	input    wire.CheckInput
	problem  string // stable code: it cannot be asked
}

// runCheck asks about hashes and files. Of a file only its hashes leave this machine.
func runCheck(ctx context.Context, env *environment, args []string) error {
	var o checkOptions
	fs := env.flagSet("check")
	o.connection = env.connectionFlags(fs)
	fs.StringVar(&o.hash, "hash", "", "what a hash is: md5, sha1, sha256, pdq or phash; needed for 64 digits")
	fs.BoolVar(&o.json, "json", false, "one JSON object a line")
	arguments, err := env.parse(fs, args)
	if err != nil {
		return err
	}
	if len(arguments) == 0 {
		return usageError(env.T("error.check-what"))
	}
	questions, err := env.questions(expand(arguments), triage.Method(o.hash))
	if err != nil {
		return err
	}
	c, _, err := o.connection.client(env)
	if err != nil {
		return err
	}
	if err := digestQuestions(ctx, questions); err != nil {
		return err
	}
	wrong := 0
	for len(questions) > 0 {
		n := atOnce(questions)
		answers, err := ask(ctx, c, questions[:n])
		if err != nil {
			return err
		}
		questions = questions[n:]
		for _, a := range answers {
			if a.Error != "" {
				wrong++
			}
			if err := o.print(env, a); err != nil {
				return err
			}
		}
	}
	if wrong > 0 {
		return &exitError{exitPartial, errors.New(messages.N(env.Lang, "check.wrong", wrong))}
	}
	return nil
}

// questions tells the arguments apart: a file wins over a hash.
func (env *environment) questions(arguments []string, of triage.Method) ([]question, error) {
	if of != "" && !slices.Contains(hashMethods, of) {
		return nil, usageError(env.T("error.hash-method", of))
	}
	list := make([]question, len(arguments))
	for i, a := range arguments {
		list[i].argument = a
		info, err := os.Stat(a)
		switch {
		case err == nil && info.IsDir():
			return nil, usageError(env.T("error.hash-folder", harmless(a)))
		case err == nil:
			continue
		}
		if list[i].input, err = env.hashInput(a, of); err != nil {
			return nil, err
		}
	}
	return list, nil
}

var hashMethods = []triage.Method{triage.ByMD5, triage.BySHA1, triage.BySHA256, triage.ByPDQ, triage.ByPHash}

// hashInput reads a hash. Its length tells what it is, but for 64 digits; of, when set, must be what it is.
func (env *environment) hashInput(s string, of triage.Method) (in wire.CheckInput, err error) {
	w, err := hashing.ParseWritten(s, hashing.Algorithm(of))
	switch {
	case errors.Is(err, hashing.ErrAmbiguous) && of == "":
		return in, usageError(env.T("error.64-digits"))
	case err != nil || of != "" && w.Algorithm != hashing.Algorithm(of):
		return in, usageError(env.T("error.check-argument", harmless(s)))
	}
	in.MD5, in.SHA1, in.SHA256, in.PHash = w.MD5, w.SHA1, w.SHA256, w.PHash
	if w.PDQ != nil {
		in.PDQ = wire.PDQ{*w.PDQ}
	}
	return in, nil
}

// digestQuestions hashes the files among the questions.
func digestQuestions(ctx context.Context, questions []question) error {
	var files []string
	var of []*question
	for i := range questions {
		if q := &questions[i]; q.input.MD5 == nil && q.input.SHA1 == nil && q.input.SHA256 == nil && q.input.PDQ == nil && q.input.PHash == nil {
			files, of = append(files, q.argument), append(of, q)
		}
	}
	if len(files) == 0 {
		return nil
	}
	n := 0
	for x, err := range hashFiles(ctx, files) {
		if err != nil {
			return err
		}
		of[n].input, of[n].problem = fileInput(x)
		n++
	}
	return nil
}

// fileInput is what is asked about a file: every hash of it, the PDQ of each of its pictures and of parts of the first
// under all eight transforms.
func fileInput(x examinedFile) (in wire.CheckInput, problem string) {
	switch {
	case x.Digests == nil:
		return in, x.Error
	case x.Size == 0:
		return in, "empty" // it would match nothing
	}
	in.MD5, in.SHA1, in.SHA256 = &x.Digests.MD5, &x.Digests.SHA1, &x.Digests.SHA256
	if f := x.Fingerprint; f != nil {
		in.PDQ, in.Quality, in.PHash = f.PDQ[:], &f.Quality, &f.PHash
		frames := spread(x.Frames, triage.MaxCheckPictures-1-len(f.Views))
		for i := range frames {
			in.Pictures = append(in.Pictures, wire.CheckPicture{PDQ: wire.Dihedrals(frames[i].PDQ), Quality: &frames[i].Quality})
		}
		for i := range f.Views {
			in.Pictures = append(in.Pictures, wire.CheckPicture{PDQ: wire.Dihedrals(f.Views[i].PDQ), Quality: &f.Views[i].Quality})
		}
	}
	return in, ""
}

// spread returns at most n frames, from the first to the last: a film of an hour has more than one question may hold.
func spread(frames []hashing.Frame, n int) []hashing.Frame {
	if len(frames) <= n {
		return frames
	}
	some := make([]hashing.Frame, n)
	for i := range some {
		some[i] = frames[i*(len(frames)-1)/(n-1)]
	}
	return some
}

// atOnce returns how many of the first questions fit into one request.
func atOnce(questions []question) int {
	n, pictures := 0, 0
	for n < min(len(questions), triage.MaxChecks) {
		pictures += 1 + len(questions[n].input.Pictures)
		if pictures > triage.MaxCheckPictures && n > 0 {
			break
		}
		n++
	}
	return n
}

// ask asks about those questions that can be asked, and answers all.
func ask(ctx context.Context, c *client.Client, questions []question) ([]checkedInput, error) {
	var inputs []wire.CheckInput
	for _, q := range questions {
		if q.problem == "" {
			inputs = append(inputs, q.input)
		}
	}
	var answers []wire.CheckAnswer
	if len(inputs) > 0 {
		var err error
		if answers, err = c.Check(ctx, inputs); err != nil {
			return nil, err
		}
	}
	list := make([]checkedInput, len(questions))
	for i, q := range questions {
		list[i].Input, list[i].Error = q.argument, q.problem
		if q.problem == "" {
			a := answers[0]
			answers = answers[1:]
			list[i].Verdict, list[i].Reference, list[i].Contact, list[i].Next = a.Verdict, a.Reference, a.Contact, a.Next
			list[i].ClosedCase = a.ClosedCase
		}
	}
	return list, nil
}

func (o *checkOptions) print(env *environment, a checkedInput) error {
	if o.json {
		return writeJSON(env.Stdout, a)
	}
	fmt.Fprintln(env.Stdout, harmless(a.Input))
	if a.Error != "" {
		fmt.Fprintf(env.Stdout, "  %s\n", i18n.Reason(env.Lang, a.Error))
		return nil
	}
	v := triage.CheckVerdict(a.Verdict)
	fmt.Fprintf(env.Stdout, "  %s\n  %s\n", i18n.CheckVerdict(env.Lang, v), i18n.CheckNext(env.Lang, v))
	if a.ClosedCase {
		fmt.Fprintf(env.Stdout, "  %s\n", env.T("check.closed"))
	}
	_, err := fmt.Fprintf(env.Stdout, "  %s\n", env.T("check.reference", a.Contact, a.Reference))
	return err
}

// writeJSON writes v as one line, with names as they are.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
