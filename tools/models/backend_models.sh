#!/usr/bin/env bash
# Runs onnx-parewire on all models of the onnx package's backend tests, and writes docs/backend-models.md.
#     tools/models/backend_models.sh [--no-write] [GROUP]...
# Makes the virtual environment tools/.venv-backend if it is none yet (40 MB of download, from PyPI). It takes two
# minutes. Exit code 1: a model ended in another way than rewired, no layer or refused, or not as numpy reads it.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv=tools/.venv-backend
python=$(command -v python3.11 || command -v python3)
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install -q --no-deps --disable-pip-version-check -r tools/models/requirements-backend.txt

tools/onnx-parewire --version >/dev/null # builds it
exec "$venv/bin/python" tools/models/backend_models.py "$@"
