// SPDX-License-Identifier: MIT
#include "heartbeat/core/crc.h"

#include <endian.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

enum { CRC_POLYNOMIAL = 0x04C11DB7, FOLDED = 16, WORTH_FOLDING = 4 * FOLDED };

/* --- tables --- */

static uint32_t times_x(uint32_t rest, unsigned times)
{
	while (times-- > 0)
		rest = rest & 0x80000000U ? (rest << 1) ^ CRC_POLYNOMIAL : rest << 1;
	return rest;
}

void crc_prepare(struct crc *c)
{
	for (uint32_t byte = 0; byte < 256; byte++)
		c->table[0][byte] = times_x(byte << 24, 8);
	for (size_t k = 1; k < CRC_SLICES; k++)
		for (size_t byte = 0; byte < 256; byte++)
			c->table[k][byte] = (c->table[k - 1][byte] << 8) ^ c->table[0][c->table[k - 1][byte] >> 24];
	c->fold[0] = times_x(1, 128);
	c->fold[1] = times_x(1, 192);
#ifdef __x86_64__
	c->carryless = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("ssse3");
#endif
}

/* Process eight bytes at a time: the tables have the effect of each byte on the remainder, and the effects are
 * added. */
static uint32_t rest_of(const uint32_t table[CRC_SLICES][256], uint32_t crc, struct bytes b)
{
	size_t i = 0;

	for (; b.len - i >= CRC_SLICES; i += CRC_SLICES) {
		uint32_t in[2];
		memcpy(in, &b.at[i], sizeof in);
		/* "later" does not depend on the crc so far, so the processor can compute it at the same time */
		uint32_t now = crc ^ be32toh(in[0]), later = be32toh(in[1]);
		later = table[3][later >> 24] ^ table[2][later >> 16 & 0xff] ^ table[1][later >> 8 & 0xff] ^
		        table[0][later & 0xff];
		crc = (table[7][now >> 24] ^ table[6][now >> 16 & 0xff]) ^
		      (table[5][now >> 8 & 0xff] ^ table[4][now & 0xff]) ^ later;
	}
	for (; i < b.len; i++)
		crc = (crc << 8) ^ table[0][(crc >> 24) ^ b.at[i]];
	return crc;
}

/* --- folding --- */

#ifdef __x86_64__
/* Reduce the first bytes of b (a multiple of 16) to 16 bytes with the same remainder.  The bytes are the coefficients
 * of a polynomial.  The sum of the blocks so far is multiplied by x^128, modulo the CRC polynomial, and the next block
 * is added.  Returns how many bytes were used. */
__attribute__((target("pclmul,ssse3"))) static size_t fold(const struct crc *c, struct bytes b, uint8_t out[FOLDED])
{
	/* the order of the bytes is reversed, because the first byte has the highest powers */
	const __m128i turn = _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
	const __m128i by = _mm_set_epi64x((long long)c->fold[1], (long long)c->fold[0]);
	__m128i sum = _mm_setzero_si128();
	size_t i = 0;

	for (; b.len - i >= FOLDED; i += FOLDED) {
		__m128i next = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)&b.at[i]), turn);
		/* multiply the upper and the lower half */
		__m128i moved = _mm_xor_si128(_mm_clmulepi64_si128(sum, by, 0x11), _mm_clmulepi64_si128(sum, by, 0x00));
		sum = _mm_xor_si128(moved, next);
	}
	_mm_storeu_si128((__m128i *)(void *)out, _mm_shuffle_epi8(sum, turn));
	return i;
}
#else
static size_t fold(const struct crc *c, struct bytes b, uint8_t out[FOLDED])
{
	(void)c, (void)b, (void)out; /* not called, because carryless is false */
	return 0;
}
#endif

uint32_t crc_of(const struct crc *c, struct bytes b)
{
	uint32_t crc = 0;

	if (c->carryless && b.len >= WORTH_FOLDING) {
		uint8_t folded[FOLDED];
		struct reader r = reader_over(b);
		(void)reader_take(&r, fold(c, b, folded));
		crc = rest_of(c->table, 0, (struct bytes){folded, sizeof folded});
		b = reader_take(&r, reader_left(&r));
	}
	return ~rest_of(c->table, crc, b);
}
