#!/usr/bin/env bash
# Builds the wheels of parewire, onnx-parewire and onnx-parewire-nd4j into FOLDER, and checks them.
#
#     tools/python/build_wheels.sh FOLDER [PLATFORM...|all]
#
# PLATFORM is linux-x86_64, linux-arm64, macosx-arm64 or windows-x86_64; this machine's by default. Needs a JDK 17, Maven
# 3.8 and Python 3.10. Ends with exit code 75, and says so, where the packages of wheels/requirements.txt can't be had.
set -euo pipefail

[ $# -gt 0 ] || { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")/wheels" && pwd)
venv=$here/../../.venv-wheels
python=$(command -v python3.11 || command -v python3)
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
if ! timeout 600 "$venv/bin/python" -m pip install -q --no-deps --disable-pip-version-check -r "$here/requirements.txt"; then
  echo "SKIPPED: the packages of tools/python/wheels/requirements.txt can't be had; no wheels are built" >&2
  exit 75
fi
rm -f "$1"/*parewire*.whl
"$venv/bin/python" "$here/build.py" "$@"
"$venv/bin/python" "$here/check.py" "$1"
