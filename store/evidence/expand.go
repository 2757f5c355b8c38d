package evidence

import (
	"errors"
	"io"
	"slices"
	"sync/atomic"

	"vigie/store/evidence/container"
	"vigie/triage"
)

const (
	// MaxDepth is how many containers may lie within each other: a message of a mail box in an archive of a backup, with a
	// document in a zip attached, has five.
	MaxDepth = 8
	// pathRoom is how many bytes of triage.MaxPathBytes a member's path must be able to have, or its container is not entered.
	pathRoom = 1024
)

// budget bounds what may come out of one file of the source, through whatever containers lie within it, so that each of
// them is not given the limits of the whole again. It is that of package container for the outermost one.
type budget struct {
	members, bytes atomic.Int64 // left
	reason         string       // when no bytes are
}

// newBudget returns that of a file of size bytes.
func newBudget(size int64) *budget {
	b := &budget{reason: container.ReasonRatio}
	bytes := max(container.RatioFloor, size*container.MaxRatio)
	if size > container.MaxOutput/container.MaxRatio {
		b.reason, bytes = container.ReasonSize, container.MaxOutput
	}
	b.bytes.Store(bytes)
	b.members.Store(container.MaxMembers)
	return b
}

// charge takes off what is not read now, and was once. A nil budget has no bounds.
func (b *budget) charge(members, bytes int64) {
	if b != nil {
		b.members.Add(-members)
		b.bytes.Add(-bytes)
	}
}

// limits are those of one container under this budget, whose members' paths begin with prefix.
func (b *budget) limits(prefix string) container.Limits {
	return container.Limits{
		Members:   int(max(1, b.members.Load())),
		Output:    max(1, b.bytes.Load()),
		PathBytes: triage.MaxPathBytes - len(prefix),
	}
}

// spending reads a member and counts it.
type spending struct {
	io.Reader
	budget *budget
}

// Read implements io.Reader.
func (r *spending) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if r.budget.bytes.Add(-int64(n)) < 0 {
		return n, &Error{Reason: r.budget.reason}
	}
	if err != nil && err != io.EOF { //nolint:errorlint // readers return io.EOF itself
		err = named(err)
	}
	return n, err
}

// expansion goes through one container, or drive image.
type expansion struct {
	*reading
	box    *box    // nil: a drive image
	prefix string  // of its members' paths: its own and "/"
	depth  int     // containers around it
	budget *budget // nil: each file of the drive image has its own
	trail  *trail  // through its members
	out    *stream
	opened *openBox
}

// expand tells the members of a container, whose bytes it closes, behind what out has. It is called with a slot.
func (x *expansion) expand(content opened, out *stream) {
	x.out = newStream(membersAhead)
	defer x.out.close()
	if !x.emit(out, told{more: x.out}) {
		content.Close()
		return
	}
	switch {
	case x.depth >= MaxDepth:
		content.Close()
		x.ends(ReasonDepth)
		return
	case len(x.prefix)+pathRoom > triage.MaxPathBytes:
		content.Close()
		x.ends(ReasonPathTooLong)
		return
	}
	exit, ok := x.enter(x.out)
	if !ok {
		content.Close()
		return
	}
	defer exit()
	x.box.limits = x.budget.limits(x.prefix)
	opened, err := x.box.openOn(content)
	if err != nil {
		x.fails(err)
		return
	}
	x.opened = opened
	x.source.boxes.put(opened)
	defer x.source.boxes.release(opened)
	err = x.members()
	if f, isFile := content.(*steady); isFile && err == nil {
		err = f.altered()
	}
	if err != nil && x.ctx.Err() == nil {
		x.fails(err)
	}
}

// members tells them all, until something ends the container early.
func (x *expansion) members() error {
	if !x.box.ordered() {
		x.leave() // those who examine members need it
		defer x.take()
	}
	for m, err := range x.opened.container.Members(x.ctx) {
		switch {
		case err != nil:
			return named(err)
		case m.Type.IsDir() && m.Fault == nil:
			continue
		case x.budget.members.Add(-1) < 0:
			return &Error{Reason: container.ReasonMemberLimit}
		case !x.member(m):
			return x.ctx.Err()
		}
	}
	return nil
}

