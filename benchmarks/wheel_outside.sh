#!/bin/sh
# Does the wheel alone open a market? sh benchmarks/wheel_outside.sh [USER] [PORT]
#
# Builds a wheel from the tree, installs it with the pinned requirements into an empty environment outside the
# repository, and there, in an empty folder and with an empty process environment, opens a market without and with the
# sample, asks for its pages, and closes it. As root, the part outside runs as USER (an ordinary user); PYTHON names
# their Python. Prints a line a step and ends with "the wheel stands alone".
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
user=${1:-$(id -un)}
port=${2:-8077}
python=${PYTHON:-python3}
place=$(mktemp -d /tmp/peakday-wheel-XXXXXX)
chmod 755 "$place"

if [ "$(id -u)" = 0 ] && [ "$user" = root ]; then
    echo "As root name an ordinary user: sh benchmarks/wheel_outside.sh USER"
    exit 1
fi

mkdir "$place/dist"
"$python" -m venv "$place/build"
"$place/build/bin/python" -m pip wheel -q --disable-pip-version-check --no-deps -w "$place/dist" "$root"
cp "$root/requirements/run.txt" "$place/"
echo "built $(basename "$place"/dist/*.whl)"

cat > "$place/outside.sh" <<'OUTSIDE'
set -eu
place=$1 port=$2 python=$3
mkdir "$place/home" "$place/empty"
"$python" -m venv "$place/venv"
"$place/venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$place/run.txt"
"$place/venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps "$place"/dist/*.whl
echo "installed into an empty environment: $("$place/venv/bin/peakday" --version)"
cd "$place/empty"
peakday() { env -i HOME="$place/home" PATH=/usr/bin:/bin LANG=C.UTF-8 "$place/venv/bin/peakday" "$@"; }
page() { env -i PATH=/usr/bin:/bin "$place/venv/bin/python" - "$port" "$1" <<'PAGE'
import sys
import httpx
answer = httpx.get(f"http://127.0.0.1:{sys.argv[1]}{sys.argv[2]}", trust_env=False, timeout=30)
assert answer.status_code == 200, (answer.status_code, answer.text[:300])
print(f"  {sys.argv[2]} answers {len(answer.content):,} bytes")
PAGE
}
trap 'peakday down > /dev/null 2>&1 || true' EXIT

begun=$(date +%s)
peakday up --no-sample --port "$port" > "$place/up.txt" || { cat "$place/up.txt"; exit 1; }
echo "up without the sample in $(($(date +%s) - begun)) s"
peakday status > /dev/null
for path in /health /sign-in /static/peakday.css /static/vendor/tabler.min.css /v1/openapi.json; do page "$path"; done
peakday where split money | grep -q split || { echo "where knows nothing"; exit 1; }
peakday audit > "$place/audit.txt" || { cat "$place/audit.txt"; exit 1; }
peakday down > /dev/null
echo "status, pages, where, audit, down"

if [ "${SAMPLE:-1}" = 1 ]; then
    begun=$(date +%s)
    peakday up --port "$port" > "$place/up.txt" || { cat "$place/up.txt"; exit 1; }
    echo "up with the sample in $(($(date +%s) - begun)) s"
    page /sign-in
    peakday import verify complete-journey
    peakday down > /dev/null
fi
echo "the wheel stands alone"
OUTSIDE

run="sh $place/outside.sh $place $port $python"
if [ "$(id -u)" = 0 ]; then
    chown -R "$user" "$place"
    su "$user" -c "$run"
else
    $run
fi
rm -rf "$place"
