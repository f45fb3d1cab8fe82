// SPDX-License-Identifier: MIT
/* The common part of checks over UDP: sends one request, and repeats it with growing pauses until the check has its
 * verdict.  It does not interpret answers. */
#ifndef LDIRECTORD_CHECK_DATAGRAM_H
#define LDIRECTORD_CHECK_DATAGRAM_H

#include "ldirectord/check/private.h"
#include "lib/bytes.h"

enum { DATAGRAM_ANSWER_MAX = 4096 };

/* Must be zeroed before datagram_open. */
struct datagram {
	struct check *check;
	void (*answer)(struct check *c, struct bytes answer); /* the answer is valid during the call */
	struct bytes request;
	struct watch watch;
	struct timer again;
	int64_t wait_ms;
	int fd;
};

/* Connect to the address of the check.  Returns false when that fails; the check then has its verdict. */
bool datagram_open(struct datagram *d, struct check *c, void (*answer)(struct check *c, struct bytes answer));
/* Send the request now, again after first_ms, and then after pauses that double, up to 4 s.  The request must stay
 * valid until datagram_close. */
void datagram_ask(struct datagram *d, struct bytes request, int64_t first_ms);
/* Close the socket and stop sending.  Must be called also after a failed datagram_open. */
void datagram_close(struct datagram *d);

#endif
