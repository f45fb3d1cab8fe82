// SPDX-License-Identifier: MIT
/* Encodes and decodes messages in both framings: netstring ("###") and text (">>>").  doc/protocol.md 1.1 to 1.5 and 2.
 * Decoding checks the signature first: with netstring framing over the raw bytes, with text framing over the lines of
 * the fields.  The time is linear in the length.  For malformed input a verdict is returned; no assert depends on the
 * input.  Allocates nothing itself.  zlib and bzip2 allocate work space during a call and free it; they are called only
 * for authentic messages. */
#ifndef HEARTBEAT_CORE_CODEC_H
#define HEARTBEAT_CORE_CODEC_H

#include "heartbeat/core/auth.h"
#include "heartbeat/core/message.h"

enum {
	CODEC_DATAGRAM_MAX = 65507, /* the largest payload of UDP */
	CODEC_UNCOMPRESSED_MAX = 262144,
	CODEC_NESTING_MAX = 16, /* messages inside messages: doc/protocol.md 1.1 */
};

enum framing { FRAMING_NETSTRING, FRAMING_TEXT };

enum codec_verdict {
	CODEC_OK,
	CODEC_NOT_OURS,   /* the datagram starts neither with "###\n" nor with ">>>\n" */
	CODEC_MALFORMED,
	CODEC_TOO_LARGE,
	CODEC_UNAUTHENTIC, /* the reason is in decoded->auth */
	CODEC_BAD_COMPRESSION,
	CODEC_VERDICTS,
};
const char *codec_verdict_text(enum codec_verdict v);

struct decoded {
	enum framing framing; /* the framing of the outer message */
	enum auth_verdict auth; /* AUTH_NOT_CHECKED when decoded without keys */
	bool has_index;
	/* the index in the signature, also of a signature that is refused; valid only if has_index */
	unsigned auth_index;
	bool compressed;
	char why[96]; /* for the log: what is wrong, and at which byte; contains no digest and no key */
};

/* Decode one datagram.
 * m: initialised with an arena as large as the datagram, or of at least CODEC_UNCOMPRESSED_MAX bytes when compressed
 * messages are to be accepted.  What m contained before is dropped.  The fields of m borrow from the datagram and the
 * arena.  auth: the keys.  With NULL no signature is checked (FIFO, client API): text then has no auth field, and in
 * netstring framing the trailer may be absent.  any_index: as in auth_verify.
 * Returns CODEC_OK; with every other verdict m is empty.
 * In text framing, the field "auth" is the signature, and is taken out of the message.  In netstring framing it stays,
 * as an ordinary field that nobody checks (doc/protocol.md 2).
 * This decoder is stricter than Heartbeat 3.0.6 in three points.  Text must end with "<<<\n".  Only NUL bytes may
 * follow the end of a frame.  Text framing has no nested messages (type 2); Heartbeat 3.0.6 sends these in netstring
 * framing only. */
enum codec_verdict codec_decode(
	struct bytes datagram, struct auth *auth, bool any_index, struct message *m, struct decoded *decoded);

/* Render m as a netstring datagram with its trailer; with auth NULL, without a trailer.  with_auth_field: add the inner
 * field "auth" as the last field (for msgfmt classic).  A field "auth" in m is left out.  out needs room for the text
 * rendering as well, because the digest of the inner field covers the text rendering.
 * Returns false when the message does not fit, is broken, or cannot be rendered; then the contents of out are
 * undefined. */
bool codec_netstring(const struct message *m, struct auth *auth, bool with_auth_field, struct writer *out);
/* Sign a netstring datagram of ours again, because its signature may be from a key that was active before: copy the
 * signed bytes, and append a signature with the active key.  The inner field "auth" stays as it is, because nobody
 * checks it.  Returns false when the result does not fit, or when the datagram was not made by codec_netstring. */
bool codec_sign_again(struct bytes datagram, struct auth *auth, struct writer *out);
/* Render m as text; with auth NULL, without a field "auth" (FIFO, client API).  A field "auth" in m is left out.  Also
 * returns false for what text cannot express: a nested message, or the byte 0x13 in a string (in text, this byte is the
 * code of a newline). */
bool codec_text(const struct message *m, struct auth *auth, struct writer *out);

/* Compress a whole message (for traditional_compression yes).  method: "zlib" or "bz2".  out becomes a netstring
 * datagram.  The inner message is text (with_auth_field: msgfmt classic) or netstring without a trailer.  Needs 0.4 MB
 * of stack.  doc/protocol.md 2 */
bool codec_compressed(
	const struct message *m, struct auth *auth, bool with_auth_field, const char *method, struct writer *out);

#endif
