#!/usr/bin/env bash
# Checks the Python package: style, types, and its tests with real PyTorch and Keras.
#
#     tools/python/check.sh [FOLDER]
#
# Makes FOLDER, tools/.venv-python by default, a virtual environment of requirements-test.txt if it is none yet (3 GB of
# download). Ends with exit code 75, and says so, where the packages can't be had.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv=${1:-tools/.venv-python}
pip=("$venv/bin/python" -m pip install -q --no-deps --disable-pip-version-check)
python=$(command -v python3.11 || command -v python3)
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
if ! timeout 900 "${pip[@]}" -r tools/python/requirements-test.txt; then
  echo "SKIPPED: the packages of tools/python/requirements-test.txt can't be had; the Python package is not tested" >&2
  exit 75
fi
"${pip[@]}" --no-build-isolation -e tools/python

bin=$(cd "$venv/bin" && pwd)
cd tools/python
"$bin/ruff" check --no-cache
"$bin/ruff" format --check --no-cache
"$bin/mypy" --cache-dir /dev/null
"$bin/python" -m pytest -p no:cacheprovider
