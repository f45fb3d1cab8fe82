// SPDX-License-Identifier: MIT
/* The native dialect: what its row of functions remembers, and its fields in our own status.  doc/protocol.md 13. */
#ifndef HEARTBEAT_CORE_NATIVE_NATIVE_H
#define HEARTBEAT_CORE_NATIVE_NATIVE_H

#include "heartbeat/core/core.h"

struct native {
	uint64_t hears_generation, hears_seq; /* of ours, as the peer tells */
	uint64_t digest;                      /* of its haresources, 0 unknown */
	bool digest_differs_logged;
	struct mono last_answer;              /* when we last answered the peer out of turn */
};

/* Append the native fields to our own status. */
void native_fields(struct core *c, struct message *m);

#endif
