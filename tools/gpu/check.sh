#!/usr/bin/env bash
# Checks the OpenCL kernel by itself: that NVRTC compiles it for several architectures, and, where oclgrind is installed,
# that its work-items run no races and give numpy's bytes.
#     tools/gpu/check.sh FOLDER
# FOLDER gets the virtual environment (100 MB of download, from PyPI). Exit code 1: something differs; 75: the packages
# can't be had.
set -euo pipefail
cd "$(dirname "$0")"
venv=${1:?expected a folder for the virtual environment}

python=$(command -v python3.11 || command -v python3)
if ! { [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"; } ||
  ! "$venv/bin/python" -m pip install -q --no-deps --disable-pip-version-check -r requirements.txt; then
  echo "SKIPPED: the packages of tools/gpu/requirements.txt can't be had" >&2
  exit 75
fi

"$venv/bin/python" nvrtc.py
if command -v oclgrind >/dev/null; then
  ./races.sh "$venv/bin/python"
else
  echo "SKIPPED: no oclgrind; nothing looks for races" >&2
fi
