// SPDX-License-Identifier: MIT
/* Compressed payloads.  The harness packs and signs, so that a mutation of the input is a mutation of the content.
 * First byte: bit 0: bz2.  Bits 1-2: 0: the rest is a message to be packed; 1: the same, repeated, from 250 on a bomb;
 * 2: the packed bytes themselves; 3: packed and then damaged.  Bit 3: outer text framing.  Bits 4-5: the algorithm
 * field is right, the other one, an unknown one, or absent.
 * Second byte: the number of repetitions, or the place of the damage.  Our decoder and the plain decoder must agree. */
#include <bzlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/fuzz/compare.h"
#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 8192, PLAIN_MAX = CODEC_UNCOMPRESSED_MAX + 4096, PACKED_MAX = 40000 };

static uint8_t plain[PLAIN_MAX], packed[PACKED_MAX], body[3 * PACKED_MAX];

/* 0: it does not fit. */
static size_t pack(bool bz2, size_t len)
{
	if (bz2) {
		unsigned made = sizeof packed;
		return BZ2_bzBuffToBuffCompress((char *)packed, &made, (char *)plain, (unsigned)len, 1, 0, 0) == BZ_OK
		               ? made
		               : 0;
	}
	static z_stream z;
	static bool ready;
	if (!ready)
		MUST(deflateInit(&z, Z_BEST_SPEED) == Z_OK); /* once: it takes 260 kB */
	ready = true;
	MUST(deflateReset(&z) == Z_OK);
	z.next_in = plain;
	z.avail_in = (uInt)len;
	z.next_out = packed;
	z.avail_out = sizeof packed;
	return deflate(&z, Z_FINISH) == Z_STREAM_END ? z.total_out : 0;
}

static size_t fill(struct bytes message, size_t times)
{
	size_t len = 0;
	for (size_t i = 0; i < times && len + message.len <= sizeof plain && message.len > 0; i++) {
		memcpy(plain + len, message.at, message.len);
		len += message.len;
	}
	return len;
}

static struct bytes outer(bool text, const char *algorithm, struct bytes payload)
{
	struct writer w = writer_over(body, sizeof body);
	if (text) {
		writer_text(&w, "(1)_compressed_payload=");
		writer_base64(&w, payload);
		writer_format(&w, "\n_compression_algorithm=%s\n", algorithm);
		return compare_text(writer_done(&w), 0);
	}
	writer_format(&w, "%zu:(1)_compressed_payload=", strlen("(1)_compressed_payload=") + payload.len);
	writer_bytes(&w, payload);
	writer_format(&w, ",%zu:(0)_compression_algorithm=%s,",
		strlen("(0)_compression_algorithm=") + strlen(algorithm), algorithm);
	return compare_netstring(writer_done(&w), 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const algorithms[2][4] = {{"zlib", "bz2", "gzip", ""}, {"bz2", "zlib", "BZ2", ""}};
	if (size < 2 || size > INPUT_MAX)
		return 0;
	unsigned how = data[0], times = data[1];
	bool bz2 = how & 1;
	struct bytes rest = {data + 2, size - 2}, payload = {packed, 0};
	switch (how >> 1 & 3) {
	case 2:
		payload = rest;
		break;
	case 1:
		payload.len = pack(bz2, fill(rest, times < 250 ? times : 65536));
		break;
	default:
		payload.len = pack(bz2, fill(rest, 1));
		if ((how >> 1 & 3) == 3 && payload.len > 0)
			packed[times % payload.len] ^= 1;
		break;
	}
	struct decoded decoded;
	bool accepted =
		compare_decoders(outer(how & 8, algorithms[bz2][how >> 4 & 3], payload), COMPARE_ACTIVE, &decoded);
	MUST(!accepted || decoded.compressed);
	MUST(decoded.framing == (how & 8 ? FRAMING_TEXT : FRAMING_NETSTRING));
	MUST(!accepted || (how >> 1 & 3) == 2 || (how >> 1 & 3) == 3 || (how >> 4 & 3) == 0);
	return 0;
}
