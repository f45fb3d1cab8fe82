// SPDX-License-Identifier: MIT
/* Framing in both directions: netstring ("###") and text (">>>").  doc/protocol.md 1.1 to 1.5 and 2.
 * Decoding verifies first: for netstring over the raw bytes, for text over the re-rendered fields.
 * Work is linear in the length; every malformed input is a verdict, never an assert.  Allocates nothing itself; zlib
 * and bzip2 take and give back their own work space during a call, and are entered only for authentic messages. */
#ifndef HEARTBEAT_CORE_CODEC_H
#define HEARTBEAT_CORE_CODEC_H

#include "heartbeat/core/auth.h"
#include "heartbeat/core/message.h"

enum {
	CODEC_DATAGRAM_MAX = 65507, /* UDP payload: larger cannot arrive */
	CODEC_UNCOMPRESSED_MAX = 262144,
	CODEC_NESTING_MAX = 16, /* messages within messages: doc/protocol.md 1.1 */
};

enum framing { FRAMING_NETSTRING, FRAMING_TEXT };

enum codec_verdict {
	CODEC_OK,
	CODEC_NOT_OURS,   /* neither "###\n" nor ">>>\n" in front */
	CODEC_MALFORMED,
	CODEC_TOO_LARGE,
	CODEC_UNAUTHENTIC, /* see decoded->auth */
	CODEC_BAD_COMPRESSION,
	CODEC_VERDICTS,
};
const char *codec_verdict_text(enum codec_verdict v);

struct decoded {
	enum framing framing; /* outer one */
	enum auth_verdict auth; /* AUTH_NOT_CHECKED when decoded without keys */
	bool has_index;
	unsigned auth_index; /* as the signature says, also when it is refused; only when has_index */
	bool compressed;
	char why[96]; /* for the log: what exactly was wrong and at which byte; no digest, no key */
};

/* Decode one datagram.  m must be initialised with an arena of at least CODEC_UNCOMPRESSED_MAX when compression is to
 * be accepted, else as large as the datagram; what m held before is dropped.  Fields borrow from the datagram and the
 * arena. auth NULL: no verification (FIFO, client API: text without auth field; netstring: the trailer may be absent).
 * any_index as in auth_verify.  On anything but CODEC_OK m is empty.
 * The field "auth": text framing takes it out of the message, it is the signature; netstring framing keeps it, where it
 * is an ordinary field that nobody checks (doc/protocol.md 2).
 * Ours, stricter than the reference: text must end in "<<<\n", the end of a frame may be followed by NUL bytes only,
 * text framing carries no nested message (type 2; the reference sends those as netstring only). */
enum codec_verdict codec_decode(
	struct bytes datagram, struct auth *auth, bool any_index, struct message *m, struct decoded *decoded);

/* Render as netstring datagram with trailer (auth NULL: without).  with_auth_field: msgfmt classic, the inner auth
 * field goes last.
 * A field "auth" that m has already is left out.  out must have room for the text rendering as well (scratch for its
 * digest).
 * False when it does not fit or m is broken or cannot be rendered; what is in out then is of no use. */
bool codec_netstring(const struct message *m, struct auth *auth, bool with_auth_field, struct writer *out);
/* Render as text; auth NULL: without auth field (FIFO, client API).  A field "auth" that m has already is left out.
 * False also for what text cannot carry: nested messages, byte 0x13 in a string (it stands for a newline there). */
bool codec_text(const struct message *m, struct auth *auth, struct writer *out);

/* Whole-message compression (traditional_compression yes): method "zlib" or "bz2"; out becomes a netstring datagram.
 * The inner message is text (with_auth_field: msgfmt classic) or netstring without trailer.  Uses 0.4 MB of stack.
 * doc/protocol.md 2. */
bool codec_compressed(
	const struct message *m, struct auth *auth, bool with_auth_field, const char *method, struct writer *out);

#endif
