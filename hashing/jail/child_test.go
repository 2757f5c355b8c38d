package jail

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
)

// childArgument makes the test binary a child of a pool.
const childArgument = "jail-child"

// programArgument makes it become a program in its jail.
const programArgument = "jail-program"

// TestMain lets the test binary play the child: the real one, and for some contents one that misbehaves.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childArgument {
		if len(os.Args) > 2 && os.Args[2] == "broken" {
			fmt.Fprintln(os.Stderr, "this child is broken")
			os.Exit(1)
		}
		lock := confine
		if len(os.Args) > 2 && os.Args[2] == "bare" { // as on a kernel without Landlock and seccomp
			lock = func(int64) (Layers, error) { return Layers{Limits: true}, nil }
		}
		if err := run(os.Stdin, os.Stdout, worker{misbehave, decode.ExamineReference, decode.Preview, lock}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if len(os.Args) > 2 && os.Args[1] == programArgument {
		if err := RunProgram(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// magic makes contents that pass for a JPEG and tell the test's child what to do.
func magic(act string) []byte { return []byte("\xff\xd8\xff" + act) }

func misbehave(data []byte, limits decode.Limits) hashing.Examination {
	act, ok := bytes.CutPrefix(data, []byte("\xff\xd8\xff"))
	if !ok {
		return (&decode.Examiner{Now: time.Now}).Examine(data, limits)
	}
	if address, ok := strings.CutPrefix(string(act), "look around and call "); ok {
		return hashing.Examination{Unreadable: "corrupt", Note: lookAround(address)}
	}
	if first, ok := bytes.CutPrefix(act, []byte("crash after ")); ok {
		a := examined(decode.Examine(first, limits))
		a.early = true
		if err := writeAnswer(os.Stdout, a); err != nil {
			os.Exit(1)
		}
		panic("crash")
	}
	switch string(act) {
	case "ask the kernel":
		return hashing.Examination{Unreadable: "corrupt", Note: tryForbidden()}
	case "crash":
		go func() { panic("crash") }()
		select {}
	case "exit":
		os.Exit(0)
	case "hang":
		select {}
	case "spin":
		for {
		}
	case "grow":
		var all [][]byte
		for {
			b := make([]byte, 16<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			all = append(all, b)
		}
	case "grow at once":
		b := make([]byte, 1<<40)
		return hashing.Examination{Note: string(b[:1])}
	case "babble":
		fmt.Fprint(os.Stdout, strings.Repeat("babble", 1000))
		select {}
	case "lie":
		return hashing.Examination{Facts: hashing.Facts{Make: "<script>\n", Orientation: 77}, Fingerprint: &hashing.Fingerprint{Quality: 1000}}
	case "forge kind":
		return hashing.Examination{Facts: hashing.Facts{Kind: hashing.KindOther, Format: "pdf"}, Unreadable: "corrupt"}
	}
	return decode.Examine(data, limits)
}

// lookAround tries what a child must not be able to do, among it a connection to address, and returns a code of what
// worked.
func lookAround(address string) string {
	var open []string
	if f, err := os.Open("/etc/passwd"); err == nil {
		f.Close()
		open = append(open, "read")
	}
	if _, err := os.ReadDir("/"); err == nil {
		open = append(open, "list")
	}
	if f, err := os.CreateTemp("", "vigie"); err == nil {
		if _, err := f.WriteString("x"); err == nil {
			open = append(open, "write")
		}
		f.Close()
		os.Remove(f.Name())
	}
	if err := exec.Command("/bin/true").Run(); err == nil {
		open = append(open, "exec")
	}
	if c, err := net.DialTimeout("tcp", address, time.Second); err == nil {
		c.Close()
		open = append(open, "connect")
	}
	if len(os.Environ()) > 0 {
		open = append(open, "environment")
	}
	if len(open) == 0 {
		return "nothing"
	}
	return strings.Join(open, "-")
}
