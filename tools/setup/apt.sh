# Shared by the setup scripts: installing Debian packages with as little noise and as few rights as possible.
# Sourced, not run.

fail() {
	echo "setup: $*" >&2
	exit 1
}

# as_root runs a command as root: directly, or through sudo.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		fail "root is needed to run '$*': run 'make setup' as root, or install sudo."
	fi
}

# need_debian stops with the way out where there is no apt-get.
need_debian() {
	command -v apt-get >/dev/null 2>&1 ||
		fail "this machine has no apt-get: install $* by your own means and run this again."
}

# has_candidate says whether apt knows an installable version of every package.
has_candidate() {
	for package in "$@"; do
		LC_ALL=C apt-cache policy "$package" 2>/dev/null | grep -q '^  Candidate: [0-9]' || return 1
	done
}

# quietly runs apt-get and shows its output only when it fails.
quietly() {
	log=$(mktemp)
	if as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$log" 2>&1 </dev/null; then
		rm -f "$log"
	else
		tail -n 20 "$log" >&2
		rm -f "$log"
		return 1
	fi
}

# install_packages installs with the package lists that are there, and renews them only when that does not do.
install_packages() {
	if has_candidate "$@" && quietly install -y --no-install-recommends "$@" 2>/dev/null; then
		return 0
	fi
	echo "Renewing the package lists …"
	quietly update || fail "apt-get update failed: check the network and /etc/apt/sources.list, then run this again."
	quietly install -y --no-install-recommends "$@" ||
		fail "apt-get could not install $*: see its message above, then run this again."
}
