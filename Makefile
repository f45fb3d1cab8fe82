# SPDX-License-Identifier: MIT
# One non-recursive Makefile.  V=1 shows the commands.
#   make [heartbeat ldirectord stonith tools]          build everything, or one product with only the libraries it needs
#   make install[-heartbeat -ldirectord -stonith -tools]   DESTDIR= PREFIX=/usr SYSCONFDIR=/etc; make uninstall
#   make check                                         every test (root), the same as tests/check
#   make unit                                          the unit tests and the layer check
#   make check-layers | planted | coverage | bench | fuzz
#   make WITHOUT='ldap mysql pgsql' ...                ldirectord without these checks; without the library too
# CC=clang, CFLAGS, LDFLAGS, SAN=1 (sanitizers), WERROR= (warnings are not errors: for an unknown compiler)

PREFIX     ?= /usr
SYSCONFDIR ?= /etc
LOCALSTATEDIR ?= /var
RUNDIR     ?= /run
DESTDIR    ?=
CC         ?= cc
CFLAGS     ?= -O2 -g
SAN        ?=
WERROR     ?= -Werror
V          ?=
VERSION    := $(shell sed -n 's/^\#\# \([0-9.]*\).*/\1/p' CHANGES.md | head -n 1)

# --- libraries: pkg-config name, or header file, and the Debian package that contains it -----------------------------
NEEDS_LIB        := glib-2.0:libglib2.0-dev libnl-3.0:libnl-3-dev libnl-route-3.0:libnl-route-3-dev
NEEDS_BASE       := $(NEEDS_LIB) libcrypto:libssl-dev zlib:zlib1g-dev bzlib.h:libbz2-dev libnet.h:libnet1-dev
NEEDS_heartbeat  := $(NEEDS_BASE) jansson:libjansson-dev
NEEDS_tools      := $(NEEDS_heartbeat)
NEEDS_ldirectord := $(NEEDS_LIB) libssl:libssl-dev libcrypto:libssl-dev jansson:libjansson-dev libpcre2-8:libpcre2-dev \
                    libnl-genl-3.0:libnl-genl-3-dev libcurl:libcurl4-openssl-dev libcares:libc-ares-dev
NEEDS_stonith    := $(NEEDS_LIB) jansson:libjansson-dev libcurl:libcurl4-openssl-dev
NEEDS_tests      := cmocka:libcmocka-dev

# Checks of ldirectord that are built in when their library is there, each a file of ldirectord/check: name, pkg-config
# name, Debian package.  The tests need all of them.
LB_OPTIONAL := ldap:ldap:libldap-dev mysql:libmariadb:libmariadb-dev pgsql:libpq:libpq-dev
WITHOUT     ?=
part_of      = $(word $(1),$(subst :, ,$(2)))
LB_CHECKS   := $(filter-out $(WITHOUT),$(foreach check,$(LB_OPTIONAL),$(if $(shell pkg-config --exists $(call part_of,2,$(check)) && echo yes),$(call part_of,1,$(check)))))
LB_OPTIONAL_BUILT := $(strip $(foreach check,$(LB_OPTIONAL),$(if $(filter $(LB_CHECKS),$(call part_of,1,$(check))),$(call part_of,2,$(check)))))
NEEDS_tests += $(if $(WITHOUT),,$(foreach check,$(LB_OPTIONAL),$(call part_of,2,$(check)):$(call part_of,3,$(check))))

# Only the libraries that the goals need are required: heartbeat builds without the libraries of ldirectord's checks.
PRODUCTS := heartbeat tools ldirectord stonith
GOALS := $(patsubst install-%,%,$(or $(MAKECMDGOALS),all))
NO_LIBRARIES := clean uninstall check-layers check
ASKED := $(if $(filter-out $(PRODUCTS) $(NO_LIBRARIES),$(GOALS)),$(PRODUCTS),$(filter $(PRODUCTS),$(GOALS))) $(filter tests,$(GOALS))
NEEDED := $(sort $(foreach product,$(ASKED),$(NEEDS_$(product))))
ifneq ($(NEEDED),)
ifeq ($(shell command -v pkg-config),)
$(error pkg-config is missing: apt-get install pkg-config)
endif
is_there = $(if $(filter %.h,$(1)),$(wildcard /usr/include/$(1)),$(shell pkg-config --exists $(1) && echo yes))
need_name = $(firstword $(subst :, ,$(1)))
MISSING := $(sort $(foreach need,$(NEEDED),$(if $(call is_there,$(call need_name,$(need))),,$(lastword $(subst :, ,$(need))))))
ifneq ($(MISSING),)
$(error libraries are missing: apt-get install $(MISSING))
endif
endif

