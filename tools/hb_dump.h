// SPDX-License-Identifier: MIT
/* Shared by the files of hb_dump: verify one datagram, print it for people or programs, receive from the wire. */
#ifndef TOOLS_HB_DUMP_H
#define TOOLS_HB_DUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "heartbeat/core/codec.h"

struct dump_keys {
	struct auth *auth;     /* NULL: there are no keys */
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
/* title: the file name, or time, direction and addresses. */
void dump_print_human(const struct dump *d, const char *title);
/* One line. */
void dump_print_json(const struct dump *d);

struct live {
	const char *interface;
	uint16_t port;
	unsigned long count; /* 0: until a signal */
	/* called for each datagram; title has time, direction and addresses */
	void (*datagram)(void *context, const char *title, struct bytes datagram);
	void *context;
};
/* Listen until count datagrams were seen, or SIGINT or SIGTERM.  0 or -errno. */
int live_run(const struct live *live);

#endif
