#!/bin/sh
# Renews the pages' assets from npm at exact versions: what browsers get into api/web/static, what only tests need
# into api/web/testdata, and the decoder of JPEG 2000, each with its licence. The digests below make sure that a version
# is what it was.
set -eu
cd "$(dirname "$0")/../.."
static=api/web/static testdata=api/web/testdata openjpeg=hashing/openjpeg
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# take PACKAGE VERSION: unpacks it into $work/package.
take() {
	rm -rf "$work/package"
	(cd "$work" && npm pack --silent "$1@$2" >name && tar -xzf "$(cat name)")
}

# keep SHA256 FROM TO: copies one file of the package after a look at its digest.
keep() {
	echo "$1  $work/package/$2" | sha256sum --check --quiet || { echo "assets: $2 is not the expected one" >&2; exit 1; }
	cp "$work/package/$2" "$3"
}

take htmx.org 4.0.1
keep a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130 dist/htmx.min.js "$static/htmx.min.js"
keep d3d2456f76414f2456104660ebd65aff1c04cd7966b942bdabd63f3cdb316a38 LICENSE "$static/htmx.LICENSE.txt"

take @picocss/pico 2.1.1
keep fbc9a63fc9fc9f72d12fd7fc9806e11fa9f77ae4f9cad146b27003a1119ba3db css/pico.min.css "$static/pico.min.css"
keep afaff063e044233f917b7807dccab022f09dca474f92b642846bee4850655bbf LICENSE.md "$static/pico.LICENSE.md"

take axe-core 4.14.1
keep 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c axe.min.js "$testdata/axe.min.js"
keep af175b9d96ee93c21a036152e1b905b0b95304d4ae8c2c921c7609100ba8df7e LICENSE "$testdata/axe.LICENSE.txt"

take pdfjs-dist 6.5.438
keep 7ea4b2b04613370ad4e9c1162da750cc88b4b176eac0d0c164b3caff23fc0a46 wasm/openjpeg.wasm "$openjpeg/openjpeg.wasm"
keep a6af136f3e15038a666b61f376612a07d9a4e48cb7c01adbf3e33b3f14ab49b6 wasm/LICENSE_OPENJPEG "$openjpeg/openjpeg.LICENSE.txt"
keep 717fc62da03292dbb4dd0c8280bd4ce7bb8550dcf31d772bc93455fb50313425 wasm/LICENSE_PDFJS_OPENJPEG "$openjpeg/pdfjs.LICENSE.txt"
