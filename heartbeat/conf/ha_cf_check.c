// SPDX-License-Identifier: MIT
// Checks that need the whole file, and defaults that depend on other values.
// doc/configuration.md 4 (times), 6 and 7 (nodes, media) and 11 (warnings).
#include "heartbeat/conf/ha_cf_parse.h"

#include <string.h>

static long long ms(struct span s)
{
	return (long long)span_to_ms(s);
}

// --- times ---

// Set a computed default: the value, and the text that hbparameter reports.
static void derive(struct ha_cf_parser *p, const char *name, struct span *field, struct span value)
{
	if (ha_cf_given(p, name) && !ha_cf_refused(p, name))
		return;
	*field = value;
	ha_cf_set_text(p, name, arena_format(p->arena, "%lldms", ms(value)));
}

static void derive_times(struct ha_cf_parser *p)
{
	struct ha_cf *c = p->conf;
	int64_t dead = span_to_ms(c->deadtime);
	derive(p, "warntime", &c->warntime, span_ms(dead / 2));
	derive(p, "deadping", &c->deadping, c->deadtime);
	derive(p, "initdead", &c->initdead,
		dead > 10000  ? c->deadtime
		: dead < 6000 ? span_ms(12000)
			      : span_ms(2 * dead));
}

// Check that two lost packets are not enough to declare a node dead.
static void check_against_keepalive(struct ha_cf_parser *p, const char *name, struct span value, unsigned line)
{
	struct ha_cf *c = p->conf;
	if (value.ns <= 2 * c->keepalive.ns && !ha_cf_refused(p, name) && !ha_cf_refused(p, "keepalive"))
		diag_add(p->diags, DIAG_ERROR, line, 0,
			"%s: %lldms is too small for keepalive %lldms; expected more than %lldms", name, ms(value),
			ms(c->keepalive), 2 * ms(c->keepalive));
}

static void check_times(struct ha_cf_parser *p)
{
	struct ha_cf *c = p->conf;
	unsigned dead_line = ha_cf_given(p, "deadtime"), init_line = ha_cf_given(p, "initdead");
	unsigned warn_line = ha_cf_given(p, "warntime"), ping_line = ha_cf_given(p, "deadping");
	check_against_keepalive(p, "deadtime", c->deadtime, dead_line ? dead_line : ha_cf_given(p, "keepalive"));
	if (ping_line)
		check_against_keepalive(p, "deadping", c->deadping, ping_line);
	if (ha_cf_refused(p, "deadtime"))
		return;
	if (init_line && !ha_cf_refused(p, "initdead")) {
		if (c->initdead.ns < c->deadtime.ns)
			diag_add(p->diags, DIAG_ERROR, init_line, 0,
				"initdead: %lldms is smaller than deadtime %lldms; expected at least deadtime, better twice that; or delete the line",
				ms(c->initdead), ms(c->deadtime));
		else if (c->initdead.ns < span_ms(10000).ns)
			diag_add(p->diags, DIAG_WARNING, init_line, 0,
				"initdead: %lldms may be too small: networks often need longer after a boot; 10s or more is usual",
				ms(c->initdead));
	}
	if (warn_line && !ha_cf_refused(p, "warntime") && c->warntime.ns >= c->deadtime.ns)
		diag_add(p->diags, DIAG_WARNING, warn_line, 0,
			"warntime: %lldms is not below deadtime %lldms: late heartbeats are never reported; half of deadtime is usual",
			ms(c->warntime), ms(c->deadtime));
}

// --- nodes ---

static bool is_node(const struct ha_cf *c, const char *name)
{
	for (size_t i = 0; i < c->node_count; i++) {
		if (bytes_fold_equal(bytes_of(name), c->nodes[i]))
			return true;
	}
	return false;
}

static void check_nodes(struct ha_cf_parser *p)
{
	struct ha_cf *c = p->conf;
	size_t pings = 0;
	for (size_t i = 0; i < c->media_count; i++) {
		const struct medium_conf *m = &c->media[i];
		pings += medium_is_ping(m->kind);
		if (medium_is_ping(m->kind) && is_node(c, m->name))
			diag_add(p->diags, DIAG_WARNING, m->line, 0,
				"%s: \"%s\" is also a cluster node: heartbeat cannot distinguish the two; ping a router or another machine",
				medium_kind_name(m->kind), show(bytes_of(m->name)).text);
	}
	if (c->node_count == 0) {
		if (!ha_cf_refused(p, "node"))
			diag_add(p->diags, DIAG_ERROR, 0, 0,
				"no nodes defined; write \"node NAME\" for each machine, NAME as uname -n prints it");
		return;
	}
	if (c->node_count + pings > HA_CF_NODES_MAX)
		diag_add(p->diags, DIAG_ERROR, 0, 0,
			"%zu nodes and %zu ping hosts are too many; expected at most %d in all", c->node_count, pings,
			HA_CF_NODES_MAX);
	if (p->local_node && !is_node(c, p->local_node))
		diag_add(p->diags, DIAG_ERROR, 0, 0,
			"this node is called \"%s\" (uname -n), but the node lines contain only: %s; add this node or correct the host name",
			show(bytes_of(p->local_node)).text, show_names(c->nodes, c->node_count).text);
	for (size_t i = 0; i < c->stonith_count; i++) {
		const struct stonith_conf *s = &c->stonith[i];
		if (strcmp(s->host, "*") != 0 && !is_node(c, s->host))
			diag_add(p->diags, DIAG_WARNING, s->line, 0,
				"stonith_host: \"%s\" is not one of the nodes: %s; no node will use this line",
				show(bytes_of(s->host)).text, show_names(c->nodes, c->node_count).text);
	}
}

