#!/bin/sh
# SPDX-License-Identifier: MIT
# For external stonith scripts, which expect it in PATH: ha_log.sh SEVERITY TEXT...  The command stonith logs what a script
# prints to standard error, without any secret in it.
severity=${1:-info}
[ $# -eq 0 ] || shift
printf '%s: %s\n' "$severity" "$*" >&2
