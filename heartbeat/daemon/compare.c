// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/compare.h"

#include <string.h>

#include "heartbeat/conf/monitor.h"
#include "heartbeat/core/native/settings.h"
#include "lib/bytes.h"

struct comparison {
	const struct configuration *here, *there;
	struct diags *diags; /* the diagnostics of the file that is being compared */
};

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static const char *shown(const char *value)
{
	return value ? value : "nothing";
}

/* --- ha.cf: values --- */

/* Directives with one value, except those of the list in core/native/settings.h, which is compared separately. */
static const struct {
	const char *name;
	enum diag_severity severity;
} values[] = {
	{"cluster", DIAG_WARNING},
	{"deadping", DIAG_WARNING},
	{"hopfudge", DIAG_WARNING},
	{"max_rexmit_delay", DIAG_WARNING},
	/* if only one node has ipfail, it gives its groups up by a rule that the other node does not follow */
	{"ipfail", DIAG_ERROR},
	{"isolated_demote", DIAG_WARNING},
	{"msgfmt", DIAG_WARNING},
	{"compression", DIAG_WARNING},
	{"compression_threshold", DIAG_WARNING},
	{"traditional_compression", DIAG_WARNING},
	/* only the same delay prevents that both nodes fence each other at the same time */
	{"priority_delay", DIAG_ERROR},
	{"wait_for_peer", DIAG_WARNING},
	{"fence_action", DIAG_NOTICE},
	{"fence_timeout", DIAG_NOTICE},
	{"fence_retry", DIAG_NOTICE},
	{"fence_check", DIAG_NOTICE},
	{"hbgenmethod", DIAG_NOTICE},
	{"logfacility", DIAG_NOTICE},
	{"logfile", DIAG_NOTICE},
	{"debugfile", DIAG_NOTICE},
	{"syslogmsgfmt", DIAG_NOTICE},
	{"log_badpack", DIAG_NOTICE},
	{"debug", DIAG_NOTICE},
	{"realtime", DIAG_NOTICE},
	{"rtprio", DIAG_NOTICE},
};
enum { VALUES = sizeof values / sizeof *values };

bool compare_directive(const char *name, enum diag_severity *severity)
{
	for (size_t i = 0; i < VALUES; i++)
		if (strcmp(values[i].name, name) == 0) {
			*severity = values[i].severity;
			return true;
		}
	return false;
}

static void compare_values(const struct comparison *c)
{
	static const char *const rules[DIAG_SEVERITIES] = {[DIAG_ERROR] = "; expected the same value on both nodes",
		[DIAG_WARNING] = "; usually both nodes have the same value", [DIAG_NOTICE] = "; it may differ"};
	const char *name;
	char here[SETTING_VALUE_MAX], there[SETTING_VALUE_MAX];
	for (size_t i = 0; settings_row(i, c->here->conf, &name, here); i++) {
		/* this cannot fail: both configurations have the same rows */
		(void)settings_row(i, c->there->conf, &name, there);
		if (strcmp(here, there) != 0)
			diag_add(c->diags, DIAG_ERROR, 0, 0, "%s is %s here and %s there%s", name, here, there,
				rules[DIAG_ERROR]);
	}
	for (size_t i = 0; i < VALUES; i++) {
		const char *a = ha_cf_parameter(c->here->conf, values[i].name);
		const char *b = ha_cf_parameter(c->there->conf, values[i].name);
		if (!same(a, b))
			diag_add(c->diags, values[i].severity, 0, 0, "%s is %s here and %s there%s", values[i].name, shown(a),
				shown(b), rules[values[i].severity]);
	}
}

/* --- ha.cf: nodes --- */

static bool has_node(const struct ha_cf *conf, const char *name)
{
	for (size_t i = 0; i < conf->node_count; i++)
		if (strcmp(conf->nodes[i], name) == 0)
			return true;
	return false;
}

static void compare_nodes(const struct comparison *c)
{
	const struct ha_cf *here = c->here->conf, *there = c->there->conf;
	for (size_t i = 0; i < here->node_count; i++)
		if (!has_node(there, here->nodes[i]))
			diag_add(c->diags, DIAG_ERROR, 0, 0, "node %s is only here; expected the same nodes in both files",
				here->nodes[i]);
	for (size_t i = 0; i < there->node_count; i++)
		if (!has_node(here, there->nodes[i]))
			diag_add(c->diags, DIAG_ERROR, 0, 0, "node %s is only there; expected the same nodes in both files",
				there->nodes[i]);
}

/* --- ha.cf: media --- */

