#!/usr/bin/env bash
# Checks an OpenCL device against this machine's processor, and prints one table:
#
#     tools/gpu_check.sh [--jar JAR] [DEVICE] [MODEL.onnx]...
#
# DEVICE is what --device takes, such as gpu (the default) or opencl:1. It lists the devices, rewires
# each test model on the processor and on the device and compares the files byte for byte, and
# measures both, of the models given; without any, of the largest test model. It takes a Java and a
# jar: the one given, or what 'mvn package' has left in target. What the steps print is in
# target/gpu-check, or in $OUT. Exits with 0 if everything holds, else with 1.
set -uo pipefail
cd "$(dirname "$(dirname "$(readlink -f "$0")")")" || exit 1

jar=
if [ "${1:-}" = --jar ]; then
  jar=${2:?expected a jar after --jar}
  shift 2
fi
device=gpu
if [ $# -gt 0 ] && [ ! -e "$1" ]; then
  device=$1
  shift
fi
if [ -z "$jar" ]; then
  for jar in target/onnx-parewire-*.jar target/onnx-parewire.jar; do
    [ -e "$jar" ] && break
  done
fi
if [ ! -e "$jar" ]; then
  echo "gpu_check: expected a jar, found none at $jar; give it with --jar, or build it with 'mvn -DskipTests package'" >&2
  exit 1
fi

out=${OUT:-target}/gpu-check
rm -rf "$out"
mkdir -p "$out/cpu" "$out/device"
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

program() {
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:+UseSerialGC -jar "$jar" "$@"
}

# The seconds of a report's stage, and a text of it.
seconds() { sed -n "s/.*\"$2\" : \([0-9.]*\).*/\1/p" "$1" | tail -n 1; }
text() { sed -n "s/.*\"$2\" : \"\([^\"]*\)\".*/\1/p" "$1" | head -n 1; }

echo "gpu_check: devices ..." >&2
program devices 2>&1 | tee "$out/devices.log" >&2

first=testmodels/torchscript_cnn.onnx
if program "$first" "$out/first.onnx" --device "$device" -q --json "$out/first.json" >"$out/first.log" 2>&1; then
  holds "$device rewires and verifies" "$(grep -A4 '"openCl"' "$out/first.json" | text - name), driver $(text "$out/first.json" driver)"
else
  fails "$device rewires and verifies" "$(tail -n 1 "$out/first.log")"
  finish
fi

echo "gpu_check: test models ..." >&2
if program testmodels/*.onnx --out-dir "$out/cpu" -q >"$out/models.log" 2>&1 &&
  program testmodels/*.onnx --out-dir "$out/device" --device "$device" -q >>"$out/models.log" 2>&1; then
  different=()
  for model in testmodels/*.onnx; do
    name=$(basename "$model")
    cmp -s "$out/cpu/$name" "$out/device/$name" || different+=("$name")
  done
  if [ "${#different[@]}" -eq 0 ]; then
    holds "test models: $device equals the processor" "$(printf '%s\n' testmodels/*.onnx | wc -l) models, byte for byte"
  else
    fails "test models: $device equals the processor" "not so: ${different[*]}"
  fi
else
  fails "test models: $device equals the processor" "$(tail -n 1 "$out/models.log"); see $out/models.log"
fi

models=("$@")
if [ "${#models[@]}" -eq 0 ]; then
  # shellcheck disable=SC2012 # their names are plain
  models=("$(ls -S testmodels/*.onnx | head -n 1)")
fi

# Median of three runs, after one that leaves what is compiled and read.
measure() {
  local model=$1 label=$2 target=$3 report=$out/report.json rewire=()
  shift 3
  for run in 0 1 2 3; do
    if ! program "$model" "$target" --json "$report" -q "$@" >>"$out/times.log" 2>&1; then
      fails "$(basename "$model"), $label" "$(tail -n 1 "$out/times.log")"
      return
    fi
    [ "$run" = 0 ] || rewire+=("$(seconds "$report" rewire)")
  done
  holds "$(basename "$model"), $label" \
    "rewire $(printf '%s\n' "${rewire[@]}" | sort -g | sed -n 2p) s (of $(printf '%s ' "${rewire[@]}")), verify $(seconds "$report" verify) s"
}

for model in "${models[@]}"; do
  echo "gpu_check: times of $model ..." >&2
  measure "$model" "processor" "$out/cpu/time.onnx"
  measure "$model" "$device" "$out/device/time.onnx" --device "$device"
  if cmp -s "$out/cpu/time.onnx" "$out/device/time.onnx"; then
    holds "$(basename "$model"): the same bytes" ""
  else
    fails "$(basename "$model"): the same bytes" "they differ"
  fi
done
finish
