// SPDX-License-Identifier: MIT
/* The files of a node, ha.cf, haresources and authkeys: what an administrator changes in them, the reload that applies
 * the change, and the rules for it.  struct files describes the contents; the texts are made from it. */
#include "tests/sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/diag.h"

/* --- the texts, which the parsers of the daemon read --------------------------------------------------- */

/* A configuration that the simulator wrote must have no error. */
static void check_diags(struct diags *d)
{
	char line[512];
	for (size_t i = 0; i < d->count; i++) {
		diag_format(d, i, line, sizeof line);
		if (d->errors > 0)
			fprintf(stderr, "%s\n", line);
	}
	if (d->errors > 0)
		abort();
	diags_free(d);
}

/* Make the ha.cf of the two nodes, or of the third machine. */
static struct ha_cf *write_ha_cf(const struct plan *p, const struct files *f, bool third)
{
	const int64_t *set = p->set;
	char text[1024];
	struct writer out = writer_over(text, sizeof text);
	struct diags diags;
	int64_t deadtime = files_deadtime_ms(p, f);
	writer_format(&out, "keepalive %lldms\ndeadtime %lldms\nwarntime %lldms\ninitdead %lldms\n",
		(long long)files_keepalive_ms(p, f), (long long)deadtime,
		(long long)set[SET_DEADTIME] / 2,
		(long long)(set[SET_INITDEAD] > deadtime ? set[SET_INITDEAD] : deadtime));
	writer_format(&out, "auto_failback %s\nmsgfmt %s\nlogfacility local0\n",
		!third && files_failback(p, f) ? "on" : "off",
		set[SET_NETSTRING] ? "netstring" : "classic");
	writer_text(&out, f->medium ? "bcast eth9\n" : "");
	for (int m = 0; m < set[SET_MEDIA]; m++)
		writer_format(&out, "bcast eth%d\n", m);
	for (int i = 0; i < set[SET_PING]; i++)
		writer_format(&out, "ping 10.9.9.%d\n", 9 - i);
	if (!third && set[SET_IPFAIL])
		writer_format(&out, "ipfail on\nisolated_demote %s\n", set[SET_IPFAIL] == IPFAIL_DEMOTES ? "on" : "off");
	if (!third && set[SET_STONITH])
		writer_format(&out,
			"stonith_host * external/sim -\npriority_delay %lldms\nwait_for_peer %s\nstale_start %s\n",
			(long long)set[SET_DELAY], set[SET_WAIT] ? "on" : "off", set[SET_STALE] ? "on" : "off");
	writer_text(&out, third ? "node alpha beta gamma\n" : "node alpha beta\n");
	diags_init(&diags, "ha.cf");
	struct ha_cf *conf = ha_cf_parse(writer_done(&out), NULL, &diags);
	check_diags(&diags);
	return conf;
}

static void write_group(struct writer *out, const struct plan *p, int g)
{
	writer_format(out, "%s IPaddr::10.0.0.%d/24/eth0 web%d\n", node_name((int)(p->set[SET_HOMES] >> g & 1)), g + 1,
		g);
}

static struct haresources *write_haresources(const struct plan *p, int groups, bool with_new)
{
	static const char *const nodes[] = {"alpha", "beta"};
	char text[1024];
	struct writer out = writer_over(text, sizeof text);
	struct diags diags;
	if (with_new) /* the new group comes first, so that each other group gets another index */
		write_group(&out, p, (int)p->set[SET_GROUPS]);
	for (int g = 0; g < groups; g++)
		write_group(&out, p, g);
	diags_init(&diags, "haresources");
	struct haresources *resources = haresources_parse(writer_done(&out), nodes, NODES, &diags);
	check_diags(&diags);
	return resources;
}

