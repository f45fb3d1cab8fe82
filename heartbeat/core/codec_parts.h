// SPDX-License-Identifier: MIT
/* What the files of the codec share.  Private to these files. */
#ifndef HEARTBEAT_CORE_CODEC_PARTS_H
#define HEARTBEAT_CORE_CODEC_PARTS_H

#include "heartbeat/core/codec.h"

/* Write decoded->why and return the verdict: "return codec_refuse(...)". */
enum codec_verdict codec_refuse(struct decoded *decoded, enum codec_verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Check the signature.  With auth NULL, only write the index into decoded.  token: "INDEX DIGEST". */
enum codec_verdict codec_check(
	struct auth *auth, bool any_index, struct bytes token, struct bytes covered, struct decoded *decoded);
/* Returns true if all remaining bytes are NUL.  Only NUL bytes may follow the end of a frame: the inner text messages
 * of Heartbeat 3.0.6 end with a NUL. */
bool codec_only_nul(struct reader *r);
/* Returns true for the field of the signature.  Encoders write this field themselves. */
static inline bool codec_is_auth(const struct field *f)
{
	return bytes_equal_text(f->name, "auth");
}

/* Decode a datagram that starts with "###\n" (netstring_decode) or ">>>\n" (text_decode).  m must be empty. */
enum codec_verdict netstring_decode(
	struct bytes in, struct auth *auth, bool any_index, struct message *m, struct decoded *decoded);
enum codec_verdict text_decode(
	struct bytes in, struct auth *auth, bool any_index, struct message *m, struct decoded *decoded);

/* Write all fields except "auth" as lines of text, without ">>>" and "<<<".  The digest of text framing covers these
 * lines. */
bool text_render_lines(const struct message *m, struct writer *out);

/* Decompress into the arena of m, at most CODEC_UNCOMPRESSED_MAX bytes.  *plain borrows from the arena. */
enum codec_verdict compress_expand(
	struct bytes method, struct bytes packed, struct message *m, struct bytes *plain, struct decoded *decoded);
/* Compress into out.  Returns false when the method is unknown or the result does not fit. */
bool compress_pack(const char *method, struct bytes plain, struct writer *out);

#endif
