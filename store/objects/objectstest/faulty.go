package objectstest

import (
	"context"
	"io"
	"iter"
	"sync"

	"vigie/store/objects"
	"vigie/triage"
)

// Fault makes one call of a Faulty store fail.
type Fault struct {
	Method string // "Put", "Replace", "Get", "GetRange", "Stat", "List" or "Delete"; "": any of them
	Call   int    // the first call of that method (of any, when Method is empty) is 1; 0: every one
	After  bool   // the call takes effect and fails all the same, as when an answer is lost
	Err    error  // nil: triage.Unavailable
}

// Faulty is a Store that fails where it was told to: before a call has an effect, or after.
type Faulty struct {
	inner objects.Store

	mu     sync.Mutex // guards what follows, which any caller may change
	faults []Fault
	calls  map[string]int
}

var _ objects.Store = (*Faulty)(nil)

// NewFaulty returns a store that behaves like inner but for the faults.
func NewFaulty(inner objects.Store, faults ...Fault) *Faulty {
	return &Faulty{inner: inner, faults: faults, calls: map[string]int{}}
}

// Set replaces the faults and starts counting anew.
func (f *Faulty) Set(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults, f.calls = faults, map[string]int{}
}

// Calls returns how often a method ("": any) was called since the last Set.
func (f *Faulty) Calls(method string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[method]
}

// next counts a call and returns how it fails, if it does.
func (f *Faulty) next(method string) (fails, after bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[method]++
	f.calls[""]++
	for _, fault := range f.faults {
		if (fault.Method == "" || fault.Method == method) && (fault.Call == 0 || fault.Call == f.calls[fault.Method]) {
			if fault.Err == nil {
				fault.Err = triage.E(triage.Unavailable, "objectstest.Faulty", "", "a fault on purpose", nil)
			}
			return true, fault.After, fault.Err
		}
	}
	return false, false, nil
}

// do runs one call with its fault.
func (f *Faulty) do(method string, call func() error) error {
	fails, after, fault := f.next(method)
	if !fails {
		return call()
	}
	if after {
		if err := call(); err != nil {
			return err
		}
	}
	return fault
}

// Put implements objects.Store.
func (f *Faulty) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	return f.do("Put", func() error { return f.inner.Put(ctx, key, r, size) })
}

// Replace implements objects.Store.
func (f *Faulty) Replace(ctx context.Context, key string, r io.Reader, size int64) error {
	return f.do("Replace", func() error { return f.inner.Replace(ctx, key, r, size) })
}

// Delete implements objects.Store.
func (f *Faulty) Delete(ctx context.Context, key string) error {
	return f.do("Delete", func() error { return f.inner.Delete(ctx, key) })
}

// Get implements objects.Store.
func (f *Faulty) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if fails, _, err := f.next("Get"); fails {
		return nil, err
	}
	return f.inner.Get(ctx, key)
}

// GetRange implements objects.Store.
func (f *Faulty) GetRange(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	if fails, _, err := f.next("GetRange"); fails {
		return nil, err
	}
	return f.inner.GetRange(ctx, key, off, n)
}

// Stat implements objects.Store.
func (f *Faulty) Stat(ctx context.Context, key string) (objects.Info, error) {
	if fails, _, err := f.next("Stat"); fails {
		return objects.Info{}, err
	}
	return f.inner.Stat(ctx, key)
}

// List implements objects.Store.
func (f *Faulty) List(ctx context.Context, prefix, after string) iter.Seq2[objects.Info, error] {
	if fails, _, err := f.next("List"); fails {
		return func(yield func(objects.Info, error) bool) { yield(objects.Info{}, err) }
	}
	return f.inner.List(ctx, prefix, after)
}

// Capabilities implements objects.Store.
func (f *Faulty) Capabilities() objects.Capabilities { return f.inner.Capabilities() }
