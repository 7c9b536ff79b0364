#!/usr/bin/env bash
# Checks the CUDA build on this machine's GPU, and prints one table:
#
#     tools/gpu_check.sh [MODEL.onnx]...
#
# It builds, runs the parity tests on the card, rewires each test model on the card and on the
# processor and compares the files byte for byte, and times the models given. Without any it times
# one of 0.4 GB that it makes, if python3 has onnx and numpy. What the steps print is in
# target/gpu-check. Exits with 0 if everything holds, else with 1.
set -uo pipefail
cd "$(dirname "$(dirname "$(readlink -f "$0")")")" || exit 1

out=target/gpu-check
mkdir -p "$out"
rows=()
failed=0

holds() { rows+=("$1|ok|$2"); }
fails() {
  rows+=("$1|FAILED|$2")
  failed=1
}

finish() {
  {
    printf 'check|outcome|detail\n'
    printf '%s\n' "${rows[@]}"
  } | awk -F'|' '{ printf "%-44s  %-7s  %s\n", $1, $2, $3 }'
  exit "$failed"
}

# A step whose failure leaves nothing to go on with.
must() {
  local name=$1 log=$out/$2.log
  shift 2
  echo "gpu_check: $name ..." >&2
  if "$@" >"$log" 2>&1; then
    holds "$name" ""
  else
    fails "$name" "$(tail -n 1 "$log"); see $log"
    finish
  fi
}

# CUDA 12 and cuDNN 9, which ONNX Runtime needs, are on PyPI. The launcher looks for them here.
cuda12=target/cuda-12
has_cuda12() {
  ldconfig -p 2>/dev/null | grep -q 'libcublasLt\.so\.12' ||
    compgen -G "$cuda12/nvidia/*/lib/libcublasLt.so.12" >/dev/null ||
    tr ':' '\n' <<<"${LD_LIBRARY_PATH:-}" | while read -r folder; do
      [ -n "$folder" ] && [ -e "$folder/libcublasLt.so.12" ] && echo found
    done | grep -q found
}

must "nvidia-smi" smi nvidia-smi -L
rows[-1]="nvidia-smi|ok|$(nvidia-smi --query-gpu=name,driver_version,compute_cap \
  --format=csv,noheader 2>/dev/null | head -n 1)"
if ! has_cuda12; then
  must "CUDA 12 and cuDNN 9 from PyPI" pip python3 -m pip install -q --no-deps --target "$cuda12" \
    nvidia-cublas-cu12==12.8.4.1 nvidia-curand-cu12==10.3.9.90 \
    nvidia-cuda-runtime-cu12==12.8.90 nvidia-cudnn-cu12==9.10.2.21
fi
must "build: mvn -Pcuda package" build mvn -B -ntp -Pcuda -DskipTests package
must "build: mvn package" build-cpu mvn -B -ntp -DskipTests package
must "rewires and verifies on the card" first tools/onnx-parewire testmodels/torchscript_cnn.onnx \
  "$out/first.onnx" --device cuda -v

echo "gpu_check: parity tests ..." >&2
if CUDA_DEVICE_ORDER=PCI_BUS_ID mvn -B -ntp -Pcuda -Dtest.device=cuda -Dtest=Nd4jKernelTest test \
  >"$out/tests.log" 2>&1; then
  holds "parity tests on the card" "$(grep -o 'Tests run: [0-9]*' "$out/tests.log" | tail -n 1)"
else
  fails "parity tests on the card" "see $out/tests.log"
fi

echo "gpu_check: test models ..." >&2
same=0
different=()
for model in testmodels/*.onnx; do
  name=$(basename "$model")
  mkdir -p "$out/cpu" "$out/cuda"
  if tools/onnx-parewire "$model" "$out/cpu/$name" --sampler exponential -q >>"$out/models.log" 2>&1 &&
    tools/onnx-parewire "$model" "$out/cuda/$name" --device cuda -q >>"$out/models.log" 2>&1 &&
    cmp -s "$out/cpu/$name" "$out/cuda/$name"; then
    same=$((same + 1))
  else
    different+=("$name")
  fi
done
if [ "${#different[@]}" -eq 0 ]; then
  holds "test models: card equals processor" "$same models, byte for byte"
else
  fails "test models: card equals processor" "not so: ${different[*]}; see $out/models.log"
fi

models=("$@")
if [ "${#models[@]}" -eq 0 ]; then
  if python3 tools/bench/make_huge_model.py "$out" --gigabytes 0.4 >"$out/make.log" 2>&1; then
    models=("$out/huge.onnx")
  else
    rows+=("benchmark|none|give models, or let python3 have onnx and numpy")
  fi
fi

# The seconds of a report's stage.
seconds() { sed -n "s/.*\"$2\" : \([0-9.]*\).*/\1/p" "$1" | head -n 1; }

benchmark() {
  local model=$1 label=$2 report=$out/report.json
  shift 2
  if tools/onnx-parewire "$model" "$out/benchmark.onnx" --json "$report" -q "$@" \
    >>"$out/benchmark.log" 2>&1; then
    rows+=("$(basename "$model"), $label|ok|rewire $(seconds "$report" rewire) s, verify $(seconds "$report" verify) s")
  else
    fails "$(basename "$model"), $label" "$(tail -n 1 "$out/benchmark.log")"
  fi
}

for model in "${models[@]}"; do
  echo "gpu_check: $model ..." >&2
  benchmark "$model" "processor, reference"
  benchmark "$model" "processor, exponential" --sampler exponential
  benchmark "$model" "card" --device cuda
done
finish