// --- media: what lines below them set ---

static bool uses_udpport(enum medium_kind kind)
{
	return kind == MEDIUM_BCAST || kind == MEDIUM_UCAST || kind == MEDIUM_UCAST6;
}

/* Set the port.  Heartbeat 3.0.6 uses the udpport line above a medium; when that line is below the medium, it silently
 * uses port 694.  We use the line below when there is none above. */
static void finish_port(struct ha_cf_parser *p, struct medium_conf *m)
{
	unsigned udpport = ha_cf_given(p, "udpport");
	if (!uses_udpport(m->kind) || m->port != 0)
		return;
	m->port = p->conf->udpport;
	if (udpport > m->line && m->port != 694)
		diag_add(p->diags, DIAG_WARNING, m->line, 0,
			"%s %s: udpport %u of line %u is used here too; Heartbeat used 694 for lines above udpport: put udpport first",
			medium_kind_name(m->kind), m->name, (unsigned)m->port, udpport);
}

static void finish_baud(struct ha_cf_parser *p, struct medium_conf *m)
{
	unsigned baud = ha_cf_given(p, "baud");
	if (m->kind != MEDIUM_SERIAL)
		return;
	m->baud = p->conf->baud;
	if (baud > m->line && m->baud != 19200)
		diag_add(p->diags, DIAG_WARNING, m->line, 0,
			"serial %s: baud %u of line %u is used here too; Heartbeat used 19200 for lines above baud: put baud first",
			m->name, m->baud, baud);
}

/* Give two links of one interface different names, so that the log shows which link is dead: IF:PEER, and the port when
 * two groups differ only in the port.  A broadcast link keeps the plain name.  doc/configuration.md 11.11 */
static void finish_name(struct ha_cf_parser *p, struct medium_conf *m)
{
	bool shares_interface = false, shares_address = false;
	if (!m->interface || !m->address)
		return;
	for (size_t i = 0; i < p->conf->media_count; i++) {
		const struct medium_conf *other = &p->conf->media[i];
		if (other == m || !same_text(other->interface, m->interface))
			continue;
		shares_interface = true;
		shares_address |= same_text(other->address, m->address);
	}
	if (shares_address)
		m->name = arena_format(p->arena, "%s:%s:%u", m->interface, m->address, (unsigned)m->port);
	else if (shares_interface)
		m->name = arena_format(p->arena, "%s:%s", m->interface, m->address);
}

static void finish_media(struct ha_cf_parser *p)
{
	for (size_t i = 0; i < p->conf->media_count; i++) {
		finish_port(p, &p->conf->media[i]);
		finish_baud(p, &p->conf->media[i]);
		finish_name(p, &p->conf->media[i]);
	}
}

// --- media: checks ---

static bool media_was_refused(const struct ha_cf_parser *p)
{
	const struct directive *row;
	for (size_t i = 0; (row = directive_at(i)) != NULL; i++) {
		if (row->is_medium && p->refused[i])
			return true;
	}
	return false;
}

// Several media on one interface use the same cable.
static bool uses_another_wire(const struct medium_conf *a, const struct medium_conf *b)
{
	return !a->interface || !b->interface || strcmp(a->interface, b->interface) != 0;
}

static void check_media(struct ha_cf_parser *p)
{
	const struct ha_cf *c = p->conf;
	const struct medium_conf *only = NULL;
	size_t links = 0, wires = 0;
	for (size_t i = 0; i < c->media_count; i++) {
		if (!medium_is_ping(c->media[i].kind)) {
			links++;
			wires += !only || uses_another_wire(only, &c->media[i]) ? 1u : 0;
			only = only ? only : &c->media[i];
		}
	}
	if (media_was_refused(p)) // the check makes sense only when the user has corrected the lines
		return;
	if (c->media_count == 0)
		diag_add(p->diags, DIAG_ERROR, 0, 0,
			"no heartbeat media defined; write for example \"bcast eth0\" or \"ucast eth0 PEER\"");
	else if (c->node_count > 1 && links == 0)
		diag_add(p->diags, DIAG_WARNING, 0, 0, "only ping media are defined: the nodes cannot reach each other; add for example \"bcast eth0\"");
	else if (c->node_count > 1 && links == 1)
		diag_add(p->diags, DIAG_WARNING, only->line, 0,
			"%s %s is the only medium: when it fails, every node starts all resources; add a second medium on another cable",
			medium_kind_name(only->kind), show(bytes_of(only->name)).text);
	else if (c->node_count > 1 && wires == 1)
		diag_add(p->diags, DIAG_WARNING, only->line, 0,
			"all media use %s, which is one cable: when it fails, every node starts all resources; add a medium on another interface",
			show(bytes_of(only->interface)).text);
}

