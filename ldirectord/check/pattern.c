// SPDX-License-Identifier: MIT
#define PCRE2_CODE_UNIT_WIDTH 8
#include "ldirectord/check/pattern.h"

#include <glib.h>
#include <pcre2.h>
#include <stdio.h>

#include "lib/mono.h"

enum {
	/* steps of the matcher in one call, about 50 ms; enough for a lazy .* over a body of 1 MiB */
	STEPS = 4000000,
	HEAP_KIB = 16384,      /* memory for the frames of the matcher */
	WINDOW = 4096,         /* the number of start positions in the first call */
	WINDOW_MAX = 65536,
	SEARCH_MS = 150,       /* the time limit of all calls; PATTERN_TOO_MUCH_WHY has this number too */
};

struct pattern {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
};

struct pattern *pattern_new(const char *text, char *why, size_t cap)
{
	int error = 0;
	PCRE2_SIZE at = 0;
	pcre2_code *code =
		pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, PCRE2_USE_OFFSET_LIMIT, &error, &at, NULL);
	if (!code) {
		PCRE2_UCHAR message[128] = "";
		(void)pcre2_get_error_message(error, message, sizeof(message)); // cut when it is longer
		(void)snprintf(why, cap, "receive is not a regular expression: %s, at its byte %zu", (const char *)message,
			(size_t)at);
		return NULL;
	}
	struct pattern *p = g_new0(struct pattern, 1);
	p->code = code;
	p->data = pcre2_match_data_create(1, NULL);
	p->context = pcre2_match_context_create(NULL);
	if (!p->data || !p->context)
		g_error("no memory for an expression");
	(void)pcre2_set_heap_limit(p->context, HEAP_KIB);
	return p;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pcre2_match_context_free(p->context);
	pcre2_match_data_free(p->data);
	pcre2_code_free(p->code);
	g_free(p);
}

/* PCRE2 applies its match limit to each start position separately, and a body has a million start positions.  So we
 * search in windows of start positions: the cost of a call is at most positions times steps, and we check the time
 * between the calls. */
enum pattern_found pattern_search(const struct pattern *p, const char *text, size_t len)
{
	struct mono give_up = {0};
	size_t window = WINDOW;
	for (size_t at = 0; at <= len;) {
		(void)pcre2_set_offset_limit(p->context, at + window - 1);
		(void)pcre2_set_match_limit(p->context, (uint32_t)(STEPS / window));
		int found = pcre2_match(p->code, (PCRE2_SPTR)text, len, at, 0, p->data, p->context);
		if (found >= 0)
			return PATTERN_YES;
		if (found == PCRE2_ERROR_NOMATCH) {
			at += window;
			window = window < WINDOW_MAX ? window * 2 : window;
		} else if (found == PCRE2_ERROR_MATCHLIMIT && window > 1) {
			window = window / 64 ? window / 64 : 1; // fewer positions, more steps for each
		} else {
			return PATTERN_TOO_MUCH;
		}
		if (mono_is_never(give_up))
			give_up = mono_add(mono_now(), span_ms(SEARCH_MS));
		else if (mono_reached(mono_now(), give_up))
			return PATTERN_TOO_MUCH;
	}
	return PATTERN_NO;
}
