// SPDX-License-Identifier: MIT
#include "heartbeat/core/halves.h"
#include "heartbeat/core/event_text.h"

#include <inttypes.h>
#include <string.h>

/* The arguments of a line that are not read yet, the limits of their values, and the first error in them. */
struct arguments {
	char *rest; /* NULL: no more arguments */
	const struct event_limits *limits;
	struct event_memory *memory;
	const char *wrong;
};

static const char *next(struct arguments *a)
{
	char *word = a->rest ? strsep(&a->rest, " ") : NULL;
	return word ? word : "";
}

static const char *rest(const struct arguments *a)
{
	return a->rest ? a->rest : "";
}

static void complain(struct arguments *a, const char *what)
{
	a->wrong = a->wrong ? a->wrong : what;
}

static uint64_t number(struct arguments *a, uint64_t limit)
{
	uint64_t n = 0;
	if (!bytes_to_u64(bytes_of(next(a)), 10, &n))
		complain(a, "not a number");
	else if (n >= limit)
		complain(a, "no such group, node or medium");
	return n;
}

static bool yes(struct arguments *a)
{
	return number(a, UINT64_MAX) != 0;
}

/* The reverse of writer_escaped. */
static struct bytes unescaped(struct arguments *a)
{
	struct writer w = writer_over(a->memory->data, sizeof a->memory->data);
	struct reader r = reader_over(bytes_of(rest(a)));
	while (reader_left(&r)) {
		uint64_t byte = (uint64_t)reader_byte(&r);
		if (byte == '\\' && (!reader_skip(&r, "x") || !bytes_to_u64(reader_take(&r, 2), 16, &byte)))
			complain(a, "a malformed escape; expected \\xNN");
		writer_byte(&w, (uint8_t)byte);
	}
	if (w.overflowed)
		complain(a, "too long");
	return writer_done(&w);
}

/* --- one pair of functions for each kind --- */

static void put_datagram(struct writer *w, const struct event *e)
{
	writer_format(w, " %zu ", e->datagram.medium);
	writer_escaped(w, e->datagram.data, SIZE_MAX);
}

static void take_datagram(struct arguments *a, struct event *e)
{
	e->datagram.medium = number(a, a->limits->media);
	e->datagram.data = unescaped(a);
}

static void put_why(struct writer *w, const char *why)
{
	writer_byte(w, ' ');
	if (why)
		writer_escaped(w, bytes_of(why), SIZE_MAX);
}

static const char *take_why(struct arguments *a)
{
	return *rest(a) ? rest(a) : NULL;
}

static void put_group_done(struct writer *w, const struct event *e)
{
	writer_format(w, " %zu %s %d %d", e->group_done.group,
		e->group_done.operation == GROUP_START ? "start" : "stop", e->group_done.ok,
		e->group_done.still_active);
	put_why(w, e->group_done.why);
}

static void take_group_done(struct arguments *a, struct event *e)
{
	e->group_done.group = number(a, a->limits->groups);
	e->group_done.operation = strcmp(next(a), "start") == 0 ? GROUP_START : GROUP_STOP;
	e->group_done.ok = yes(a);
	e->group_done.still_active = yes(a);
	e->group_done.why = take_why(a);
}

static void put_group_failed(struct writer *w, const struct event *e)
{
	writer_format(w, " %zu", e->group_failed.group);
	put_why(w, e->group_failed.why);
}

static void take_group_failed(struct arguments *a, struct event *e)
{
	e->group_failed.group = number(a, a->limits->groups);
	e->group_failed.why = take_why(a);
}

static void put_group_ready(struct writer *w, const struct event *e)
{
	writer_format(w, " %zu %d", e->group_ready.group, e->group_ready.ready);
	put_why(w, e->group_ready.why);
}

static void take_group_ready(struct arguments *a, struct event *e)
{
	e->group_ready.group = number(a, a->limits->groups);
	e->group_ready.ready = yes(a);
	e->group_ready.why = take_why(a);
}

static void put_group_clean(struct writer *w, const struct event *e)
{
	writer_format(w, " %zu", e->group_clean.group);
}

static void take_group_clean(struct arguments *a, struct event *e)
{
	e->group_clean.group = number(a, a->limits->groups);
}

static void put_fence_done(struct writer *w, const struct event *e)
{
	writer_format(w, " %zu %u %d", e->fence_done.node, e->fence_done.attempt, (int)e->fence_done.result);
	put_why(w, e->fence_done.text);
}

static void take_fence_done(struct arguments *a, struct event *e)
{
	e->fence_done.node = number(a, a->limits->nodes);
	e->fence_done.attempt = (unsigned)number(a, UINT64_C(1) << 32);
	e->fence_done.result = (enum fence_result)number(a, FENCE_RESULTS);
	e->fence_done.text = take_why(a);
}

