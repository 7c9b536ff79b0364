#!/usr/bin/env bash
# Rewires small matrices in oclgrind, a simulator of OpenCL devices that sees races between work-items:
#     tools/gpu/races.sh [PYTHON]
# Wants oclgrind, and a Python with numpy, ml_dtypes and pyopencl (tools/gpu/requirements.txt). A minute.
set -euo pipefail
cd "$(dirname "$0")"

said=$(oclgrind --data-races "${1:-python3}" check_kernel.py opencl --small 2>&1) || { echo "$said"; exit 1; }
echo "$said"
if grep -qiE 'data race|invalid (read|write)' <<<"$said"; then
  exit 1
fi
