#!/bin/sh
# SPDX-License-Identifier: MIT
# What the Makefile makes anew: an object when the compiler or its flags have changed, and not otherwise.  What it installs it takes off.
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0

check() { # SENTENCE COMMAND...
	sentence=$1
	shift
	number=$((number + 1))
	if "$@"; then echo "ok $number - $sentence"; else echo "not ok $number - $sentence"; fi
}

object() { # FLAGS [COMPILER]: "made" when the object is made by this
	before=$(stat -c %y "$work/lib/mono.o" 2>/dev/null)
	make -s "BUILD=$work" "CFLAGS=$1" "CC=${2:-gcc}" "$work/lib/mono.o" >"$work/log" 2>&1 || { sed 's/^/# /' "$work/log" && return; }
	[ "$before" = "$(stat -c %y "$work/lib/mono.o")" ] || echo made
}

check 'an object that is not there is made' [ "$(object -O1)" = made ]
check 'with the same flags it is left alone' [ "$(object -O1)" = '' ]
check 'with other flags it is made anew' [ "$(object -O0)" = made ]
check 'with another compiler it is made anew' [ "$(object -O0 clang)" = made ]
ln -s "$(command -v clang)" "$work/alias"
check 'another name of the same compiler is no other compiler' [ "$(object -O0 "$work/alias")" = '' ]

root=$work/root
rest() { (cd "$root" && find . -type f -o -type l | sort | tr '\n' ' '); }
make -s install "DESTDIR=$root" >"$work/log" 2>&1 || sed 's/^/# /' "$work/log"
check 'the daemon is installed' [ -x "$root/usr/sbin/heartbeat" ]
check 'IPaddr2 is a link of ours' [ -L "$root/etc/ha.d/resource.d/IPaddr2" ]
make -s uninstall "DESTDIR=$root" >"$work/log" 2>&1 || sed 's/^/# /' "$work/log"
check 'what was installed is taken off, all of it' [ "$(rest)" = '' ]
check 'the place of the state stays' [ -d "$root/var/lib/heartbeat" ]
mkdir -p "$root/etc/ha.d/resource.d" "$root/usr/lib/heartbeat/plugins" "$root/usr/share/heartbeat"
echo site | tee "$root/etc/ha.d/ha.cf" "$root/etc/ha.d/shellfuncs" "$root/etc/ha.d/resource.d/IPaddr2" "$root/etc/ha.d/resource.d/ldirectord" \
	"$root/usr/lib/heartbeat/plugins/x.so" "$root/usr/share/heartbeat/ResourceManager" "$root/var/lib/heartbeat/hb_uuid" >/dev/null
before=$(rest)
make -s install "DESTDIR=$root" >"$work/log" 2>&1 && make -s uninstall "DESTDIR=$root" >"$work/log" 2>&1
check 'what others put there stays' [ "$(rest)" = "$before" ]
check 'and is as it was' [ "$(cat "$root/etc/ha.d/shellfuncs" "$root/etc/ha.d/resource.d/IPaddr2" "$root/etc/ha.d/resource.d/ldirectord" | sort -u)" = site ]

# A machine without the libraries of ldirectord's checks.
mkdir "$work/pc"
for directory in $(pkg-config --variable pc_path pkg-config | tr ':' ' '); do
	[ ! -d "$directory" ] || ln -sf "$directory"/*.pc "$work/pc/"
done
rm "$work/pc/libcurl.pc" "$work/pc/libcares.pc"
poor() { PKG_CONFIG_LIBDIR=$work/pc make -n "BUILD=$work/poor" "$@" >"$work/log" 2>&1; }
check 'heartbeat needs no libcurl and no c-ares' poor heartbeat
check 'nor do its tools' poor tools
check 'nor does their installation' poor install-heartbeat install-tools
check 'ldirectord does' [ "$(poor ldirectord || grep -c 'apt-get install libc-ares-dev libcurl4-openssl-dev' "$work/log")" = 1 ]
check 'so does everything' [ "$(poor || grep -c 'apt-get install libc-ares-dev libcurl4-openssl-dev' "$work/log")" = 1 ]
strict() { make -n V=1 "$@" "BUILD=$work/warn" "$work/warn/lib/mono.o" | grep -q -- '-Werror '; }
check 'warnings are errors' strict
check 'unless WERROR= is given' eval '! strict WERROR='
part=$work/part
make -s install-ldirectord "DESTDIR=$part" >"$work/log" 2>&1 || sed 's/^/# /' "$work/log"
check 'ldirectord is installed alone' [ -x "$part/usr/sbin/ldirectord" ]
check 'without heartbeat' [ ! -e "$part/usr/sbin/heartbeat" ]
echo "1..$number"