packages_of = $(filter-out %.h,$(foreach need,$(NEEDS_$(1)),$(firstword $(subst :, ,$(need)))))
libs_of = $(shell pkg-config --libs $(call packages_of,$(1)) 2>/dev/null)
PKG_CFLAGS := $(shell for p in $(sort $(call packages_of,heartbeat) $(call packages_of,tools) $(call packages_of,ldirectord) $(LB_OPTIONAL_BUILT) $(call packages_of,stonith)); do \
	pkg-config --cflags $$p 2>/dev/null; done | tr ' ' '\n' | sort -u | sed 's/^-I/-isystem /')
PKG_LIBS   := $(call libs_of,BASE) -lbz2
# libnet has libnet-config instead of a .pc file.  It builds the frames that announce an address, so only programs that
# link exec need it.
NET_LIBS   := $(or $(shell libnet-config --libs 2>/dev/null),-lnet)
LB_LIBS    := $(call libs_of,ldirectord) $(if $(LB_OPTIONAL_BUILT),$(shell pkg-config --libs $(LB_OPTIONAL_BUILT)))
STONITH_LIBS := $(call libs_of,stonith)
JSON_LIBS  := $(shell pkg-config --libs jansson 2>/dev/null)
TEST_LIBS  := $(shell pkg-config --libs cmocka jansson 2>/dev/null)

BUILD := build$(if $(SAN),/san)
WARN  := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wundef $(WERROR)
SANFLAGS := $(if $(SAN),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
HARDEN := -fstack-protector-strong -fPIE
DEFS := $(foreach check,$(LB_CHECKS),-DWITH_$(check)) -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -DSYSCONFDIR='"$(SYSCONFDIR)"' -DLOCALSTATEDIR='"$(LOCALSTATEDIR)"' -DRUNDIR='"$(RUNDIR)"' -DPREFIX='"$(PREFIX)"'
ALL_CFLAGS := -std=c17 $(WARN) $(HARDEN) $(SANFLAGS) $(DEFS) -I. $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS := -pie $(SANFLAGS) $(LDFLAGS)

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

# --- modules: an archive has every .c of its directory; a module uses only the modules to the right of it -----------
MODULES := daemon ipc exec media supervisor core conf lib
LB_MODULES := lb_daemon lb_import lb_check lb_ipvs lb_pool lb_conf
module_dir = $(if $(filter lib stonith,$(1)),$(1),$(if $(filter lb_%,$(1)),ldirectord/$(1:lb_%=%),heartbeat/$(1)))
archive = $(BUILD)/$(1).a
sources = $(filter-out $(LB_ABSENT),$(wildcard $(call module_dir,$(1))/*.c $(call module_dir,$(1))/*/*.c))
# The files of a check that is not built in.
LB_ABSENT := $(foreach check,$(filter-out $(LB_CHECKS),$(foreach check,$(LB_OPTIONAL),$(call part_of,1,$(check)))),\
	$(wildcard ldirectord/check/$(check).c ldirectord/check/$(check)_*.c))
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))

