# SPDX-License-Identifier: MIT
# One non-recursive Makefile.  make | make check | make install DESTDIR= PREFIX=/usr SYSCONFDIR=/etc | make SAN=1 |
# make CC=clang | make check-layers | make planted | make bench | make fuzz | make coverage.  V=1 shows the commands.

PREFIX     ?= /usr
SYSCONFDIR ?= /etc
LOCALSTATEDIR ?= /var
RUNDIR     ?= /run
DESTDIR    ?=
CC         ?= cc
CFLAGS     ?= -O2 -g
SAN        ?=
V          ?=
VERSION    := $(shell sed -n 's/^\#\# \([0-9.]*\).*/\1/p' CHANGES.md | head -n 1)

# --- what it is built with: pkg-config name and the Debian package that brings it -----------------------------------
NEEDS := glib-2.0:libglib2.0-dev libcrypto:libssl-dev zlib:zlib1g-dev libnl-3.0:libnl-3-dev libnl-route-3.0:libnl-route-3-dev \
         jansson:libjansson-dev libpcre2-8:libpcre2-dev libnl-genl-3.0:libnl-genl-3-dev libcurl:libcurl4-openssl-dev libcares:libc-ares-dev
NEEDS_TEST := cmocka:libcmocka-dev

ifneq ($(filter-out clean distclean uninstall check-layers,$(or $(MAKECMDGOALS),all)),)
ifeq ($(shell command -v pkg-config),)
$(error pkg-config is missing: apt-get install pkg-config)
endif
MISSING := $(foreach need,$(NEEDS),$(if $(shell pkg-config --exists $(firstword $(subst :, ,$(need))) && echo yes),,$(lastword $(subst :, ,$(need)))))
ifneq ($(strip $(MISSING)),)
$(error libraries are missing: apt-get install $(strip $(MISSING)))
endif
ifeq ($(wildcard /usr/include/bzlib.h),)
$(error bzip2 is missing: apt-get install libbz2-dev)
endif
ifeq ($(wildcard /usr/include/libnet.h),)
$(error libnet is missing: apt-get install libnet1-dev)
endif
endif

PKGS := $(foreach need,$(NEEDS),$(firstword $(subst :, ,$(need))))
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I/-isystem /g')
# Only what prints JSON is linked with jansson, and only ldirectord with what its checks need.
LB_PKGS    := libpcre2-8 libnl-genl-3.0 libcurl libcares
PKG_LIBS   := $(shell pkg-config --libs $(filter-out jansson $(LB_PKGS),$(PKGS)) 2>/dev/null) -lbz2
LB_LIBS    := $(shell pkg-config --libs $(LB_PKGS) glib-2.0 libnl-3.0 libssl libcrypto jansson 2>/dev/null)
# libnet, which has libnet-config instead of a .pc file, builds the frames of announcements: of what links exec only.
NET_LIBS   := $(or $(shell libnet-config --libs 2>/dev/null),-lnet)
JSON_LIBS  := $(shell pkg-config --libs jansson 2>/dev/null)
TEST_LIBS  := $(shell pkg-config --libs cmocka jansson 2>/dev/null)

BUILD := build$(if $(SAN),/san)
WARN  := -Wall -Wextra -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wundef -Werror
SANFLAGS := $(if $(SAN),-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
HARDEN := -fstack-protector-strong -fPIE
DEFS := -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -DSYSCONFDIR='"$(SYSCONFDIR)"' -DLOCALSTATEDIR='"$(LOCALSTATEDIR)"' -DRUNDIR='"$(RUNDIR)"' -DPREFIX='"$(PREFIX)"'
ALL_CFLAGS := -std=c17 $(WARN) $(HARDEN) $(SANFLAGS) $(DEFS) -I. $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS := -pie $(SANFLAGS) $(LDFLAGS)

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

# --- rooms: every .c of a folder belongs to its archive; the order is the one-way street, user first ------------------
ROOMS := daemon ipc exec media core conf lib
LB_ROOMS := lb_daemon lb_check lb_ipvs lb_pool lb_conf
room_dir = $(if $(filter lib,$(1)),lib,$(if $(filter lb_%,$(1)),ldirectord/$(1:lb_%=%),heartbeat/$(1)))
archive = $(BUILD)/$(1).a
sources = $(wildcard $(call room_dir,$(1))/*.c $(call room_dir,$(1))/*/*.c)
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))

