#!/bin/sh
# Starts onnx-parewire. In the locale C, or one that is not installed, Java could name no file beyond ASCII.
tools=${PATH:+$PATH:}/usr/bin:/bin
charmap=$(
  PATH=$tools
  locale charmap 2>/dev/null
  LC_ALL=C.UTF-8 locale charmap 2>/dev/null
)
if [ "$charmap" = "ANSI_X3.4-1968
UTF-8" ]; then
  LC_ALL=C.UTF-8
  export LC_ALL
fi
folder=$(
  PATH=$tools
  dirname "$(readlink -f "$0")"
)
# Java that can't start for a limit would end with 1, as if verification failed.
if [ "$(ulimit -v)" != unlimited ] && ! "$folder/onnx-parewire-java" --version >/dev/null 2>&1; then
  echo "onnx-parewire: Java can't start: the limit on memory, $(ulimit -v) KiB (ulimit -v), is too low; raise it" >&2
  exit 5
fi
exec "$folder/onnx-parewire-java" "$@"
