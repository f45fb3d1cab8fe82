// SPDX-License-Identifier: MIT
/* Computes and checks the digests of messages: crc, HMAC-MD5, HMAC-SHA1.  It checks the bytes as they were received,
 * before anything is parsed.
 * doc/protocol.md 1.5: "accept the active index, and an index that is marked accept, each with its own key"; "compare
 * digests in constant time".
 * doc/protocol.md 10.1, 10.2, 10.3, 10.4. */
#ifndef HEARTBEAT_CORE_AUTH_H
#define HEARTBEAT_CORE_AUTH_H

#include <stdbool.h>

#include "heartbeat/conf/authkeys.h"
#include "lib/bytes.h"

enum { AUTH_DIGEST_MAX = 40, AUTH_TOKEN_MAX = 2 + 1 + AUTH_DIGEST_MAX + 1 };

/* Keys that are ready for use.  This object owns the OpenSSL contexts. */
struct auth;
/* Prepare the keys for use; the caller may free keys afterwards.  An index without a key stays undefined if its method
 * needs one.  Returns NULL when memory is out, or when OpenSSL does not offer a digest that keys needs (for example md5
 * in FIPS mode). */
struct auth *auth_new(const struct authkeys *keys);
/* Overwrites the keys in memory.  NULL is allowed. */
void auth_free(struct auth *a);
/* The index of the key that signs our own messages. */
unsigned auth_active(const struct auth *a);
/* The method of an index; AUTH_NONE when the index is not defined. */
enum auth_method auth_method_of(const struct auth *a, unsigned index);

/* Compute the digest of b with key index, as lower-case hex with a NUL at its end (crc: no zero padding).  Returns its
 * length without the NUL; 0 when the index is not defined. */
size_t auth_digest(struct auth *a, unsigned index, struct bytes b, char out[AUTH_DIGEST_MAX + 1]);

enum auth_verdict {
	AUTH_OK,
	AUTH_MALFORMED,   /* the signature does not have the form "INDEX DIGEST" */
	AUTH_BAD_INDEX,   /* the index is not 0..15, or is not defined here */
	AUTH_NOT_ACTIVE,  /* the index is defined, but is neither the active index nor marked accept */
	AUTH_BAD_DIGEST,
	AUTH_NOT_CHECKED, /* the datagram was decoded without keys */
	AUTH_VERDICTS,
};
/* A text for a log line; static. */
const char *auth_verdict_text(enum auth_verdict v);

/* Check a signature.  token: "INDEX DIGEST" as received.  covered: the signed bytes.  any_index: accept every defined
 * index, not only the active one (hb_dump; the daemon passes false).  *index: the index of the token, also when the
 * signature is refused; not written on AUTH_MALFORMED. */
enum auth_verdict auth_verify(
	struct auth *a, struct bytes token, struct bytes covered, bool any_index, unsigned *index);
/* Returns true if a node with the keys of receiver accepts what a node with the keys of signer sends. */
bool auth_accepts(struct auth *receiver, struct auth *signer);

#endif
