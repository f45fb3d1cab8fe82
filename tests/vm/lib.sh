# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# The test network of tests/live with virtual machines as nodes.  Sourced by tests/vm/scenarios/*.t, run by bash.
#
#     client .50 ──┐                        ┌── eth0 .11  node1.magedu.com   guest "node1" (tests/vm/vm)
#                  ├── switch (bridge br0) ─┤
#     router .254 ─┘    192.168.1.0/24      └── eth0 .12  node2.magedu.com   guest "node2"
#
# Client, router and switch are namespaces of this host, so that the measuring programs run at full speed.  A scenario runs in its
# own PID and mount namespaces.  When it ends, for any reason, the kernel ends the emulators too.

. "$(dirname "${BASH_SOURCE[0]}")/../live/lib.sh"
VM_HELP=$BUILD/tests/vm

# A guest is 10 to 20 times slower than the host, and even slower on a busy host, so the limits and times are long.
KEEPALIVE_MS=500 WARNTIME_MS=2000 DEADTIME_MS=4000 INITDEAD_MS=8000
PATIENCE_S=300

vm_enter() { # "$@"
	live_enter "$@"
	export VM_DIR=${VM_KERNEL:?tests/vm/run sets it}/$(basename "$0" .t)
	rm -rf "$VM_DIR"
	mkdir -p "$VM_DIR"
	# The kernel is unpacked once for all scenarios.
	ln -s ../kernel ../initramfs ../initramfs.gz "$VM_DIR/"
}
vm() { "$LIVE_TOP/tests/vm/vm" "$@"; }

# A cable from the switch to a guest that is started with --net "$LIVE/NAME".
cable() { # NAME: the port of the bridge
	printf '%s\n' "link add $1 type veth peer name ${1}w" "link set $1 master br0 up" "link set ${1}w up" | switch ip -batch -
	nsenter -t "$SWITCH_PID" -n -- "$VM_HELP/wire" "${1}w" "$LIVE/$1" "$1" >"$LIVE/$1.ready" &
	wait_for 20 test -s "$LIVE/$1.ready" || live_die "no cable $1"
	disown $!
}

in_guest() { vm exec "node$1" "${@:2}"; } # N COMMAND...
booted() { [ "$(vm boots "node$1")" -ge "$2" ]; } # N TIMES

# Runs in the guest: what `make install` made, the files of the pair, its address.
# shellcheck disable=SC2016
GUEST_PREPARE='
set -e
n=$1 name=$2 stage=$3 files=$4
echo "$name" >/proc/sys/kernel/hostname
ip addr add 192.168.1.1$n/24 broadcast + dev eth0
ip route add default via 192.168.1.254
rm -rf /etc/ha.d /var/lib/heartbeat /var/log/ha-log
cp -a "$stage/." /
cp -a "$files/." /'

# What the functions of tests/live put into a node waits in a directory, whose content goes to the guest.
node_put() { # N FILE MODE: standard input becomes the file
	install -D -m "$3" /dev/stdin "$LIVE/files$1$2"
}
guest_files() { # N PAIR [FILTER...]
	pair_install "$@" && httpd_install "$1"
}

guest_start() { # N [OPTION...]: boot it; its daemon does not run yet.  With an option --disk, --bmc, --watchdog ... as of "vm start"
	local n=$1
	shift
	[ -e "$LIVE/n${n}eth0" ] || cable "n${n}eth0"
	in_net "$SWITCH_PID" "$LIVE_TOP/tests/vm/vm" start --timeout "$PATIENCE_S" --net "$LIVE/n${n}eth0" --mac "${NODE_MAC[n]}" "$@" "node$n"
}
guest_prepare() { # N: needed after each boot, because the disk is new then
	in_guest "$1" sh -c "$GUEST_PREPARE" sh "$1" "${NODE_NAME[$1]}" "$STAGE" "$LIVE/files$1"
}

# --- the functions of tests/live that look into a node, for a guest ------------------------------------------------------
address_on() { # N [ADDRESS]
	[ -n "$(in_guest "$1" ip -4 -o addr show to "${2:-$VIP}/32" 2>/dev/null)" ]
}
cl_status() { # N ARGUMENT...
	in_guest "$1" timeout 20 /usr/bin/cl_status "${@:2}" 2>/dev/null
}
log_file() { # N: prints the name of a copy of the current log
	in_guest "$1" cat /var/log/ha-log >"$LIVE/log$1.now" 2>/dev/null && mv "$LIVE/log$1.now" "$LIVE/log$1"
	echo "$LIVE/log$1"
}
