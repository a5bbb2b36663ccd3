#!/bin/sh
# Installs Claude Code's sign-in to Amazon Bedrock for the person who runs it: checks this folder against SHA256SUMS, picks
# the program for this computer, and lets it do the rest. Needs no root, no Python, no AWS CLI.
#
# Usage: ./install.sh [OPTION...]      what can be chosen: ./install.sh --help
set -eu

main() {
  here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
  refuse_sudo
  platform=$(platform)
  program=credential-process-$platform
  [ -f "$here/$program" ] || fail platform-missing \
    "this package holds no program for $(uname -s) on $(uname -m) ($program)" \
    "ask your administrator for a package with $platform"
  verify
  start "$@"
}

# With sudo the files would belong to root, in a home of somebody else.
refuse_sudo() {
  if [ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then
    fail run-as-yourself "this is for $SUDO_USER, and sudo would make the files root's" "run ./install.sh without sudo"
  fi
}

platform() {
  system=$(uname -s) machine=$(uname -m)
  case $system in
    Darwin)
      # A shell that was started for Intel on an Apple processor says x86_64.
      if [ "$(sysctl -n hw.optional.arm64 2>/dev/null || echo 0)" = 1 ]; then machine=arm64; fi
      case $machine in
        arm64) echo macos-arm64 ;;
        *) echo macos-intel ;;
      esac
      ;;
    Linux)
      case $machine in
        aarch64 | arm64) echo linux-arm64 ;;
        x86_64 | amd64) echo linux-x64 ;;
        *) fail platform-unknown "there is no program for Linux on $machine" "ask your administrator" ;;
      esac
      ;;
    MINGW* | MSYS* | CYGWIN*) fail platform-windows "this is Windows" "run install.bat" ;;
    *) fail platform-unknown "there is no program for $system" "ask your administrator" ;;
  esac
}

# Every file that the list names must be as it says, and the list must name what is about to be run.
verify() {
  [ -f "$here/SHA256SUMS" ] || fail package-damaged "SHA256SUMS is missing" "get the package again"
  for file in "$program" config.json; do
    grep -q "^[0-9a-f]\{64\} [ *]$file\$" "$here/SHA256SUMS" ||
      fail package-damaged "SHA256SUMS does not name $file" "get the package again"
  done
  while read -r expected file; do
    file=${file#\*}
    [ -f "$here/$file" ] || fail package-damaged "$file is missing" "get the package again, and unpack all of it"
    [ "$(digest "$here/$file")" = "$expected" ] ||
      fail package-damaged "$file is not the file that was packed" "get the package again; tell your administrator"
  done <"$here/SHA256SUMS"
}

digest() {
  if command -v sha256sum >/dev/null 2>&1; then
    sum=$(sha256sum <"$1")
  elif command -v shasum >/dev/null 2>&1; then
    sum=$(shasum -a 256 <"$1")
  elif command -v openssl >/dev/null 2>&1; then
    sum=$(openssl dgst -sha256 -r <"$1")
  else
    fail no-checksum-tool "sha256sum, shasum and openssl are all missing" "install one of them"
  fi
  echo "${sum%% *}"
}

# From a copy: the package may lie on a medium without execute permission, or have lost it on the way.
start() {
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/ccwb-install.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  cp "$here/$program" "$scratch/credential-process"
  chmod 700 "$scratch/credential-process"
  if [ "$(uname -s)" = Darwin ]; then
    xattr -d com.apple.quarantine "$scratch/credential-process" 2>/dev/null || :
  fi
  status=0
  "$scratch/credential-process" install --package "$here" "$@" || status=$?
  exit "$status"
}

# fail CODE WHAT HINT
fail() {
  printf 'error[%s]: %s\nhint: %s\n' "$1" "$2" "$3" >&2
  exit 3
}

main "$@"
