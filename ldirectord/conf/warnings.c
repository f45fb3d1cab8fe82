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

/* The servers that were read so far, in a hash table with open addressing and twice as many slots as servers, so that a
 * range of thousands is handled quickly. */
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

// Returns an earlier server with the same address (and port); when there is none, enters the server and returns NULL.
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
	unsigned warned = 0; // one warning for each line, because a range has many servers
	for (size_t i = 0; i < v->real_count; i++) {
		const struct lb_real *r = &v->reals[i];
		const struct lb_real *twin = entered(by_port, slots, r, true);
		const struct lb_real *other = r->forward == LB_MASQ ? NULL : entered(by_host, slots, r, false);
		if (warned == r->line)
			continue;
		warned = r->line;
		if (twin)
			lb_report(p, LB_MISTAKE, name, nothing_at(r->line),
				"the same server is already on line %u; remove one of the two lines", twin->line);
		else if (other)
			lb_report(p, LB_MISTAKE, name, nothing_at(r->line),
				"with %s the kernel keeps one server per address and uses that of line %u; expected masq",
				lb_forward_name(r->forward), other->line);
		else if (mapped(v, r))
			lb_report(p, LB_MISTAKE, name, nothing_at(r->line),
				"with %s the kernel sends to port %u, that of the virtual, not to %u; expected the same port, or masq",
				lb_forward_name(r->forward), v->id.address.port, r->address.port);
		else
			warned = 0;
	}
}

// --- fallbacks ---

static void judge_fallbacks(struct lb_parser *p, const struct lb_section *s)
{
	const struct lb_virtual *v = &s->v;
	const char *name = lb_fallback_name(v->id.address.family);
	enum lb_report how = lb_given(s, name) ? LB_MISTAKE : LB_WARNING;
	for (size_t i = 0; i < v->fallback_count; i++) {
		const struct lb_real *f = &v->fallbacks[i];
		bool twice = false;
		for (size_t k = 0; k < i; k++)
			twice = twice || same_real(&v->fallbacks[k], f, f->forward == LB_MASQ);
		if (twice)
			lb_report(p, how, name, nothing_at(f->line),
				"%s is named twice, and the kernel keeps it once; expected it once", f->host);
		else if (mapped(v, f))
			lb_report(p, how, name, nothing_at(f->line),
				"with %s the kernel sends to port %u, that of the virtual on line %u, not to %u; expected the same port, or masq",
				lb_forward_name(f->forward), v->id.address.port, v->line, f->address.port);
	}
}

// --- checks ---

static bool negotiates(const struct lb_virtual *v)
{
	return v->check_type == LB_CHECK_NEGOTIATE || v->check_type == LB_CHECK_COMBINED;
}

/* Warn about a check without a port: a mark, or a real without port, has none unless the service or checkport sets
 * it. */
static void judge_ports(struct lb_parser *p, const struct lb_section *s)
{
	const struct lb_virtual *v = &s->v;
	bool connects = v->check_type == LB_CHECK_CONNECT && v->id.protocol != LB_UDP, // for UDP the check is a ping
	     talks = negotiates(v) && v->service != LB_NONE;
	unsigned warned = 0; // one warning for each line, because a range has many servers
	if ((!connects && !talks) || v->check_port != 0 || lb_service_port(v->service) != 0)
		return;
	for (size_t i = 0; i < v->real_count; i++) {
		const struct lb_real *r = &v->reals[i];
		if (r->address.port != 0 || r->elsewhere || r->line == warned)
			continue;
		warned = r->line;
		lb_report(p, LB_MISTAKE, lb_real_name(v->id.address.family), nothing_at(r->line),
			"there is no port for the check of this server, so it is always down; expected HOST:PORT, or checkport");
	}
	for (size_t i = 0; i + 1 < v->fallback_count; i++) { // the last one is not checked
		const struct lb_real *f = &v->fallbacks[i];
		if (f->address.port == 0)
			lb_report(p, LB_MISTAKE, lb_fallback_name(v->id.address.family), nothing_at(f->line),
				"there is no port for the check of %s, so it is never used; expected HOST:PORT, or checkport",
				f->host);
	}
}

static void judge_thresholds(struct lb_parser *p, const struct lb_section *s)
{
	unsigned warned = 0;
	for (size_t i = 0; i < s->v.real_count; i++) {
		const struct lb_real *r = &s->v.reals[i];
		if (r->lower <= r->upper || r->line == warned)
			continue;
		warned = r->line;
		lb_report(p, LB_MISTAKE, lb_real_name(s->v.id.address.family), nothing_at(r->line),
			"l: is above u:, so the kernel will refuse this server; expected a lower number, or a higher u:");
	}
}

