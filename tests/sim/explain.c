// SPDX-License-Identifier: MIT
/* Prints which node held which group, and when: a table with a row for each change of the true state.  It is shorter
 * than the trace. */
#include "tests/sim/sim.h"

#include <string.h>

static const char *place_word(const struct node *n, const struct place *p)
{
	static const char *const words[TRUTHS] = {"-", "starts", "runs", "stops", "stuck", "in part"};
	if (!n->powered)
		return "off";
	return p->dead ? "dead" : words[p->truth];
}

static const char *node_word(const struct node *n)
{
	if (!n->powered)
		return "off";
	if (n->core == NULL)
		return n->stopped ? "stopped" : "no engine";
	return n->frozen ? "still" : n->shutting_down ? "leaving" : "up";
}

/* One row as text, without the time. */
static void row(const struct world *w, char *text, size_t cap)
{
	struct writer out = writer_over(text, cap - 1);
	for (int i = 0; i < NODES; i++)
		writer_format(&out, " %-9s", node_word(&w->nodes[i]));
	for (int g = 0; g < files_groups(w); g++) {
		writer_text(&out, " |");
		for (int i = 0; i < NODES; i++)
			writer_format(&out, " %-7s", place_word(&w->nodes[i], &w->nodes[i].places[g]));
	}
	text[out.len] = '\0';
}

static void head(const struct world *w, FILE *out)
{
	fprintf(out, "%12s %-9s %-9s", "from, s", node_name(0), node_name(1));
	for (int g = 0; g < files_groups(w); g++)
		fprintf(out, " | %-7d %-7s", g, "");
	fputc('\n', out);
}

void explain_row(struct observer *o, const struct world *w, const struct sight *s)
{
	struct explainer *e = (struct explainer *)o;
	char text[sizeof e->last];
	if (s->kind != SIGHT_EVENT)
		return;
	row(w, text, sizeof text);
	if (strcmp(text, e->last) == 0)
		return;
	if (e->last[0] == '\0')
		head(w, e->out);
	memcpy(e->last, text, sizeof e->last);
	fprintf(e->out, "%12.3f%s\n", (double)w->now / 1e9, text);
}
