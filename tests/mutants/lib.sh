# SPDX-License-Identifier: MIT
# Shared by run and one, both started at the top of the tree: where the files are, and which modules can be mutated.
# shellcheck shell=bash disable=SC2034 # the scripts that source it use the variables
export LC_ALL=C # every script counts characters as bytes
here=tests/mutants
build=build/mutants
work=$build/work
modules='core.a supervisor.a lb_pool.a' # names of their libraries, as the Makefile names the archives

directory_of() { # MODULE
	case $1 in
	core.a) echo heartbeat/core ;;
	supervisor.a) echo heartbeat/supervisor ;;
	lb_pool.a) echo ldirectord/pool ;;
	esac
}

module_of() { # FILE
	local module
	for module in $modules; do
		case $1 in "$(directory_of "$module")"/*.c) echo "$module" && return ;; esac
	done
	echo "tests/mutants: $1 is no source of core, supervisor or pool" >&2
	return 1
}

kind_of() { case $1 in san) echo san ;; *) echo plain ;; esac; } # KILLER: the build that it belongs to
# Too slow for sanitizers: minutes on a busy machine.
slow='ownership_test pool_property_test'
