#!/bin/sh
# Makes the fixtures beside it with cjpeg of libjpeg-turbo-progs from a drawn picture. They are committed, so that the
# tests need no cjpeg.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
awk 'BEGIN { w = 83; h = 61; print "P3", w, h, 255; srand(7)
  for (y = 0; y < h; y++) for (x = 0; x < w; x++) {
    r = 90 + 60 * sin(x / 9) + 30 * cos(y / 5); g = 120 + 50 * sin((x + y) / 13); b = 60 + 100 * y / h
    if ((x - 50) ^ 2 + (y - 25) ^ 2 < 200) { r = 200; g = 190 - y; b = 40 + x }
    if (y > 45 && y < 50) { r = g = b = 30 + x }
    n = rand() * 24 - 12; print byte(r + n), byte(g + n), byte(b + n) } }
  function byte(v) { return v < 0 ? 0 : v > 255 ? 255 : int(v) }' >"$tmp/drawn.ppm"
make() { name=$1; shift; cjpeg "$@" -outfile "$name.jpg" "$tmp/drawn.ppm"; }
make baseline-444 -quality 85 -sample 1x1
make baseline-420 -quality 85
make baseline-440 -quality 85 -sample 1x2
make baseline-411 -quality 85 -sample 4x1
make baseline-q100 -quality 100 -sample 2x1
make optimized -quality 70 -optimize
make quant16 -quality 3 -sample 2x2
make grey -quality 85 -grayscale
make restart -quality 85 -restart 3B
make luma-below -quality 85 -sample 1x1,2x2,2x2
make luma-below-wide -quality 85 -sample 1x2,2x2,1x1
make progressive-444 -quality 85 -progressive -sample 1x1
make progressive-420 -quality 85 -progressive
make progressive-q100 -quality 100 -progressive -sample 2x1
make progressive-restart -quality 85 -progressive -restart 2B
make progressive-grey -quality 85 -progressive -grayscale
make arithmetic -quality 85 -arithmetic
make rgb -quality 85 -rgb
printf '0;\n1;\n2;\n' >"$tmp/apart"
make apart -quality 85 -scans "$tmp/apart"
make luma-below-apart -quality 85 -sample 1x1,2x2,2x2 -scans "$tmp/apart"
printf '2;\n1;\n0;\n' >"$tmp/chroma-first"
make chroma-first -quality 85 -scans "$tmp/chroma-first"
printf '0 1 2: 0-0, 0, 2;\n0: 1-63, 0, 3;\n0: 1-63, 3, 2;\n0 1 2: 0-0, 2, 1;\n1: 1-63, 0, 0;\n2: 1-63, 0, 0;\n0: 1-63, 2, 1;\n0 1 2: 0-0, 1, 0;\n0: 1-63, 1, 0;\n' >"$tmp/steps"
make progressive-steps -quality 90 -scans "$tmp/steps"
