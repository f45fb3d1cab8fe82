// SPDX-License-Identifier: MIT
#include "heartbeat/core/actions.h"

#include <stdio.h>
#include <string.h>

#include "heartbeat/core/state.h"

enum { COMPLAINT_EVERY_MS = 60000 };

struct action *action_add(struct core *c, enum action_kind kind)
{
	struct action *a;
	if (c->action_tail < CORE_ACTIONS_MAX) {
		a = &c->actions[c->action_tail++];
	} else {
		a = &c->actions[CORE_ACTIONS_MAX]; /* core_action does not return this one */
		c->dropped_actions++;
	}
	memset(a, 0, sizeof *a);
	a->kind = kind;
	return a;
}

void action_holdings(struct core *c)
{
	if (!c->holdings_queued)
		action_add(c, ACTION_HOLDINGS);
	c->holdings_queued = true;
}

bool core_action(struct core *c, struct action *out)
{
	if (c->action_head == c->action_tail)
		return false;
	*out = c->actions[c->action_head++];
	return true;
}

struct bytes action_bytes(struct core *c, struct bytes b)
{
	uint8_t *copy = writer_reserve(&c->arena, b.len);
	if (!copy) {
		c->dropped_actions++;
		return (struct bytes){NULL, 0};
	}
	if (b.len)
		memcpy(copy, b.at, b.len);
	return (struct bytes){copy, b.len};
}

__attribute__((format(printf, 2, 0))) static const char *text_of(struct core *c, const char *format, va_list args)
{
	char text[1024];
	int len = vsnprintf(text, sizeof text, format, args);
	if (len < 0)
		return "";
	size_t size = (size_t)len < sizeof text ? (size_t)len + 1 : sizeof text;
	text[size - 1] = 0;
	struct bytes copy = action_bytes(c, (struct bytes){(const uint8_t *)text, size});
	return copy.at ? (const char *)copy.at : "";
}

const char *action_text(struct core *c, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = text_of(c, format, args);
	va_end(args);
	return text;
}

static void log_text(struct core *c, enum log_level level, const char *text)
{
	struct action *a = action_add(c, ACTION_LOG);
	a->log.level = level;
	a->log.text = text;
}

void core_log(struct core *c, enum log_level level, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	log_text(c, level, text_of(c, format, args));
	va_end(args);
}

bool core_complain(struct core *c, enum complaint_kind kind, const char *format, ...)
{
	uint64_t suppressed;
	if (!rate_limit_pass(&c->complaints[kind], 1, span_ms(COMPLAINT_EVERY_MS), c->now.mono, &suppressed))
		return false;
	va_list args;
	va_start(args, format);
	const char *text = text_of(c, format, args);
	va_end(args);
	if (suppressed)
		text = action_text(c, "%s (%llu more of this kind since the last line)", text,
			(unsigned long long)suppressed);
	log_text(c, kind == COMPLAINT_OWN_NAME || kind == COMPLAINT_TWO_LIVES ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, text);
	return true;
}

/* The generator splitmix64: it is small, and good enough for delays.  The daemon sets the seed. */
uint64_t core_random(struct core *c, uint64_t bound)
{
	uint64_t z = c->random += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31)) % bound;
}
