// SPDX-License-Identifier: MIT
/* The CRC-32 of the authkeys method "crc": it starts with 0, is not reflected, is complemented at the end, and the
 * length is not appended.  It finds damaged packets and is no protection against anybody; auth.c checks keys.
 * doc/protocol.md 1.5 */
#ifndef HEARTBEAT_CORE_CRC_H
#define HEARTBEAT_CORE_CRC_H

#include "lib/bytes.h"

enum { CRC_SLICES = 8 };

struct crc {
	uint32_t table[CRC_SLICES][256]; /* [k][byte]: the crc of this byte followed by k zero bytes */
	bool carryless;                  /* the processor can multiply without carry: 16 bytes at a time */
	uint64_t fold[2];                /* for that: the remainders of x^128 and of x^192 */
};

/* Compute the tables. */
void crc_prepare(struct crc *c);
/* The crc of b. */
uint32_t crc_of(const struct crc *c, struct bytes b);

#endif
