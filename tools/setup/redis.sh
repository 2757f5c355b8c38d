#!/bin/sh
# Makes sure that redis-server can be started by vigie. Silent when it is there already.
# The Debian package would start and enable a service of its own: it is kept from both.
set -eu

command -v redis-server >/dev/null 2>&1 && exit 0
. "$(dirname "$0")/apt.sh"

need_debian redis-server
echo "Installing redis-server from Debian (no service of its own is left running) …"

# invoke-rc.d and deb-systemd-invoke both ask policy-rc.d; 101 means "do not start".
policy=/usr/sbin/policy-rc.d
kept=$policy.vigie-kept
restore() {
	if [ -e "$kept" ] || [ -L "$kept" ]; then
		as_root mv -f "$kept" "$policy"
	else
		as_root rm -f "$policy"
	fi
	rm -rf "$work"
}
work=$(mktemp -d)
trap restore EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# What is kept already is from a run that was killed: then the policy in place is ours.
if [ ! -e "$kept" ] && [ ! -L "$kept" ] && { [ -e "$policy" ] || [ -L "$policy" ]; }; then
	as_root mv "$policy" "$kept"
fi
printf '#!/bin/sh\nexit 101\n' >"$work/policy"
as_root install -m 755 "$work/policy" "$policy"

install_packages redis-server

# "enabled" outlives the installation: take it away in both worlds.
if command -v systemctl >/dev/null 2>&1; then
	as_root systemctl disable --quiet redis-server.service >/dev/null 2>&1 || true
fi
if command -v update-rc.d >/dev/null 2>&1; then
	as_root update-rc.d redis-server disable >/dev/null 2>&1 || true
fi
command -v redis-server >/dev/null 2>&1 || fail "redis-server is still missing after the installation: install the package redis-server by hand."
