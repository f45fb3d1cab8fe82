// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/outbox.h"

#include <string.h>

struct outbox {
	GQueue postings; /* the oldest first */
};

struct outbox *outbox_new(void)
{
	struct outbox *o = g_new0(struct outbox, 1);
	g_queue_init(&o->postings);
	return o;
}

static void posting_free(void *data)
{
	struct posting *p = data;
	letter_clear(&p->letter);
	g_free(p->list);
	g_free(p->smtp);
	g_free(p->id);
	g_free(p->date);
	g_free(p);
}

void outbox_free(struct outbox *o)
{
	g_queue_clear_full(&o->postings, posting_free);
	g_free(o);
}

static void drop(struct outbox *o, struct posting *p)
{
	(void)g_queue_remove(&o->postings, p);
	posting_free(p);
}

static struct posting *oldest_here(const struct outbox *o)
{
	for (GList *at = o->postings.head; at; at = at->next) {
		struct posting *p = at->data;
		if (!p->out)
			return p;
	}
	return NULL;
}

struct posting *outbox_gather(struct outbox *o, const char *list, const char *smtp, struct mono now, char **lost)
{
	*lost = NULL;
	for (GList *at = o->postings.tail; at; at = at->prev) {
		struct posting *p = at->data;
		if (!p->out && p->tries == 0 && strcmp(p->list, list) == 0 && g_strcmp0(p->smtp, smtp) == 0)
			return p;
	}
	if (o->postings.length >= OUTBOX_LETTERS) {
		struct posting *old = oldest_here(o);
		if (!old)
			return NULL;
		*lost = g_strdup(old->letter.first);
		drop(o, old);
	}
	struct posting *p = g_new0(struct posting, 1);
	letter_init(&p->letter);
	p->list = g_strdup(list);
	p->smtp = g_strdup(smtp);
	p->due = mono_add(now, span_ms(OUTBOX_GATHER_MS));
	g_queue_push_tail(&o->postings, p);
	return p;
}

struct posting *outbox_take(struct outbox *o, struct mono now)
{
	for (GList *at = o->postings.head; at; at = at->next) {
		struct posting *p = at->data;
		if (p->out || !mono_reached(now, p->due))
			continue;
		p->out = true;
		p->tries++;
		return p;
	}
	return NULL;
}

unsigned outbox_back(struct outbox *o, struct posting *p, bool sent, struct mono now)
{
	static const unsigned pauses_s[OUTBOX_TRIES] = {[1] = 60, [2] = 300, [3] = 900};
	if (sent || p->tries >= OUTBOX_TRIES) {
		drop(o, p);
		return 0;
	}
	unsigned pause_s = pauses_s[p->tries];
	p->out = false;
	p->due = mono_add(now, span_ms((int64_t)pause_s * 1000));
	return pause_s;
}

unsigned outbox_hurry(struct outbox *o, struct mono now)
{
	unsigned given_up = 0;
	for (GList *at = o->postings.head, *next; at; at = next) {
		struct posting *p = at->data;
		next = at->next;
		p->due = now;
		if (p->out || p->tries == 0)
			continue;
		drop(o, p);
		given_up++;
	}
	return given_up;
}

struct mono outbox_deadline(const struct outbox *o)
{
	struct mono first = MONO_FAR;
	for (GList *at = o->postings.head; at; at = at->next) {
		const struct posting *p = at->data;
		if (!p->out)
			first = mono_min(first, p->due);
	}
	return first;
}

unsigned outbox_count(const struct outbox *o)
{
	return o->postings.length;
}
