// SPDX-License-Identifier: MIT
/* What the files of hb_dump share: one datagram judged, printed for people or programs, or taken from the wire. */
#ifndef TOOLS_HB_DUMP_H
#define TOOLS_HB_DUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "heartbeat/core/codec.h"

struct dump_keys {
	struct auth *auth;     /* NULL: no keys to verify with */
	const char *file;
	const char *why_none;  /* when auth is NULL */
};

struct dump {
	const struct dump_keys *keys;
	bool ok;               /* the digest is right under the key that the packet names */
	bool decoded;          /* message can be shown, verified or not */
	enum codec_verdict verdict;
	struct decoded frame;
	struct message message;
	size_t length;
	char reason[256];      /* why not ok */
};

/* Decode and verify; arena as for codec_decode. */
void dump_judge(struct dump *d, const struct dump_keys *keys, struct bytes datagram, void *arena, size_t cap);
/* title: file name or the way it took on the wire. */
void dump_print_human(const struct dump *d, const char *title);
/* One line. */
void dump_print_json(const struct dump *d);

struct live {
	const char *interface;
	uint16_t port;
	unsigned long count; /* 0: until a signal */
	/* returns after printing; time and way are in title */
	void (*datagram)(void *context, const char *title, struct bytes datagram);
	void *context;
};
/* Listen until count datagrams were seen, or SIGINT or SIGTERM.  0 or -errno. */
int live_run(const struct live *live);

#endif