static const struct medium_conf *find_medium(const struct ha_cf *conf, const struct medium_conf *like)
{
	for (size_t i = 0; i < conf->media_count; i++)
		if (conf->media[i].kind == like->kind && strcmp(conf->media[i].name, like->name) == 0)
			return &conf->media[i];
	return NULL;
}

/* The medium number nth of this kind; NULL when there are fewer. */
static const struct medium_conf *nth_of_kind(const struct ha_cf *conf, enum medium_kind kind, size_t nth)
{
	for (size_t i = 0; i < conf->media_count; i++)
		if (conf->media[i].kind == kind && nth-- == 0)
			return &conf->media[i];
	return NULL;
}

static size_t place_in_kind(const struct ha_cf *conf, const struct medium_conf *m)
{
	size_t place = 0;
	for (const struct medium_conf *at = conf->media; at < m; at++)
		place += at->kind == m->kind;
	return place;
}

static void compare_number(
	const struct comparison *c, const struct medium_conf *m, const char *what, unsigned here, unsigned there)
{
	if (here != there)
		diag_add(c->diags, DIAG_ERROR, m->line, 0,
			"%s %s: %s %u here, %u there: the nodes do not hear each other; expected the same on both",
			medium_kind_name(m->kind), m->name, what, here, there);
}

static bool is_unicast(enum medium_kind kind)
{
	return kind == MEDIUM_UCAST || kind == MEDIUM_UCAST6;
}

/* Returns true if conf has a medium of the same kind with another host. */
static bool has_other_host(const struct ha_cf *conf, const struct medium_conf *m)
{
	for (size_t i = 0; i < conf->media_count; i++)
		if (conf->media[i].kind == m->kind && strcmp(conf->media[i].address, m->address) != 0)
			return true;
	return false;
}

static void compare_address(const struct comparison *c, const struct medium_conf *m, const struct medium_conf *other)
{
	bool equal = same(m->address, other->address);
	if (!is_unicast(m->kind) && !equal)
		diag_add(c->diags, DIAG_ERROR, m->line, 0,
			"%s %s: group %s here, %s there: the nodes do not hear each other; expected the same on both",
			medium_kind_name(m->kind), m->name, shown(m->address), shown(other->address));
	if (!is_unicast(m->kind))
		return;
	if (!equal)
		diag_add(c->diags, DIAG_NOTICE, m->line, 0, "%s %s: host %s here, %s there; it may differ",
			medium_kind_name(m->kind), m->name, shown(m->address), shown(other->address));
	else if (!has_other_host(c->here->conf, m) && !has_other_host(c->there->conf, m))
		diag_add(c->diags, DIAG_WARNING, m->line, 0,
			"%s %s: both nodes send to %s, so that one of them sends to itself; expected the address of the other node, "
			"or one line for each of both",
			medium_kind_name(m->kind), m->name, m->address);
}

static void compare_medium(const struct comparison *c, const struct medium_conf *m)
{
	const struct medium_conf *other = find_medium(c->there->conf, m);
	if (!other) {
		other = nth_of_kind(c->there->conf, m->kind, place_in_kind(c->here->conf, m));
		if (!other) {
			diag_add(c->diags, DIAG_WARNING, m->line, 0,
				"%s %s is only here; a medium works when both nodes have it", medium_kind_name(m->kind), m->name);
			return;
		}
		if (!is_unicast(m->kind) || !same(m->interface, other->interface))
			diag_add(c->diags, DIAG_NOTICE, m->line, 0, "%s: %s here, %s there; it may differ",
				medium_kind_name(m->kind), m->name, other->name);
	}
	compare_number(c, m, "port", m->port, other->port);
	compare_number(c, m, "speed", m->baud, other->baud);
	compare_address(c, m, other);
}

/* Compare ping hosts.  With ipfail they must be the same, because the nodes compare how many of them answer. */
static void compare_ping(
	const struct comparison *c, const struct ha_cf *in, const struct medium_conf *m, const char *where)
{
	const struct medium_conf *other = find_medium(in, m);
	size_t members = other ? other->member_count : 0, found = 0;
	for (size_t i = 0; i < m->member_count && i < members; i++)
		for (size_t k = 0; k < members; k++)
			found += strcmp(m->members[i], other->members[k]) == 0;
	if (!other)
		diag_add(c->diags, c->here->conf->ipfail ? DIAG_ERROR : DIAG_WARNING,
			in == c->there->conf ? m->line : 0, 0,
			"%s %s is only %s: the nodes compare how many ping hosts they reach; expected the same on both",
			medium_kind_name(m->kind), m->name, where);
	else if (in == c->there->conf && (m->member_count != members || found != members))
		diag_add(c->diags, DIAG_WARNING, m->line, 0, "%s %s: the members are not the same here and there",
			medium_kind_name(m->kind), m->name);
}