DAEMON_MAIN := heartbeat/daemon/main.c
TOOLS := cl_status hb_standby hb_takeover hb_confirm hb_cleanup hb_dump
TOOL_SCRIPTS := cl_respawn ha_logger ResourceManager hb_replaced
# Names under which hb_replaced is installed, and what users call without a path.
REPLACED := hb_addnode hb_delnode hb_setweight hb_setsite mach_down req_resource
SBIN_TOOLS := hb_standby hb_takeover hb_confirm hb_cleanup ha_logger hb_addnode hb_delnode hb_setweight hb_setsite
TOOL_PROGRAMS := $(addprefix $(BUILD)/tools/,$(TOOLS))
UNIT  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/*_test.c))
FUZZ  := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*_fuzz.c))
SIM   := $(BUILD)/tests/sim/sim $(BUILD)/sim
CASES := $(BUILD)/tests/cases/cases
LIVE_HELPERS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/live/*.c))
NEMESIS := $(addprefix $(BUILD)/tests/nemesis/,records client wall_clock.so)
BENCH := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))

INSTALLS := install install-heartbeat install-tools install-ldirectord install-stonith
.PHONY: all heartbeat ldirectord stonith tools unit check tests $(INSTALLS) uninstall clean check-layers bench fuzz fuzz-build fuzz-corpus fuzz-replay coverage planted FORCE
.DELETE_ON_ERROR:
.SECONDARY:
all: heartbeat tools ldirectord stonith
heartbeat: $(BUILD)/sbin/heartbeat $(BUILD)/resource.d/IPaddr
tools: $(TOOL_PROGRAMS)
ldirectord: $(BUILD)/sbin/ldirectord
stonith: $(BUILD)/sbin/stonith $(BUILD)/sbin/meatclient

# Objects are built again when the compiler or its flags change.  cc and the gcc that it links to are the same compiler.
COMPILER := $(realpath $(shell command -v $(firstword $(CC)))) $(wordlist 2,9,$(CC))
$(BUILD)/.flags: FORCE
	@mkdir -p $(BUILD)
	@printf '%s\n' '$(subst ','\'',$(COMPILER) $(ALL_CFLAGS))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(COMPILER) $(ALL_CFLAGS))' >$@
# FORCE must be phony.  Otherwise make treats it as an intermediate file, because .SECONDARY has no list, and a missing
# intermediate file does not force a build.
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/.flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define module_rule
$(call archive,$(1)): $(call objects,$(filter-out $(DAEMON_MAIN) $(LB_MAIN) $(STONITH_MAINS),$(call sources,$(1))))
	$$(call say,AR,$$@)
	@mkdir -p $$(@D); rm -f $$@
	$(Q)$(AR) rcs $$@ $$^
endef
LB_MAIN := ldirectord/daemon/main.c
STONITH_MAINS := stonith/main.c stonith/meatclient.c
$(foreach module,$(MODULES) $(LB_MODULES) stonith,$(eval $(call module_rule,$(module))))

LINK = $(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS)

$(BUILD)/sbin/heartbeat: PKG_LIBS += $(NET_LIBS) $(JSON_LIBS)
$(BUILD)/sbin/heartbeat: $(call objects,$(DAEMON_MAIN)) $(foreach module,$(MODULES),$(call archive,$(module)))
	$(call say,LD,$@)
	$(LINK)

LB_LINK = $(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LB_LIBS)
$(BUILD)/sbin/ldirectord: $(call objects,$(LB_MAIN)) $(foreach module,$(LB_MODULES) lib,$(call archive,$(module)))
	$(call say,LD,$@)
	$(LB_LINK)

STONITH_LINK = $(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(STONITH_LIBS)
$(BUILD)/sbin/stonith: $(BUILD)/stonith/main.o $(call archive,stonith) $(call archive,lib)
	$(call say,LD,$@)
	$(STONITH_LINK)
$(BUILD)/sbin/meatclient: $(BUILD)/stonith/meatclient.o
	$(call say,LD,$@)
	$(STONITH_LINK)

# Tools link only lib and the ipc client, which needs core's messages.  These objects are shared by files of a tool:
$(BUILD)/tools/cl_status: $(BUILD)/tools/cl_query.o
$(BUILD)/tools/hb_dump: $(BUILD)/tools/hb_dump_print.o $(BUILD)/tools/hb_dump_live.o
$(BUILD)/tools/hb_dump: PKG_LIBS += $(JSON_LIBS)
$(BUILD)/tools/hb_standby $(BUILD)/tools/hb_takeover: $(BUILD)/tools/move.o
$(addprefix $(BUILD)/tools/,hb_standby hb_takeover hb_confirm hb_cleanup): $(BUILD)/tools/order.o
$(BUILD)/tools/%: $(BUILD)/tools/%.o $(foreach module,ipc core conf lib,$(call archive,$(module)))
	$(call say,LD,$@)
	$(LINK)

$(BUILD)/resource.d/IPaddr: PKG_LIBS += $(NET_LIBS)
$(BUILD)/resource.d/IPaddr: $(BUILD)/resource.d/IPaddr.o $(foreach module,exec conf lib,$(call archive,$(module)))
	$(call say,LD,$@)
	$(LINK)

# --- tests --------------------------------------------------------------------------------------------------------
# A unit test links every module but the daemon's main.
$(BUILD)/tests/unit/heartbeat/%_test: PKG_LIBS += $(NET_LIBS)
$(BUILD)/tests/unit/heartbeat/%_test: $(BUILD)/tests/unit/heartbeat/%_test.o $(foreach module,$(MODULES),$(call archive,$(module)))
	$(call say,LD,$@)
	$(LINK) $(TEST_LIBS)

# Unit tests of ldirectord link its modules instead, never heartbeat's.
$(BUILD)/tests/unit/ldirectord/%_test: $(BUILD)/tests/unit/ldirectord/%_test.o $(foreach module,$(LB_MODULES) lib,$(call archive,$(module)))
	$(call say,LD,$@)
	$(LB_LINK) $(TEST_LIBS)

# Unit tests of stonith link its archive.
$(BUILD)/tests/unit/stonith/%_test: $(BUILD)/tests/unit/stonith/%_test.o $(call archive,stonith) $(call archive,lib)
	$(call say,LD,$@)
	$(STONITH_LINK) $(TEST_LIBS)

$(addprefix $(BUILD)/tests/unit/ldirectord/,conf_test conf_lenient_test conf_vectors_test plan_wire_test \
	shared_check_test): \
	$(BUILD)/tests/unit/ldirectord/parse.o

# Objects that the tests of the pool share.
$(foreach test,pool pool_failure pool_fallback pool_maxdown pool_weight pool_scenario pool_property,$(BUILD)/tests/unit/ldirectord/$(test)_test): \
	$(addprefix $(BUILD)/tests/unit/ldirectord/,pool_lab.o pool_kernel.o)
$(BUILD)/tests/unit/ldirectord/pool_property_test: $(BUILD)/tests/unit/ldirectord/pool_model.o

# An ipvsadm for kernels without IPVS, and a test of the back ends for a kernel with IPVS (tests/vm).
LB_HELPERS := $(addprefix $(BUILD)/tests/ldirectord/,ipvsadm server reals) $(addprefix $(BUILD)/tests/vm/,ipvs_kernel wire)
$(BUILD)/tests/ldirectord/ipvsadm: $(addprefix $(BUILD)/tests/ldirectord/,ipvsadm.o ipvsadm_options.o)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^)
# Servers and time measurement of the bench (tests/bench/ldirectord).
$(BUILD)/tests/ldirectord/reals: $(BUILD)/tests/ldirectord/reals.o
$(BUILD)/tests/ldirectord/server: $(BUILD)/tests/ldirectord/server.o
$(BUILD)/tests/ldirectord/reals $(BUILD)/tests/ldirectord/server $(BUILD)/tests/vm/wire:
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $<
$(BUILD)/tests/vm/wire: $(BUILD)/tests/vm/wire.o
$(BUILD)/tests/vm/ipvs_kernel: $(BUILD)/tests/vm/ipvs_kernel.o $(foreach module,$(LB_MODULES) lib,$(call archive,$(module)))
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LB_LIBS)
$(BUILD)/tests/unit/ldirectord/ipvs_test: $(BUILD)/tests/ldirectord/ipvsadm

# This test runs the program.
$(BUILD)/tests/unit/heartbeat/ipaddr_program_test: $(BUILD)/resource.d/IPaddr

# Objects that the tests of the core share: two nodes, connected in memory.
$(foreach test,core membership fencing ipfail ownership native native_owners native_past classic classic_leaving classic_lost \
	receive receive_number reconfigure lives moves notify views status_views third_node,$(BUILD)/tests/unit/heartbeat/$(test)_test): \
	$(addprefix $(BUILD)/tests/unit/heartbeat/,pair.o pair_story.o pair_voice.o)

$(BUILD)/tests/live/%: $(BUILD)/tests/live/%.o $(call archive,core) $(call archive,conf) $(call archive,lib)
	$(call say,LD,$@)
	$(LINK)

# The service and the client of the nemesis, and the wall clock that is preloaded into its daemons.
$(BUILD)/tests/nemesis/wall_clock.so: tests/nemesis/wall_clock.c $(BUILD)/.flags
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) -fPIC -shared -o $@ $< -ldl
$(BUILD)/tests/nemesis/%: $(BUILD)/tests/nemesis/%.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $<

$(BUILD)/tests/bench/%: PKG_LIBS += $(NET_LIBS)
$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(foreach module,$(MODULES),$(call archive,$(module)))
	$(call say,LD,$@)
	$(LINK)

# replay feeds recordings of heartbeat --record to the core.
$(BUILD)/replay: $(BUILD)/tests/replay/replay.o $(foreach module,core conf lib,$(call archive,$(module)))
	$(call say,LD,$@)
	$(LINK)

# The simulator may use lib, core, conf and supervisor only.
$(BUILD)/tests/sim/sim: $(call objects,$(wildcard tests/sim/*.c)) $(foreach module,supervisor core conf lib,$(call archive,$(module)))
	$(call say,LD,$@)
	$(LINK)

# The documented name of the simulator.
$(BUILD)/sim: $(BUILD)/tests/sim/sim
	@ln -sf tests/sim/sim $@

# Decision cases run in the simulator.
$(CASES): $(call objects,$(wildcard tests/cases/*.c) $(filter-out tests/sim/main.c,$(wildcard tests/sim/*.c))) \
	$(foreach module,supervisor core conf lib,$(call archive,$(module)))
	$(call say,LD,$@)
	$(LINK)

# Planted bugs, which the simulator must find: tests/sim/planted.
planted: $(BUILD)/tests/sim/sim
	$(Q)COMPILE='$(subst ','\'',$(CC) $(ALL_CFLAGS) -O1 -w)' LINK='$(CC) $(ALL_LDFLAGS)' LIBS='$(PKG_LIBS)' tests/sim/planted/run --build $(BUILD) $(BUGS)

# Failure injection is linked into a test program, and preloaded into the daemon.
FAULT := $(BUILD)/tests/fault/inject.so $(BUILD)/tests/fault/core_fault
$(BUILD)/tests/fault/inject.so: tests/fault/inject.c tests/fault/calls.c tests/fault/fault.h $(BUILD)/.flags
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) -fno-builtin -fPIC -shared -o $@ $(filter %.c,$^) -ldl
$(BUILD)/tests/fault/calls.o: ALL_CFLAGS += -fno-builtin
$(BUILD)/tests/fault/core_fault: $(addprefix $(BUILD)/tests/,$(addprefix fault/,core_fault.o lives.o inject.o calls.o) \
	$(addprefix unit/heartbeat/,pair.o pair_story.o pair_voice.o)) \
	$(foreach module,$(MODULES),$(call archive,$(module)))
	$(call say,LD,$@)
	$(LINK) $(TEST_LIBS) $(NET_LIBS) -ldl -Wl,--wrap=core_new,--wrap=core_step,--wrap=core_free

tests: $(UNIT) $(SIM) $(CASES) $(LIVE_HELPERS) $(LB_HELPERS) $(if $(SAN),,$(FAULT) $(NEMESIS)) $(BUILD)/replay all
unit: tests check-layers
	$(Q)tests/unit/run $(BUILD)
check:
	$(Q)tests/check

# The replay of every corpus uses the normal compiler; fuzzing itself needs clang.  The targets share all other
# .c files there, including the second decoder.
FUZZ_PARTS = $(filter-out %_fuzz.c %/replay.c,$(wildcard tests/fuzz/*.c))
$(BUILD)/tests/fuzz/%_replay: PKG_LIBS += $(NET_LIBS)
$(BUILD)/tests/fuzz/%_replay: $(BUILD)/tests/fuzz/%_fuzz.o $(BUILD)/tests/fuzz/replay.o $(call objects,$(FUZZ_PARTS)) \
	$(foreach module,$(MODULES),$(call archive,$(module)))
	$(call say,LD,$@)
	$(LINK)
$(BUILD)/tests/fuzz/lb_%_replay: $(BUILD)/tests/fuzz/lb_%_fuzz.o $(BUILD)/tests/fuzz/replay.o $(foreach module,$(LB_MODULES) lib,$(call archive,$(module)))
	$(call say,LD,$@)
	$(LB_LINK)
fuzz-replay: $(patsubst %_fuzz,$(BUILD)/tests/fuzz/%_replay,$(FUZZ))

FUZZ_SECONDS ?= 20
FUZZ_CFLAGS = -std=c17 $(DEFS) -I. $(PKG_CFLAGS) -g -O2 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_SHARED = $(patsubst %.c,build/fuzz/obj/%.o,$(FUZZ_PARTS) $(foreach module,exec ipc core conf lib,$(call sources,$(module))))
build/fuzz/obj/%.o: %.c
	$(call say,FUZZ,$<)
	@mkdir -p $(@D)
	$(Q)clang $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<
build/fuzz/shared.a: $(FUZZ_SHARED)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
build/fuzz/%_fuzz: build/fuzz/obj/tests/fuzz/%_fuzz.o build/fuzz/shared.a
	$(call say,LD,$@)
	$(Q)clang $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS) $(NET_LIBS)
build/fuzz/lb_shared.a: $(patsubst %.c,build/fuzz/obj/%.o,$(foreach module,$(filter-out lb_daemon,$(LB_MODULES)) lib,$(call sources,$(module))))
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
build/fuzz/lb_%_fuzz: build/fuzz/obj/tests/fuzz/lb_%_fuzz.o build/fuzz/lb_shared.a
	$(call say,LD,$@)
	$(Q)clang $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LB_LIBS)
fuzz-build: $(addprefix build/fuzz/,$(FUZZ))
fuzz: fuzz-build
	$(Q)tests/fuzz/hunt -s $(FUZZ_SECONDS)
# Copy new inputs to the corpus in the tree: as few and as small inputs as reach the same code.
fuzz-corpus: fuzz-build
	$(Q)tests/fuzz/merge

# How much of core, conf and lib the tests run.  SHOW=heartbeat/core/classic/classic.c prints the lines that they miss.
COVERAGE_MIN ?= 90
COVERAGE := BUILD=build/coverage CC=gcc CFLAGS='-O0 -g --coverage' LDFLAGS='--coverage -Wl,--wrap=_exit build/coverage/tests/coverage/exit.o'
coverage:
	$(Q)$(MAKE) --no-print-directory $(COVERAGE) build/coverage/tests/coverage/exit.o
	$(Q)$(MAKE) --no-print-directory $(COVERAGE) tests fuzz-replay
	$(Q)COVERAGE_MIN='$(COVERAGE_MIN)' tests/coverage/run build/coverage $(SHOW)

bench: all $(BENCH)
	$(Q)tests/bench/run $(BUILD)

# Includes point to the left only: lib <- core, conf <- media, exec, ipc <- daemon.  core and conf are pure.
# References to doc/ resolve.
check-layers: all
	$(Q)tests/check-layers $(BUILD)
	$(Q)tests/check-columns
	$(Q)tests/check-docs

# --- installation ---------------------------------------------------------------------------------------------------
SBIN := $(DESTDIR)$(PREFIX)/sbin
BIN  := $(DESTDIR)$(PREFIX)/bin
SHARE := $(DESTDIR)$(PREFIX)/share/heartbeat
MAN  := $(DESTDIR)$(PREFIX)/share/man
HAD  := $(DESTDIR)$(SYSCONFDIR)/ha.d
install: install-heartbeat install-tools install-ldirectord install-stonith
# A page belongs to the product that it describes.
LB_PAGES := man/ldirectord.8 man/ldirectord.cf.5 man/ldirectord-scripts.7
STONITH_PAGES := man/stonith.8 man/meatclient.8
TOOL_PAGES := $(foreach tool,$(TOOLS) $(TOOL_SCRIPTS) $(REPLACED),$(wildcard man/$(tool).[1-8]))
HB_PAGES := $(filter-out $(LB_PAGES) $(STONITH_PAGES) $(TOOL_PAGES),$(wildcard man/*.[1-8]))
install_pages = $(Q)for page in $(1); do install -D -m 644 $$page $(MAN)/man$${page\#\#*.}/$${page\#\#*/}; done
DOC := $(DESTDIR)$(PREFIX)/share/doc
# Its members may ask the daemon, and with a set-gid cl_status everybody.  A name, or a number for another system's root.
HACLIENT ?= haclient
INIT := $(DESTDIR)$(SYSCONFDIR)/init.d/heartbeat
# A line of our script, which another package's has not.
INIT_MARK := those of heartbeat(8)

