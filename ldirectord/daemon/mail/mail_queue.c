// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/mail/mail_queue.h"

#include <string.h>

struct mail_queue {
	GQueue postings; /* the oldest first */
};

struct mail_queue *mail_queue_new(void)
{
	struct mail_queue *q = g_new0(struct mail_queue, 1);
	g_queue_init(&q->postings);
	return q;
}

static void posting_free(void *data)
{
	struct posting *p = data;
	mail_text_clear(&p->text);
	g_free(p->list);
	g_free(p->smtp);
	g_free(p->id);
	g_free(p->date);
	g_free(p);
}

void mail_queue_free(struct mail_queue *q)
{
	g_queue_clear_full(&q->postings, posting_free);
	g_free(q);
}

static void drop(struct mail_queue *q, struct posting *p)
{
	(void)g_queue_remove(&q->postings, p);
	posting_free(p);
}

static struct posting *oldest_here(const struct mail_queue *q)
{
	for (GList *at = q->postings.head; at; at = at->next) {
		struct posting *p = at->data;
		if (!p->out)
			return p;
	}
	return NULL;
}

struct posting *mail_queue_gather(
	struct mail_queue *q, const char *list, const char *smtp, struct mono now, char **lost)
{
	*lost = NULL;
	for (GList *at = q->postings.tail; at; at = at->prev) {
		struct posting *p = at->data;
		if (!p->out && p->tries == 0 && strcmp(p->list, list) == 0 && g_strcmp0(p->smtp, smtp) == 0)
			return p;
	}
	if (q->postings.length >= MAIL_QUEUE_MAX) {
		struct posting *old = oldest_here(q);
		if (!old)
			return NULL;
		*lost = g_strdup(old->text.first);
		drop(q, old);
	}
	struct posting *p = g_new0(struct posting, 1);
	mail_text_init(&p->text);
	p->list = g_strdup(list);
	p->smtp = g_strdup(smtp);
	p->due = mono_add(now, span_ms(MAIL_QUEUE_GATHER_MS));
	g_queue_push_tail(&q->postings, p);
	return p;
}

struct posting *mail_queue_take(struct mail_queue *q, struct mono now)
{
	for (GList *at = q->postings.head; at; at = at->next) {
		struct posting *p = at->data;
		if (p->out || !mono_reached(now, p->due))
			continue;
		p->out = true;
		p->tries++;
		return p;
	}
	return NULL;
}

unsigned mail_queue_back(struct mail_queue *q, struct posting *p, bool sent, struct mono now)
{
	static const unsigned pauses_s[MAIL_QUEUE_TRIES] = {[1] = 60, [2] = 300, [3] = 900};
	if (sent || p->tries >= MAIL_QUEUE_TRIES) {
		drop(q, p);
		return 0;
	}
	unsigned pause_s = pauses_s[p->tries];
	p->out = false;
	p->due = mono_add(now, span_ms((int64_t)pause_s * 1000));
	return pause_s;
}

unsigned mail_queue_hurry(struct mail_queue *q, struct mono now)
{
	unsigned given_up = 0;
	for (GList *at = q->postings.head, *next; at; at = next) {
		struct posting *p = at->data;
		next = at->next;
		p->due = now;
		if (p->out || p->tries == 0)
			continue;
		drop(q, p);
		given_up++;
	}
	return given_up;
}

struct mono mail_queue_deadline(const struct mail_queue *q)
{
	struct mono first = MONO_FAR;
	for (GList *at = q->postings.head; at; at = at->next) {
		const struct posting *p = at->data;
		if (!p->out)
			first = mono_min(first, p->due);
	}
	return first;
}

unsigned mail_queue_count(const struct mail_queue *q)
{
	return q->postings.length;
}
