// SPDX-License-Identifier: MIT
/* Changes the media to a new configuration: opens the new media while the old ones are in use, then replaces the old
 * set at once. */
#include <assert.h>
#include <string.h>

#include "heartbeat/media/medium.h"

/* those media of the list that are in use already, because their lines have the same meaning */
struct media_change {
	struct media *set;
	const struct medium_conf *conf;
	struct medium **list;
	size_t count;
};

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* Returns true when both lines have the same meaning.  The name of a medium with an address and the line number are not
 * compared, because they depend on other lines. */
static bool same_meaning(const struct medium_conf *a, const struct medium_conf *b)
{
	bool same = a->kind == b->kind && same_text(a->interface, b->interface) && same_text(a->address, b->address) &&
		a->port == b->port && a->ttl == b->ttl && a->loop == b->loop && a->baud == b->baud &&
		a->member_count == b->member_count && (a->interface || same_text(a->name, b->name));

	for (size_t i = 0; same && i < a->member_count; i++)
		same = same_text(a->members[i], b->members[i]);
	return same;
}

static bool has(struct medium *const *list, size_t count, const struct medium *m)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == m)
			return true;
	return false;
}

/* The medium in use for this line; NULL when there is none, or when another line of the change has it. */
static struct medium *in_use(const struct media_change *c, const struct medium_conf *conf)
{
	for (size_t i = 0; i < c->set->count; i++) {
		struct medium *m = c->set->list[i];
		if (same_meaning(m->conf, conf) && !has(c->list, c->count, m))
			return m;
	}
	return NULL;
}

static bool is_kept(const struct media_change *c, const struct medium *m)
{
	return has(c->set->list, c->set->count, m);
}

struct media_change *media_prepare(
	struct media *set, const struct medium_conf *conf, size_t count, struct diags *diags)
{
	struct media_change *c = g_new0(struct media_change, 1);

	assert(!set->receiving && !set->change);
	*c = (struct media_change){.set = set, .conf = conf, .list = g_new0(struct medium *, count)};
	set->change = c;
	for (; c->count < count; c->count++) {
		const struct medium_conf *line = &conf[c->count];
		struct medium *m = in_use(c, line);
		if (!m) {
			m = medium_new(set, line, c->count);
			medium_try(m);
		}
		c->list[c->count] = m;
	}
	/* A new set must be able to send at once.  A medium that waits for an address cannot, and the other node would
	 * consider this node dead. */
	if (media_usable(c->list, count, MEDIUM_WORKS, diags))
		return c;
	media_abandon(c);
	return NULL;
}

void media_abandon(struct media_change *c)
{
	struct media *set = c->set;

	for (size_t i = 0; i < c->count; i++)
		if (!is_kept(c, c->list[i]))
			medium_free(c->list[i]);
	set->change = NULL;
	receivers_tidy(set);
	g_free(c->list);
	g_free(c);
}

void media_commit(struct media_change *c)
{
	struct media *set = c->set;

	assert(!set->receiving);
	for (size_t i = 0; i < set->count; i++)
		if (!has(c->list, c->count, set->list[i]))
			medium_free(set->list[i]);
	for (size_t i = 0; i < c->count; i++) {
		c->list[i]->index = i;
		c->list[i]->conf = &c->conf[i];
	}
	g_free(set->list);
	set->list = c->list;
	set->count = c->count;
	set->change = NULL;
	g_free(c);
	media_settle(set);
}
