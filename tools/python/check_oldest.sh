#!/usr/bin/env bash
# Tests the Python package with the oldest versions of its libraries that it says it works with.
#
#     tools/python/check_oldest.sh [FOLDER]
#
# Makes FOLDER, tools/.venv-oldest by default, a virtual environment of requirements-oldest.txt if it is none yet (3 GB of
# download). Ends with exit code 75, and says so, where the packages can't be had.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv=${1:-tools/.venv-oldest}
python=$(command -v python3.11 || command -v python3)
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
if ! timeout 900 "$venv/bin/python" -m pip install -q --no-deps --disable-pip-version-check \
  -r tools/python/requirements-oldest.txt; then
  echo "SKIPPED: the packages of tools/python/requirements-oldest.txt can't be had; the oldest versions are not tested" >&2
  exit 75
fi

bin=$(cd "$venv/bin" && pwd)
cd tools/python
PYTHONPATH=src KERAS_BACKEND=torch "$bin/python" -m pytest -p no:cacheprovider \
  tests/test_arrays.py tests/test_keras.py tests/test_report.py tests/test_torch.py tests/test_torch_distributed.py
