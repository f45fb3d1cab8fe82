// SPDX-License-Identifier: MIT
/* Framing in both directions: netstring ("###") and text (">>>").  doc/protocol.md 1.1 to 1.5 and 2.
 * Decoding checks the signature first: with netstring framing over the raw bytes, with text framing over the lines of
 * the fields.  The work is linear in the length.  Malformed input gives a verdict and never reaches an assert.
 * Allocates nothing itself.  zlib and bzip2 allocate work space during a call and free it; they are called only for
 * authentic messages. */
#ifndef HEARTBEAT_CORE_CODEC_H
#define HEARTBEAT_CORE_CODEC_H

#include "heartbeat/core/auth.h"
#include "heartbeat/core/message.h"

enum {
	CODEC_DATAGRAM_MAX = 65507, /* largest payload of UDP */
	CODEC_UNCOMPRESSED_MAX = 262144,
	CODEC_NESTING_MAX = 16, /* messages inside messages: doc/protocol.md 1.1 */
};

enum framing { FRAMING_NETSTRING, FRAMING_TEXT };

enum codec_verdict {
	CODEC_OK,
	CODEC_NOT_OURS,   /* it starts neither with "###\n" nor with ">>>\n" */
	CODEC_MALFORMED,
	CODEC_TOO_LARGE,
	CODEC_UNAUTHENTIC, /* the reason is in decoded->auth */
	CODEC_BAD_COMPRESSION,
	CODEC_VERDICTS,
};
const char *codec_verdict_text(enum codec_verdict v);

struct decoded {
	enum framing framing; /* of the outer message */
	enum auth_verdict auth; /* AUTH_NOT_CHECKED when decoded without keys */
	bool has_index;
	unsigned auth_index; /* as the signature has it, also when it is refused; valid only if has_index */
	bool compressed;
	char why[96]; /* for the log: what is wrong, and at which byte; never a digest or a key */
};

/* Decode one datagram.
 * m: initialised with an arena as large as the datagram, or of at least CODEC_UNCOMPRESSED_MAX bytes when compressed
 * messages are to be accepted.  What m contained before is dropped.  Its fields borrow from the datagram and the arena.
 * auth: NULL: do not check a signature (FIFO, client API).  Text then has no auth field, and in netstring framing the
 * trailer may be absent.  any_index: as in auth_verify.
 * Returns CODEC_OK; with every other verdict m is empty.
 * The field "auth": in text framing it is the signature, and is taken out of the message.  In netstring framing it
 * stays, as an ordinary field that nobody checks (doc/protocol.md 2).
 * Ours is stricter than the reference in three things.  Text must end with "<<<\n".  Only NUL bytes may follow the end
 * of a frame.  Text framing has no nested messages (type 2), which the reference sends in netstring framing only. */
enum codec_verdict codec_decode(
	struct bytes datagram, struct auth *auth, bool any_index, struct message *m, struct decoded *decoded);

/* Render as a netstring datagram with its trailer; auth NULL: without a trailer.  with_auth_field: for msgfmt classic,
 * the inner field auth is added last.  A field "auth" that is in m already is left out.  out needs room for the text
 * rendering as well, because the digest of the inner field is computed over it.
 * Returns false when the message does not fit, is broken, or cannot be rendered; the contents of out are undefined
 * then. */
bool codec_netstring(const struct message *m, struct auth *auth, bool with_auth_field, struct writer *out);
/* Sign a netstring datagram of ours, which may carry the signature of a key used before: copy what is signed, and
 * append a signature with the active key.  The inner field "auth" stays, because nobody checks it.  False when it does
 * not fit or is no datagram of codec_netstring. */
bool codec_sign_again(struct bytes datagram, struct auth *auth, struct writer *out);
/* Render as text; auth NULL: without a field auth (FIFO, client API).  A field "auth" that is in m already is left out.
 * Returns false also for what text cannot express: a nested message, or the byte 0x13 in a string (it means a newline
 * there). */
bool codec_text(const struct message *m, struct auth *auth, struct writer *out);

/* Compress a whole message (traditional_compression yes).  method: "zlib" or "bz2".  out becomes a netstring datagram.
 * The inner message is text (with_auth_field: msgfmt classic) or netstring without a trailer.  Needs 0.4 MB of stack.
 * doc/protocol.md 2 */
bool codec_compressed(
	const struct message *m, struct auth *auth, bool with_auth_field, const char *method, struct writer *out);

#endif
