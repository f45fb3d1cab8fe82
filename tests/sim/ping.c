// SPDX-License-Identifier: MIT
/* Which ping hosts the nodes reach, and the rules for the moves that follow from this.  doc/proof.md */
#include "tests/sim/sim.h"

enum {
	HOME_MOST_MS = 600000, /* core/ipfail.c */
	SETTLES_MS = 2000,
	CLASSIC_NEWS_MS = 3000, /* core/dialect.h ping_news_ms */
};

void ping_begin(struct world *w)
{
	for (int i = 0; i < NODES; i++)
		w->reach[i].worse_at = w->reach[i].cut_off_at = w->reach[i].lost_since = w->reach[i].ordered = NEVER;
}

void ping_changes(struct world *w)
{
	for (int i = 0; i < NODES; i++) {
		if (w->ping_lost[i] > 0 && w->ping_lost[1 - i] == 0)
			w->reach[i].worse_at = w->now;
		if (w->ping_lost[i] > 0)
			w->reach[i].cut_off_at = w->now;
		if (w->ping_lost[i] == 0)
			w->reach[i].lost_since = NEVER;
		else if (w->reach[i].lost_since == NEVER)
			w->reach[i].lost_since = w->now;
	}
}

/* The longest time until a loss has its effect.  A ping host counts as dead after deadping, which is deadtime here.
 * Then both counts must be steady, and the report of the other node may be late. */
static int64_t notice_span(const struct world *w)
{
	int64_t late = plan_has(w->plan, FAULT_CLOG, FAULT_CLOG) ? CLOG_MAX_MS * MS : 0;
	late += w->plan->set[SET_CLASSIC] ? CLASSIC_NEWS_MS * MS : 0;
	return 2 * ms_of(w, SET_DEADTIME) + 6 * ms_of(w, SET_KEEPALIVE) + SETTLES_MS * MS + late;
}

static bool lately(const struct world *w, int64_t at, bool lasts)
{
	return lasts || (at != NEVER && w->now - at < notice_span(w));
}

bool ping_demotes(const struct world *w, const struct node *n)
{
	return w->plan->set[SET_IPFAIL] == IPFAIL_DEMOTES && w->plan->set[SET_PING] > 1 && n->index < NODES &&
	       lately(w, w->reach[n->index].cut_off_at, w->ping_lost[n->index] > 0);
}

bool ping_explains(const struct world *w, const struct node *n)
{
	int i = n->index;
	if (!w->plan->set[SET_IPFAIL] || i >= NODES)
		return false;
	/* a standby takes as long as its scripts */
	int64_t scripts = 2 * (ms_of(w, SET_START_MAX) + ms_of(w, SET_STOP_MAX));
	int64_t worse = w->reach[i].worse_at;
	return ping_demotes(w, n) || lately(w, worse, w->ping_lost[i] > 0) ||
	       (worse != NEVER && w->now - worse < notice_span(w) + scripts);
}

void ping_gives_up(struct world *w, const struct node *n)
{
	int i = n->index;
	w->reach[i].given_up++;
	if (!lately(w, w->reach[i].worse_at, w->ping_lost[i] > 0 && w->ping_lost[1 - i] == 0))
		world_broken(w, "N1 no-move-without-gain",
			"%s gives its groups up, but it has not reached fewer ping hosts than the other node lately",
			node_name(i));
	/* In each loss of either node, the other node can become better.  In each later life the nodes compare
	 * again. */
	unsigned episodes = w->reach[0].episodes + w->reach[1].episodes;
	uint64_t later_lives = w->statistics.boots > NODES ? w->statistics.boots - NODES : 0;
	if (w->reach[i].given_up > episodes + later_lives)
		world_broken(w, "N2 no-flap", "%s has given its groups up %u times, in %u losses of ping hosts",
			node_name(i), w->reach[i].given_up, episodes);
}

void ping_starts(struct world *w, const struct node *n, size_t group)
{
	int64_t lost = w->reach[n->index].lost_since;
	bool left = n->goodbye_heard != 0 && n->goodbye_heard >= n->heard_life;
	bool silent = n->peer_heard < lost && w->now - n->peer_heard > ms_of(w, SET_DEADTIME);
	/* If the loss began later than the silence of the peer, a ping host has answered since the peer became
	 * silent. */
	int64_t keepalive = ms_of(w, SET_KEEPALIVE);
	silent = silent && ((n->peer_heard != NEVER && lost <= n->peer_heard + keepalive / 2) ||
	                    w->now - lost > node_span(w, n, ms_of(w, SET_DEADTIME)) + 2 * keepalive);
	if (w->plan->set[SET_IPFAIL] && w->plan->set[SET_PING] > 1 && lost != NEVER && silent && !left &&
		!plan_has(w->plan, FAULT_TAKEOVER, FAULT_TAKEOVER))
		world_broken(w, "N3 isolated-takes-nothing",
			"%s starts group %zu, but has reached neither the other node nor a ping host for %.3f s",
			node_name(n->index), group, (double)(w->now - lost) / 1e9);
}

/* The node knows, as far as it can, that the peer has released its groups or is off: doc/fencing.md R9, "unless the
 * peer has left or was fenced". */
static bool peer_is_absent(const struct node *n)
{
	bool left = n->goodbye_heard != 0 && n->goodbye_heard >= n->heard_life;
	return left || (n->known_off != NEVER && n->known_off >= n->peer_sent);
}

/* The latest time at which something could still reach the node, or it could not act. */
static int64_t cut_off_since(const struct world *w, const struct node *n)
{
	int64_t since = w->reach[n->index].lost_since;
	const int64_t later[] = {n->peer_any, n->thawed, n->booted};
	for (size_t i = 0; i < sizeof later / sizeof *later; i++)
		since = later[i] > since ? later[i] : since;
	return since;
}

void ping_check(struct world *w, const struct node *n)
{
	bool lost = w->reach[n->index].lost_since != NEVER;
	/* doc/fencing.md R9: "An order of an operator goes before this" */
	bool ordered = w->reach[n->index].ordered != NEVER &&
	               w->reach[n->index].ordered >= w->reach[n->index].lost_since;
	if (w->plan->set[SET_IPFAIL] != IPFAIL_DEMOTES || w->plan->set[SET_PING] < 2 || !lost || ordered ||
		n->core == NULL || n->frozen || n->shutting_down || peer_is_absent(n))
		return;
	int64_t since = cut_off_since(w, n), limit = notice_span(w);
	/* A peer that this life has never heard is silent only after initdead. */
	if (n->peer_any < n->booted)
		limit += 2 * ms_of(w, SET_INITDEAD);
	if (w->now - since <= node_span(w, n, limit))
		return;
	for (int g = 0; g < files_groups(w); g++)
		if (n->places[g].truth == TRUTH_RUNNING || n->places[g].truth == TRUTH_STARTING)
			world_broken(w, "N4 bounded-demotion",
				"%s has group %d, but has reached neither the other node nor a ping host for %.3f s",
				node_name(n->index), g, (double)(w->now - since) / 1e9);
}

int64_t ping_span(const struct world *w)
{
	if (!w->plan->set[SET_IPFAIL] || !plan_has(w->plan, FAULT_PING_LOST, FAULT_PING_LOST))
		return 0;
	int64_t home = 2 * ms_of(w, SET_STORM);
	return notice_span(w) + (home < HOME_MOST_MS * MS ? home : HOME_MOST_MS * MS);
}
