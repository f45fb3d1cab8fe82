#!/bin/bash
# SPDX-License-Identifier: MIT
# ldirectord with the IPVS of the kernel: both back ends (netlink, the real ipvsadm), then the daemon with a client that counts its
# connections.  One boot for all tests.  The back end must load the module ip_vs itself.
. "$(dirname "$0")/../lib.sh"
vm_enter "$@"
# shellcheck disable=SC2016
walk='
	status=0
	export LD_LIBRARY_PATH=$4/usr/lib/x86_64-linux-gnu
	"$1/tests/vm/ipvs_kernel" netlink "$4/sbin/ipvsadm" || status=1
	"$1/tests/vm/ipvs_kernel" command "$4/sbin/ipvsadm" || status=1
	"$2/tests/vm/director" "$1" "$3" "$4/sbin/ipvsadm" || status=1
	exit $status'
vm run --timeout 600 sh -c "$walk" sh "$BUILD" "$LIVE_TOP" "${RELOADS:-12}" "$VM_UNPACKED" >"$LIVE/output"
status=$?
cat "$LIVE/output"
CHECKS=$(grep -cE '^(not )?ok - ' "$LIVE/output") CHECKS_FAILED=$(grep -c '^not ok - ' "$LIVE/output")
is 'all tests in the guest succeed' $status 0
plan ipvs
