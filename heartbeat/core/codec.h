// SPDX-License-Identifier: MIT
/* Framing in both directions: netstring ("###") and text (">>>").  spec: protocol 1.1-1.5 and 2.
 * Decoding verifies first: for netstring over the raw bytes, for text over the re-rendered fields.
 * Work is linear in the length; nothing is allocated; every malformed input is a verdict, never an assert. */
#ifndef HEARTBEAT_CORE_CODEC_H
#define HEARTBEAT_CORE_CODEC_H

#include "heartbeat/core/auth.h"
#include "heartbeat/core/message.h"

enum {
	CODEC_DATAGRAM_MAX = 65507, /* UDP payload: larger cannot arrive */
	CODEC_UNCOMPRESSED_MAX = 262144,
};

enum framing { FRAMING_NETSTRING, FRAMING_TEXT };

enum codec_verdict {
	CODEC_OK,
	CODEC_NOT_OURS,   /* neither "###\n" nor ">>>\n" in front */
	CODEC_MALFORMED,
	CODEC_TOO_LARGE,
	CODEC_UNAUTHENTIC, /* see frame->auth */
	CODEC_BAD_COMPRESSION,
	CODEC_VERDICTS,
};
const char *codec_verdict_text(enum codec_verdict v);

struct frame {
	enum framing framing; /* outer one */
	enum auth_verdict auth;
	unsigned auth_index;
	bool compressed;
	char why[96]; /* for the log: what exactly was wrong and at which byte; no digest, no key */
};

/* Decode one datagram.  m must be initialised with an arena of at least CODEC_UNCOMPRESSED_MAX when compression is to
 * be accepted, else as large as the datagram.  auth NULL: no verification (FIFO, client API: text without auth field).
 * any_index as in auth_verify.  On anything but CODEC_OK m is empty. */
enum codec_verdict codec_decode(struct bytes datagram, struct auth *auth, bool any_index, struct message *m, struct frame *frame);

/* Render as netstring datagram with trailer; with_auth_field: msgfmt classic, adds the inner auth field first.
 * False when it does not fit or m is broken. */
bool codec_netstring(const struct message *m, struct auth *auth, bool with_auth_field, struct writer *out);
/* Render as text; auth NULL: without auth field (FIFO, client API). */
bool codec_text(const struct message *m, struct auth *auth, struct writer *out);

/* Whole-message compression (traditional_compression yes): method "zlib" or "bz2"; out becomes a netstring datagram.  spec: protocol 2. */
bool codec_compressed(const struct message *m, struct auth *auth, bool with_auth_field, const char *method, struct writer *out);

#endif
