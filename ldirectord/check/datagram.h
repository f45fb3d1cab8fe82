// SPDX-License-Identifier: MIT
/* A check over UDP: one request, sent again after growing pauses until the check has its verdict.  It decides nothing
 * about answers. */
#ifndef LDIRECTORD_CHECK_DATAGRAM_H
#define LDIRECTORD_CHECK_DATAGRAM_H

#include "ldirectord/check/private.h"
#include "lib/bytes.h"

enum { DATAGRAM_ANSWER_MAX = 4096 };

/* Zeroed before datagram_open. */
struct datagram {
	struct check *check;
	void (*answer)(struct check *c, struct bytes answer); /* the answer is valid during the call */
	struct bytes request;
	struct watch watch;
	struct timer again;
	int64_t wait_ms;
	int fd;
};

/* Connect to the address of the check.  Returns false when that fails: the check has its verdict. */
bool datagram_open(struct datagram *d, struct check *c, void (*answer)(struct check *c, struct bytes answer));
/* Send the request now, again after first_ms, and then after pauses that double, up to 4 s.  The request is borrowed
 * until datagram_close. */
void datagram_ask(struct datagram *d, struct bytes request, int64_t first_ms);
/* Also after a datagram_open that failed. */
void datagram_close(struct datagram *d);

#endif
