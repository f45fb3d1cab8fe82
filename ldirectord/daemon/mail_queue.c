// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/mail_queue.h"

#include <string.h>

struct mail_queue {
	GQueue postings; /* the oldest first */
};

struct mail_queue *mail_queue_new(void)
{
	struct mail_queue *o = g_new0(struct mail_queue, 1);
	g_queue_init(&o->postings);
	return o;
}

static void posting_free(void *data)
{
	struct posting *p = data;
	mail_text_clear(&p->letter);
	g_free(p->list);
	g_free(p->smtp);
	g_free(p->id);
	g_free(p->date);
	g_free(p);
}

void mail_queue_free(struct mail_queue *o)
{
	g_queue_clear_full(&o->postings, posting_free);
	g_free(o);
}

static void drop(struct mail_queue *o, struct posting *p)
{
	(void)g_queue_remove(&o->postings, p);
	posting_free(p);
}

static struct posting *oldest_here(const struct mail_queue *o)
{
	for (GList *at = o->postings.head; at; at = at->next) {
		struct posting *p = at->data;
		if (!p->out)
			return p;
	}
	return NULL;
}

struct posting *mail_queue_gather(
	struct mail_queue *o, const char *list, const char *smtp, struct mono now, char **lost)
{
	*lost = NULL;
	for (GList *at = o->postings.tail; at; at = at->prev) {
		struct posting *p = at->data;
		if (!p->out && p->tries == 0 && strcmp(p->list, list) == 0 && g_strcmp0(p->smtp, smtp) == 0)
			return p;
	}
	if (o->postings.length >= MAIL_QUEUE_LETTERS) {
		struct posting *old = oldest_here(o);
		if (!old)
			return NULL;
		*lost = g_strdup(old->letter.first);
		drop(o, old);
	}
	struct posting *p = g_new0(struct posting, 1);
	mail_text_init(&p->letter);
	p->list = g_strdup(list);
	p->smtp = g_strdup(smtp);
	p->due = mono_add(now, span_ms(MAIL_QUEUE_GATHER_MS));
	g_queue_push_tail(&o->postings, p);
	return p;
}

struct posting *mail_queue_take(struct mail_queue *o, struct mono now)
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

unsigned mail_queue_back(struct mail_queue *o, struct posting *p, bool sent, struct mono now)
{
	static const unsigned pauses_s[MAIL_QUEUE_TRIES] = {[1] = 60, [2] = 300, [3] = 900};
	if (sent || p->tries >= MAIL_QUEUE_TRIES) {
		drop(o, p);
		return 0;
	}
	unsigned pause_s = pauses_s[p->tries];
	p->out = false;
	p->due = mono_add(now, span_ms((int64_t)pause_s * 1000));
	return pause_s;
}

unsigned mail_queue_hurry(struct mail_queue *o, struct mono now)
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

struct mono mail_queue_deadline(const struct mail_queue *o)
{
	struct mono first = MONO_FAR;
	for (GList *at = o->postings.head; at; at = at->next) {
		const struct posting *p = at->data;
		if (!p->out)
			first = mono_min(first, p->due);
	}
	return first;
}

unsigned mail_queue_count(const struct mail_queue *o)
{
	return o->postings.length;
}