static void put_confirm(struct writer *w, const struct event *e)
{
	writer_format(w, " %zu %u", e->confirm.node, e->confirm.id);
}

static void take_confirm(struct arguments *a, struct event *e)
{
	e->confirm.node = number(a, a->limits->nodes);
	e->confirm.id = (unsigned)number(a, UINT64_C(1) << 32);
}

static void put_move(struct writer *w, const struct event *e)
{
	writer_format(w, " %s %s %u", e->move.takeover ? "takeover" : "standby", half_name(e->move.half), e->move.id);
}

static void take_move(struct arguments *a, struct event *e)
{
	e->move.takeover = strcmp(next(a), "takeover") == 0;
	if (!half_parse(bytes_of(next(a)), &e->move.half))
		complain(a, "unknown half; expected all, local, foreign, none or failback");
	e->move.id = (unsigned)number(a, UINT64_C(1) << 32);
}

static void put_message(struct writer *w, const struct event *e)
{
	uint8_t rendered[CODEC_DATAGRAM_MAX];
	struct writer text = writer_over(rendered, sizeof rendered);
	writer_byte(w, ' ');
	if (codec_text(e->message.message, NULL, &text))
		writer_escaped(w, writer_done(&text), SIZE_MAX);
}

static void take_message(struct arguments *a, struct event *e)
{
	struct decoded decoded;
	message_init(&a->memory->message, a->memory->arena, sizeof a->memory->arena);
	if (codec_decode(unescaped(a), NULL, false, &a->memory->message, &decoded) != CODEC_OK)
		complain(a, "a message that cannot be read");
	e->message.message = &a->memory->message;
}

static void put_stalled(struct writer *w, const struct event *e)
{
	writer_format(w, " %" PRId64, e->stalled.gap.ns);
}

static void take_stalled(struct arguments *a, struct event *e)
{
	e->stalled.gap.ns = (int64_t)number(a, INT64_MAX);
}

static void put_to_self(struct writer *w, const struct event *e)
{
	writer_format(w, " %zu %d", e->to_self.medium, e->to_self.on);
}

static void take_to_self(struct arguments *a, struct event *e)
{
	e->to_self.medium = number(a, a->limits->media);
	e->to_self.on = yes(a);
}

/* --- the table --- */

static const struct {
	const char *name; /* NULL: this event is not written */
	void (*put)(struct writer *w, const struct event *e);
	void (*take)(struct arguments *a, struct event *e);
} rows[] = {
	[EVENT_START]      = {"start", NULL, NULL},
	[EVENT_TIMER]      = {NULL, NULL, NULL},
	[EVENT_DATAGRAM]   = {"datagram", put_datagram, take_datagram},
	[EVENT_GROUP_DONE] = {"done", put_group_done, take_group_done},
	[EVENT_GROUP_FAILED] = {"failed", put_group_failed, take_group_failed},
	[EVENT_GROUP_READY] = {"ready", put_group_ready, take_group_ready},
	[EVENT_GROUP_CLEAN] = {"clean", put_group_clean, take_group_clean},
	[EVENT_FENCE_DONE] = {"fenced", put_fence_done, take_fence_done},
	[EVENT_CONFIRM]    = {"confirm", put_confirm, take_confirm},
	[EVENT_MOVE]       = {"move", put_move, take_move},
	[EVENT_MESSAGE]    = {"message", put_message, take_message},
	[EVENT_SHUTDOWN]   = {"shutdown", NULL, NULL},
	[EVENT_STALLED]    = {"stalled", put_stalled, take_stalled},
	[EVENT_TO_SELF]    = {"to-self", put_to_self, take_to_self},
	[EVENT_RELOADED]   = {"reloaded", NULL, NULL},
};

_Static_assert(sizeof rows / sizeof *rows == EVENT_KINDS, "one row for each kind of event");

void event_encode(struct writer *w, const struct event *event)
{
	if (!rows[event->kind].name)
		return;
	writer_text(w, rows[event->kind].name);
	if (rows[event->kind].put)
		rows[event->kind].put(w, event);
}

const char *event_decode(
	struct bytes text, const struct event_limits *limits, struct event_memory *memory, struct event *out)
{
	struct arguments a = {.rest = memory->text, .limits = limits, .memory = memory};
	if (!bytes_to_text(text, memory->text, sizeof memory->text))
		return "too long";
	const char *name = next(&a);
	for (size_t kind = 0; kind < EVENT_KINDS; kind++) {
		if (!rows[kind].name || strcmp(rows[kind].name, name) != 0)
			continue;
		memset(out, 0, sizeof *out);
		out->kind = (enum event_kind)kind;
		if (rows[kind].take)
			rows[kind].take(&a, out);
		return a.wrong;
	}
	return "no such event";
}
