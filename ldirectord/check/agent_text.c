// SPDX-License-Identifier: MIT
#include "ldirectord/check/agent_text.h"

#include "ldirectord/conf/config.h"
#include "lib/bytes.h"

/* In the order of their priority: what takes a server out wins over what keeps it in. */
enum meaning { NOTHING, READY, PERCENT, DRAIN, DOWN };

static const struct {
	const char *word;
	enum meaning meaning;
} words[] = {{"up", READY}, {"ready", READY}, {"drain", DRAIN}, {"maint", DOWN}, {"down", DOWN}, {"stopped", DOWN},
	{"failed", DOWN}};

/* "75%".  Never 0, and never more than the weight in the file: an agent that computes may be wrong. */
static bool percentage(struct bytes word, unsigned *share)
{
	uint64_t n;
	if (word.len < 2 || word.at[word.len - 1] != '%' ||
		!bytes_to_u64((struct bytes){word.at, word.len - 1}, 10, &n))
		return false;
	*share = n < 1 ? 1 : n > LB_SHARE_FULL ? LB_SHARE_FULL : (unsigned)n;
	return true;
}

static enum meaning meaning_of(struct bytes word, unsigned *share)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (bytes_equal_text(word, words[i].word))
			return words[i].meaning;
	}
	return percentage(word, share) ? PERCENT : NOTHING;
}

static bool ends_line(uint8_t c)
{
	return c == '\0' || c == '\r' || c == '\n' || c == '#'; // # starts a remark
}

static bool separates(uint8_t c)
{
	return c == ' ' || c == '\t' || c == ',';
}

bool agent_text_read(const char *text, size_t len, struct agent_answer *out)
{
	struct bytes line = {(const uint8_t *)text, 0};
	enum meaning most = NOTHING;
	unsigned share = LB_SHARE_FULL;
	while (line.len < len && !ends_line(line.at[line.len]))
		line.len++;
	for (size_t from = 0, to; from < line.len; from = to + 1) {
		for (to = from; to < line.len && !separates(line.at[to]);)
			to++;
		enum meaning one = meaning_of((struct bytes){line.at + from, to - from}, &share);
		most = one > most ? one : most;
	}
	out->down = most == DOWN;
	out->share = most == DOWN ? LB_SHARE_NONE : most == DRAIN ? LB_SHARE_DRAIN : share;
	return most != NOTHING;
}
