// SPDX-License-Identifier: MIT
/* Builds and reads packets of RADIUS (RFC 2865) for a check: an Access-Request with a password (PAP) and a
 * Message-Authenticator (RFC 3579), and the meaning of an answer.  PURE: no socket, clock or random number.
 * doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_RADIUS_PACKET_H
#define LDIRECTORD_CHECK_RADIUS_PACKET_H

#include <stdbool.h>

#include "ldirectord/conf/config.h"
#include "lib/bytes.h"

enum {
	RADIUS_PACKET_MAX = 4096,
	RADIUS_LOGIN_MAX = 253,
	RADIUS_PASSWD_MAX = 128,
	RADIUS_WHY_MAX = 200,
};

struct radius_request {
	const char *login, *passwd, *secret;
	uint8_t id;
	uint8_t authenticator[16]; /* random; new for each request */
	struct lb_address nas;     /* the address of this machine */
};

/* Append the packet to w.  Returns false when login or passwd is too long or a value is missing; why (cap) has the
 * reason. */
bool radius_put(const struct radius_request *q, struct writer *w, char *why, size_t cap);

enum radius_answer {
	/* not an answer to this request, or not signed with the secret: the caller must ignore it; why says which */
	RADIUS_FOREIGN,
	RADIUS_ACCEPTED,
	RADIUS_REFUSED,
};
/* Returns the meaning of a datagram; why (cap) has the reason, in printable characters. */
enum radius_answer radius_take(const struct radius_request *q, struct bytes answer, char *why, size_t cap);

#endif
