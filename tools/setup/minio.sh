#!/bin/sh
# Makes sure that a MinIO server can be started: ./bin/minio of the pinned version, else one on PATH, else it is
# built from tools/minio. Silent when it is there already.
set -eu

cd "$(dirname "$0")/../.."
binary=bin/minio
version=$(awk '$1 == "require" && $2 == "github.com/minio/minio" { print $3 } $1 == "github.com/minio/minio" { print $2 }' tools/minio/go.mod | head -n 1)
[ -n "$version" ] || { echo "setup: tools/minio/go.mod names no version of MinIO: restore that file." >&2; exit 1; }

# go version -m prints the modules that a binary was built from.
if [ -x "$binary" ] && go version -m "$binary" 2>/dev/null | grep -q "github.com/minio/minio[[:space:]]*$version"; then
	exit 0
fi
if [ ! -x "$binary" ] && command -v minio >/dev/null 2>&1; then
	exit 0
fi
command -v go >/dev/null 2>&1 || { echo "setup: Go is missing: install Go 1.26 (https://go.dev/dl) and run this again." >&2; exit 1; }

echo "Building the MinIO server into ./$binary: this takes 5 to 10 minutes, once."
mkdir -p bin
log=$(mktemp)
build=
cleanup() {
	[ -z "$build" ] || kill "$build" 2>/dev/null || true
	rm -f "$log" "$binary.part"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The name is set last, so that a build that was interrupted leaves no binary that looks finished.
(cd tools/minio && exec go build -ldflags '-s -w' -o "../../$binary.part" .) >"$log" 2>&1 &
build=$!

seconds=0
while kill -0 "$build" 2>/dev/null; do
	sleep 1
	seconds=$((seconds + 1))
	if [ -t 1 ]; then
		printf '\r  building MinIO … %d min %02d s ' $((seconds / 60)) $((seconds % 60))
	elif [ $((seconds % 15)) -eq 0 ]; then
		printf '  building MinIO … %d min %02d s\n' $((seconds / 60)) $((seconds % 60))
	fi
done
[ ! -t 1 ] || printf '\r\033[K'
if ! wait "$build"; then
	build=
	tail -n 20 "$log" >&2
	echo "setup: MinIO could not be built: the module proxy must be reachable (go env GOPROXY) and 3 GB of disk free; then run this again." >&2
	exit 1
fi
build=
mv "$binary.part" "$binary"
echo "  MinIO built in $((seconds / 60)) min $((seconds % 60)) s."
