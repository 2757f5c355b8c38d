#!/bin/sh
# Installs what only tests and benchmarks need: a browser (pages), ffmpeg (sample videos), bubblewrap (jail), what lists drive
# images and makes them, and djpeg (the yardstick of bench-ingest). Silent when all is there.
set -eu

missing=
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v bwrap >/dev/null 2>&1 || missing="$missing bubblewrap"
command -v ffmpeg >/dev/null 2>&1 || missing="$missing ffmpeg"
command -v djpeg >/dev/null 2>&1 || missing="$missing libjpeg-turbo-progs"
for tool in fiwalk:sleuthkit ewfacquire:ewf-tools mkfs.ext4:e2fsprogs mkfs.fat:dosfstools mcopy:mtools mkfs.ntfs:ntfs-3g mkfs.exfat:exfatprogs sfdisk:fdisk xorriso:xorriso zstd:zstd qemu-img:qemu-utils; do
	PATH=$PATH:/usr/sbin:/sbin command -v "${tool%%:*}" >/dev/null 2>&1 || missing="$missing ${tool#*:}"
done
[ -n "$missing" ] || exit 0

. "$(dirname "$0")/apt.sh"
# shellcheck disable=SC2086 # a list of words on purpose
need_debian $missing
echo "Installing from Debian, for the tests:$missing …"
# shellcheck disable=SC2086
install_packages $missing
