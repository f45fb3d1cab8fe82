// SPDX-License-Identifier: MIT
/* The survey finds resources of groups that run on this machine although this daemon has not started them.  The system
 * may have started a service at boot, or may have a service address in its network configuration; a killed daemon may
 * have left both behind.  If this node joined the cluster with such a resource, the resource could have two owners. */
#include <errno.h>
#include <string.h>

#include "heartbeat/exec/exec_private.h"
#include "lib/interfaces.h"
#include "lib/log.h"

enum {
	SURVEY_MS = 10000, /* a status call that hangs must not delay the join of this node for longer than this */
	CALLS_MAX = 16,    /* at a boot the machine also has other work */
};

struct look {
	struct survey *survey;
	struct resource *resource;
	struct run_group *user;             /* the group for which the status is called */
	const struct resource_class *class;
	struct class_call *call;            /* NULL: no call is in progress */
	bool wanted, answered, runs;
};

struct survey {
	struct exec *exec;
	struct look *looks; /* one for each resource of exec, at the same position */
	struct mono ends;
	unsigned calls;
	guint source;
};

static struct look *look_at(const struct survey *s, const struct resource *r)
{
	return &s->looks[r - s->exec->resources];
}

/* --- what was found ---------------------------------------------------------------------------- */

/* Returns true if ip is the only address that its interface has without a label, and if the nodes hear each other over
 * this interface.  Then haresources names the address of the machine itself, and removing it would cut the machine
 * off. */
static bool is_machines_own(const struct exec *e, const struct ip_address *ip, const struct address *found)
{
	struct interface_address a;
	struct interface link;
	unsigned own = 0;
	bool carries_beats = false;
	if (e->config.interfaces == NULL || ip->family != AF_INET || found->label[0] != '\0')
		return false;
	for (size_t i = 0; interfaces_address_at(e->config.interfaces, i, &a); i++)
		own += a.family == AF_INET && interfaces_find_index(e->config.interfaces, a.ifindex, &link) &&
		       strcmp(link.name, found->interface) == 0 && strcmp(a.label, link.name) == 0;
	for (size_t i = 0; i < e->config.conf->media_count; i++) {
		const char *interface = e->config.conf->media[i].interface;
		carries_beats |= interface != NULL && strcmp(interface, found->interface) == 0;
	}
	return own == 1 && carries_beats;
}

static void ignore(void *context, enum agent_verdict verdict, const char *why)
{
	/* the failure is already logged, and the stop of the group tries again */
	(void)context, (void)verdict, (void)why;
}

/* The other node may have the address, so it is removed now, and not when the scripts of the group have ended. */
static void remove_address(const struct look *l, const char *path)
{
	struct exec *e = l->survey->exec;
	struct ipaddr ip;
	struct address found = {.interface = "an interface"};
	char why[IPADDR_ERROR_MAX];
	bool known = ipaddr_of_resource(l->resource->conf, &ip, why) &&
	             address_find(e->addresses, &ip.address.ip, &found) == 0;
	bool own = known && is_machines_own(e, &ip.address.ip, &found);
	if (own) /* as a foreign address, no stop removes it */
		foreign_add(e->foreign, &ip.address.ip);
	log_at(LOG_LEVEL_CRIT, own ?
		"address %s of group %s is the only address of %s, over which the nodes hear each other: it is not removed. "
		"haresources must name an address that no machine has of its own" :
		"address %s of group %s is on %s, and heartbeat did not put it there: it is removed before this node joins. "
		"Remove this address from the network configuration of the system: only heartbeat may add the address",
		ip_address_text(&ip.address.ip).at, l->user->conf->key, found.interface);
	if (!own)
		foreign_drop(e->foreign, &ip.address.ip); /* an earlier daemon may have noted it as foreign */
	(void)l->class->call(&(struct class_request){
		.exec = e,
		.resource = l->resource->conf,
		.path = path,
		.action = AGENT_STOP,
		.done = ignore,
	});
}

static void log_service(const struct look *l)
{
	log_at(LOG_LEVEL_CRIT,
		"%s of group %s runs here, and heartbeat did not start it: it is stopped before this node joins. "
		"Do not let the system start it at boot (systemctl disable); only heartbeat may start it",
		l->resource->conf->text, l->user->conf->key);
}

/* When all resources of the group are known, report the result: nothing runs, or the group must be stopped.  A resource
 * that another group has started meanwhile does not count. */
static void conclude(struct survey *s, struct run_group *g)
{
	bool runs = false;
	for (size_t i = 0; i < g->conf->count; i++) {
		const struct look *l = look_at(s, g->resources[i]);
		if (!l->answered)
			return;
		runs |= l->runs && !l->resource->active;
	}
	run_group_looked(g, runs);
}

