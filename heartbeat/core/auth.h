// SPDX-License-Identifier: MIT
/* Digests of the wire: crc, HMAC-MD5, HMAC-SHA1.  Verifies raw bytes before anything is parsed.
 * doc/protocol.md 1.5: "accept only the active index with its own key"; "compare digests in constant time".
 * doc/protocol.md 10.1, 10.2, 10.3, 10.4. */
#ifndef HEARTBEAT_CORE_AUTH_H
#define HEARTBEAT_CORE_AUTH_H

#include <stdbool.h>

#include "heartbeat/conf/authkeys.h"
#include "lib/bytes.h"

enum { AUTH_DIGEST_MAX = 40, AUTH_TOKEN_MAX = 2 + 1 + AUTH_DIGEST_MAX + 1 };

/* Keys made ready (OpenSSL contexts); owns them. */
struct auth;
/* Copies what it needs of keys.  A keyed method without key is left undefined.  NULL: no memory, or OpenSSL does not
 * offer HMAC with a digest that keys asks for (e.g. md5 in FIPS mode). */
struct auth *auth_new(const struct authkeys *keys);
/* Wipes the keys.  NULL is fine. */
void auth_free(struct auth *a);
unsigned auth_active(const struct auth *a);
/* Method of an index, AUTH_NONE when it is not defined. */
enum auth_method auth_method_of(const struct auth *a, unsigned index);

/* Digest of b under key index, as lower-case hex with NUL (crc: no zero padding).  Returns its length, 0 when the index
 * is not defined. */
size_t auth_digest(struct auth *a, unsigned index, struct bytes b, char out[AUTH_DIGEST_MAX + 1]);

enum auth_verdict {
	AUTH_OK,
	AUTH_MALFORMED,   /* no "INDEX DIGEST" there */
	AUTH_BAD_INDEX,   /* not 0..15, or not defined here */
	AUTH_NOT_ACTIVE,  /* defined, but not the active index */
	AUTH_BAD_DIGEST,
	AUTH_NOT_CHECKED, /* decoded without keys */
	AUTH_VERDICTS,
};
const char *auth_verdict_text(enum auth_verdict v);

/* token: "INDEX DIGEST" as received.  any_index: accept every defined index (hb_dump only; the daemon passes false).
 * *index: as the token says, whatever the verdict; left alone on AUTH_MALFORMED. */
enum auth_verdict auth_verify(
	struct auth *a, struct bytes token, struct bytes covered, bool any_index, unsigned *index);

#endif
