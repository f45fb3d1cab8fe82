// SPDX-License-Identifier: MIT
/* Describes what the cluster does, in the terms of an administrator.  It looks at the true state of the world after
 * each event and reports what has changed since the last look.  It does not mention packets, epochs and states. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cases/case.h"
#include "heartbeat/core/halves.h"

enum { PEER_UNHEARD, PEER_SEEN, PEER_DEAD };

/* What the last look at a node found. */
struct look {
	bool powered, engine;
	int peer;
	bool link[MEDIA_MAX];
	uint32_t life;
	enum truth truth[GROUPS_MAX];
};

struct stretch {
	int64_t since; /* NEVER: not now */
	int64_t longest;
};

static struct report {
	struct decision_case *c;
	FILE *out;
	bool started, over;
	struct look looks[NODES];
	bool killed[NODES], fenced[NODES]; /* no operator ordered its next start */
	struct stretch nobody[GROUPS_MAX], both[GROUPS_MAX];
	bool answered[FAULTS_MAX];
	char wrong_start[200]; /* how the start differs from the given lines; "" not at all */
} report;

static const char *node_of(int index)
{
	return index == 0 ? "node1" : "node2";
}

static const char *group_of(int g)
{
	return report.c->groups[g];
}

static int group_count(void)
{
	return (int)report.c->plan.set[SET_GROUPS];
}

/* --- lines -------------------------------------------------------------------------------------------- */

/* Print a text of the engine; the names of the case replace the names of the simulator. */
static void print_translated(const char *text)
{
	char address[GROUPS_MAX][40];
	const char *from[GROUPS_MAX + 3] = {node_name(0), node_name(1), "sim: "};
	const char *to[GROUPS_MAX + 3] = {node_of(0), node_of(1), ""};
	size_t count = 3;
	for (int g = 0; g < group_count(); g++) {
		(void)snprintf(address[g], sizeof address[g], "IPaddr::10.0.0.%d/24/eth0", g + 1);
		from[count] = address[g];
		to[count++] = group_of(g);
	}
	while (*text != '\0') {
		size_t i = 0;
		while (i < count && strncmp(text, from[i], strlen(from[i])) != 0)
			i++;
		if (i < count) {
			(void)fputs(to[i], report.out);
			text += strlen(from[i]);
		} else {
			(void)fputc(*text++, report.out);
		}
	}
}

