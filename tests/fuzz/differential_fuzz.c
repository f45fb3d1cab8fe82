// SPDX-License-Identifier: MIT
/* Any bytes as a datagram, as they are: our decoder and the plain one must agree, whatever keys they have. */
#include "tests/fuzz/compare.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes datagram = {data, size};
	bool accepted[COMPARE_MODES];
	if (size > CODEC_DATAGRAM_MAX + 1)
		return 0;
	for (int keys = 0; keys < COMPARE_MODES; keys++)
		accepted[keys] = compare_decoders(datagram, (enum compare_keys)keys, NULL);
	/* Fewer conditions accept more. */
	MUST(!accepted[COMPARE_ACTIVE] || accepted[COMPARE_ANY_INDEX]);
	MUST(!accepted[COMPARE_ANY_INDEX] || accepted[COMPARE_WITHOUT_KEYS]);
	return 0;
}
