// SPDX-License-Identifier: MIT
/* The digests of messages: crc, HMAC-MD5, HMAC-SHA1.  Checks the bytes as they were received, before anything is
 * parsed.
 * doc/protocol.md 1.5: "accept the active index, and an index that is marked accept, each with its own key"; "compare
 * digests in constant time".
 * doc/protocol.md 10.1, 10.2, 10.3, 10.4. */
#ifndef HEARTBEAT_CORE_AUTH_H
#define HEARTBEAT_CORE_AUTH_H

#include <stdbool.h>

#include "heartbeat/conf/authkeys.h"
#include "lib/bytes.h"

enum { AUTH_DIGEST_MAX = 40, AUTH_TOKEN_MAX = 2 + 1 + AUTH_DIGEST_MAX + 1 };

/* Keys that are ready for use; it owns the OpenSSL contexts. */
struct auth;
/* Make keys ready.  Copies what it needs of keys.  A method that needs a key and has none stays undefined.  NULL: out
 * of memory, or OpenSSL does not offer a digest that keys asks for (for example md5 in FIPS mode). */
struct auth *auth_new(const struct authkeys *keys);
/* Overwrites the keys in memory.  NULL is allowed. */
void auth_free(struct auth *a);
/* The index that our own messages are signed with. */
unsigned auth_active(const struct auth *a);
/* The method of an index; AUTH_NONE when it is not defined. */
enum auth_method auth_method_of(const struct auth *a, unsigned index);

/* Compute the digest of b with key index, as lower-case hex with a NUL at its end (crc: no zero padding).  Returns its
 * length without the NUL; 0 when the index is not defined. */
size_t auth_digest(struct auth *a, unsigned index, struct bytes b, char out[AUTH_DIGEST_MAX + 1]);

enum auth_verdict {
	AUTH_OK,
	AUTH_MALFORMED,   /* it is not of the form "INDEX DIGEST" */
	AUTH_BAD_INDEX,   /* not 0..15, or not defined here */
	AUTH_NOT_ACTIVE,  /* defined, but neither the active index nor marked accept */
	AUTH_BAD_DIGEST,
	AUTH_NOT_CHECKED, /* decoded without keys */
	AUTH_VERDICTS,
};
/* For a log line; static. */
const char *auth_verdict_text(enum auth_verdict v);

/* Check a signature.  token: "INDEX DIGEST" as received.  covered: the bytes that it signs.  any_index: accept every
 * defined index, not only the active one (hb_dump; the daemon passes false).  *index: the index of the token, also when
 * it is refused; not written on AUTH_MALFORMED. */
enum auth_verdict auth_verify(
	struct auth *a, struct bytes token, struct bytes covered, bool any_index, unsigned *index);
/* Would a node with the keys of receiver accept what a node with the keys of signer sends? */
bool auth_accepts(struct auth *receiver, struct auth *signer);

#endif
