// SPDX-License-Identifier: MIT
/* Bytes as operations on the history of what we sent, beside a list of what was kept: what it gives out is what was
 * kept. */
#include <string.h>

#include "heartbeat/core/history.h"
#include "tests/fuzz/fuzz.h"

enum { NUMBERS = 4096 };

static void check_history(const uint8_t *data, size_t size)
{
	static uint8_t memory[65536];
	static size_t lengths[NUMBERS];
	struct history *h = history_new();
	uint64_t seq = 0;
	struct bytes found;

	MUST(h);
	memset(lengths, 0, sizeof lengths);
	for (size_t i = 0; i + 2 < size && seq + 4 < NUMBERS; i += 3) {
		uint64_t argument = data[i + 1] | (uint64_t)data[i + 2] << 8;
		if (data[i] % 4 == 3) {
			history_acked(h, seq > argument % 64 ? seq - argument % 64 : 0);
		} else if (data[i] % 4 == 2) {
			uint64_t wanted = seq + 2 > argument % 600 ? seq + 2 - argument % 600 : 0;
			enum history_verdict v = history_resend(h, wanted, (struct mono){1}, span_ms(0), &found);
			MUST((v == HISTORY_TOO_HIGH) == (wanted > seq) && v != HISTORY_RECENT);
			if (v == HISTORY_FOUND) {
				MUST(found.len == lengths[wanted]);
				MUST(found.at[0] == (uint8_t)wanted && found.at[found.len - 1] == (uint8_t)wanted);
			}
		} else {
			seq += 1 + data[i] / 4 % 3;
			lengths[seq] = 1 + argument % 65507;
			memset(memory, (uint8_t)seq, lengths[seq]);
			history_keep(h, seq, (struct bytes){memory, lengths[seq]});
			MUST(history_resend(h, seq + 1, (struct mono){1}, span_ms(0), &found) == HISTORY_TOO_HIGH);
			MUST(history_resend(h, seq, (struct mono){1}, span_ms(0), &found) == HISTORY_FOUND &&
				found.len == lengths[seq]);
		}
	}
	history_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= 8192)
		check_history(data, size);
	return 0;
}