/* The steps of a change of the key and back: man authkeys, "Changing the key". */
static const char *const key_steps[KEY_STEPS] = {
	"auth 1\n1 sha1 aHeartbeatSecret\n",
	"auth 1\n1 sha1 aHeartbeatSecret accept\n2 sha1 another accept\n",
	"auth 2\n1 sha1 aHeartbeatSecret accept\n2 sha1 another accept\n",
	"auth 2\n2 sha1 another\n",
	"auth 2\n1 sha1 aHeartbeatSecret accept\n2 sha1 another accept\n",
	"auth 1\n1 sha1 aHeartbeatSecret accept\n2 sha1 another accept\n",
};

static void write_keys(struct world *w, unsigned step)
{
	struct diags diags;
	w->keys[step] = calloc(1, sizeof *w->keys[step]);
	if (w->keys[step] == NULL)
		abort();
	diags_init(&diags, "authkeys");
	authkeys_parse(bytes_of(w->plan->set[SET_SHA1] ? key_steps[step] : "auth 1\n1 crc\n"), w->keys[step], &diags);
	check_diags(&diags);
	w->auth[step] = auth_new(w->keys[step]);
	if (w->auth[step] == NULL)
		abort();
}

/* --- the files of a node ----------------------------------------------------------------------------------- */

int64_t files_keepalive_ms(const struct plan *p, const struct files *f)
{
	return f->times ? p->set[SET_KEEPALIVE] / 2 : p->set[SET_KEEPALIVE];
}

int64_t files_deadtime_ms(const struct plan *p, const struct files *f)
{
	return f->times ? p->set[SET_DEADTIME] * 5 / 4 : p->set[SET_DEADTIME];
}

bool files_failback(const struct plan *p, const struct files *f)
{
	return (p->set[SET_FAILBACK] == FAILBACK_ON) != f->turned;
}

const struct ha_cf *files_conf(struct world *w, const struct node *n)
{
	if (n->index == THIRD) {
		if (w->third_conf == NULL)
			w->third_conf = write_ha_cf(w->plan, &n->files, true);
		return w->third_conf;
	}
	struct ha_cf **conf = &w->conf[n->files.turned | n->files.times << 1 | n->files.medium << 2];
	if (*conf == NULL)
		*conf = write_ha_cf(w->plan, &n->files, false);
	return *conf;
}

const struct haresources *files_resources(struct world *w, const struct node *n)
{
	struct haresources **resources = n->index == THIRD ? &w->no_resources : &w->resources[n->files.group];
	if (*resources == NULL)
		*resources = write_haresources(
			w->plan, n->index == THIRD ? 0 : (int)w->plan->set[SET_GROUPS], n->files.group);
	return *resources;
}

const struct authkeys *files_keys(struct world *w, const struct node *n)
{
	unsigned step = n->files.keys % KEY_STEPS;
	if (w->keys[step] == NULL)
		write_keys(w, step);
	return w->keys[step];
}

struct auth *files_auth(struct world *w, const struct node *n)
{
	(void)files_keys(w, n);
	return w->auth[n->files.keys % KEY_STEPS];
}

void files_free(struct world *w)
{
	for (size_t i = 0; i < sizeof w->conf / sizeof *w->conf; i++)
		ha_cf_free(w->conf[i]);
	ha_cf_free(w->third_conf);
	haresources_free(w->resources[0]);
	haresources_free(w->resources[1]);
	haresources_free(w->no_resources);
	for (unsigned step = 0; step < KEY_STEPS; step++) {
		auth_free(w->auth[step]);
		free(w->keys[step]);
	}
}

/* --- places ---------------------------------------------------------------------------------------------- */

int files_groups(const struct world *w)
{
	return (int)w->plan->set[SET_GROUPS] + (w->nodes[0].files.group || w->nodes[1].files.group);
}

int files_index(const struct world *w, const struct node *n, int g)
{
	int groups = (int)w->plan->set[SET_GROUPS];
	if (n->index == THIRD || g > groups || (g == groups && !n->files.group))
		return -1;
	return g == groups ? 0 : g + n->files.group;
}