// member tells one member: of a zip, by somebody of its own.
func (x *expansion) member(m *container.Member) bool {
	f := x.describe(m)
	past, within := x.passed(&f, false, x.tell)
	switch {
	case past:
		return x.ctx.Err() == nil
	case f.Disposition != "":
		return x.tell(told{found: f})
	case x.box.ordered():
		x.examine(f, m, within, x.out)
		return x.ctx.Err() == nil
	}
	return x.fork(x.out, func(out *stream) { x.reach(f, within, out) })
}

// passed is pass, along the trail that leads here. One that leads on within f is no longer this one's.
func (x *expansion) passed(f *Found, isFile bool, tell func(told) bool) (past bool, within *trail) {
	past, within = x.pass(x.trail, f, x.budget, isFile, tell)
	if within != nil {
		x.trail = nil
	}
	return past, within
}

// reach opens a member by its way, and examines it.
func (x *expansion) reach(f Found, t *trail, out *stream) {
	content, err := f.way.open(x.ctx)
	if err != nil {
		f.unreadable(err)
		x.emit(out, told{found: f})
		return
	}
	defer content.Close()
	x.examine(f, content, t, out)
}

// tell is for who has a slot in an ordered box, and has none in another one.
func (x *expansion) tell(t told) bool {
	if x.box.ordered() {
		return x.emit(x.out, t)
	}
	return x.send(x.out, t)
}

// refusals are the reasons for which a member is refused, and not unreadable.
var refusals = []string{
	container.ReasonLink, container.ReasonHardLink, container.ReasonDevice, container.ReasonPipe, container.ReasonSocket,
	container.ReasonIrregular,
}

// describe makes an item of what a container tells of a member.
func (x *expansion) describe(m *container.Member) Found {
	f := Found{way: &member{box: x.box, ref: m.Ref}}
	f.Path, f.PathB64 = Path(x.prefix + m.Path)
	f.Size, f.Modified, f.LocalTime = max(0, m.Size), m.Modified, m.LocalTime
	x.source.found.Add(1)
	x.source.held.Add(f.Size)
	if m.Fault == nil {
		return f
	}
	f.unreadable(named(m.Fault))
	if slices.Contains(refusals, m.Fault.Reason) {
		f.Disposition = triage.IsRefused
	}
	return f
}

// examine reads a member once, and goes on with what it holds, where t leads on. It is called with a slot.
func (x *expansion) examine(f Found, content io.Reader, t *trail, out *stream) {
	keep := &spool{}
	before := f.Size
	if x.budget != nil {
		content = &spending{content, x.budget}
	}
	counted := &counting{Reader: content}
	in, err := x.digest(&f.Item, counted, keep)
	if f.Size = counted.n; err != nil {
		f.Size = max(f.Size, before)
		f.unreadable(err)
	}
	x.source.held.Add(f.Size - before)
	if !x.emit(out, told{found: f}) || err != nil || in == (inside{}) {
		keep.Close()
		return
	}
	inner := &expansion{
		reading: x.reading, prefix: f.RawPath() + "/", depth: x.depth + 1, budget: x.budget, out: out, trail: t,
		box: &box{source: x.source, way: f.way, format: in.format},
	}
	if inner.budget == nil {
		inner.budget = newBudget(f.Size)
	}
	if in.drive {
		keep.Close()
		inner.ends(ReasonNested)
		return
	}
	inner.expand(&openMember{spool: keep}, out)
}

// counting counts what is read.
type counting struct {
	io.Reader
	n int64
}

// Read implements io.Reader.
func (r *counting) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.n += int64(n)
	return n, err
}

// ends accounts for what a container holds and nobody could tell: an item with the container's path and "/".
func (x *expansion) ends(reason string) {
	f := Found{}
	f.Path, f.PathB64 = Path(x.prefix)
	f.Disposition, f.Reason = triage.IsUnreadable, reason
	x.emit(x.out, told{found: f})
}

func (x *expansion) fails(err error) {
	reason := ReasonInput
	if fault, ok := errors.AsType[*Error](err); ok {
		reason = fault.Reason
	}
	x.ends(reason)
}
