# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests of the daemon share: the real program in a network, mount and PID namespace of its own, before the stand-in ipvsadm.
# A test sources this, says lb_begin, and ends with lb_end; when it ends, however it ends, the kernel removes every process.
set -u
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
LB_TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ROOM=/mnt
# Milliseconds.  What a quiet machine does in a moment may take so long on a slow or busy one.  No test asserts how quick something is.
LIMIT=60000
NUMBER=0 FAILED=0

lb_begin() { # the test's own arguments
	[ "$(id -u)" -eq 0 ] || { echo 'Bail out! needs root: it makes namespaces'; exit 1; }
	[ -n "${LB_INSIDE:-}" ] ||
		LB_INSIDE=1 BUILD=$BUILD exec unshare --mount --propagation private --net --pid --fork --kill-child --mount-proc \
			"$LB_TESTS/open_root" bash "$0" "$@"
	umask 022
	mount -t tmpfs room $ROOM && mkdir $ROOM/up $ROOM/work &&
		mount -t overlay -o lowerdir=/etc,upperdir=$ROOM/up,workdir=$ROOM/work etc /etc &&
		mount -t tmpfs run /run && mount -t tmpfs log /var/log && ip link set lo up ||
		{ echo 'Bail out! the namespaces cannot be made'; exit 1; }
	rm -rf /etc/ha.d && mkdir /etc/ha.d || exit 1
	cd $ROOM || exit 1
	exec {TICK}<> <(:) # a pipe that never has anything to read: a pause without a process
	export LC_ALL=C HOSTNAME=lvsdir IPVSADM=$BUILD/tests/ldirectord/ipvsadm IPVSADM_TABLE=$ROOM/table IPVSADM_LOG=$ROOM/operations
	: >operations
	CF=/etc/ha.d/ldirectord.cf LOG=/var/log/ldirectord.log
}
lb_end() {
	echo "1..$NUMBER"
	echo "# took $SECONDS s: $(basename "$0" .t)"
	[ "$FAILED" -eq 0 ]
	exit
}

ok() { # STATUS SENTENCE
	NUMBER=$((NUMBER + 1))
	if [ "$1" -eq 0 ]; then echo "ok $NUMBER - $2"; return; fi
	FAILED=$((FAILED + 1))
	echo "not ok $NUMBER - $2"
	for file in out err table operations $LOG; do [ ! -e "$file" ] || tail -n 12 "$file" | sed "s|^|# $file: |"; done
	echo "# exit: ${CODE:-}"
}
call() { # ldirectord's arguments; exit 124 when it hangs
	timeout $((LIMIT / 1000)) "$BUILD/sbin/ldirectord" "$@" >out 2>err </dev/null
	CODE=$?
}
want() { # CODE TEXT-IN-OUT TEXT-IN-ERR SENTENCE; an empty text: nothing at all
	local bad=0
	[ "$CODE" -eq "$1" ] || bad=1
	if [ -n "$2" ]; then grep -qF -- "$2" out || bad=1; elif [ -s out ]; then bad=1; fi
	if [ -n "$3" ]; then grep -qF -- "$3" err || bad=1; elif [ -s err ]; then bad=1; fi
	ok $bad "$4"
}
within() { # MILLISECONDS COMMAND...: it becomes true in this time
	local end=$((${EPOCHREALTIME/./} / 1000 + $1))
	shift
	until "$@"; do
		[ $((${EPOCHREALTIME/./} / 1000)) -lt "$end" ] || return 1
		read -rt 0.02 -u "$TICK"
	done
	return 0
}
soon() { within "$LIMIT" "$@"; } # COMMAND...
# Nothing happens for so many seconds.  Only for an event that must not come at all: no state tells that it will not.
nothing_for() { read -rt "$1" -u "$TICK"; true; } # SECONDS
serve() { # MODE ADDRESS:PORT...; SERVER is its process
	rm -f served
	"$BUILD/tests/ldirectord/server" "$@" >served &
	SERVER=$!
	soon grep -q ready served || { echo 'Bail out! a server does not listen'; exit 1; }
}
unserve() { # PROCESS...
	kill "$@" && wait "$@" 2>/dev/null
	true
}
weight() { # ADDRESS:PORT WEIGHT: it stands in the table with it
	grep -qE -- "-r $1 -. -w $2( |\$)" table
}
absent() { ! grep -qF -- "-r $1 " table; }
present() { grep -qF -- "-r $1 " table; }
has_service() { grep -qF -- "-A $1 " table 2>/dev/null; }
no_service() { ! grep -q -- '^-A' table; }
stopped() { [ ! -e "/run/ldirectord.${1:-ldirectord}.pid" ]; }
pid() { cat "/run/ldirectord.${1:-ldirectord}.pid"; }
json() { # FILTER: true of the status; jq -e says yes to nothing at all
	local text
	text=$("$BUILD/sbin/ldirectord" status --json) && [ -n "$text" ] && jq -e "$1" >/dev/null <<<"$text"
}
changes() { grep -vcE -- ' -(S|L)' operations; } # invocations that could change something