int files_group(const struct world *w, const struct node *n, size_t index)
{
	if (!n->files.group)
		return (int)index;
	return index == 0 ? (int)w->plan->set[SET_GROUPS] : (int)index - 1;
}

size_t files_medium(const struct node *n, int medium)
{
	return (size_t)medium + n->files.medium;
}

struct group_view node_group(const struct world *w, const struct node *n, int g)
{
	struct group_view view = {.state = OWN_NONE};
	int index = files_index(w, n, g);
	if (n->core != NULL && index >= 0)
		core_group_view(n->core, (size_t)index, &view);
	return view;
}

/* --- the reload ------------------------------------------------------------------------------------------- */

struct before {
	struct group_view view[GROUPS_MAX];
	uint32_t run[GROUPS_MAX];
	bool link_up[MEDIA_MAX]; /* the links to the peer */
};

static void look(const struct world *w, const struct node *n, struct before *b)
{
	for (int g = 0; g < GROUPS_MAX; g++) {
		b->view[g] = node_group(w, n, g);
		b->run[g] = n->places[g].run;
	}
	for (int m = 0; m < w->plan->set[SET_MEDIA]; m++) {
		struct link_view link = {.up = false};
		(void)core_link_view(n->core, (size_t)(1 - n->index), files_medium(n, m), &link);
		b->link_up[m] = link.up;
	}
}

/* S15: the step of a reload must not change a group that was there before.  There are two exceptions.  A group that
 * does not run here may be claimed at once, because the files of the nodes may now agree about its home.  A group that
 * is hindered here leaves at the first event after the peer has been able to run it for long enough, and a reload is an
 * event. */
static void check_untouched(struct world *w, const struct node *n, const struct files *old, const struct before *b)
{
	int groups = (int)w->plan->set[SET_GROUPS] + (old->group && n->files.group);
	for (int g = 0; g < groups; g++) {
		struct group_view now = node_group(w, n, g);
		bool claimed = b->view[g].state == OWN_NONE && now.state == OWN_CLAIM && old->group != n->files.group;
		if (b->view[g].hindered && b->view[g].state == OWN_HELD && now.state == OWN_STOPPING)
			continue;
		if (n->places[g].run != b->run[g] || (now.state != b->view[g].state && !claimed) ||
			now.epoch != b->view[g].epoch)
			world_broken(w, "S15 reload-in-place", "a reload of %s makes group %d %s; it was %s",
				node_name(n->index), g, group_state_name(now.state),
				group_state_name(b->view[g].state));
	}
	struct before now;
	look(w, n, &now);
	for (int m = 0; m < w->plan->set[SET_MEDIA]; m++)
		if (now.link_up[m] != b->link_up[m])
			world_broken(w, "S15 reload-in-place", "a reload of %s makes its link eth%d %s",
				node_name(n->index), m, now.link_up[m] ? "up" : "down");
}

/* As in the daemon: when the core refuses the new files, the old files stay in use. */
bool files_reload(struct world *w, struct node *n, struct files wanted)
{
	struct files old = n->files;
	char why[CORE_WHY_MAX] = "";
	if (n->core == NULL || n->frozen)
		return false;
	node_due(w, n); /* do first what is due now, because it is not an effect of the reload */
	if (n->core == NULL || w->invariant != NULL)
		return false;
	struct before before;
	look(w, n, &before);
	n->files = wanted;
	struct core_config config = {.conf = files_conf(w, n),
		.resources = files_resources(w, n),
		.keys = files_keys(w, n),
		.node = node_name(n->index)};
	struct core_change *change = core_prepare(n->core, &config, why);
	n->files = old; /* the old files stay in use until the core uses the new files */
	trace_line(w, n->index, "reload: %s", change != NULL ? "in place" : why);
	if (change == NULL)
		return false;
	n->files = wanted;
	if (!files_failback(w->plan, &old) && files_failback(w->plan, &wanted))
		n->failback_since = w->now;
	if (wanted.group && !old.group)
		n->ledger.started_by[w->plan->set[SET_GROUPS]] = n->seen_epoch[w->plan->set[SET_GROUPS]] =
			0; /* nothing is known about an earlier time of this group */
	node_commit(w, n, change);
	if (n->core != NULL)
		check_untouched(w, n, &old, &before);
	return true;
}

