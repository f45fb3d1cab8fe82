# SPDX-License-Identifier: MIT
# One non-recursive Makefile.  make | make check | make install DESTDIR= PREFIX=/usr SYSCONFDIR=/etc | make SAN=1 |
# make CC=clang | make check-layers | make bench | make fuzz.  V=1 shows the commands.

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
         jansson:libjansson-dev
NEEDS_TEST := cmocka:libcmocka-dev

ifneq ($(filter-out clean distclean check-layers,$(or $(MAKECMDGOALS),all)),)
ifeq ($(shell command -v pkg-config),)
$(error pkg-config is missing: apt-get install pkg-config)
endif
MISSING := $(foreach need,$(NEEDS),$(if $(shell pkg-config --exists $(firstword $(subst :, ,$(need))) && echo yes),,$(lastword $(subst :, ,$(need)))))
ifneq ($(strip $(MISSING)),)
$(error libraries are missing: apt-get install $(strip $(MISSING)))
endif
ifeq ($(wildcard /usr/include/libnet.h),)
$(error libnet is missing: apt-get install libnet1-dev)
endif
ifeq ($(wildcard /usr/include/bzlib.h),)
$(error bzip2 is missing: apt-get install libbz2-dev)
endif
endif

PKGS := $(foreach need,$(NEEDS),$(firstword $(subst :, ,$(need))))
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I/-isystem /g')
# Only what prints JSON is linked with jansson.
PKG_LIBS   := $(shell pkg-config --libs $(filter-out jansson,$(PKGS)) 2>/dev/null) -lnet -lbz2
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
room_dir = $(if $(filter lib,$(1)),lib,heartbeat/$(1))
archive = $(BUILD)/$(1).a
sources = $(wildcard $(call room_dir,$(1))/*.c)
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))

DAEMON_MAIN := heartbeat/daemon/main.c
TOOLS := cl_status hb_standby hb_takeover hb_dump
PROGRAMS := $(BUILD)/sbin/heartbeat $(addprefix $(BUILD)/tools/,$(TOOLS)) $(BUILD)/resource.d/IPaddr
UNIT  := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*_test.c))
FUZZ  := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*_fuzz.c))
SIM   := $(if $(wildcard tests/sim/*.c),$(BUILD)/tests/sim/sim)
LIVE_HELPERS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/live/*.c))
BENCH := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))

.PHONY: all check tests install clean check-layers bench fuzz fuzz-replay
.DELETE_ON_ERROR:
.SECONDARY:
all: $(PROGRAMS)

# Objects are made anew when the compiler or its flags change.
$(BUILD)/.flags: FORCE
	@mkdir -p $(BUILD)
	@printf '%s\n' '$(subst ','\'',$(CC) $(ALL_CFLAGS))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(CC) $(ALL_CFLAGS))' >$@
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/.flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define room_rule
$(call archive,$(1)): $(call objects,$(filter-out $(DAEMON_MAIN),$(call sources,$(1))))
	$$(call say,AR,$$@)
	@mkdir -p $$(@D); rm -f $$@
	$(Q)$(AR) rcs $$@ $$^
endef
$(foreach room,$(ROOMS),$(eval $(call room_rule,$(room))))

LINK = $(Q)mkdir -p $(@D) && $(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS)

$(BUILD)/sbin/heartbeat: $(call objects,$(DAEMON_MAIN)) $(foreach room,$(ROOMS),$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)

# Tools link lib and the ipc client (which speaks core's messages) only; what two files of a tool share:
$(BUILD)/tools/cl_status: $(BUILD)/tools/cl_query.o
$(BUILD)/tools/hb_dump: $(BUILD)/tools/hb_dump_print.o $(BUILD)/tools/hb_dump_live.o
$(BUILD)/tools/hb_dump: PKG_LIBS += $(JSON_LIBS)
$(BUILD)/tools/hb_standby $(BUILD)/tools/hb_takeover: $(BUILD)/tools/move.o
$(BUILD)/tools/%: $(BUILD)/tools/%.o $(foreach room,ipc core conf lib,$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)

$(BUILD)/resource.d/IPaddr: $(BUILD)/resource.d/IPaddr.o $(foreach room,exec conf lib,$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)

# --- tests --------------------------------------------------------------------------------------------------------
# A unit test links every room but the daemon's main.
$(BUILD)/tests/unit/%_test: $(BUILD)/tests/unit/%_test.o $(foreach room,$(ROOMS),$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK) $(TEST_LIBS)

# This one runs the program.
$(BUILD)/tests/unit/ipaddr_program_test: $(BUILD)/resource.d/IPaddr

# What the tests of the core share: two nodes on an in-memory wire.
$(foreach test,core membership fencing ownership native classic receive moves views,$(BUILD)/tests/unit/$(test)_test): \
	$(addprefix $(BUILD)/tests/unit/,pair.o pair_story.o pair_voice.o)

$(BUILD)/tests/live/%: $(BUILD)/tests/live/%.o $(call archive,core) $(call archive,conf) $(call archive,lib)
	$(call say,LD,$@)
	$(LINK)

$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(foreach room,$(ROOMS),$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)

# The simulator may use lib, core and conf only.
$(BUILD)/tests/sim/sim: $(call objects,$(wildcard tests/sim/*.c)) $(foreach room,core conf lib,$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)

tests: $(UNIT) $(SIM) $(LIVE_HELPERS) all
check: tests check-layers
	$(Q)tests/unit/run $(BUILD)

# Replay of every corpus with the ordinary compiler; fuzzing itself needs clang.
$(BUILD)/tests/fuzz/%_replay: $(BUILD)/tests/fuzz/%_fuzz.o $(BUILD)/tests/fuzz/replay.o $(foreach room,$(ROOMS),$(call archive,$(room)))
	$(call say,LD,$@)
	$(LINK)
fuzz-replay: $(patsubst %_fuzz,$(BUILD)/tests/fuzz/%_replay,$(FUZZ))

FUZZ_SECONDS ?= 20
FUZZ_SOURCES = $(foreach room,ipc core conf lib,$(call sources,$(room)))
build/fuzz/%: tests/fuzz/%.c $(FUZZ_SOURCES)
	$(call say,FUZZ,$@)
	@mkdir -p $(@D)
	$(Q)clang -std=c17 $(DEFS) -I. $(PKG_CFLAGS) -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $< $(FUZZ_SOURCES) $(PKG_LIBS)
fuzz: $(addprefix build/fuzz/,$(FUZZ))
	$(Q)for f in $(FUZZ); do mkdir -p build/fuzz/work/$$f; echo "  $$f"; \
		build/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=build/fuzz/ -print_final_stats=0 build/fuzz/work/$$f tests/fuzz/corpus/$${f%_fuzz} 2>build/fuzz/$$f.log || { tail -n 30 build/fuzz/$$f.log; exit 1; }; done

bench: all $(BENCH)
	$(Q)tests/bench/run $(BUILD)

# The street: lib <- core, conf <- media, exec, ipc <- daemon, and the purity of core and conf.
check-layers:
	$(Q)tests/check-layers $(BUILD)

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
	$(Q)install -m 755 $(BUILD)/sbin/heartbeat $(SBIN)/heartbeat
	$(Q)ln -sf $(PREFIX)/sbin/heartbeat $(DESTDIR)$(PREFIX)/libexec/heartbeat/heartbeat
	$(Q)ln -sf $(PREFIX)/sbin/heartbeat $(DESTDIR)$(PREFIX)/lib/heartbeat/heartbeat
	$(Q)install -m 755 $(BUILD)/tools/cl_status $(BUILD)/tools/hb_dump $(BIN)
	$(Q)install -m 755 $(BUILD)/tools/hb_standby $(BUILD)/tools/hb_takeover $(SHARE)
	$(Q)for t in hb_standby hb_takeover; do ln -sf $(PREFIX)/share/heartbeat/$$t $(SBIN)/$$t; done
	$(Q)install -m 755 $(BUILD)/resource.d/IPaddr $(DESTDIR)$(PREFIX)/libexec/heartbeat/IPaddr
	$(Q)for t in IPaddr IPaddr2; do [ -e $(HAD)/resource.d/$$t ] && [ ! -L $(HAD)/resource.d/$$t ] || \
		ln -sf $(PREFIX)/libexec/heartbeat/IPaddr $(HAD)/resource.d/$$t; done # a site's own script stays
	$(Q)install -m 644 ha.d/shellfuncs $(SHARE)/shellfuncs
	$(Q)[ -e $(HAD)/shellfuncs ] && [ ! -L $(HAD)/shellfuncs ] || ln -sf $(PREFIX)/share/heartbeat/shellfuncs $(HAD)/shellfuncs # so does its own file
	$(Q)install -m 644 ha.d/ha.cf ha.d/haresources $(DESTDIR)$(PREFIX)/share/doc/heartbeat
	$(Q)install -m 600 ha.d/authkeys $(DESTDIR)$(PREFIX)/share/doc/heartbeat
	$(Q)install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	$(Q)install -m 644 ha.d/heartbeat.service $(DESTDIR)$(PREFIX)/lib/systemd/system
	$(Q)for s in 1 5 8; do install -d $(MAN)/man$$s; done
	$(Q)for page in man/*.[158]; do install -m 644 $$page $(MAN)/man$${page##*.}; done

clean:
	$(Q)rm -rf build

-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