install-heartbeat: heartbeat
	$(call say,INST,$(SBIN)/heartbeat)
	$(Q)install -d $(SBIN) $(SHARE) $(HAD)/resource.d $(HAD)/rc.d $(DESTDIR)$(PREFIX)/libexec/heartbeat \
		$(DESTDIR)$(PREFIX)/lib/heartbeat $(DESTDIR)$(LOCALSTATEDIR)/lib/heartbeat $(DOC)/heartbeat
	$(Q)install -m 755 $(BUILD)/sbin/heartbeat $(SBIN)
	$(Q)ln -sf $(PREFIX)/sbin/heartbeat $(DESTDIR)$(PREFIX)/libexec/heartbeat/heartbeat
	$(Q)ln -sf $(PREFIX)/sbin/heartbeat $(DESTDIR)$(PREFIX)/lib/heartbeat/heartbeat
	$(Q)install -m 755 $(BUILD)/resource.d/IPaddr $(DESTDIR)$(PREFIX)/libexec/heartbeat/IPaddr
	$(Q)for t in IPaddr IPaddr2; do [ -e $(HAD)/resource.d/$$t ] && [ ! -L $(HAD)/resource.d/$$t ] || \
		ln -sf $(PREFIX)/libexec/heartbeat/IPaddr $(HAD)/resource.d/$$t; done # a script of the site stays
	$(Q)install -m 644 ha.d/shellfuncs $(SHARE)/shellfuncs
	$(Q)[ -e $(HAD)/shellfuncs ] && [ ! -L $(HAD)/shellfuncs ] || ln -sf $(PREFIX)/share/heartbeat/shellfuncs $(HAD)/shellfuncs # and its shellfuncs
	$(Q)install -m 644 ha.d/ha.cf ha.d/haresources doc/status.schema.json $(DOC)/heartbeat
	$(Q)install -m 600 ha.d/authkeys $(DOC)/heartbeat
	$(Q)install -D -m 644 ha.d/heartbeat.service $(DESTDIR)$(PREFIX)/lib/systemd/system/heartbeat.service
	$(Q)if [ ! -e $(INIT) ] || grep -q '$(INIT_MARK)' $(INIT); then install -D -m 755 ha.d/heartbeat.init $(INIT); \
		else echo '$(INIT) of another package or of this site stays; ours is ha.d/heartbeat.init'; fi
	$(call install_pages,$(HB_PAGES))