static void keys_later(struct world *w)
{
	enum { PAUSE_MAX_MS = 4000 };
	uint64_t value = draw((uint64_t)w->plan->set[SET_SEED], DRAW_KEYS, 0, 0, 0, w->now, 0);
	world_push(w, (struct sim_event){.at = w->now + pick(value, MS, PAUSE_MAX_MS * MS),
			      .kind = SIM_KEYS,
			      .node = (int)(value >> 32 & 1)});
}

/* The administrator changes the key as man authkeys describes: three steps, each on both nodes in any order, with any
 * pause between them. */
void files_next_keys(struct world *w, struct node *n)
{
	enum { STEPS = 3 };
	struct node *other = &w->nodes[1 - n->index];
	struct files wanted = n->files;
	if (n->files.keys > other->files.keys || n->has_next_files || n->frozen) {
		keys_later(w);
		return;
	}
	wanted.keys++;
	if (n->core == NULL)
		n->files = wanted;
	else
		(void)files_reload(w, n, wanted);
	if (n->files.keys != other->files.keys || n->files.keys % STEPS != 0)
		keys_later(w);
	else
		w->keys_change = false;
}

/* Add the new group to both files at the same time.  The classic dialect names only halves, so a group that is in only
 * one of the files could run on the wrong node. */
static void add_to_both(struct world *w)
{
	for (int i = 0; i < NODES; i++)
		if (w->nodes[i].frozen || w->nodes[i].shutting_down)
			return;
	for (int i = 0; i < NODES; i++) {
		struct files wanted = w->nodes[i].files;
		wanted.group = true;
		if (w->nodes[i].core == NULL)
			w->nodes[i].files = wanted;
		else
			(void)files_reload(w, &w->nodes[i], wanted);
	}
}

void files_fault(struct world *w, struct node *n, enum file_change what)
{
	struct files wanted = n->files;
	/* the reload is answered later, or its connection ends */
	if (shell_models(w, n) && n->frozen && !n->shell.reloads) {
		n->shell.reloads = true;
		n->shell.reloads_at = w->now;
		return;
	}
	switch (what) {
	case CHANGE_FAILBACK: wanted.turned = !wanted.turned; break;
	case CHANGE_TIMES: wanted.times = !wanted.times; break;
	case CHANGE_KEYS:
		if (w->plan->set[SET_SHA1] && !w->keys_change) {
			w->keys_change = true;
			files_next_keys(w, n);
		}
		return;
	case CHANGE_MEDIUM: wanted.medium = !wanted.medium; break;
	case CHANGE_GROUP:
		wanted.group = w->plan->set[SET_GROUPS] < GROUPS_MAX && !wanted.group;
		if (!w->plan->set[SET_CLASSIC])
			break;
		if (wanted.group)
			add_to_both(w);
		return;
	case CHANGE_NOTHING:
	case CHANGES: break;
	}
	(void)files_reload(w, n, wanted);
}

/* The administrator has finished: both nodes get the usual times and the same groups. */
void files_calm(struct world *w)
{
	bool group = w->nodes[0].files.group || w->nodes[1].files.group;
	for (int i = 0; i < NODES; i++) {
		struct node *n = &w->nodes[i];
		struct files wanted = n->files;
		wanted.times = false;
		wanted.group = group;
		if (wanted.times == n->files.times && wanted.group == n->files.group)
			continue;
		if (n->core == NULL)
			n->files = wanted;
		else if (!files_reload(w, n, wanted)) /* the node is leaving, so its next life gets these files */
			n->next_files = wanted, n->has_next_files = true;
	}
}
