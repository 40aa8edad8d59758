#!/bin/sh
# The demo: a folder of real photographs and their transforms, a list of some of them, a scan, and what it shows.
#
#   run_demo.sh BUILD_DIR WORK_DIR
#
# BUILD_DIR holds the built tool; photographs come from WORK_DIR/cache (fetch_photos.sh), all else goes to
# WORK_DIR/demo. May be run again at any time.
set -eu

if [ $# -ne 2 ]; then
    echo "usage: $0 BUILD_DIR WORK_DIR" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
tool=$(cd "$1" && pwd)/examples/cli
mkdir -p "$2/demo"
work=$(cd "$2" && pwd)
PATH=$tool:$PATH

step() { printf '\n== %s\n' "$*"; }
# Shows a command as one would type it, and runs it.
show() {
    printf '$ %s\n' "$*"
    "$@"
}

"$here/fetch_photos.sh" "$work/cache"

step "Making a folder of photographs and of copies as they turn up: recompressed, resized, brightened, mirrored"
python=$work/demo/venv/bin/python
if ! "$python" -c 'import PIL' 2>/dev/null; then
    "${PYTHON:-python3}" -m venv "$work/demo/venv"
    "$python" -m pip install -q --disable-pip-version-check pillow
fi
"$python" "$here/make_demo.py" "$work/cache/photos" "$work/demo"
cd "$work/demo"

step "Hashing the photographs that are to be known, and making a list of them"
echo '$ tutela hash photos/originals/... > hashes.csv'
tr '\n' '\0' <listed.txt | xargs -0 tutela hash >hashes.csv
# A list has lines hex,id,category,label; the label is the name of the file here.
awk -F, '{ n = split($3, part, "/"); printf "%s,demo-%03d,demo,%s\n", $1, NR, part[n] }' hashes.csv >known.txt
show tutela list build known.tutela known.txt

step "Scanning the folder"
code=0
show tutela scan --list known.tutela photos || code=$?
[ "$code" -le 1 ] || exit "$code"
echo "(exit code $code: $([ "$code" -eq 1 ] && echo "something matched" || echo "nothing matched"))"

step "The same scan as JSON Lines, for machines"
show tutela scan --list known.tutela --format jsonl --output report.jsonl photos || [ $? -eq 1 ]
echo "\$ grep -m 1 '\"matched\"' report.jsonl"
grep -m 1 '"matched"' report.jsonl || true

step "What this shows"
"$python" "$here/explain.py" report.jsonl truth.json
printf '\nThe folder, the list and the report are in %s\n' "$work/demo"