static void judge_check(struct lb_parser *p, const struct lb_section *s)
{
	const struct lb_virtual *v = &s->v;
	bool http = v->service == LB_HTTP || v->service == LB_HTTPS || v->service == LB_HTTP_PROXY;
	bool sql = v->service == LB_MYSQL || v->service == LB_PGSQL || v->service == LB_ORACLE;
	bool external = v->check_type == LB_CHECK_EXTERNAL || v->check_type == LB_CHECK_EXTERNAL_PERL;
	if (external && !lb_given(s, "checkcommand"))
		lb_report(p, LB_WARNING, "checktype", place(s, "checktype"),
			"runs /bin/true, so every server is up; expected a checkcommand too");
	if (v->check_type == LB_CHECK_CONNECT && v->id.protocol == LB_UDP)
		lb_report(p, LB_WARNING, "checktype", place(s, "checktype"),
			"of a udp service is a ping, so the service itself is not checked; expected negotiate, external or ping");
	judge_ports(p, s);
	if (!negotiates(v))
		return;
	if (http && v->http_method == LB_HEAD && v->receive[0])
		lb_report(p, LB_MISTAKE, "httpmethod", place(s, "httpmethod"),
			"returns no body for receive to match, so every server is down; expected GET");
	if (lb_given(s, "request") && lb_is_url(v->request, v->service))
		lb_report(p, LB_MISTAKE, "request", place(s, "request"),
			"is asked of each real server as a path; expected a path such as \"/alive.html\", or the URL in the line of one real");
	if (sql && (!v->login[0] || strcmp(v->request, "/") == 0))
		lb_report(p, LB_MISTAKE, "service", place(s, "service"),
			"needs login and request, otherwise every server is down; expected both");
	if (v->service == LB_NONE && v->real_count > 0)
		lb_report(p, LB_WARNING, "service",
			nothing_at(lb_given(s, "service") ? place(s, "service").line : v->line),
			"none checks nothing, so every server is up; expected another service, or checktype = connect");
}

// --- weights ---

enum { FEW_STEPS = 10 };

static void judge_weights(struct lb_parser *p, const struct lb_section *s)
{
	const struct lb_virtual *v = &s->v;
	bool external = v->check_type == LB_CHECK_EXTERNAL || v->check_type == LB_CHECK_EXTERNAL_PERL;
	/* The process that runs programs has the rights of the daemon: it must not read what strangers send. */
	bool program = external || (negotiates(v) && v->service == LB_ORACLE);
	bool none = v->check_type == LB_CHECK_ON || v->check_type == LB_CHECK_OFF;
	const char *name = v->dynamic_weight ? "dynamicweight" : "agentport";
	if (v->dynamic_weight && !external)
		lb_report(p, LB_MISTAKE, name, place(s, name),
			"has no effect with checktype %s; expected checktype external", lb_check_type_name(v->check_type));
	if (v->agent_port && (program || none)) {
		lb_report(p, LB_ERROR, "agentport", place(s, "agentport"),
			"needs a check that talks to the server, not %s; expected such as checktype = connect%s",
			negotiates(v) ? "oracle" : lb_check_type_name(v->check_type),
			external ? ", or dynamicweight = yes" : "");
		return;
	}
	for (size_t i = 0; (v->agent_port || v->dynamic_weight) && i < v->real_count; i++) {
		if (v->reals[i].weight >= FEW_STEPS || v->reals[i].weight == 0)
			continue;
		lb_report(p, LB_WARNING, lb_real_name(v->id.address.family), nothing_at(v->reals[i].line),
			"weight %u leaves no room for the percentages of %s; expected such as 100", v->reals[i].weight, name);
		return; // once a section
	}
}

// --- quorum ---

static void judge_quorum(struct lb_parser *p, const struct lb_section *s)
{
	const struct lb_virtual *v = &s->v;
	unsigned most = v->quorum + v->quorum_hysteresis;
	if (v->quorum_hysteresis >= v->quorum)
		lb_report(p, LB_MISTAKE, "quorumhysteresis", place(s, "quorumhysteresis"),
			"must be lower than quorum (%u): otherwise one server that is up is enough; use a lower value or a higher quorum",
			v->quorum);
	else if (most > 1 && most > v->real_count)
		lb_report(p, LB_MISTAKE, "quorum", place(s, "quorum"),
			"and quorumhysteresis need %u servers, and this section has %zu, so the fallback would stay once it has come; expected less",
			most, v->real_count);
}

