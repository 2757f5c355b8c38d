package triage

import (
	"errors"
	"fmt"
	"strings"
)

// Kind sorts errors by what the caller can do about them. api/wire maps each to one HTTP status.
type Kind string

// The kinds of error.
const (
	Invalid     Kind = "invalid"     // the input is wrong: correct it
	NotFound    Kind = "not-found"   // no such object, or not for this actor
	Exists      Kind = "exists"      // "only if absent" found one
	Conflict    Kind = "conflict"    // the object is in another state than the caller thinks
	Forbidden   Kind = "forbidden"   // this role may not
	Unsigned    Kind = "unsigned"    // nobody is signed in
	Stale       Kind = "stale"       // the sets changed meanwhile: match again
	Corrupt     Kind = "corrupt"     // stored or declared bytes are not what they should be
	TooLarge    Kind = "too-large"   // over a stated limit
	Unavailable Kind = "unavailable" // a store does not answer: try again later
	Full        Kind = "full"        // no room for more: it goes on when there is
	Unknown     Kind = "unknown"     // outcome unknown: may have happened
	Internal    Kind = "internal"    // ours
)

// ErrDestroyed is the cause of a NotFound error where a destruction is why there is nothing any more.
var ErrDestroyed = errors.New("destroyed")

// ErrClosed is the cause of a Conflict error where a case was closed.
var ErrClosed = errors.New("case closed")

// Error is the one error type that crosses package borders.
type Error struct {
	Kind   Kind
	Op     string // what was attempted, "package.Func" or a plain phrase
	Object string // an identifier; never a path or a name from evidence, never a hash
	Hint   string // the way out, for a person
	Err    error  // cause, for the log
}

// E makes an *Error. err may be nil.
func E(kind Kind, op, object, hint string, err error) *Error {
	return &Error{Kind: kind, Op: op, Object: object, Hint: hint, Err: err}
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Object != "" {
		fmt.Fprintf(&b, " %s", e.Object)
	}
	fmt.Fprintf(&b, ": %s", e.Kind)
	if e.Hint != "" {
		fmt.Fprintf(&b, ": %s", e.Hint)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the outermost *Error in err's chain, or Internal when there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// IsKind reports whether err is an *Error of the given kind.
func IsKind(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