static void print_line(const struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void print_line(const struct world *w, const char *format, ...)
{
	char text[512];
	va_list args;
	if (!report.started || report.over)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	fprintf(report.out, "expect %.1f s: ", (double)(w->now - report.c->start_ms * MS) / 1e9);
	print_translated(text);
	(void)fputc('\n', report.out);
}

/* --- looking --------------------------------------------------------------------------------------------- */

static int peer_of(const struct node *n)
{
	for (size_t i = 0; n->core != NULL && i < NODES; i++) {
		struct node_view view;
		core_node_view(n->core, i, &view);
		if (!view.is_self)
			return strcmp(view.status, "dead") == 0   ? PEER_DEAD
			       : strcmp(view.status, "init") == 0 ? PEER_UNHEARD
			                                          : PEER_SEEN;
	}
	return PEER_UNHEARD;
}

static bool link_up(const struct node *n, size_t medium)
{
	struct link_view view;
	return n->core != NULL && core_link_view(n->core, (size_t)(1 - n->index), medium, &view) && view.up;
}

static struct look look_at(const struct world *w, const struct node *n)
{
	struct look now = {.powered = n->powered, .engine = n->core != NULL, .life = n->life, .peer = peer_of(n)};
	for (int m = 0; m < w->plan->set[SET_MEDIA]; m++)
		now.link[m] = link_up(n, (size_t)m);
	for (int g = 0; g < group_count(); g++)
		now.truth[g] = n->places[g].truth;
	return now;
}

/* Which node hears which node, on which medium. */
static void print_membership(const struct world *w, int i, const struct look *before, const struct look *now)
{
	const char *self = node_of(i), *peer = node_of(1 - i);
	bool same_life = before->life == now->life && before->engine;
	if (!now->engine)
		return;
	if (now->peer == PEER_DEAD && same_life && before->peer != PEER_DEAD)
		print_line(w, "%s declares %s dead", self, peer);
	else if (now->peer == PEER_SEEN && !(same_life && before->peer == PEER_SEEN))
		print_line(w, "%s sees %s", self, peer);
	for (int m = 0; w->plan->set[SET_MEDIA] > 1 && m < w->plan->set[SET_MEDIA]; m++)
		if (same_life && before->link[m] != now->link[m])
			print_line(w, "%s finds medium %d to %s %s", self, m + 1, peer, now->link[m] ? "up" : "down");
}

/* Starts that no line of the case ordered. */
static void print_life(const struct world *w, int i, const struct look *before, const struct look *now)
{
	if (before->engine && now->powered && (!now->engine || before->life != now->life) && !w->nodes[i].stopped)
		report.killed[i] = true;
	if (!now->engine || before->life == now->life)
		return;
	if (report.fenced[i])
		print_line(w, "%s boots again after fencing", node_of(i));
	else if (report.killed[i])
		print_line(w, "%s has a new engine", node_of(i));
	report.fenced[i] = report.killed[i] = false;
}

static const char *move_words(const struct fault *f, char *text, size_t cap)
{
	(void)snprintf(text, cap, "hb_%s %s on %s", fault_name(f->kind), half_name(f->half), node_of(f->node));
	return text;
}

/* Orders that no node will answer. */
static void print_orders(const struct world *w)
{
	char words[80];
	for (size_t i = report.c->prelude; i < w->plan->count; i++) {
		const struct fault *f = &w->plan->faults[i];
		const struct move *m = &w->moves[i];
		const struct node *n = &w->nodes[f->node < 0 ? 0 : f->node];
		bool order = f->kind == FAULT_STANDBY || f->kind == FAULT_TAKEOVER;
		if (!order || report.answered[i] || w->now <= f->at_ms * MS ||
			(m->life != 0 && n->core != NULL && n->life == m->life))
			continue;
		report.answered[i] = true;
		print_line(w, "%s %s", move_words(f, words, sizeof words),
			m->life != 0      ? "gets no answer: the engine that it asked is gone"
			: n->core == NULL ? "finds no heartbeat running"
					  : "finds heartbeat shutting down");
	}
}

static void stretch_to(struct stretch *s, bool now, int64_t at)
{
	if (s->since != NEVER && at - s->since > s->longest)
		s->longest = at - s->since;
	if (!now)
		s->since = NEVER;
	else if (s->since == NEVER)
		s->since = at;
}

static void count_owners(int64_t at)
{
	for (int g = 0; g < group_count(); g++) {
		enum truth a = report.looks[0].truth[g], b = report.looks[1].truth[g];
		stretch_to(&report.nobody[g], a != TRUTH_RUNNING && b != TRUTH_RUNNING, at);
		stretch_to(&report.both[g], a != TRUTH_OFF && b != TRUTH_OFF, at);
	}
}

static void look(const struct world *w)
{
	for (int i = 0; i < NODES; i++) {
		struct look now = look_at(w, &w->nodes[i]);
		print_life(w, i, &report.looks[i], &now);
		print_membership(w, i, &report.looks[i], &now);
		report.looks[i] = now;
	}
	print_orders(w);
	count_owners(w->now);
}

/* --- reported at once ------------------------------------------------------------------------------------ */

static void see_action(const struct world *w, const struct node *n, const struct action *a)
{
	const char *self = node_of(n->index);
	char words[80];
	switch (a->kind) {
	case ACTION_GROUP_START: print_line(w, "%s starts %s", self, group_of((int)a->group.group)); return;
	case ACTION_GROUP_STOP:
		if (n->places[a->group.group].unverified) /* it only looks */
			return;
		print_line(w, n->places[a->group.group].busy ? "%s aborts its start of %s and stops it" : "%s stops %s",
			self, group_of((int)a->group.group));
		return;
	case ACTION_GROUP_ANNOUNCE:
		print_line(w, "%s announces the addresses of %s again", self, group_of((int)a->group.group));
		return;
	case ACTION_FENCE: print_line(w, "%s fences %s", self, node_of((int)a->fence.node)); return;
	case ACTION_STOPPED: print_line(w, "heartbeat on %s has stopped", self); return;
	case ACTION_MOVE_DONE:
		if (a->move_done.id == 0 || a->move_done.id > w->plan->count)
			return;
		report.answered[a->move_done.id - 1] = true;
		print_line(w, "%s %s: %s", move_words(&w->plan->faults[a->move_done.id - 1], words, sizeof words),
			a->move_done.ok ? "ends well" : "fails", a->move_done.text);
		return;
	default: return;
	}
}

static void see_script(const struct world *w, const struct sight *s)
{
	static const char *const words[2][4][2] = {
		[GROUP_START] = {{"runs", ""}, {"fails to start", ""}, {"kills its start of", ", which hangs"},
			{"fails to start", ", and to undo it"}},
		[GROUP_STOP] = {{"has stopped", ""}, {"fails to stop", ""}, {"kills its stop of", ", which hangs"},
			{"", ""}},
	};
	const char *const *sentence = words[s->operation][s->outcome];
	print_line(w, "%s %s %s%s", node_of(s->node->index), sentence[0], group_of(s->group), sentence[1]);
}

static void see_fencing(const struct world *w, const struct sight *s)
{
	int victim = 1 - s->node->index;
	report.fenced[victim] = s->outcome == 0;
	print_line(w, s->outcome == 0 ? "fencing succeeds: %s is off" : "fencing of %s fails", node_of(victim));
}

/* --- the end ---------------------------------------------------------------------------------------------------- */

static void print_stretch(const struct stretch *s, const char *never)
{
	if (s->longest == 0)
		(void)fputs(never, report.out);
	else if (s->longest < 100 * MS)
		(void)fputs("under 0.1 s", report.out);
	else
		fprintf(report.out, "%.1f s", (double)s->longest / 1e9);
}

static void print_place(int g)
{
	static const char *const words[TRUTHS] = {[TRUTH_STARTING] = "is starting",
		[TRUTH_RUNNING] = "runs",
		[TRUTH_STOPPING] = "is stopping",
		[TRUTH_STUCK] = "cannot stop",
		[TRUTH_PARTIAL] = "has remains of"};
	bool any = false;
	(void)fputs("expect at the end: ", report.out);
	for (int i = 0; i < NODES; i++) {
		enum truth t = report.looks[i].truth[g];
		if (t != TRUTH_OFF)
			fprintf(report.out, "%s%s %s %s", any ? ", " : "", node_of(i), words[t], group_of(g));
		any |= t != TRUTH_OFF;
	}
	if (!any)
		fprintf(report.out, "nobody runs %s", group_of(g));
	(void)fputs("; longest time without an owner: ", report.out);
	print_stretch(&report.nobody[g], "none");
	(void)fputs(", with two: ", report.out);
	print_stretch(&report.both[g], "none");
	(void)fputc('\n', report.out);
}

static void print_end(void)
{
	count_owners(report.c->end_ms * MS);
	for (int g = 0; g < group_count(); g++)
		print_place(g);
	for (int i = 0; i < NODES; i++) {
		const struct look *l = &report.looks[i];
		if (!l->engine)
			fprintf(report.out, "expect at the end: %s%s\n", node_of(i),
				l->powered ? " has no heartbeat running" : " is off");
		else if (report.looks[1 - i].engine && l->peer != PEER_SEEN)
			fprintf(report.out, "expect at the end: %s does not see %s\n", node_of(i), node_of(1 - i));
	}
	for (size_t i = report.c->prelude; i < report.c->plan.count; i++) {
		const struct fault *f = &report.c->plan.faults[i];
		char words[80];
		if ((f->kind == FAULT_STANDBY || f->kind == FAULT_TAKEOVER) && !report.answered[i])
			fprintf(report.out, "expect at the end: %s has no answer yet\n",
				move_words(f, words, sizeof words));
	}
}

/* --- the run ------------------------------------------------------------------------------------------------------ */

/* Moment 0: is the start as given? */
static void check_start(void)
{
	const struct decision_case *c = report.c;
	report.started = true;
	for (int g = 0; g < group_count(); g++) {
		report.nobody[g].longest = report.both[g].longest = 0;
		report.nobody[g].since = report.both[g].since = NEVER;
		for (int i = 0; i < NODES; i++)
			if (report.looks[i].truth[g] != (c->runs_on[g] == i ? TRUTH_RUNNING : TRUTH_OFF))
				(void)snprintf(report.wrong_start, sizeof report.wrong_start,
					"the start is not as given: %s %s %s", node_of(i),
					c->runs_on[g] == i ? "does not run" : "has", group_of(g));
	}
	count_owners(c->start_ms * MS);
}

static void see(struct observer *o, const struct world *w, const struct sight *s)
{
	report.c = (struct decision_case *)o;
	if (!report.started && w->now >= report.c->start_ms * MS)
		check_start();
	if (!report.over && w->now >= report.c->end_ms * MS) {
		print_end();
		report.over = true;
	}
	if (report.over)
		return;
	look(w);
	switch (s->kind) {
	case SIGHT_EVENT: return;
	case SIGHT_ACTION: see_action(w, s->node, s->action); return;
	case SIGHT_SCRIPT: see_script(w, s); return;
	case SIGHT_FENCED: see_fencing(w, s); return;
	}
}

bool case_play(struct decision_case *c, FILE *out, bool trace, char *why, size_t cap)
{
	struct verdict verdict;
	report = (struct report){.c = c, .out = out};
	for (int g = 0; g < GROUPS_MAX; g++)
		report.nobody[g].since = report.both[g].since = NEVER;
	c->observer.see = see;
	c->observer.gives_times = true;
	c->plan.observer = &c->observer;
	struct trace *t = trace ? trace_new(true, out) : NULL;
	world_run(&c->plan, t, false, &verdict);
	trace_free(t);
	if (report.wrong_start[0] != '\0')
		(void)snprintf(why, cap, "%s", report.wrong_start);
	else if (verdict.invariant[0] != '\0')
		(void)snprintf(why, cap, "a rule of the simulator is broken at %.3f s: %s: %s",
			(double)(verdict.at - c->start_ms * MS) / 1e9, verdict.invariant, verdict.text);
	return report.wrong_start[0] == '\0' && verdict.invariant[0] == '\0';
}
