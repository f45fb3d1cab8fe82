// SPDX-License-Identifier: MIT
/* The compression methods for whole messages, one row each.  doc/protocol.md 2 */
#include <bzlib.h>
#include <limits.h>
#include <zlib.h>

#include "heartbeat/core/codec_parts.h"

enum outcome { DONE, NO_ROOM, BROKEN };

static enum outcome zlib_expand(struct bytes in, uint8_t *out, size_t *len)
{
	uLong taken = in.len;
	uLongf made = *len;
	int rc = uncompress2(out, &made, in.at, &taken);

	*len = made;
	if (rc == Z_BUF_ERROR)
		return NO_ROOM;
	return rc == Z_OK && taken == in.len ? DONE : BROKEN;
}

static enum outcome zlib_pack(struct bytes in, uint8_t *out, size_t *len)
{
	uLongf made = *len;
	int rc = compress(out, &made, in.at, in.len);

	*len = made;
	return rc == Z_OK ? DONE : rc == Z_BUF_ERROR ? NO_ROOM : BROKEN;
}

/* This does not use BZ2_bzBuffToBuffDecompress, which does not report bytes after the end of the stream. */
static enum outcome bz2_expand(struct bytes in, uint8_t *out, size_t *len)
{
	enum { SMALL = 1, QUIET = 0 }; /* SMALL needs a third of the memory, at half the speed */
	/* the casts are safe: all lengths are below 2^20 */
	bz_stream z = {.next_in = (char *)(uintptr_t)in.at,
		.avail_in = (unsigned)in.len,
		.next_out = (char *)out,
		.avail_out = (unsigned)*len};

	if (BZ2_bzDecompressInit(&z, QUIET, SMALL) != BZ_OK)
		return BROKEN;
	int rc = BZ2_bzDecompress(&z);
	bool ended = rc == BZ_STREAM_END, full = rc == BZ_OK && z.avail_out == 0;
	*len -= z.avail_out;
	(void)BZ2_bzDecompressEnd(&z); /* this cannot fail, because the stream is valid */
	return full ? NO_ROOM : ended && z.avail_in == 0 ? DONE : BROKEN;
}

static enum outcome bz2_pack(struct bytes in, uint8_t *out, size_t *len)
{
	enum { BLOCK_SIZE = 1, QUIET = 0, USUAL_EFFORT = 0 };
	unsigned made = (unsigned)*len;
	int rc = BZ2_bzBuffToBuffCompress(
		(char *)out, &made, (char *)(uintptr_t)in.at, (unsigned)in.len, BLOCK_SIZE, QUIET, USUAL_EFFORT);

	*len = made;
	return rc == BZ_OK ? DONE : rc == BZ_OUTBUFF_FULL ? NO_ROOM : BROKEN;
}

static const struct method {
	const char *name;
	enum outcome (*expand)(struct bytes in, uint8_t *out, size_t *len);
	enum outcome (*pack)(struct bytes in, uint8_t *out, size_t *len);
} methods[] = {
	{"zlib", zlib_expand, zlib_pack},
	{"bz2", bz2_expand, bz2_pack},
};

static const struct method *method_named(struct bytes name)
{
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (bytes_equal_text(name, methods[i].name))
			return &methods[i];
	return NULL;
}

enum codec_verdict compress_expand(
	struct bytes method, struct bytes packed, struct message *m, struct bytes *plain, struct decoded *decoded)
{
	const struct method *row = method_named(method);
	size_t left = m->arena.cap - m->arena.len, len = left < CODEC_UNCOMPRESSED_MAX ? left : CODEC_UNCOMPRESSED_MAX;

	if (!row)
		return codec_refuse(
			decoded, CODEC_BAD_COMPRESSION, "unknown compression method; zlib and bz2 are known");
	uint8_t *room = writer_reserve(&m->arena, len);
	if (!room || len == 0)
		return codec_refuse(decoded, CODEC_TOO_LARGE, "no room to unpack a compressed message");
	size_t unused = len;
	switch (row->expand(packed, room, &len)) {
	case DONE:
		m->arena.len -= unused - len;
		*plain = (struct bytes){room, len};
		return CODEC_OK;
	case NO_ROOM:
		return codec_refuse(decoded, CODEC_TOO_LARGE, "unpacks to more than %zu bytes", unused);
	case BROKEN:
		break;
	}
	return codec_refuse(decoded, CODEC_BAD_COMPRESSION, "broken %s data", row->name);
}

bool compress_pack(const char *method, struct bytes plain, struct writer *out)
{
	const struct method *row = method_named(bytes_of(method));
	size_t left = out->cap - out->len, len = left;
	uint8_t *room = row && plain.len <= UINT_MAX && left <= UINT_MAX ? writer_reserve(out, left) : NULL;

	if (!room || row->pack(plain, room, &len) != DONE)
		return false;
	out->len -= left - len;
	return true;
}
