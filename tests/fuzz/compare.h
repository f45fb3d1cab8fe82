// SPDX-License-Identifier: MIT
/* Our decoder and the plain one on the same bytes, under the keys of the captured vectors: they must agree on
 * acceptance and on every field.  Ends the process where they do not. */
#ifndef TESTS_FUZZ_COMPARE_H
#define TESTS_FUZZ_COMPARE_H

#include <stdbool.h>

#include "heartbeat/core/codec.h"

enum compare_keys { COMPARE_ACTIVE, COMPARE_ANY_INDEX, COMPARE_WITHOUT_KEYS, COMPARE_MODES };

enum { COMPARE_ACTIVE_INDEX = 1, COMPARE_MD5_INDEX = 2, COMPARE_CRC_INDEX = 3 };

/* Was it accepted?  With what framing and so on is in *decoded, which may be NULL. */
bool compare_decoders(struct bytes datagram, enum compare_keys keys, struct decoded *decoded);
/* The plain decoder's "INDEX DIGEST" over b, appended. */
void compare_sign(struct writer *out, unsigned index, struct bytes b);

/* A whole netstring datagram around items; how: 0..2 signed with the active, md5, crc index, 3 wrong, 4 without
 * trailer. */
enum { COMPARE_SIGNATURES = 5 };
struct bytes compare_netstring(struct bytes items, unsigned how);
/* The same in text framing, around lines that end in a newline. */
struct bytes compare_text(struct bytes lines, unsigned how);

#endif
