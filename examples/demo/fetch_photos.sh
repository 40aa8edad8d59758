#!/bin/sh
# Fetches real, harmless photographs out of Debian packages, without installing them.
#
#   fetch_photos.sh CACHE_DIR [PACKAGE...]
#
# Without a package: those that the demo is made of (30 MB).
# Leaves the package files in CACHE_DIR/debs and their contents in CACHE_DIR/photos/PACKAGE. What is there already is
# not fetched again, nor is a package that the tests fetched (CACHE_DIR/../photos/packages). Needs no root. Says which packages cannot be had; fails when none can.
set -eu

if [ $# -lt 1 ]; then
    echo "usage: $0 CACHE_DIR [PACKAGE...]" >&2
    exit 2
fi
mkdir -p "$1/debs" "$1/photos"
cache=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- kphotoalbum lomiri-wallpapers-16.04 palapeli-data

# A folder photos/PACKAGE appears only when it is whole, so an interrupted run is simply repeated.
fetch() {
    package=$1
    unpacked=$cache/photos/$package
    [ -d "$unpacked" ] && return 0
    deb=$(newest "$cache/../photos/packages/${package}")
    if [ -z "$deb" ]; then
        download "$package" || return 1
        deb=$(newest "$cache/debs/${package}")
    fi
    rm -rf "$unpacked.part"
    mkdir "$unpacked.part"
    dpkg-deb -x "$deb" "$unpacked.part" || return 1
    mv "$unpacked.part" "$unpacked"
}

# The newest package file, should an older version lie beside it.
newest() { ls -t "$1"_*.deb 2>/dev/null | head -n 1; }

download() {
    echo "fetching $1" >&2
    # As root, apt would download as another user, who may not be able to write here.
    (cd "$cache/debs" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "$1" >"$1.log" 2>&1) || {
        tail -n 1 "$cache/debs/$1.log" >&2
        return 1
    }
    rm -f "$cache/debs/$1.log"
}

got=0
for package in "$@"; do
    if fetch "$package"; then
        got=$((got + 1))
    else
        echo "missing: $package (is the package list fresh? apt-get update)" >&2
    fi
done
if [ "$got" -eq 0 ]; then
    echo "none of the packages could be had: $*" >&2
    exit 1
fi