static void judge_max_down(struct lb_parser *p, const struct lb_section *s)
{
	if (s->v.real_count > 0 && lb_max_down(&s->v) == 0)
		lb_report(p, LB_WARNING, "maxdown", nothing_at(lb_given(s, "maxdown") ? place(s, "maxdown").line : s->v.line),
			"%u%% of %zu is less than one server, so no check removes a server; expected more, or a number",
			s->v.max_down.value, s->v.real_count);
}

// --- the virtual ---

/* The schedulers of Linux 6.x with their flags.  A kernel may have others. */
static const struct {
	const char *name, *flags[2];
} schedulers[] = {{"rr", {NULL}}, {"wrr", {NULL}}, {"lc", {NULL}}, {"wlc", {NULL}}, {"lblc", {NULL}}, {"lblcr", {NULL}},
	{"dh", {NULL}}, {"sh", {"sh-fallback", "sh-port"}}, {"sed", {NULL}}, {"nq", {NULL}}, {"fo", {NULL}},
	{"ovf", {NULL}}, {"mh", {"mh-fallback", "mh-port"}}, {"twos", {NULL}}};
enum { SCHEDULERS = sizeof(schedulers) / sizeof(*schedulers) };

static void judge_flags(struct lb_parser *p, const struct lb_section *s, const char *const *flags)
{
	struct reader r = reader_over(bytes_of(s->v.schedflags));
	while (reader_left(&r) > 0) {
		struct reader ahead = r;
		struct bytes word = reader_until(&ahead, ',');
		if (ahead.failed)
			word = reader_take(&r, reader_left(&r));
		else
			r = ahead;
		bool known = bytes_equal_text(word, "flag-1") || bytes_equal_text(word, "flag-2") || bytes_equal_text(word, "flag-3");
		for (size_t i = 0; i < 2; i++)
			known = known || (flags[i] && bytes_equal_text(word, flags[i]));
		if (!known)
			lb_report(p, LB_MISTAKE, "schedflags", place(s, "schedflags"),
				"is not a list of flags of scheduler %s, so the kernel will refuse this service; expected %s%s%s", s->v.scheduler,
				flags[0] ? flags[0] : "none", flags[1] ? " or " : "", flags[1] ? flags[1] : "");
	}
}

static void judge_scheduler(struct lb_parser *p, const struct lb_section *s)
{
	size_t i = 0;
	while (i < SCHEDULERS && strcmp(schedulers[i].name, s->v.scheduler) != 0)
		i++;
	if (i == SCHEDULERS)
		lb_report(p, LB_MISTAKE, "scheduler", place(s, "scheduler"),
			"is not a scheduler that Linux is known to have, so the kernel will probably refuse this service; expected rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh or twos");
	else if (s->v.schedflags)
		judge_flags(p, s, schedulers[i].flags);
}

static void judge_virtual(struct lb_parser *p, const struct lb_section *s)
{
	const struct lb_virtual *v = &s->v;
	if (v->id.protocol != LB_FWM && v->id.address.port == 0 && v->persistent == 0)
		lb_report(p, LB_MISTAKE, lb_virtual_name(v->id.address.family), s->address,
			"has port 0, all ports, which the kernel refuses without persistent; expected a port, or persistent");
	judge_scheduler(p, s);
	if (v->ops && v->id.protocol != LB_UDP)
		lb_report(p, LB_MISTAKE, "ops", place(s, "ops"), "has no effect without udp; delete the line");
	if (v->netmask && v->persistent == 0)
		lb_report(p, LB_MISTAKE, "netmask", place(s, "netmask"),
			"has no effect without persistent; expected both");
	if (v->quiescent && v->persistent > 0)
		lb_report(p, LB_WARNING, "persistent", place(s, "persistent"),
			"with quiescent = yes, clients stay on a server that is down; set the sysctl net.ipv4.vs.expire_quiescent_template = 1, or use quiescent = no");
}

void lb_warnings(struct lb_parser *p, const struct lb_section *s)
{
	judge_virtual(p, s);
	judge_check(p, s);
	judge_thresholds(p, s);
	judge_weights(p, s);
	judge_quorum(p, s);
	judge_max_down(p, s);
	judge_reals(p, s);
	judge_fallbacks(p, s);
}