static void compare_media(const struct comparison *c)
{
	const struct ha_cf *here = c->here->conf, *there = c->there->conf;
	for (size_t i = 0; i < here->media_count; i++)
		if (medium_is_ping(here->media[i].kind))
			compare_ping(c, there, &here->media[i], "here");
		else
			compare_medium(c, &here->media[i]);
	for (size_t i = 0; i < there->media_count; i++) {
		const struct medium_conf *m = &there->media[i];
		if (medium_is_ping(m->kind))
			compare_ping(c, here, m, "there");
		else if (!find_medium(here, m) && !nth_of_kind(here, m->kind, place_in_kind(there, m)))
			diag_add(c->diags, DIAG_WARNING, 0, 0, "%s %s is only there; a medium works when both nodes have it",
				medium_kind_name(m->kind), m->name);
	}
}

/* --- ha.cf: lists of lines --- */

/* A function that writes one line of a list as text, for the comparison and for people.  Returns false past the end. */
typedef bool line_text(const struct ha_cf *conf, size_t index, struct writer *w);

static bool child_text(const struct ha_cf *conf, size_t i, struct writer *w)
{
	if (i >= conf->child_count)
		return false;
	const struct child_conf *child = &conf->children[i];
	writer_format(w, "%s %s %s", child->failfast ? "failfast" : "respawn", child->user, child->command);
	return true;
}

static bool environment_text(const struct ha_cf *conf, size_t i, struct writer *w)
{
	if (i >= conf->environment_count)
		return false;
	writer_format(w, "env %s=%s", conf->environment[i].name, conf->environment[i].value);
	return true;
}

static bool deadline_text(const struct ha_cf *conf, size_t i, struct writer *w)
{
	static const char *const actions[SCRIPT_ACTIONS] = {
		[SCRIPT_STATUS] = "status", [SCRIPT_START] = "start", [SCRIPT_STOP] = "stop"};
	if (i >= conf->deadline_count)
		return false;
	const struct deadline_conf *d = &conf->deadlines[i];
	writer_format(w, "script_deadline %lldms %s %s", (long long)span_to_ms(d->time), d->script ? d->script : "",
		d->action < SCRIPT_ACTIONS ? actions[d->action] : "");
	return true;
}

static bool monitor_text(const struct ha_cf *conf, size_t i, struct writer *w)
{
	if (i >= conf->monitor_count)
		return false;
	const struct monitor_conf *m = &conf->monitors[i];
	writer_format(w, "monitor %s %lldms", m->what, (long long)span_to_ms(m->interval));
	if (m->timeout.ns > 0)
		writer_format(w, " timeout %lldms", (long long)span_to_ms(m->timeout));
	writer_format(w, " restarts %u within %lldms on-fail %s", m->restarts, (long long)span_to_ms(m->within),
		monitor_on_fail_name(m->on_fail));
	return true;
}

/* Without the parameters, which may have a password. */
static bool stonith_text(const struct ha_cf *conf, size_t i, struct writer *w)
{
	if (i >= conf->stonith_count)
		return false;
	writer_format(w, "stonith_host %s %s", conf->stonith[i].host, conf->stonith[i].type);
	return true;
}

static const struct {
	line_text *text;
	enum diag_severity severity;
} lists[] = {
	{child_text, DIAG_WARNING},
	{environment_text, DIAG_WARNING},
	{deadline_text, DIAG_WARNING},
	{monitor_text, DIAG_WARNING},
	{stonith_text, DIAG_NOTICE},
};

enum { LINE_MAX_BYTES = 512 };

static bool text_at(line_text *text, const struct ha_cf *conf, size_t i, char out[LINE_MAX_BYTES])
{
	struct writer w = writer_over(out, LINE_MAX_BYTES - 1);
	bool found = text(conf, i, &w);
	out[w.len] = '\0';
	return found;
}

static void compare_list(const struct comparison *c, const struct ha_cf *in, const struct ha_cf *other,
	const char *where, size_t list)
{
	char line[LINE_MAX_BYTES], candidate[LINE_MAX_BYTES];
	for (size_t i = 0; text_at(lists[list].text, in, i, line); i++) {
		bool found = false;
		for (size_t k = 0; !found && text_at(lists[list].text, other, k, candidate); k++)
			found = strcmp(line, candidate) == 0;
		if (!found)
			diag_add(c->diags, lists[list].severity, 0, 0, "\"%s\" is only %s%s", line, where,
				lists[list].severity == DIAG_NOTICE ? "; it may differ" : "; usually both nodes have the same lines");
	}
}

