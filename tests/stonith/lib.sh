# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests of the command stonith share: the real program in its own network, mount and PID namespace,
# where the packages that tests/packages marks with "#stonith" seem to be installed.
# A test sources this file, calls st_begin, and ends with st_end.  When it ends, for any reason, the kernel ends every process.
# The working directory is /mnt, in memory.  What is written to /usr, /etc, /run and /var/lib stays there.
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
TEMP=/mnt
EXTERNAL=/usr/lib/stonith/plugins/external

st_begin() { # the arguments of the test
	namespaces_enter "--net --uts $TESTS/open_root" "$@"
	local place lower
	mount -t tmpfs temp $TEMP || { echo 'Bail out! the namespaces cannot be made'; exit 1; }
	for place in usr etc; do
		lower=/$place
		[ ! -d "$STONITH_ROOT/$place" ] || lower=$STONITH_ROOT/$place:$lower
		mkdir -p $TEMP/.up/$place $TEMP/.work/$place &&
			mount -t overlay -o "lowerdir=$lower,upperdir=$TEMP/.up/$place,workdir=$TEMP/.work/$place" $place /$place ||
			{ echo 'Bail out! the namespaces cannot be made'; exit 1; }
	done
	# Servers keep files there: snmpd, libvirtd.
	mount -t tmpfs lib /var/lib && mount -t tmpfs cache /var/cache && mount -t tmpfs log /var/log &&
		mount -t tmpfs run /run && ip link set lo up && hostname self && mkdir -p $EXTERNAL && cd $TEMP ||
		{ echo 'Bail out! the namespaces cannot be made'; exit 1; }
}
st_end() {
	plan "$(basename "$0" .t)"
	exit
}

# Run the command; CODE, out, err.  Standard input is no terminal, so -d brings the messages to standard error.
stonith() { # arguments
	timeout $LIMIT_S "$BUILD/sbin/stonith" "$@" >out 2>err </dev/null
	CODE=$?
}
want() { # CODE TEXT-IN-OUT TEXT-IN-ERR SENTENCE; an empty text means no output, * any
	local good=1
	[ "$CODE" -eq "$1" ] || good=0
	has out "$2" && has err "$3" || good=0
	if [ $good -eq 1 ]; then pass "$4"; return; fi
	fail "$4" "exit status: $CODE" "expected: $1, out: $2, err: $3"
	sed 's/^/# out: /' out
	sed 's/^/# err: /' err
}
has() { # FILE TEXT
	case $2 in
	'') [ ! -s "$1" ] ;;
	'*') ;;
	*) grep -qF -- "$2" "$1" ;;
	esac
}
script() { # NAME: an external script, from standard input
	cat >"$EXTERNAL/$1" && chmod 755 "$EXTERNAL/$1"
}

catches_term() { # PROCESS: it would not be ended by SIGTERM, number 15
	local mask
	mask=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) && [ $((0x${mask:-0} & 1 << 14)) -ne 0 ]
}

# --- a management controller: ipmi_sim of the package openipmi.  The file power has 1 or 0, the file orders every order.
bmc_start() { # [DEAF]: with DEAF the orders have no effect
	cat >chassis <<-S
		#!/bin/sh
		case \$2.\$3 in
		get.power) echo "power:\$(cat /mnt/power)" ;;
		set.power) echo "power \$4" >>/mnt/orders; [ -e /mnt/deaf ] || echo "\$4" >/mnt/power ;;
		set.reset) echo "reset" >>/mnt/orders ;;
		esac
	S
	chmod 755 chassis
	cat >lan.conf <<-S
		name "vic"
		set_working_mc 0x20
		startlan 1
		addr 127.0.0.1 623
		priv_limit admin
		allowed_auths_callback none md2 md5 straight
		allowed_auths_user none md2 md5 straight
		allowed_auths_operator none md2 md5 straight
		allowed_auths_admin none md2 md5 straight
		guid a123456789abcdefa123456789abcdef
		endlan
		chassis_control "$TEMP/chassis 0x20"
		user 1 true "" "test" user 10 none md2 md5 straight
		user 2 true "admin" "S3cret-of-bmc" admin 10 none md2 md5 straight
	S
	printf '%s\n' 'mc_setbmc 0x20' 'mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr' \
		'sel_enable 0x20 1000 0x0a' 'mc_enable 0x20' >sim.emu
	echo 1 >power
	: >orders
	mkdir -p sim
	ipmi_sim -n -c lan.conf -f sim.emu -s $TEMP/sim >bmc.log 2>&1 </dev/null &
	BMC=$!
	soon bmc_answers
}
bmc_answers() { IPMI_PASSWORD=S3cret-of-bmc ipmitool -I lanplus -C 3 -H 127.0.0.1 -U admin -E -N 1 -R 1 chassis power status >/dev/null 2>&1; }
bmc_power() { # 1 or 0; forgets the orders
	echo "$1" >power
	: >orders
}

# --- secrets: every command line that is seen in /proc until spy_end
spy_begin() {
	perl -e 'while (1) { for (glob "/proc/[0-9]*/cmdline") { if (open F, $_) { local $/; my $c = <F> // ""; $c =~ tr/\0/ /; $| = 1; print "$c\n" unless $seen{$c}++; } } select undef, undef, undef, 0.002; }' >seen &
	SPY=$!
	soon [ -s seen ]
}
spy_end() {
	kill $SPY && wait $SPY 2>/dev/null
	true
}