install-tools: tools
	$(call say,INST,$(BIN)/cl_status)
	$(Q)install -d $(SBIN) $(BIN) $(SHARE)
	$(Q)install -m 755 $(BUILD)/tools/cl_status $(BUILD)/tools/hb_dump $(BIN)
	$(Q)if getent group $(HACLIENT) >/dev/null; then chgrp $(HACLIENT) $(BIN)/cl_status && chmod 2755 $(BIN)/cl_status; \
		else echo 'there is no group $(HACLIENT): cl_status is not set-gid; see README.md'; fi
	$(Q)install -m 755 $(addprefix $(BUILD)/tools/,hb_standby hb_takeover hb_confirm hb_cleanup) $(SHARE)
	$(Q)for t in $(TOOL_SCRIPTS); do sed 's|@SYSCONFDIR@|$(SYSCONFDIR)|g' tools/$$t >$(SHARE)/$$t && chmod 755 $(SHARE)/$$t; done
	$(Q)for t in $(REPLACED); do ln -sf hb_replaced $(SHARE)/$$t; done
	$(Q)for t in $(SBIN_TOOLS); do ln -sf $(PREFIX)/share/heartbeat/$$t $(SBIN)/$$t; done
	$(Q)ln -sf $(PREFIX)/share/heartbeat/cl_respawn $(BIN)/cl_respawn
	$(call install_pages,$(TOOL_PAGES))

