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
# Where a limit leaves Java no memory or files it crashes, or ends with 1, as if verification failed. So where there is such
# a limit, that counts only if the program has left word in a file that it ended by itself, and how; Java may crash after that, too.
is_limited() {
  [ "$(ulimit -v) $(ulimit -d)" != "unlimited unlimited" ] || { [ "$(ulimit -n)" != unlimited ] && [ "$(ulimit -n)" -lt 64 ]; }
}
if is_limited; then
  PAREWIRE_ENDED=$(
    PATH=$tools
    mktemp
  )
  export PAREWIRE_ENDED
  "$folder/onnx-parewire-java" "$@"
  status=$?
  # 128 and the number of SIGABRT, or of SIGSEGV.
  case $status in
    1 | 134 | 139)
      if ! read -r status <"$PAREWIRE_ENDED"; then
        echo "onnx-parewire: Java ended for want of memory or files; raise the limits, as 'ulimit -a' shows them" >&2
        status=5
      fi
      ;;
  esac
  (
    PATH=$tools
    rm -f "$PAREWIRE_ENDED"
  )
  exit "$status"
fi
exec "$folder/onnx-parewire-java" "$@"
