package jail

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_X86_64

// archCalls are older forms of what childCalls allow.
func archCalls() []call { return allow(unix.SYS_EPOLL_WAIT, unix.SYS_TIME) }

// archProgramCalls are older forms of what programCalls allow.
func archProgramCalls() []call {
	const writes = unix.O_ACCMODE | unix.O_CREAT | unix.O_TRUNC
	return append(allow(
		unix.SYS_ARCH_PRCTL, unix.SYS_STAT, unix.SYS_LSTAT, unix.SYS_ACCESS, unix.SYS_READLINK, unix.SYS_POLL, unix.SYS_SELECT,
		unix.SYS_DUP2, unix.SYS_PIPE, unix.SYS_GETPGRP, unix.SYS_ALARM,
	), call{nr: unix.SYS_OPEN, when: []condition{{low(1), writes, 0}}})
}
