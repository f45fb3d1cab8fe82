// SPDX-License-Identifier: MIT
// Warns about settings with an effect that the author of a section hardly wanted, at the line that causes it.
// doc/ldirectord.md 13.
#include "ldirectord/conf/parse.h"

#include <string.h>

static struct lb_value nothing_at(unsigned line)
{
	return (struct lb_value){{NULL, 0}, line, 0};
}

static struct lb_value place(const struct lb_section *s, const char *name)
{
	const struct lb_value *v = lb_given(s, name);
	return v ? *v : s->address;
}

// --- servers of one section ---

/* The servers so far: a hash table with open addressing and twice as many slots as servers,
 * so a range of thousands stays quick. */
static uint32_t slot_of(const struct lb_address *a, bool with_port, size_t slots)
{
	uint32_t hash = with_port ? a->port : 0;
	for (size_t i = 0; i < sizeof(a->bytes); i++)
		hash = (hash ^ a->bytes[i]) * 16777619U;
	return hash & (uint32_t)(slots - 1);
}

static bool same_real(const struct lb_real *a, const struct lb_real *b, bool with_port)
{
	struct lb_address x = a->address, y = b->address;
	if (!with_port)
		x.port = y.port = 0;
	return lb_address_equal(&x, &y);
}

// The earlier one of the same address (and port), NULL: none; else it is entered.
static const struct lb_real *entered(
	const struct lb_real **table, size_t slots, const struct lb_real *r, bool with_port)
{
	uint32_t slot = slot_of(&r->address, with_port, slots);
	for (; table[slot]; slot = (slot + 1) & (uint32_t)(slots - 1)) {
		if (same_real(table[slot], r, with_port))
			return table[slot];
	}
	table[slot] = r;
	return NULL;
}

static bool mapped(const struct lb_virtual *v, const struct lb_real *r)
{
	return v->id.protocol != LB_FWM && r->forward != LB_MASQ && r->address.port != 0 &&
	       r->address.port != v->id.address.port;
}

static void judge_reals(struct lb_parser *p, const struct lb_section *s)
{
	const struct lb_virtual *v = &s->v;
	const char *name = lb_real_name(v->id.address.family);
	size_t slots = 16;
	while (slots < v->real_count * 2)
		slots *= 2;
	const struct lb_real **by_port = arena_take(p->memory, slots * sizeof(*by_port)),
			     **by_host = arena_take(p->memory, slots * sizeof(*by_host));
	unsigned warned = 0; // once a line: a range has many servers
	for (size_t i = 0; i < v->real_count; i++) {
		const struct lb_real *r = &v->reals[i];
		const struct lb_real *twin = entered(by_port, slots, r, true);
		const struct lb_real *other = r->forward == LB_MASQ ? NULL : entered(by_host, slots, r, false);
		if (warned == r->line)
			continue;
		warned = r->line;
		if (twin)
			lb_tell(p, LB_MISTAKE, name, nothing_at(r->line),
				"the same server is already on line %u; expected it once", twin->line);
		else if (other)
			lb_tell(p, LB_MISTAKE, name, nothing_at(r->line),
				"with %s the kernel keeps one server per address and uses that of line %u; expected masq",
				lb_forward_name(r->forward), other->line);
		else if (mapped(v, r))
			lb_tell(p, LB_MISTAKE, name, nothing_at(r->line),
				"with %s the kernel sends to port %u, that of the virtual, not to %u; expected the same port, or masq",
				lb_forward_name(r->forward), v->id.address.port, r->address.port);
		else
			warned = 0;
	}
	if (v->fallback && mapped(v, v->fallback))
		lb_tell(p, lb_given(s, lb_fallback_name(v->id.address.family)) ? LB_MISTAKE : LB_WARNING,
			lb_fallback_name(v->id.address.family), nothing_at(v->fallback->line),
			"with %s the kernel sends to port %u, that of the virtual on line %u, not to %u; expected the same port, or masq",
			lb_forward_name(v->fallback->forward), v->id.address.port, v->line, v->fallback->address.port);
}

// --- checks ---

static bool negotiates(const struct lb_virtual *v)
{
	return v->check_type == LB_CHECK_NEGOTIATE || v->check_type == LB_CHECK_COMBINED;
}

static void judge_check(struct lb_parser *p, const struct lb_section *s)
{
	const struct lb_virtual *v = &s->v;
	bool http = v->service == LB_HTTP || v->service == LB_HTTPS || v->service == LB_HTTP_PROXY;
	bool sql = v->service == LB_MYSQL || v->service == LB_PGSQL || v->service == LB_ORACLE;
	bool external = v->check_type == LB_CHECK_EXTERNAL || v->check_type == LB_CHECK_EXTERNAL_PERL;
	if (external && !lb_given(s, "checkcommand"))
		lb_tell(p, LB_WARNING, "checktype", place(s, "checktype"),
			"runs /bin/true, so every server is up; expected a checkcommand too");
	if (!negotiates(v))
		return;
	if (http && v->http_method == LB_HEAD && v->receive[0])
		lb_tell(p, LB_MISTAKE, "httpmethod", place(s, "httpmethod"),
			"returns no body for receive to match, so every server is down; expected GET");
	if (sql && (!v->login[0] || strcmp(v->request, "/") == 0))
		lb_tell(p, LB_MISTAKE, "service", place(s, "service"),
			"needs login and request, otherwise every server is down; expected both");
	if (v->service == LB_NONE && v->real_count > 0)
		lb_tell(p, LB_WARNING, "service",
			nothing_at(lb_given(s, "service") ? place(s, "service").line : v->line),
			"none checks nothing, so every server is up; expected another service, or checktype = connect");
}

// --- the virtual ---

static void judge_virtual(struct lb_parser *p, const struct lb_section *s)
{
	const struct lb_virtual *v = &s->v;
	if (v->ops && v->id.protocol != LB_UDP)
		lb_tell(p, LB_MISTAKE, "ops", place(s, "ops"), "has no effect without udp; delete the line");
	if (v->netmask && v->persistent == 0)
		lb_tell(p, LB_MISTAKE, "netmask", place(s, "netmask"),
			"has no effect without persistent; expected both");
	if (v->quiescent && v->persistent > 0)
		lb_tell(p, LB_WARNING, "persistent", place(s, "persistent"),
			"together with quiescent keeps clients at a server that is down; expected the sysctl net.ipv4.vs.expire_quiescent_template = 1, or quiescent = no");
}

void lb_warnings(struct lb_parser *p, const struct lb_section *s)
{
	judge_virtual(p, s);
	judge_check(p, s);
	judge_reals(p, s);
}