/* Warn when the serial line is too slow.  A status of a node with one group has about 300 bytes in text framing.  While
 * messages are lost, twice as many are sent, and there are other messages. */
static void check_speed(struct ha_cf_parser *p)
{
	enum { STATUS = 320 };
	int64_t keepalive_ms = span_to_ms(p->conf->keepalive);
	if (keepalive_ms <= 0)
		return;
	int64_t needed = 2 * STATUS * 1000 / keepalive_ms;
	for (size_t i = 0; i < p->conf->media_count; i++) {
		const struct medium_conf *m = &p->conf->media[i];
		unsigned carries = m->baud / SERIAL_BITS_PER_BYTE;
		if (m->kind == MEDIUM_SERIAL && carries < needed)
			diag_add(p->diags, DIAG_WARNING, m->line, 0,
				"serial %s: %u baud carries %u bytes a second, and a keepalive of %lld ms needs about %lld: use a higher baud or a longer keepalive",
				show(bytes_of(m->name)).text, m->baud, carries, (long long)keepalive_ms,
				(long long)needed);
	}
}

// --- the rest ---

static void check_failback(struct ha_cf_parser *p)
{
	if (ha_cf_given(p, "auto_failback") || ha_cf_given(p, "nice_failback"))
		return;
	ha_cf_set_text(p, "auto_failback", "legacy");
	diag_add(p->diags, DIAG_WARNING, 0, 0,
		"auto_failback is not given: \"legacy\" is used: resources go home, and with a Heartbeat 3.0.6 peer hb_standby and hb_takeover "
		"move nothing; write \"auto_failback off\" (resources stay where they are) or \"auto_failback on\" (they go home) on both nodes");
}

static void check_ipfail(struct ha_cf_parser *p)
{
	struct ha_cf *c = p->conf;
	if (p->ipfail_line && !ha_cf_given(p, "ipfail")) {
		c->ipfail = true;
		ha_cf_set_text(p, "ipfail", "on");
	}
	size_t pings = 0;
	for (size_t i = 0; i < c->media_count; i++)
		pings += medium_is_ping(c->media[i].kind);
	if (c->ipfail && pings == 0)
		diag_add(p->diags, DIAG_WARNING, ha_cf_given(p, "ipfail"), 0,
			"ipfail is on, but no ping node is configured: add a ping line, for example with the address of the router");
	if (!c->ipfail && ha_cf_given(p, "isolated_demote"))
		diag_add(p->diags, DIAG_WARNING, ha_cf_given(p, "isolated_demote"), 0,
			"isolated_demote has no effect without \"ipfail on\"");
}

static void check_fencing(struct ha_cf_parser *p)
{
	static const char *const only_with_devices[] = {
		"fence_action", "fence_timeout", "fence_retry", "fence_check", "priority_delay", "wait_for_peer"};
	struct ha_cf *c = p->conf;
	if (!ha_cf_given(p, "stale_start")) {
		c->stale_start = c->stonith_count > 0;
		ha_cf_set_text(p, "stale_start", c->stale_start ? "on" : "off");
	}
	for (size_t i = 0; c->stonith_count == 0 && i < sizeof only_with_devices / sizeof *only_with_devices; i++)
		if (ha_cf_given(p, only_with_devices[i]))
			diag_add(p->diags, DIAG_WARNING, ha_cf_given(p, only_with_devices[i]), 0,
				"%s has no effect without a fencing device; add a stonith_host line, or delete this one",
				only_with_devices[i]);
}

static void check_logging(struct ha_cf_parser *p)
{
	struct ha_cf *c = p->conf;
	unsigned line = ha_cf_given(p, "use_logd");
	if (c->logfile || c->debugfile || c->logfacility >= 0)
		return;
	if (line && !c->use_logd && !ha_cf_refused(p, "use_logd")) {
		diag_add(p->diags, DIAG_ERROR, line, 0,
			"use_logd is off, and none of logfile, debugfile and logfacility is given: nothing would be logged; add one of them");
		return;
	}
	c->use_logd = true;
	if (!line)
		ha_cf_set_text(p, "use_logd", "yes");
}

void ha_cf_check(struct ha_cf_parser *p)
{
	finish_media(p);
	derive_times(p);
	check_nodes(p);
	check_media(p);
	check_times(p);
	check_speed(p);
	check_failback(p);
	check_ipfail(p);
	check_fencing(p);
	check_logging(p);
	apiauth_add_builtin(p);
}
