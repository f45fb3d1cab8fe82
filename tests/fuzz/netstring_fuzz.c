// SPDX-License-Identifier: MIT
/* Bytes as the items of a netstring datagram.  First byte: the signature that is put behind them (right under one of
 * three indexes, wrong, none), and with which keys the result is read.  Our decoder and the plain one must agree. */
#include "tests/fuzz/compare.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > CODEC_DATAGRAM_MAX)
		return 0;
	unsigned signature = data[0] % COMPARE_SIGNATURES;
	enum compare_keys keys = data[0] / COMPARE_SIGNATURES % COMPARE_MODES;
	struct decoded decoded;
	bool accepted =
		compare_decoders(compare_netstring((struct bytes){data + 1, size - 1}, signature), keys, &decoded);
	MUST(decoded.framing == FRAMING_NETSTRING);
	/* The body may hold an end mark and a signature of its own, but it cannot hold a right one. */
	MUST(!accepted || keys != COMPARE_ACTIVE || signature == 0);
	return 0;
}
