# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Shared by the shell tests: verdicts (TAP), waiting for a state, own namespaces.  Sourced by the lib.sh of tests/live,
# tests/ldirectord, tests/stonith, tests/interop, tests/vm and tests/servers, run by bash.

TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BUILD=${BUILD:-$TESTS/../build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac

# --- namespaces ---------------------------------------------------------------------------------------------------------
# First call of a test: run it again as process 1 of new mount and PID namespaces, and of those in the options.  When the
# test ends, however
# it ends, the kernel removes its processes, mounts and networks.  WRAPPER, such as tests/open_root, runs the test inside.
namespaces_enter() { # "[--net] [WRAPPER]" ARGUMENT-OF-THE-TEST...
	local options=$1
	shift
	[ "$(id -u)" -eq 0 ] || { echo "Bail out! ${0##*/} needs root: it makes namespaces" && exit 1; }
	if [ -z "${NAMESPACES_INSIDE:-}" ]; then
		# shellcheck disable=SC2086 # a list
		NAMESPACES_INSIDE=1 BUILD=$BUILD exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc $options \
			bash "$0" "$@"
	fi
	unset NAMESPACES_INSIDE
	umask 022                    # users without privileges must be able to read the files of a test
	trap 'exit 130' INT TERM HUP # process 1 gets no signal without a handler
	export LC_ALL=C
}

# --- verdicts (TAP) -----------------------------------------------------------------------------------------------------
CHECKS=0 CHECKS_FAILED=0

pass() {
	CHECKS=$((CHECKS + 1))
	printf 'ok %d - %s\n' "$CHECKS" "$1"
}

fail() { # SENTENCE [what was found instead]...
	CHECKS=$((CHECKS + 1)) CHECKS_FAILED=$((CHECKS_FAILED + 1))
	printf 'not ok %d - %s\n' "$CHECKS" "$1"
	shift
	[ $# -eq 0 ] || printf '#   %s\n' "$@"
}

check() { # SENTENCE COMMAND...: passes when COMMAND succeeds; its output is not shown
	local sentence=$1
	shift
	if "$@" >/dev/null 2>&1; then pass "$sentence"; else fail "$sentence" "failed: $*"; fi
}

check_not() { # SENTENCE COMMAND...: passes when COMMAND fails
	local sentence=$1
	shift
	if "$@" >/dev/null 2>&1; then fail "$sentence" "succeeded: $*"; else pass "$sentence"; fi
}

is() { # SENTENCE FOUND EXPECTED
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "found: $2" "expected: $3"; fi
}

at_most() { # SENTENCE FOUND LIMIT: whole numbers
	case $2 in
	'' | *[!0-9]*) fail "$1" "found: '$2', which is not a whole number" ;;
	*) if [ "$2" -le "$3" ]; then pass "$1 ($2 of at most $3)"; else fail "$1" "found: $2" "at most: $3"; fi ;;
	esac
}

note() { printf '# %s\n' "$*"; }

# Print the last lines of a test.  True when all checks passed.  tests/check finds the slowest cases by the second line.
plan() { # NAME-OF-THE-CASE
	printf '1..%d\n' "$CHECKS"
	note "took $SECONDS s: $1"
	[ "$CHECKS_FAILED" -eq 0 ]
}

# --- waiting ------------------------------------------------------------------------------------------------------------
now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

exec {NOTHING}<> <(:) # a pipe without data: reading it with a time-out is a pause without a process
pause() { read -rt "$1" -u "$NOTHING" || :; } # SECONDS

wait_for() { # SECONDS COMMAND...: wait until it succeeds; false when the time is up
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000)) polls=0
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		if [ $((polls++)) -lt 25 ]; then pause "$POLL_S"; else pause "$LATER_POLL_S"; fi
	done
}
# Between two questions of wait_for.  A question often starts processes, so the later ones are rarer.
POLL_S=0.02 LATER_POLL_S=0.1

# A slow or busy machine may need so long for an action that is quick on a quiet machine.  No test asserts speed:
# tests/bench measures that, and the simulator asserts it on a virtual clock.
LIMIT_S=60
soon() { wait_for "$LIMIT_S" "$@"; } # COMMAND...
look_on() { pause "$1"; }            # SECONDS: for an event that must not happen, because no state shows that it will not
