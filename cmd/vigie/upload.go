package main

import (
	"context"
	"errors"
	"io"

	"vigie/store/evidence"
	"vigie/triage"
)

// work uploads what comes from queue until it is closed: small media together, as many as there are, large ones each by itself.
func (u *uploads) work(ctx context.Context, queue <-chan *upload) error {
	var job *upload
	for ok := true; ok; {
		if ctx.Err() != nil {
			return ctx.Err() // what waits is not begun
		}
		if job == nil {
			if job, ok = <-queue; !ok {
				return nil
			}
		}
		var err error
		var next *upload
		if job.size > triage.MaxBatchMedium {
			err = u.upload(ctx, job)
		} else {
			var batch []*upload
			batch, next = gather(job, queue)
			err = u.uploadBatch(ctx, batch)
		}
		if err != nil {
			return err
		}
		job = next
	}
	return nil
}

// gather returns small media that wait in queue, first among them, as many as fit into a batch; and the one after them that
// does not, if there is one.
func gather(first *upload, queue <-chan *upload) (batch []*upload, next *upload) {
	batch = append(batch, first)
	total := first.size
	for len(batch) < triage.MaxBatchMedia {
		select {
		case job := <-queue:
			if job == nil || job.size > triage.MaxBatchMedium || total+job.size > triage.MaxBatchBytes {
				return batch, job
			}
			batch, total = append(batch, job), total+job.size
		default:
			return batch, nil
		}
	}
	return batch, nil
}

// source takes the next file that holds a medium; false: none is left.
func (u *uploads) source(job *upload) (from candidate, found evidence.Found, ok bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(job.sources) == 0 {
		delete(u.active, job.digest)
		return candidate{}, evidence.Found{}, false
	}
	from = job.sources[0]
	job.sources = job.sources[1:]
	return from, from.part.found[from.item], true
}

// arrived notes that a medium is held.
func (u *uploads) arrived(ctx context.Context, job *upload) error {
	u.mu.Lock()
	job.sent, job.sentAt = true, u.clock
	u.mu.Unlock()
	u.done.Add(1)
	u.doneBytes.Add(job.size)
	return u.finish(ctx, job)
}

// changed notes that a file no longer gives the bytes that were digested.
func (u *uploads) changed(from candidate, err error) {
	reason := evidence.ReasonChanged // the service saw other bytes than were declared
	if fault, ok := errors.AsType[*evidence.Error](err); ok {
		reason = fault.Reason
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.submission.unreadable(&from.part.found[from.item].Item, reason)
	from.part.changed = true
}

// upload tries the files that hold a medium until one of them can be sent.
func (u *uploads) upload(ctx context.Context, job *upload) error {
	for {
		from, found, ok := u.source(job)
		if !ok {
			return u.finish(ctx, job)
		}
		finish, done := finishing(ctx)
		err := u.submission.client.Upload(finish, job.digest, func() (io.ReadCloser, error) {
			f, err := found.Open(finish)
			if err != nil {
				return nil, err
			}
			u.pending.Add(job.went.Swap(0)) // what an earlier try sent, it sent in vain
			return &outgoing{f, u, job}, nil
		}, found.Size)
		done()
		switch {
		case err == nil:
			return u.arrived(ctx, job)
		case endsAll(err), !triage.IsKind(err, triage.Corrupt):
			return err
		}
		u.changed(from, err)
	}
}

// outgoing is a file on its way: it tells uploads how far it went.
type outgoing struct {
	io.ReadCloser
	uploads *uploads
	job     *upload
}

// Read implements io.Reader.
func (f *outgoing) Read(p []byte) (int, error) {
	n, err := f.ReadCloser.Read(p)
	f.uploads.passed(f.job, n)
	return n, err
}

// uploadBatch sends small media in one request, and those again from other files whose files have changed.
func (u *uploads) uploadBatch(ctx context.Context, jobs []*upload) error {
	for len(jobs) > 0 {
		var media []triage.SmallMedium
		var sent []*upload
		var from []candidate
		for _, job := range jobs {
			content, source, err := u.read(ctx, job)
			if err != nil {
				return err
			}
			if content == nil {
				continue
			}
			media, sent, from = append(media, triage.SmallMedium{Want: job.digest, Content: content}), append(sent, job), append(from, source)
		}
		if len(media) == 0 {
			return nil
		}
		finish, done := finishing(ctx)
		refused, err := u.submission.client.UploadBatch(finish, media)
		done()
		if err != nil {
			return err
		}
		jobs = jobs[:0]
		for i, job := range sent {
			switch err := refused[i]; {
			case triage.IsKind(err, triage.Corrupt):
				u.changed(from[i], err)
				jobs = append(jobs, job)
			case err != nil:
				return err
			default:
				u.passed(job, len(media[i].Content))
				if err := u.arrived(ctx, job); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// read returns the bytes of a small medium from the first file that gives them; none: no file does, and all is said about it.
func (u *uploads) read(ctx context.Context, job *upload) ([]byte, candidate, error) {
	for {
		from, found, ok := u.source(job)
		if !ok {
			return nil, candidate{}, u.finish(ctx, job)
		}
		content, err := whole(ctx, &found)
		switch {
		case err == nil:
			return content, from, nil
		case ctx.Err() != nil:
			return nil, candidate{}, ctx.Err()
		case endsAll(err):
			return nil, candidate{}, err
		}
		u.changed(from, err)
	}
}

// endsAll reports whether bytes could not be had for a reason that lies with the source as a whole, not with one of its files: they were
// taken over unread from an earlier run, or the bundle is damaged or cannot be read.
func endsAll(err error) bool { return errors.Is(err, evidence.ErrTakenOver) || ofBundle(err) }

// whole returns the bytes of an item.
func whole(ctx context.Context, found *evidence.Found) ([]byte, error) {
	f, err := found.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content := make([]byte, found.Size)
	if _, err := io.ReadFull(f, content); err != nil {
		return nil, err
	}
	if n, err := f.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, &evidence.Error{Reason: evidence.ReasonChanged})
	}
	return content, nil
}

// passed counts n bytes of a medium that were sent.
func (u *uploads) passed(job *upload, n int) {
	u.sent.Add(int64(n))
	job.went.Add(int64(n))
	u.pending.Add(-int64(n))
}

// finish tells the parts that waited for a medium, and amends those that are complete and were changed.
func (u *uploads) finish(ctx context.Context, job *upload) error {
	u.pending.Add(job.went.Swap(0) - job.size)
	var amended []*part
	u.mu.Lock()
	for _, p := range job.parts {
		if p.waiting--; p.waiting == 0 && p.changed {
			amended = append(amended, p)
		}
	}
	job.parts = nil
	u.mu.Unlock()
	for _, p := range amended {
		id, err := u.submission.amend(ctx, p)
		if err != nil {
			return err
		}
		u.mu.Lock()
		u.ids[p.index] = id
		u.mu.Unlock()
	}
	return nil
}