install-ldirectord: ldirectord
	$(call say,INST,$(SBIN)/ldirectord)
	$(Q)install -d $(SBIN) $(HAD)/resource.d $(DOC)/heartbeat
	$(Q)install -m 755 $(BUILD)/sbin/ldirectord $(SBIN)
	$(Q)[ -e $(HAD)/resource.d/ldirectord ] || install -m 755 resource.d/ldirectord $(HAD)/resource.d/ldirectord
	$(Q)install -m 644 ha.d/ldirectord.cf $(DOC)/heartbeat
	$(call install_pages,$(LB_PAGES))

install-stonith: stonith
	$(call say,INST,$(SBIN)/stonith)
	$(Q)install -d $(SBIN) $(SHARE)/stonith $(DESTDIR)$(PREFIX)/lib/stonith/plugins/external
	$(Q)install -m 755 $(BUILD)/sbin/stonith $(BUILD)/sbin/meatclient $(SBIN)
	$(Q)install -m 755 stonith/ha_log.sh $(SHARE)/stonith/ha_log.sh
	$(call install_pages,$(STONITH_PAGES))

# Remove only what "install" installed.  The files in /etc/ha.d stay, except for our links, and so does the state.
uninstall:
	$(call say,RM,$(DESTDIR)$(PREFIX))
	$(Q)rm -f $(addprefix $(SBIN)/,heartbeat ldirectord stonith meatclient $(SBIN_TOOLS)) $(addprefix $(BIN)/,cl_status hb_dump cl_respawn) \
		$(addprefix $(SHARE)/,hb_standby hb_takeover hb_confirm hb_cleanup $(TOOL_SCRIPTS) $(REPLACED) shellfuncs stonith/ha_log.sh) $(addprefix $(DESTDIR)$(PREFIX)/libexec/heartbeat/,heartbeat IPaddr) \
		$(DESTDIR)$(PREFIX)/lib/heartbeat/heartbeat $(DESTDIR)$(PREFIX)/lib/systemd/system/heartbeat.service \
		$(addprefix $(DESTDIR)$(PREFIX)/share/doc/heartbeat/,ha.cf haresources ldirectord.cf authkeys status.schema.json)
	$(Q)for page in man/*.[1578]; do rm -f $(MAN)/man$${page##*.}/$${page##*/}; done
	$(Q)for t in resource.d/IPaddr resource.d/IPaddr2 shellfuncs; do case "$$(readlink $(HAD)/$$t)" in \
		$(PREFIX)/libexec/heartbeat/IPaddr | $(PREFIX)/share/heartbeat/shellfuncs) rm -f $(HAD)/$$t ;; esac; done
	$(Q)! cmp -s resource.d/ldirectord $(HAD)/resource.d/ldirectord || rm -f $(HAD)/resource.d/ldirectord
	$(Q)! cmp -s ha.d/heartbeat.init $(INIT) || rm -f $(INIT)
	$(Q)for d in $(SHARE)/stonith $(SHARE) $(DESTDIR)$(PREFIX)/lib/stonith/plugins/external $(DESTDIR)$(PREFIX)/lib/stonith/plugins $(DESTDIR)$(PREFIX)/lib/stonith $(DESTDIR)$(PREFIX)/libexec/heartbeat $(DESTDIR)$(PREFIX)/lib/heartbeat $(DESTDIR)$(PREFIX)/share/doc/heartbeat \
		$(HAD)/resource.d $(HAD)/rc.d; do [ ! -d $$d ] || rmdir --ignore-fail-on-non-empty $$d; done

clean:
	$(Q)rm -rf build

-include $(shell find $(BUILD) $(if $(filter fuzz% build/fuzz%,$(MAKECMDGOALS)),build/fuzz) -type f -name '*.d' 2>/dev/null)