/* --- haresources --- */

static const struct group_conf *find_group(const struct haresources *r, const char *key)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->groups[i].key, key) == 0)
			return &r->groups[i];
	return NULL;
}

static void compare_group(const struct comparison *c, const struct group_conf *g)
{
	const struct group_conf *other = find_group(c->there->resources, g->key);
	if (!other) {
		diag_add(c->diags, DIAG_ERROR, g->line, 0, "group %s is only here; expected the same file on both nodes", g->key);
		return;
	}
	if (strcmp(g->home, other->home) != 0)
		diag_add(c->diags, DIAG_ERROR, g->line, 1,
			"group %s: its home is %s here and %s there; expected the same file on both nodes", g->key, g->home,
			other->home);
	for (size_t i = 1; i < g->count || i < other->count; i++) {
		const struct resource_conf *a = i < g->count ? &g->resources[i] : NULL;
		const char *here = a ? a->text : NULL, *there = i < other->count ? other->resources[i].text : NULL;
		if (!same(here, there)) {
			diag_add(c->diags, DIAG_ERROR, a ? a->line : g->line, a ? a->column : 0,
				"group %s: %s here, %s there; expected the same file on both nodes", g->key, shown(here), shown(there));
			return;
		}
	}
}

static void compare_resources(const struct comparison *c)
{
	const struct haresources *here = c->here->resources, *there = c->there->resources;
	size_t errors = c->diags->errors;
	for (size_t i = 0; i < here->count; i++)
		compare_group(c, &here->groups[i]);
	for (size_t i = 0; i < there->count; i++)
		if (!find_group(here, there->groups[i].key))
			diag_add(c->diags, DIAG_ERROR, 0, 0, "group %s is only there; expected the same file on both nodes",
				there->groups[i].key);
	if (errors == c->diags->errors && here->digest != there->digest)
		diag_add(c->diags, DIAG_ERROR, 0, 0,
			"the groups are in another order there; expected the same file on both nodes");
}

/* --- authkeys --- */

static bool same_key(const struct authkey *a, const struct authkey *b)
{
	return a->method == b->method && a->len == b->len && memcmp(a->key, b->key, a->len) == 0;
}

/* Returns true if a node with keys accepts the packets of a node with the keys signer. */
static bool accepts(const struct authkeys *keys, const struct authkeys *signer)
{
	const struct authkey *own = &keys->keys[signer->active];
	return (keys->active == signer->active || own->accept) && same_key(own, &signer->keys[signer->active]);
}

static void compare_keys(const struct comparison *c)
{
	const struct authkeys *here = c->here->keys, *there = c->there->keys;
	unsigned line = here->keys[here->active].line;
	bool in = accepts(here, there), out = accepts(there, here);
	if (here->active == there->active && in && out)
		return; /* keys that are not in use may differ */
	if (in && out)
		diag_add(c->diags, DIAG_NOTICE, line, 0,
			"key %u signs here, key %u there, and each node accepts the other one: a change of keys is under way",
			here->active, there->active);
	else
		diag_add(c->diags, DIAG_ERROR, line, 0,
			"the keys do not agree (key %u signs here, key %u there): %s; expected the same file on both nodes",
			here->active, there->active,
			in    ? "the other node does not accept our packets"
			: out ? "this node does not accept the packets of the other one"
			      : "neither node accepts the packets of the other one");
}

/* --- the whole comparison --- */

static void compare_ha_cf(const struct comparison *c)
{
	const struct ha_cf *here = c->here->conf, *there = c->there->conf;
	compare_nodes(c);
	compare_values(c);
	compare_media(c);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		compare_list(c, here, there, "here", i);
		compare_list(c, there, here, "there", i);
	}
}

void compare_configurations(const struct configuration *here, const struct configuration *there,
	configuration_report *report, void *context)
{
	static void (*const files[FILES])(const struct comparison *c) = {
		[FILE_HA_CF] = compare_ha_cf, [FILE_HARESOURCES] = compare_resources, [FILE_AUTHKEYS] = compare_keys};
	for (size_t i = 0; i < FILES; i++) {
		struct diags d;
		diags_init(&d, here->paths[i]);
		files[i](&(struct comparison){here, there, &d});
		(void)diags_report(&d, report, context); /* only the report matters */
	}
}
