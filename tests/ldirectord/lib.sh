# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests of the daemon share: the real program in its own network, mount and PID namespace, with the stand-in for ipvsadm.
# A test sources this file, calls lb_begin, and ends with lb_end.  When it ends, for any reason, the kernel ends every process.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
TEMP=/mnt

lb_begin() { # the arguments of the test
	namespaces_enter "--net $TESTS/open_root" "$@"
	mount -t tmpfs temp $TEMP && mkdir $TEMP/up $TEMP/work &&
		mount -t overlay -o lowerdir=/etc,upperdir=$TEMP/up,workdir=$TEMP/work etc /etc &&
		mount -t tmpfs run /run && mount -t tmpfs log /var/log && ip link set lo up ||
		{ echo 'Bail out! the namespaces cannot be made'; exit 1; }
	rm -rf /etc/ha.d && mkdir /etc/ha.d || exit 1
	cd $TEMP || exit 1
	export HOSTNAME=lvsdir IPVSADM=$BUILD/tests/ldirectord/ipvsadm IPVSADM_TABLE=$TEMP/table IPVSADM_LOG=$TEMP/operations
	: >operations
	CF=/etc/ha.d/ldirectord.cf LOG=/var/log/ldirectord.log
}
lb_end() {
	plan "$(basename "$0" .t)"
	exit
}

ok() { # STATUS SENTENCE
	if [ "$1" -eq 0 ]; then pass "$2"; return; fi
	fail "$2"
	for file in out err table operations $LOG; do [ ! -e "$file" ] || tail -n 12 "$file" | sed "s|^|# $file: |"; done
	echo "# exit: ${CODE:-}"
}
call() { # arguments of ldirectord; CODE is 124 when it hangs
	timeout $LIMIT_S "$BUILD/sbin/ldirectord" "$@" >out 2>err </dev/null
	CODE=$?
}
want() { # CODE TEXT-IN-OUT TEXT-IN-ERR SENTENCE; an empty text means no output
	local bad=0
	[ "$CODE" -eq "$1" ] || bad=1
	if [ -n "$2" ]; then grep -qF -- "$2" out || bad=1; elif [ -s out ]; then bad=1; fi
	if [ -n "$3" ]; then grep -qF -- "$3" err || bad=1; elif [ -s err ]; then bad=1; fi
	ok $bad "$4"
}
serve() { # MODE ADDRESS:PORT...; SERVER is its process
	: >served # here, because the server starts in the background
	"$BUILD/tests/ldirectord/server" "$@" >served &
	SERVER=$!
	soon grep -q ready served || { echo 'Bail out! a server does not listen'; exit 1; }
}
unserve() { # PROCESS...
	kill "$@" && wait "$@" 2>/dev/null
	true
}
weight() { # ADDRESS:PORT WEIGHT: the real is in the table with this weight
	grep -qE -- "-r $1 -. -w $2( |\$)" table
}
absent() { ! grep -qF -- "-r $1 " table; }
present() { grep -qF -- "-r $1 " table; }
has_service() { grep -qF -- "-A $1 " table 2>/dev/null; }
no_service() { ! grep -q -- '^-A' table; }
stopped() { [ ! -e "/run/ldirectord.${1:-ldirectord}.pid" ]; }
pid() { cat "/run/ldirectord.${1:-ldirectord}.pid"; }
json() { # FILTER: it is true for the status; jq -e would also succeed with no input
	local text
	text=$("$BUILD/sbin/ldirectord" status --json) && [ -n "$text" ] && jq -e "$1" >/dev/null <<<"$text"
}
changes() { grep -vcE -- ' -(S|L)' operations; } # invocations that could change something
