#!/bin/sh
# SPDX-License-Identifier: MIT
# The Makefile compiles an object again only when the compiler or its flags have changed.  uninstall removes what install has installed.
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

object() { # FLAGS [COMPILER]: prints "made" when the object was compiled
	before=$(stat -c %y "$work/lib/mono.o" 2>/dev/null)
	make -s "BUILD=$work" "CFLAGS=$1" "CC=${2:-gcc}" "$work/lib/mono.o" >"$work/log" 2>&1 || { sed 's/^/# /' "$work/log" && return; }
	[ "$before" = "$(stat -c %y "$work/lib/mono.o")" ] || echo made
}

check 'a missing object is compiled' [ "$(object -O1)" = made ]
check 'with the same flags it is not compiled again' [ "$(object -O1)" = '' ]
check 'with other flags it is compiled again' [ "$(object -O0)" = made ]
check 'with another compiler it is compiled again' [ "$(object -O0 clang)" = made ]
ln -s "$(command -v clang)" "$work/alias"
check 'with another name of the same compiler it is not compiled again' [ "$(object -O0 "$work/alias")" = '' ]

root=$work/root
rest() { (cd "$root" && find . -type f -o -type l | sort | tr '\n' ' '); }
make -s install "DESTDIR=$root" >"$work/log" 2>&1 || sed 's/^/# /' "$work/log"
check 'the daemon is installed' [ -x "$root/usr/sbin/heartbeat" ]
check 'the fencing command is installed' [ -x "$root/usr/sbin/stonith" ]
check 'IPaddr2 is a link' [ -L "$root/etc/ha.d/resource.d/IPaddr2" ]
make -s uninstall "DESTDIR=$root" >"$work/log" 2>&1 || sed 's/^/# /' "$work/log"
check 'uninstall removes everything that was installed' [ "$(rest)" = '' ]
check 'the directory of the state stays' [ -d "$root/var/lib/heartbeat" ]
mkdir -p "$root/etc/ha.d/resource.d" "$root/etc/init.d" "$root/usr/lib/heartbeat/plugins" "$root/usr/share/heartbeat"
echo site | tee "$root/etc/ha.d/ha.cf" "$root/etc/ha.d/shellfuncs" "$root/etc/ha.d/resource.d/IPaddr2" "$root/etc/ha.d/resource.d/ldirectord" \
	"$root/etc/init.d/heartbeat" "$root/usr/lib/heartbeat/plugins/x.so" "$root/usr/share/heartbeat/BasicSanityCheck" "$root/var/lib/heartbeat/hb_uuid" >/dev/null
before=$(rest)
make -s install "DESTDIR=$root" >"$work/log" 2>&1 && make -s uninstall "DESTDIR=$root" >"$work/log" 2>&1
check 'files of others stay' [ "$(rest)" = "$before" ]
check 'files of others are not changed' [ "$(cat "$root/etc/ha.d/shellfuncs" "$root/etc/ha.d/resource.d/IPaddr2" "$root/etc/ha.d/resource.d/ldirectord" \
	"$root/etc/init.d/heartbeat" | sort -u)" = site ]

# A machine without the libraries of ldirectord's checks.
mkdir "$work/pc"
for directory in $(pkg-config --variable pc_path pkg-config | tr ':' ' '); do
	[ ! -d "$directory" ] || ln -sf "$directory"/*.pc "$work/pc/"
done
rm "$work/pc/libcurl.pc" "$work/pc/libcares.pc"
poor() { PKG_CONFIG_LIBDIR=$work/pc make -n "BUILD=$work/poor" "$@" >"$work/log" 2>&1; }
check 'heartbeat needs no libcurl and no c-ares' poor heartbeat
check 'the tools need no libcurl and no c-ares' poor tools
check 'the installation of both needs no libcurl and no c-ares' poor install-heartbeat install-tools
check 'stonith needs no c-ares' sh -c 'rm -f "$1/pc/libcares.pc"; cp "$(pkg-config --variable pcfiledir libcurl)/libcurl.pc" "$1/pc"; PKG_CONFIG_LIBDIR=$1/pc make -n "BUILD=$1/poor" stonith >"$1/log" 2>&1' sh "$work"
rm "$work/pc/libcurl.pc"
check 'ldirectord needs them, and make names the packages' [ "$(poor ldirectord || grep -c 'apt-get install libc-ares-dev libcurl4-openssl-dev' "$work/log")" = 1 ]
check 'a build of everything needs them, and make names the packages' [ "$(poor || grep -c 'apt-get install libc-ares-dev libcurl4-openssl-dev' "$work/log")" = 1 ]
cp "$(pkg-config --variable pcfiledir libcurl)/libcurl.pc" "$(pkg-config --variable pcfiledir libcares)/libcares.pc" "$work/pc"
rm "$work/pc/ldap.pc" "$work/pc/libmariadb.pc" "$work/pc/libpq.pc"
check 'ldirectord needs no libraries of databases and directories' poor ldirectord
check 'the tests need them, and make names the packages' [ "$(poor tests || grep -c 'apt-get install libldap-dev libmariadb-dev libpq-dev' "$work/log")" = 1 ]

# What knows the optional checks is built without them and linked in front of what was built before.
bare=$work/bare
rows() { make -s "BUILD=$bare" WITHOUT='ldap mysql pgsql' "$bare/ldirectord/check/kinds.o" >"$work/log" 2>&1 && make -s build/sbin/ldirectord >>"$work/log" 2>&1; }
link() {
	cc -pie -o "$bare/director" build/ldirectord/daemon/main.o "$bare/ldirectord/check/kinds.o" build/lb_daemon.a build/lb_import.a build/lb_check.a build/lb_ipvs.a build/lb_pool.a \
		build/lb_conf.a build/lib.a $(make -pn WITHOUT='ldap mysql pgsql' ldirectord 2>/dev/null | sed -n 's/^LB_LIBS := //p') >>"$work/log" 2>&1
}
printf 'virtual=10.9.0.1:389\n\treal=127.0.1.1:389 masq\nvirtual=10.9.0.1:80\n\treal=127.0.1.1:80 masq\n\tservice=mysql\n\tlogin=a\n\trequest="select 1"\n' >"$work/x.cf"
check 'ldirectord is built without the optional checks' eval 'rows && link'
check 'and does not use their libraries' eval '! ldd "$bare/director" | grep -q "libmariadb\|libpq\."'
check 'it lists the checks that it has' eval '"$bare/director" -v | grep " radius " | grep -qv " ldap\| mysql\| pgsql"'
"$bare/director" check "$work/x.cf" >"$work/log" 2>&1
check 'a file with one of them is an error' [ $? = 2 ]
check 'which names the line and the service' [ "$(grep -c 'x.cf:1: error: service: "ldap" is not built in\|x.cf:5: error: service: "mysql" is not built in' "$work/log")" = 2 ]
strict() { make -n V=1 "$@" "BUILD=$work/warn" "$work/warn/lib/mono.o" | grep -q -- '-Werror '; }
check 'warnings are errors' strict
check 'with WERROR= warnings are not errors' eval '! strict WERROR='
part=$work/part
make -s install-ldirectord "DESTDIR=$part" >"$work/log" 2>&1 || sed 's/^/# /' "$work/log"
check 'install-ldirectord installs ldirectord' [ -x "$part/usr/sbin/ldirectord" ]
check 'install-ldirectord does not install heartbeat' [ ! -e "$part/usr/sbin/heartbeat" ]
echo "1..$number"
