package jail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

const (
	// inputDescriptor is what InputPath names, statusDescriptor where the jail says that it is closed.
	inputDescriptor  = 3
	statusDescriptor = 4
	// programFiles is how many files a program may have open, beside More.
	programFiles = 128
)

// systemFolders are what every program may read: libraries and their data, nothing that a person wrote.
var systemFolders = []string{"/usr/lib", "/usr/lib64", "/usr/share", "/lib", "/lib64"}

// RunProgram turns the process, which Programs has started, into the program that the order names: it limits itself,
// gives up what the program does not need, says so, and executes it.
func RunProgram(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return fmt.Errorf("jail: read the order: %w", err)
	}
	unix.CloseOnExec(statusDescriptor)
	layers, err := confineProgram(o)
	if err != nil {
		return fmt.Errorf("jail: lock the program in: %w", err)
	}
	if _, err := unix.Write(statusDescriptor, layers.message()); err != nil {
		return fmt.Errorf("jail: report readiness: %w", err)
	}
	if o.Path == "" {
		return nil
	}
	return syscall.Exec(o.Path, append([]string{o.Path}, o.Args...), os.Environ()) //nolint:gosec // that is what it is for
}

func confineProgram(o order) (Layers, error) {
	if err := giveUpPrivileges(); err != nil {
		return Layers{}, err
	}
	rules := []landlock.Rule{
		landlock.RODirs(systemFolders...).IgnoreIfMissing(),
		landlock.ROFiles("/dev/null", "/dev/urandom", "/etc/ld.so.cache", InputPath).IgnoreIfMissing(),
	}
	for i := range o.More {
		rules = append(rules, landlock.ROFiles(MorePath(i)))
	}
	for _, path := range append(interpreters(o.Path), o.Path) {
		if path != "" {
			rules = append(rules, landlock.ROFiles(path))
		}
	}
	layers := Layers{Limits: true}
	var err error
	if o.Instead {
		if err := handOver(); err != nil {
			return Layers{}, err
		}
	}
	if layers.Landlock, err = restrict(rules...); err != nil {
		return Layers{}, err
	}
	cpu := uint64(max(o.CPUSeconds, 1))              //nolint:gosec // positive
	files := uint64(programFiles + 2*max(o.More, 0)) //nolint:gosec // positive; each as it was handed over, and opened again
	for _, l := range []struct {
		resource int
		value    unix.Rlimit
	}{
		{unix.RLIMIT_CPU, unix.Rlimit{Cur: cpu, Max: cpu + 1}},
		{unix.RLIMIT_FSIZE, unix.Rlimit{}},
		{unix.RLIMIT_CORE, unix.Rlimit{}},
		{unix.RLIMIT_NOFILE, unix.Rlimit{Cur: files, Max: files}},
		// The last, for we need memory too, which the program does not inherit.
		{unix.RLIMIT_DATA, unix.Rlimit{Cur: uint64(o.MemoryBytes), Max: uint64(o.MemoryBytes)}}, //nolint:gosec // positive
	} {
		if err := unix.Setrlimit(l.resource, &l.value); err != nil {
			return Layers{}, fmt.Errorf("resource limit %d: %w", l.resource, err)
		}
	}
	layers.Seccomp, err = filter(programCalls())
	return layers, err
}

// interpreters returns who reads the script at path: what its first line names. A program in machine code has none
// beside the loader among the libraries.
func interpreters(path string) []string {
	f, err := os.Open(path) //nolint:gosec // by configuration
	if err != nil {
		return nil
	}
	defer f.Close()
	head := make([]byte, 256) // what the kernel reads
	n, _ := io.ReadFull(f, head)
	line, _, _ := bytes.Cut(head[:n], []byte("\n"))
	words := bytes.Fields(bytes.TrimPrefix(line, []byte("#!")))
	if !bytes.HasPrefix(line, []byte("#!")) || len(words) == 0 {
		return nil
	}
	found := []string{string(words[0])}
	if filepath.Base(found[0]) == "env" && len(words) > 1 {
		found = append(found, filepath.Join("/usr/bin", string(words[1])))
	}
	return found
}
