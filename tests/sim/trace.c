// SPDX-License-Identifier: MIT
/* Prints what happened, one line for each event: the time, the node, the true state of each group (the letter of alpha,
 * then of beta), the states that each engine has for its groups, and the event.  Also computes the hash over all
 * actions, which proves that a run can be repeated. */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { TRACE_LINES = 40, TRACE_WIDTH = 320 };

struct trace {
	bool whole;
	FILE *out;
	size_t next, count;
	char lines[TRACE_LINES][TRACE_WIDTH];
};

struct trace *trace_new(bool whole, FILE *out)
{
	struct trace *t = calloc(1, sizeof *t);
	if (t == NULL)
		abort();
	t->whole = whole;
	t->out = out;
	return t;
}

void trace_free(struct trace *t)
{
	free(t);
}

/* The letter of a state.  The first letters of the names cannot be used, because starting, stopping and stuck have the
 * same one. */
static char state_letter(enum group_state s)
{
	static const char letters[OWN_STATES + 1] = "?-cshgxf!";
	return letters[s];
}

static void write_states(const struct world *w, struct writer *out)
{
	for (int g = 0; g < files_groups(w); g++)
		writer_format(out, " %c%c", truth_letter(w->nodes[0].places[g].truth),
			truth_letter(w->nodes[1].places[g].truth));
	writer_text(out, " |");
	for (int i = 0; i < NODES; i++) {
		writer_text(out, " ");
		for (int g = 0; g < files_groups(w); g++)
			writer_format(out, "%c",
				w->nodes[i].core == NULL ? '.' : state_letter(node_group(w, &w->nodes[i], g).state));
	}
}

void trace_line(struct world *w, int node, const char *format, ...)
{
	struct trace *t = w->trace;
	if (t == NULL)
		return;
	char *line = t->lines[t->next];
	struct writer out = writer_over(line, TRACE_WIDTH - 1);
	writer_format(&out, "%12.6f %-5s", (double)w->now / 1e9, node < 0 ? "-" : node_name(node));
	write_states(w, &out);
	char text[TRACE_WIDTH - 80];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	writer_format(&out, "  %s", text);
	line[out.len] = '\0';
	if (t->whole)
		fprintf(t->out, "%s\n", line);
	t->next = (t->next + 1) % TRACE_LINES;
	t->count++;
}

void trace_dump(const struct trace *t, FILE *out)
{
	size_t lines = t->count < TRACE_LINES ? t->count : TRACE_LINES;
	for (size_t i = 0; i < lines; i++)
		fprintf(out, "%s\n", t->lines[(t->next + TRACE_LINES - lines + i) % TRACE_LINES]);
}

static void hash_bytes(struct world *w, const void *at, size_t len)
{
	const uint8_t *byte = at;
	for (size_t i = 0; i < len; i++)
		w->hash = (w->hash ^ byte[i]) * UINT64_C(0x100000001b3);
}

void trace_hash(struct world *w, const struct node *n, const struct action *a)
{
	if (!w->hashing)
		return;
	int64_t head[] = {w->now, n->index, (int64_t)a->kind};
	hash_bytes(w, head, sizeof head);
	switch (a->kind) {
	case ACTION_SEND:
	case ACTION_PING: hash_bytes(w, a->send.data.at, a->send.data.len); return;
	case ACTION_GROUP_START:
	case ACTION_GROUP_STOP:
	case ACTION_GROUP_ANNOUNCE: hash_bytes(w, &a->group.group, sizeof a->group.group); return;
	case ACTION_LOG: hash_bytes(w, a->log.text, strlen(a->log.text)); return;
	case ACTION_HOOK: hash_bytes(w, a->hook.name, strlen(a->hook.name)); return;
	case ACTION_NOTIFY: hash_bytes(w, a->notify.data.at, a->notify.data.len); return;
	case ACTION_MOVE_DONE: hash_bytes(w, &a->move_done.id, sizeof a->move_done.id); return;
	case ACTION_FENCE:
	case ACTION_FENCE_CANCEL:
	case ACTION_HOLDINGS:
	case ACTION_REMEMBER:
	case ACTION_STOPPED: return;
	}
}
