#!/bin/sh
# Takes back what install.sh did: signs out, restores ~/.aws and Claude Code's settings, removes the programs.
#
# Usage: uninstall.sh [OPTION...]      what can be chosen: uninstall.sh --help
set -eu

installed=$HOME/claude-code-with-bedrock
if [ ! -x "$installed/credential-process" ]; then
  printf 'error[not-installed]: there is no %s\nhint: nothing is left to be done\n' "$installed/credential-process" >&2
  exit 3
fi
exec "$installed/credential-process" uninstall "$@"
