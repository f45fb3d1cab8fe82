// SPDX-License-Identifier: MIT
/* The CRC-32 of the authkeys method "crc": the initial value is 0, the bits are not reflected, the result is
 * complemented, and the length is not appended.  This crc finds damaged packets, but everybody can compute it; auth.c
 * checks keys.  doc/protocol.md 1.5 */
#ifndef HEARTBEAT_CORE_CRC_H
#define HEARTBEAT_CORE_CRC_H

#include "lib/bytes.h"

enum { CRC_SLICES = 8 };

struct crc {
	uint32_t table[CRC_SLICES][256]; /* [k][byte]: the crc of this byte followed by k zero bytes */
	/* the processor has a carry-less multiplication, which takes 16 bytes at a time */
	bool carryless;
	uint64_t fold[2];                /* for this multiplication: the remainders of x^128 and of x^192 */
};

/* Compute the tables. */
void crc_prepare(struct crc *c);
/* The crc of b. */
uint32_t crc_of(const struct crc *c, struct bytes b);

#endif