DAEMON_MAIN := heartbeat/daemon/main.c
TOOLS := cl_status hb_standby hb_takeover hb_dump
PROGRAMS := $(BUILD)/sbin/heartbeat $(BUILD)/sbin/ldirectord $(addprefix $(BUILD)/tools/,$(TOOLS)) $(BUILD)/resource.d/IPaddr
UNIT  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*_test.c))
FUZZ  := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*_fuzz.c))
SIM   := $(BUILD)/tests/sim/sim $(BUILD)/sim
CASES := $(BUILD)/tests/cases/cases
LIVE_HELPERS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/live/*.c))
BENCH := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))

.PHONY: all check tests install uninstall clean check-layers bench fuzz fuzz-build fuzz-corpus fuzz-replay coverage planted FORCE
.DELETE_ON_ERROR:
.SECONDARY:
all: $(PROGRAMS)

# Objects are made anew when the compiler or its flags change; cc and the gcc that it is a name of are one compiler.
COMPILER := $(realpath $(shell command -v $(firstword $(CC)))) $(wordlist 2,9,$(CC))
$(BUILD)/.flags: FORCE
	@mkdir -p $(BUILD)
	@printf '%s\n' '$(subst ','\'',$(COMPILER) $(ALL_CFLAGS))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(COMPILER) $(ALL_CFLAGS))' >$@
# Phony, or make takes it for an intermediate file (.SECONDARY has no list) and an absent one of those forces nothing.
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/.flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define room_rule
$(call archive,$(1)): $(call objects,$(filter-out $(DAEMON_MAIN) $(LB_MAIN),$(call sources,$(1))))
	$$(call say,AR,$$@)
	@mkdir -p $$(@D); rm -f $$@
	$(Q)$(AR) rcs $$@ $$^
endef
LB_MAIN := ldirectord/daemon/main.c
$(foreach room,$(ROOMS) $(LB_ROOMS),$(eval $(call room_rule,$(room))))

LINK = $(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS)

$(BUILD)/sbin/heartbeat: PKG_LIBS += $(NET_LIBS)
$(BUILD)/sbin/heartbeat: $(call objects,$(DAEMON_MAIN)) $(foreach room,$(ROOMS),$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)

LB_LINK = $(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LB_LIBS)
$(BUILD)/sbin/ldirectord: $(call objects,$(LB_MAIN)) $(foreach room,$(LB_ROOMS) lib,$(call archive,$(room)))
	$(call say,LD,$@)
	$(LB_LINK)

# Tools link lib and the ipc client (which speaks core's messages) only; what two files of a tool share:
$(BUILD)/tools/cl_status: $(BUILD)/tools/cl_query.o
$(BUILD)/tools/hb_dump: $(BUILD)/tools/hb_dump_print.o $(BUILD)/tools/hb_dump_live.o
$(BUILD)/tools/hb_dump: PKG_LIBS += $(JSON_LIBS)
$(BUILD)/tools/hb_standby $(BUILD)/tools/hb_takeover: $(BUILD)/tools/move.o
$(BUILD)/tools/%: $(BUILD)/tools/%.o $(foreach room,ipc core conf lib,$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)

$(BUILD)/resource.d/IPaddr: PKG_LIBS += $(NET_LIBS)
$(BUILD)/resource.d/IPaddr: $(BUILD)/resource.d/IPaddr.o $(foreach room,exec conf lib,$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)

# --- tests --------------------------------------------------------------------------------------------------------
# A unit test links every room but the daemon's main.
$(BUILD)/tests/unit/%_test: PKG_LIBS += $(NET_LIBS)
$(BUILD)/tests/unit/%_test: $(BUILD)/tests/unit/%_test.o $(foreach room,$(ROOMS),$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK) $(TEST_LIBS)

# Those of ldirectord link its rooms instead; never heartbeat's.
$(BUILD)/tests/unit/lb_%_test: $(BUILD)/tests/unit/lb_%_test.o $(foreach room,$(LB_ROOMS) lib,$(call archive,$(room)))
	$(call say,LD,$@)
	$(LB_LINK) $(TEST_LIBS)

$(addprefix $(BUILD)/tests/unit/,lb_conf_test lb_conf_vectors_test): $(BUILD)/tests/unit/lb_parse.o

# What the tests of the pool share.
$(foreach test,pool pool_failure pool_scenario pool_property,$(BUILD)/tests/unit/lb_$(test)_test): $(BUILD)/tests/unit/lb_pool_lab.o $(BUILD)/tests/unit/lb_pool_kernel.o
$(BUILD)/tests/unit/lb_pool_property_test: $(BUILD)/tests/unit/lb_pool_model.o

# An ipvsadm for where the kernel has no IPVS, and the back ends before a kernel that has (tests/vm).
LB_HELPERS := $(addprefix $(BUILD)/tests/ldirectord/,ipvsadm server reals) $(addprefix $(BUILD)/tests/vm/,ipvs_kernel wire)
$(BUILD)/tests/ldirectord/ipvsadm: $(addprefix $(BUILD)/tests/ldirectord/,ipvsadm.o ipvsadm_options.o)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^)
# The bench's servers and stop watch (tests/bench/ldirectord).
$(BUILD)/tests/ldirectord/reals: $(BUILD)/tests/ldirectord/reals.o
$(BUILD)/tests/ldirectord/server: $(BUILD)/tests/ldirectord/server.o
$(BUILD)/tests/ldirectord/reals $(BUILD)/tests/ldirectord/server $(BUILD)/tests/vm/wire:
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $<
$(BUILD)/tests/vm/wire: $(BUILD)/tests/vm/wire.o
$(BUILD)/tests/vm/ipvs_kernel: $(BUILD)/tests/vm/ipvs_kernel.o $(foreach room,$(LB_ROOMS) lib,$(call archive,$(room)))
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LB_LIBS)
$(BUILD)/tests/unit/lb_ipvs_test: $(BUILD)/tests/ldirectord/ipvsadm

# This one runs the program.
$(BUILD)/tests/unit/ipaddr_program_test: $(BUILD)/resource.d/IPaddr

# What the tests of the core share: two nodes on an in-memory wire.
$(foreach test,core membership fencing ownership native native_owners native_past classic classic_leaving classic_lost \
	receive receive_number moves views,$(BUILD)/tests/unit/$(test)_test): \
	$(addprefix $(BUILD)/tests/unit/,pair.o pair_story.o pair_voice.o)

$(BUILD)/tests/live/%: $(BUILD)/tests/live/%.o $(call archive,core) $(call archive,conf) $(call archive,lib)
	$(call say,LD,$@)
	$(LINK)

$(BUILD)/tests/bench/%: PKG_LIBS += $(NET_LIBS)
$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(foreach room,$(ROOMS),$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)

# Feeds recordings of heartbeat --record to the core.
$(BUILD)/replay: $(BUILD)/tests/replay/replay.o $(foreach room,core conf lib,$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)

# The simulator may use lib, core and conf only.
$(BUILD)/tests/sim/sim: $(call objects,$(wildcard tests/sim/*.c)) $(foreach room,core conf lib,$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)

# Where one looks for it.
$(BUILD)/sim: $(BUILD)/tests/sim/sim
	@ln -sf tests/sim/sim $@

# Decision cases play in the simulator's world.
$(CASES): $(call objects,$(wildcard tests/cases/*.c) $(filter-out tests/sim/main.c,$(wildcard tests/sim/*.c))) \
	$(foreach room,core conf lib,$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)

# Bugs on purpose, each of which the simulator has to catch: tests/sim/planted.
planted: $(BUILD)/tests/sim/sim
	$(Q)COMPILE='$(subst ','\'',$(CC) $(ALL_CFLAGS) -O1 -w)' LINK='$(CC) $(ALL_LDFLAGS)' LIBS='$(PKG_LIBS)' tests/sim/planted/run --build $(BUILD) $(BUGS)

# Failure injection: linked into a test program, and preloaded into the daemon.
FAULT := $(BUILD)/tests/fault/inject.so $(BUILD)/tests/fault/core_fault
$(BUILD)/tests/fault/inject.so: tests/fault/inject.c tests/fault/calls.c tests/fault/fault.h $(BUILD)/.flags
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) -fno-builtin -fPIC -shared -o $@ $(filter %.c,$^) -ldl
$(BUILD)/tests/fault/calls.o: ALL_CFLAGS += -fno-builtin
$(BUILD)/tests/fault/core_fault: $(addprefix $(BUILD)/tests/,fault/core_fault.o fault/lives.o fault/inject.o fault/calls.o unit/pair.o unit/pair_story.o unit/pair_voice.o) \
	$(foreach room,$(ROOMS),$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK) $(TEST_LIBS) $(NET_LIBS) -ldl -Wl,--wrap=core_new,--wrap=core_step,--wrap=core_free

tests: $(UNIT) $(SIM) $(CASES) $(LIVE_HELPERS) $(LB_HELPERS) $(if $(SAN),,$(FAULT)) $(BUILD)/replay all
check: tests check-layers
	$(Q)tests/unit/run $(BUILD)

# Replay of every corpus with the ordinary compiler; fuzzing itself needs clang.  What targets share, the second decoder
# among it, is every other .c there.
FUZZ_PARTS = $(filter-out %_fuzz.c %/replay.c,$(wildcard tests/fuzz/*.c))
$(BUILD)/tests/fuzz/%_replay: PKG_LIBS += $(NET_LIBS)
$(BUILD)/tests/fuzz/%_replay: $(BUILD)/tests/fuzz/%_fuzz.o $(BUILD)/tests/fuzz/replay.o $(call objects,$(FUZZ_PARTS)) \
	$(foreach room,$(ROOMS),$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)
$(BUILD)/tests/fuzz/lb_%_replay: $(BUILD)/tests/fuzz/lb_%_fuzz.o $(BUILD)/tests/fuzz/replay.o $(foreach room,$(LB_ROOMS) lib,$(call archive,$(room)))
	$(call say,LD,$@)
	$(LB_LINK)
fuzz-replay: $(patsubst %_fuzz,$(BUILD)/tests/fuzz/%_replay,$(FUZZ))

FUZZ_SECONDS ?= 20
FUZZ_CFLAGS = -std=c17 $(DEFS) -I. $(PKG_CFLAGS) -g -O2 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_SHARED = $(patsubst %.c,build/fuzz/obj/%.o,$(FUZZ_PARTS) $(foreach room,exec ipc core conf lib,$(call sources,$(room))))
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
build/fuzz/lb_shared.a: $(patsubst %.c,build/fuzz/obj/%.o,$(foreach room,$(filter-out lb_daemon,$(LB_ROOMS)) lib,$(call sources,$(room))))
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
build/fuzz/lb_%_fuzz: build/fuzz/obj/tests/fuzz/lb_%_fuzz.o build/fuzz/lb_shared.a
	$(call say,LD,$@)
	$(Q)clang $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LB_LIBS)
fuzz-build: $(addprefix build/fuzz/,$(FUZZ))
fuzz: fuzz-build
	$(Q)tests/fuzz/hunt -s $(FUZZ_SECONDS)
# What hunts found joins the corpus in the tree, as few and as small inputs as reach the same code.
fuzz-corpus: fuzz-build
	$(Q)tests/fuzz/merge

# How much of core, conf and lib the tests run; SHOW=heartbeat/core/classic/classic.c: which lines of a file they do not.
COVERAGE_MIN ?= 90
COVERAGE := BUILD=build/coverage CC=gcc CFLAGS='-O0 -g --coverage' LDFLAGS='--coverage -Wl,--wrap=_exit build/coverage/tests/coverage/exit.o'
coverage:
	$(Q)$(MAKE) --no-print-directory $(COVERAGE) build/coverage/tests/coverage/exit.o
	$(Q)$(MAKE) --no-print-directory $(COVERAGE) tests fuzz-replay
	$(Q)COVERAGE_MIN='$(COVERAGE_MIN)' tests/coverage/run build/coverage $(SHOW)

bench: all $(BENCH)
	$(Q)tests/bench/run $(BUILD)

# The street: lib <- core, conf <- media, exec, ipc <- daemon, and the purity of core and conf.
check-layers:
	$(Q)tests/check-layers $(BUILD)
	$(Q)tests/check-docs

# --- installation ---------------------------------------------------------------------------------------------------
SBIN := $(DESTDIR)$(PREFIX)/sbin
BIN  := $(DESTDIR)$(PREFIX)/bin
SHARE := $(DESTDIR)$(PREFIX)/share/heartbeat
MAN  := $(DESTDIR)$(PREFIX)/share/man
HAD  := $(DESTDIR)$(SYSCONFDIR)/ha.d
install: all
	$(call say,INST,$(DESTDIR)$(PREFIX))
	$(Q)install -d $(SBIN) $(BIN) $(SHARE) $(HAD)/resource.d $(HAD)/rc.d $(DESTDIR)$(PREFIX)/libexec/heartbeat \
		$(DESTDIR)$(PREFIX)/lib/heartbeat $(DESTDIR)$(LOCALSTATEDIR)/lib/heartbeat $(DESTDIR)$(PREFIX)/share/doc/heartbeat
	$(Q)install -m 755 $(BUILD)/sbin/heartbeat $(BUILD)/sbin/ldirectord $(SBIN)
	$(Q)ln -sf $(PREFIX)/sbin/heartbeat $(DESTDIR)$(PREFIX)/libexec/heartbeat/heartbeat
	$(Q)ln -sf $(PREFIX)/sbin/heartbeat $(DESTDIR)$(PREFIX)/lib/heartbeat/heartbeat
	$(Q)install -m 755 $(BUILD)/tools/cl_status $(BUILD)/tools/hb_dump $(BIN)
	$(Q)install -m 755 $(BUILD)/tools/hb_standby $(BUILD)/tools/hb_takeover $(SHARE)
	$(Q)for t in hb_standby hb_takeover; do ln -sf $(PREFIX)/share/heartbeat/$$t $(SBIN)/$$t; done
	$(Q)install -m 755 $(BUILD)/resource.d/IPaddr $(DESTDIR)$(PREFIX)/libexec/heartbeat/IPaddr
	$(Q)for t in IPaddr IPaddr2; do [ -e $(HAD)/resource.d/$$t ] && [ ! -L $(HAD)/resource.d/$$t ] || \
		ln -sf $(PREFIX)/libexec/heartbeat/IPaddr $(HAD)/resource.d/$$t; done # a site's own script stays
	$(Q)[ -e $(HAD)/resource.d/ldirectord ] || install -m 755 resource.d/ldirectord $(HAD)/resource.d/ldirectord
	$(Q)install -m 644 ha.d/shellfuncs $(SHARE)/shellfuncs
	$(Q)[ -e $(HAD)/shellfuncs ] && [ ! -L $(HAD)/shellfuncs ] || ln -sf $(PREFIX)/share/heartbeat/shellfuncs $(HAD)/shellfuncs # so does its own file
	$(Q)install -m 644 ha.d/ha.cf ha.d/haresources ha.d/ldirectord.cf $(DESTDIR)$(PREFIX)/share/doc/heartbeat
	$(Q)install -m 600 ha.d/authkeys $(DESTDIR)$(PREFIX)/share/doc/heartbeat
	$(Q)install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	$(Q)install -m 644 ha.d/heartbeat.service $(DESTDIR)$(PREFIX)/lib/systemd/system
	$(Q)for s in 1 5 7 8; do install -d $(MAN)/man$$s; done
	$(Q)for page in man/*.[1578]; do install -m 644 $$page $(MAN)/man$${page##*.}; done

# What "install" put there, and nothing else: the files in /etc/ha.d stay, but for our links, and so does the state.
uninstall:
	$(call say,RM,$(DESTDIR)$(PREFIX))
	$(Q)rm -f $(addprefix $(SBIN)/,heartbeat ldirectord hb_standby hb_takeover) $(addprefix $(BIN)/,cl_status hb_dump) \
		$(addprefix $(SHARE)/,hb_standby hb_takeover shellfuncs) $(addprefix $(DESTDIR)$(PREFIX)/libexec/heartbeat/,heartbeat IPaddr) \
		$(DESTDIR)$(PREFIX)/lib/heartbeat/heartbeat $(DESTDIR)$(PREFIX)/lib/systemd/system/heartbeat.service \
		$(addprefix $(DESTDIR)$(PREFIX)/share/doc/heartbeat/,ha.cf haresources ldirectord.cf authkeys)
	$(Q)for page in man/*.[1578]; do rm -f $(MAN)/man$${page##*.}/$${page##*/}; done
	$(Q)for t in resource.d/IPaddr resource.d/IPaddr2 shellfuncs; do case "$$(readlink $(HAD)/$$t)" in \
		$(PREFIX)/libexec/heartbeat/IPaddr | $(PREFIX)/share/heartbeat/shellfuncs) rm -f $(HAD)/$$t ;; esac; done
	$(Q)! cmp -s resource.d/ldirectord $(HAD)/resource.d/ldirectord || rm -f $(HAD)/resource.d/ldirectord
	$(Q)for d in $(SHARE) $(DESTDIR)$(PREFIX)/libexec/heartbeat $(DESTDIR)$(PREFIX)/lib/heartbeat $(DESTDIR)$(PREFIX)/share/doc/heartbeat \
		$(HAD)/resource.d $(HAD)/rc.d; do [ ! -d $$d ] || rmdir --ignore-fail-on-non-empty $$d; done

clean:
	$(Q)rm -rf build

-include $(shell find $(BUILD) $(if $(filter fuzz% build/fuzz%,$(MAKECMDGOALS)),build/fuzz) -type f -name '*.d' 2>/dev/null)
