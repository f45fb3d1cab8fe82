// SPDX-License-Identifier: MIT
/* The native dialect: the state behind its row of functions, and its fields in our own status.  doc/protocol.md 13 */
#ifndef HEARTBEAT_CORE_NATIVE_NATIVE_H
#define HEARTBEAT_CORE_NATIVE_NATIVE_H

#include "heartbeat/core/core.h"

enum { SETTINGS = 5 }; /* values of ha.cf that must be the same on both nodes: settings.c */

struct native {
	uint64_t hears_generation, hears_seq; /* the last of our statuses that the peer has processed, as it reports */
	uint64_t digest;                      /* the digest of the haresources of the peer; 0: unknown */
	bool digest_differs_logged;
	uint64_t settings_logged;             /* a hash of the differing values that were logged; 0: none */
	struct peer_setting {
		bool known;
		uint64_t value;
	} settings[SETTINGS];                 /* the values of the peer */
	unsigned settings_pause;              /* the number of our next statuses that have no field h4conf */
	struct mono last_answer;              /* when this node last sent an answer outside the regular statuses */
};

/* Append the native fields to our own status. */
void native_fields(struct core *c, struct message *m);

#endif
