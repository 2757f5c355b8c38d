package jail

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_AARCH64

// archCalls are none: this architecture has no older forms.
func archCalls() []call { return nil }

func archProgramCalls() []call { return nil }