static void conclude_all(struct survey *s)
{
	for (size_t i = 0; i < s->exec->group_count; i++)
		if (s->exec->groups[i].state == RUN_LOOKING)
			conclude(s, &s->exec->groups[i]);
}

/* --- calling the status ----------------------------------------------------------------------------------- */

static void ask_more(struct survey *s);

static gboolean on_idle(void *context)
{
	struct survey *s = context;
	s->source = 0;
	ask_more(s);
	conclude_all(s);
	return G_SOURCE_REMOVE;
}

static void go_on(struct survey *s)
{
	if (s->source == 0)
		s->source = g_idle_add_full(G_PRIORITY_HIGH, on_idle, s, NULL);
}

static void answer(struct look *l, enum agent_verdict verdict)
{
	l->answered = true;
	l->runs = verdict == AGENT_RUNNING;
	if (verdict == AGENT_UNKNOWN)
		log_at(LOG_LEVEL_WARN, "%s: it is not known whether it runs here; it is taken as stopped",
			l->resource->conf->text);
}

static void on_status(void *context, enum agent_verdict verdict, const char *why)
{
	struct look *l = context;
	struct survey *s = l->survey;
	(void)why; /* already logged */
	l->call = NULL;
	s->calls--;
	answer(l, verdict);
	if (l->runs && l->class != &address_class && !l->resource->active)
		log_service(l);
	l->resource->user = NULL;
	run_group_wake(s->exec, l->resource);
	go_on(s); /* continue from the main loop, because the call may not have returned yet */
}

static void ask(struct look *l)
{
	struct survey *s = l->survey;
	char path[AGENT_PATH_MAX], error[AGENT_ERROR_MAX];
	int code;
	struct span left = mono_since(s->ends, mono_now());
	l->class = resource_resolve(s->exec, l->resource->conf, &code, path, error);
	/* For -ENOENT, exec_check_scripts has logged that there is no such script.  An active resource belongs to a
	 * group that was adopted or was started meanwhile. */
	if (code == -ENOENT || l->resource->active) {
		answer(l, AGENT_STOPPED);
		return;
	}
	if (code != 0 || left.ns <= 0) {
		answer(l, AGENT_UNKNOWN);
		return;
	}
	struct span usual = exec_deadline(s->exec, l->resource->conf, AGENT_STATUS);
	s->calls++;
	l->resource->user = l->user;
	struct class_call *call = l->class->call(&(struct class_request){
		.exec = s->exec,
		.resource = l->resource->conf,
		.path = path,
		.action = AGENT_STATUS,
		.deadline = left.ns < usual.ns ? left : usual,
		.done = on_status,
		.context = l,
	});
	if (!l->answered)
		l->call = call;
	else if (l->runs && l->class == &address_class)
		remove_address(l, path);
}

/* Call further status actions, up to CALLS_MAX at a time.  A resource that a group is stopping is not called. */
static void ask_more(struct survey *s)
{
	for (size_t i = 0; i < s->exec->resource_count && s->calls < CALLS_MAX; i++) {
		struct look *l = &s->looks[i];
		if (!l->wanted || l->answered || l->call != NULL)
			continue;
		if (l->resource->user != NULL)
			answer(l, AGENT_STOPPED);
		else
			ask(l);
	}
}

/* --- life ------------------------------------------------------------------------------------- */

struct survey *survey_new(struct exec *e)
{
	struct survey *s = g_new0(struct survey, 1);
	s->exec = e;
	s->looks = g_new0(struct look, e->resource_count);
	for (size_t i = 0; i < e->resource_count; i++)
		s->looks[i] = (struct look){.survey = s, .resource = &e->resources[i]};
	return s;
}

void survey_free(struct survey *s)
{
	if (s->source != 0)
		(void)g_source_remove(s->source);
	for (size_t i = 0; i < s->exec->resource_count; i++)
		if (s->looks[i].call != NULL)
			s->looks[i].class->forget(s->looks[i].call);
	g_free(s->looks);
	g_free(s);
}

void survey_add(struct survey *s, struct run_group *g)
{
	if (g->state != RUN_IDLE)
		return;
	run_group_look(g);
	s->ends = mono_add(mono_now(), span_ms(SURVEY_MS));
	for (size_t i = 0; i < g->conf->count; i++) {
		struct look *l = look_at(s, g->resources[i]);
		l->user = l->wanted ? l->user : g;
		l->wanted = true;
	}
	go_on(s);
}
