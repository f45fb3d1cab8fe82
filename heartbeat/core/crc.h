// SPDX-License-Identifier: MIT
/* CRC-32 as authkeys' "crc" has it: start 0, not reflected, complement at the end, the length not appended.  It finds
 * damage and keeps nobody out; keys and who may use them are auth's affair.  doc/protocol.md 4 */
#ifndef HEARTBEAT_CORE_CRC_H
#define HEARTBEAT_CORE_CRC_H

#include "lib/bytes.h"

enum { CRC_SLICES = 8 };

struct crc {
	uint32_t table[CRC_SLICES][256]; /* [k][byte]: the byte, followed by k bytes of 0 */
	bool carryless;                  /* the processor multiplies without carry: sixteen bytes at a time */
	uint64_t fold[2];                /* then: what is left of x^128 and of x^192 */
};

void crc_prepare(struct crc *c);
uint32_t crc_of(const struct crc *c, struct bytes b);

#endif
