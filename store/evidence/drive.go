package evidence

import (
	"context"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"vigie/store/evidence/disk"
	"vigie/triage"
)

// ReasonNested is of a drive image within a container: it is not opened.
const ReasonNested = "image-within-archive"

// Kit finds what lists the files of drive images. It is called when the first one is met.
type Kit func(context.Context) (*disk.Kit, error)

// drives are the drive images of a source that are open. They stay so until the source is closed: files are uploaded after
// they were found.
type drives struct {
	find Kit
	mu   sync.Mutex // guards what follows
	kit  *disk.Kit
	open map[string]*disk.Image // by path
}

// image returns the drive image whose only, or first, file is at a path of the operating system's.
func (d *drives) image(ctx context.Context, path string) (*disk.Image, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if image := d.open[path]; image != nil {
		return image, nil
	}
	if d.kit == nil && d.find == nil {
		return nil, &Error{Reason: disk.ReasonTools}
	}
	if d.kit == nil {
		kit, err := d.find(ctx)
		if err != nil {
			return nil, named(err)
		}
		d.kit = kit
	}
	image, err := disk.Open(path, d.kit)
	if err != nil {
		return nil, named(err)
	}
	if d.open == nil {
		d.open = make(map[string]*disk.Image)
	}
	d.open[path] = image
	return image, nil
}

func (d *drives) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, image := range d.open {
		image.Close()
	}
	d.open = nil
}

// image opens the drive image that a file of the source is, or begins.
func (s *Source) image(ctx context.Context, name string) (*disk.Image, error) {
	return s.drives.image(ctx, filepath.Join(s.root.Name(), filepath.FromSlash(name)))
}

// isLater reports whether a file of the source continues an image that begins in another one beside it: of Expert Witness
// (usb.E02), or of VMware, as an extent (usb-flat.vmdk, usb-s002.vmdk).
func (s *Source) isLater(name string) bool {
	extension, begins := path.Ext(name), ""
	if parts := extentName.FindStringSubmatch(name); parts != nil {
		begins = parts[1] + extension
	} else if len(extension) == len(".E02") && strings.ContainsAny(extension[1:2], "EeSs") && extension[2:] != "01" {
		begins = strings.TrimSuffix(name, extension) + extension[:2] + "01"
	} else {
		return false
	}
	first, err := s.root.Lstat(filepath.FromSlash(begins))
	return err == nil && first.Mode().IsRegular()
}

// extentName is how VMware and QEMU call the extents of a virtual disk.
var extentName = regexp.MustCompile(`(?i)^(.+)-(?:flat|[sf][0-9]{3,5})\.vmdk$`)

// drive tells the files of a drive image, the file of the source of this name, behind what out has. It is called with a slot.
func (r *reading) drive(name string, t *trail, out *stream) {
	x := &expansion{reading: r, prefix: name + "/", depth: 1, out: newStream(membersAhead), trail: t}
	defer x.out.close()
	if !x.emit(out, told{more: x.out}) {
		return
	}
	image, err := r.source.image(r.ctx, name)
	if err == nil {
		err = x.files(image)
	}
	if err != nil && r.ctx.Err() == nil {
		x.fails(err)
	}
}

// files tells them all, several of them examined at once, and the stretches of the drive that are not read.
func (x *expansion) files(image *disk.Image) error {
	x.leave() // those who examine files need it
	defer x.take()
	for file, err := range image.Files(x.ctx) {
		if err != nil {
			return named(err)
		}
		if !x.fileOf(x.onDrive(file)) {
			return x.ctx.Err()
		}
	}
	return nil
}

// fileOf tells one file of a drive image, examined by somebody of its own.
func (x *expansion) fileOf(f Found) bool {
	tell := func(t told) bool { return x.send(x.out, t) }
	past, within := x.passed(&f, true, tell)
	switch {
	case past:
		return x.ctx.Err() == nil
	case f.Disposition != "":
		return tell(told{found: f})
	}
	return x.fork(x.out, func(out *stream) { x.reach(f, within, out) })
}

// stretches are the reasons for which a part of a drive is refused, and not unreadable: nothing there could be a file.
var stretches = []string{disk.ReasonEmpty, disk.ReasonUnpartitioned, disk.ReasonSwap}

// onDrive makes an item of what a drive image tells of a file.
func (x *expansion) onDrive(file *disk.File) Found {
	f := Found{way: &driveFile{file}}
	whole := x.prefix + file.Path
	if file.Whole {
		whole += "/"
	}
	f.Path, f.PathB64 = Path(whole)
	f.Modified, f.Created, f.Accessed, f.Changed = file.Modified, file.Created, file.Accessed, file.Changed
	f.LocalTime, f.Deleted = file.LocalTime, file.Deleted
	if !file.Whole {
		f.Size = file.Size
		x.source.found.Add(1)
		x.source.held.Add(f.Size)
	}
	switch {
	case len(whole) > triage.MaxPathBytes:
		f.Path, f.PathB64 = Path(whole[:triage.MaxPathBytes])
		f.unreadable(&Error{Reason: ReasonPathTooLong})
	case file.Fault != nil:
		f.unreadable(named(file.Fault))
		if slices.Contains(refusals, f.Reason) || slices.Contains(stretches, f.Reason) {
			f.Disposition = triage.IsRefused
		}
	}
	return f
}

// driveFile is the way to a file of a drive image.
type driveFile struct{ file *disk.File }

func (d *driveFile) ordered() bool { return false }

// open implements way.
func (d *driveFile) open(ctx context.Context) (opened, error) {
	r, err := d.file.Open(ctx)
	if err != nil {
		return nil, named(err)
	}
	return &openMember{r: r, done: func() { r.Close() }}, nil
}
