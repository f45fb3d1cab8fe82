// SPDX-License-Identifier: MIT
/* What the files of the codec share among themselves; nobody else includes this. */
#ifndef HEARTBEAT_CORE_CODEC_PARTS_H
#define HEARTBEAT_CORE_CODEC_PARTS_H

#include "heartbeat/core/codec.h"

/* Fill decoded->why and hand the verdict back: "return codec_refuse(...)". */
enum codec_verdict codec_refuse(struct decoded *decoded, enum codec_verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Verify, or with auth NULL only note the index.  token: "INDEX DIGEST". */
enum codec_verdict codec_check(
	struct auth *auth, bool any_index, struct bytes token, struct bytes covered, struct decoded *decoded);
/* The end of a datagram may be followed by NUL bytes only: the reference's receiver and its inner text messages have
 * one. */
bool codec_only_nul(struct reader *r);
/* The signature's own field, which encoders make themselves. */
static inline bool codec_is_auth(const struct field *f)
{
	return bytes_equal_text(f->name, "auth");
}

/* Decode what begins with "###\n" or ">>>\n" into m, which is empty. */
enum codec_verdict netstring_decode(
	struct bytes in, struct auth *auth, bool any_index, struct message *m, struct decoded *decoded);
enum codec_verdict text_decode(
	struct bytes in, struct auth *auth, bool any_index, struct message *m, struct decoded *decoded);

/* All fields but auth as text lines, without start and end: what text digests cover. */
bool text_render_lines(const struct message *m, struct writer *out);

/* Decompress into the arena of m, at most CODEC_UNCOMPRESSED_MAX bytes. */
enum codec_verdict compress_expand(
	struct bytes method, struct bytes packed, struct message *m, struct bytes *plain, struct decoded *decoded);
/* Compress into out; false when the method is unknown or it does not fit. */
bool compress_pack(const char *method, struct bytes plain, struct writer *out);

#endif
