// SPDX-License-Identifier: MIT
/* Reads the virtual_server blocks of a keepalived.conf, as its manual page describes them.  A statement is the words of
 * a line; { opens a block and } closes one.  Whatever is not carried over is reported with its line. */
#include <string.h>

#include "ldirectord/import/private.h"

enum block { TOP, VIRTUAL, REAL, CHECK, URL, SKIPPED };
enum { DEPTH_MAX = 16, PERSISTENCE_S = 360 /* of persistence_timeout without a value, says the manual page */ };

struct method {
	enum lb_forward forward;
	bool given;
};

struct keepalived {
	struct import *import;
	enum block stack[DEPTH_MAX];
	size_t depth;
	struct lb_virtual *v; /* of the open virtual_server; never NULL within one */
	struct lb_real *r;    /* of the open real_server; the same */
	struct lb_virtual check; /* of the open checker */
	bool checked;            /* v has its check */
	unsigned checked_line, urls;
	bool has_protocol;
	struct method method, sorry_method; /* of v and of its fallback */
	struct server_given {
		bool checker, method;
	} given[IMPORT_REALS_MAX]; /* what the reals of v have themselves */
};

typedef void take(struct keepalived *k, const struct import_words *s);

static void lost(struct keepalived *k, const struct import_words *s, const char *why)
{
	import_lost(k->import, s->line, s->at[0], "is not carried over: %s", why);
}

/* --- values ----------------------------------------------------------------------------------- */

static struct bytes value(const struct import_words *s)
{
	return s->count > 1 ? s->at[1] : (struct bytes){NULL, 0};
}

static bool number(struct keepalived *k, const struct import_words *s, uint64_t most, uint64_t *out)
{
	if (import_number(value(s), most, out))
		return true;
	import_lost(k->import, s->line, s->at[0], "is not carried over: expected a number, at most %llu",
		(unsigned long long)most);
	return false;
}

/* Seconds, perhaps with a fraction. */
static int64_t seconds(struct keepalived *k, const struct import_words *s)
{
	enum { MOST_S = 1000000, DIGITS = 3 };
	struct bytes whole = value(s), part = {NULL, 0};
	const uint8_t *dot = whole.len > 0 ? memchr(whole.at, '.', whole.len) : NULL;
	uint64_t n = 0, ms = 0;
	if (dot) {
		size_t at = (size_t)(dot - whole.at);
		part = (struct bytes){dot + 1, MIN(whole.len - at - 1, (size_t)DIGITS)};
		whole.len = at;
	}
	bool good = import_number(whole, MOST_S - 1, &n) && (part.len == 0 || import_number(part, 999, &ms));
	for (size_t i = part.len; good && i < DIGITS; i++)
		ms *= 10;
	if (good && n * 1000 + ms > 0)
		return (int64_t)(n * 1000 + ms);
	lost(k, s, "expected a number of seconds");
	return 0;
}

static char *text(struct keepalived *k, const struct import_words *s, struct bytes b)
{
	if (import_is_text(b))
		return arena_text(k->import->memory, b);
	lost(k, s, "a text in ldirectord.cf has no double quote and no control byte");
	return NULL;
}

static char *name(struct keepalived *k, const struct import_words *s, struct bytes b)
{
	if (import_is_name(b))
		return arena_text(k->import->memory, b);
	lost(k, s, "it is not a name");
	return NULL;
}

static bool forward(struct keepalived *k, const struct import_words *s, enum lb_forward *out)
{
	static const char *const names[] = {[LB_GATE] = "DR", [LB_MASQ] = "NAT", [LB_IPIP] = "TUN"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (bytes_equal_text(value(s), names[i])) {
			*out = (enum lb_forward)i;
			if (s->count > 2 && !(s->count == 4 && bytes_equal_text(s->at[3], "ipip")))
				import_lost(k->import, s->line, s->at[0], "is carried over as %s: ldirectord.cf has no other type of tunnel",
					lb_forward_name(*out));
			return true;
		}
	lost(k, s, "expected NAT, DR or TUN");
	return false;
}

static void method(struct keepalived *k, const struct import_words *s, struct method *m)
{
	m->given = forward(k, s, &m->forward) || m->given;
}

/* ADDRESS [PORT] behind the name of the block. */
static bool server(struct keepalived *k, const struct import_words *s, struct lb_address *out)
{
	uint64_t port = 0;
	*out = (struct lb_address){.family = LB_INET};
	if (s->count < 2 || !import_address(s->at[1], out) ||
		(s->count > 2 && !import_number(s->at[2], UINT16_MAX, &port))) {
		lost(k, s, "expected an address and a port in digits");
		return false;
	}
	out->port = (uint16_t)port;
	return true;
}

/* The same within a virtual_server; without a port it has that of the service, and with a mark it has none. */
static bool server_of_virtual(struct keepalived *k, const struct import_words *s, struct lb_address *out)
{
	if (!server(k, s, out))
		return false;
	if (s->count == 2)
		out->port = k->v->id.address.port;
	return true;
}

/* --- virtual_server --------------------------------------------------------------------------- */

static enum block open_virtual(struct keepalived *k, const struct import_words *s)
{
	struct lb_service_id id = {.protocol = LB_TCP};
	uint64_t mark = 0;
	if (s->count > 1 && bytes_equal_text(s->at[1], "group")) {
		lost(k, s, "groups; write a virtual line for each member");
		return SKIPPED;
	}
	if (s->count > 2 && bytes_equal_text(s->at[1], "fwmark")) {
		id.protocol = LB_FWM;
		if (!import_number(s->at[2], INT32_MAX, &mark) || mark == 0) {
			lost(k, s, "expected a mark, 1 to 2147483647");
			return SKIPPED;
		}
		id.mark = (uint32_t)mark;
		id.address.family = s->count > 3 && bytes_equal_text(s->at[3], "inet6") ? LB_INET6 : LB_INET;
	} else if (!server(k, s, &id.address)) {
		return SKIPPED;
	}
	/* The protocol follows, so the service may turn out to be a second one: import_put looks again. */
	struct lb_virtual *v = arena_take(k->import->memory, sizeof(*v));
	*v = (struct lb_virtual){.id = id, .line = s->line, .check_type = LB_CHECK_ON, .service = LB_NONE};
	v->fallbacks = arena_take(k->import->memory, sizeof(*v->fallbacks));
	k->v = v;
	k->checked = k->has_protocol = false;
	k->method = k->sorry_method = (struct method){LB_GATE, false};
	return VIRTUAL;
}

static void assumed(struct keepalived *k, const char *what, const char *value)
{
	import_lost(k->import, k->v->line, bytes_of("virtual_server"), "it has no %s: %s is assumed, as keepalived 2 does",
		what, value);
}

/* A server without its own method has that of the virtual, which may be below it. */
static void settle_methods(struct keepalived *k)
{
	struct lb_virtual *v = k->v;
	bool needed = v->fallback_count > 0 && !k->sorry_method.given;
	for (size_t i = 0; i < v->real_count; i++)
		needed = needed || !k->given[i].method;
	if (needed && !k->method.given) {
		k->method.forward = LB_MASQ;
		assumed(k, "lvs_method", "NAT");
	}
	for (size_t i = 0; i < v->real_count; i++)
		if (!k->given[i].method)
			v->reals[i].forward = k->method.forward;
	v->fallbacks->forward = k->sorry_method.given ? k->sorry_method.forward : k->method.forward;
}

static void settle_defaults(struct keepalived *k)
{
	if (!k->has_protocol && k->v->id.protocol != LB_FWM) {
		k->v->id.protocol = LB_UDP;
		assumed(k, "protocol", "UDP");
	}
	if (!k->v->scheduler) {
		k->v->scheduler = "wlc";
		assumed(k, "lvs_sched", "wlc");
	}
	settle_methods(k);
}

static void report_checks(struct keepalived *k)
{
	const struct lb_virtual *v = k->v;
	if (!k->checked) {
		import_lost(k->import, v->line, bytes_of("virtual_server"),
			"no checker was found: checktype = on, every server counts as up");
		return;
	}
	if (v->check_type == LB_CHECK_CONNECT && v->id.protocol == LB_UDP)
		import_lost(k->import, k->checked_line, bytes_of("TCP_CHECK"),
			"is carried over, but checktype = connect is a ping when the service is UDP");
	for (size_t i = 0; i < v->real_count; i++)
		if (!k->given[i].checker)
			import_lost(k->import, v->reals[i].line, bytes_of("real_server"),
				"it has no checker that can be carried over, and gets that of line %u: all servers of a section have one check",
				k->checked_line);
}

/* Its settings are complete. */
static void close_virtual(struct keepalived *k)
{
	struct lb_virtual *v = k->v;
	settle_defaults(k);
	struct lb_virtual *added = import_add_virtual(k->import, &v->id, v->line);
	if (!added)
		return;
	*added = *v;
	if (added->fallback_count > 0 && added->fallbacks->address.family != v->id.address.family) {
		import_lost(k->import, added->fallbacks->line, bytes_of("sorry_server"),
			"is not carried over: it has another address family");
		added->fallback_count = 0;
	}
	report_checks(k);
}

static void take_interval(struct keepalived *k, const struct import_words *s)
{
	k->v->check_interval_ms = seconds(k, s);
}

static void take_scheduler(struct keepalived *k, const struct import_words *s)
{
	k->v->scheduler = name(k, s, value(s));
}

static void take_flag(struct keepalived *k, const struct import_words *s)
{
	const char *more = arena_text(k->import->memory, s->at[0]);
	k->v->schedflags =
		k->v->schedflags ? arena_format(k->import->memory, "%s,%s", k->v->schedflags, more) : (char *)more;
}

static void take_ops(struct keepalived *k, const struct import_words *s)
{
	(void)s; // it has no value
	k->v->ops = true;
}

static void take_method(struct keepalived *k, const struct import_words *s)
{
	method(k, s, &k->method);
}

static void take_persistence(struct keepalived *k, const struct import_words *s)
{
	uint64_t n = PERSISTENCE_S;
	if (s->count == 1 || number(k, s, UINT32_MAX, &n))
		k->v->persistent = (uint32_t)n;
}

static void take_granularity(struct keepalived *k, const struct import_words *s)
{
	k->v->netmask = name(k, s, value(s));
}

/* keepalived -t accepts it in lower case too. */
static bool is_protocol(const struct import_words *s, const char *protocol)
{
	struct bytes b = value(s);
	return b.len == strlen(protocol) && g_ascii_strncasecmp((const char *)b.at, protocol, b.len) == 0;
}

static void take_protocol(struct keepalived *k, const struct import_words *s)
{
	if (k->v->id.protocol == LB_FWM)
		return; // a mark has none
	k->has_protocol = true;
	if (is_protocol(s, "UDP"))
		k->v->id.protocol = LB_UDP;
	else if (!is_protocol(s, "TCP"))
		lost(k, s, "expected TCP or UDP; tcp is assumed");
}

static void take_quorum(struct keepalived *k, const struct import_words *s)
{
	uint64_t n;
	if (!number(k, s, 1000000, &n))
		return;
	k->v->quorum = (unsigned)n;
	import_lost(k->import, s->line, s->at[0], "is carried over, but ldirectord counts servers, not their weights");
}

static void take_hysteresis(struct keepalived *k, const struct import_words *s)
{
	uint64_t n;
	if (number(k, s, 1000000, &n))
		k->v->quorum_hysteresis = (unsigned)n;
}

static void take_sorry(struct keepalived *k, const struct import_words *s)
{
	struct lb_address a;
	if (!server_of_virtual(k, s, &a))
		return;
	*k->v->fallbacks = (struct lb_real){.address = a, .weight = 1, .line = s->line};
	k->v->fallback_count = 1;
}

static void take_sorry_method(struct keepalived *k, const struct import_words *s)
{
	if (k->v->fallback_count == 0)
		lost(k, s, "it is above sorry_server");
	else
		method(k, s, &k->sorry_method);
}

static void take_inhibit(struct keepalived *k, const struct import_words *s)
{
	if (!k->v->quiescent && k->stack[k->depth - 1] == REAL)
		import_lost(k->import, s->line, s->at[0], "is carried over for all servers of its service");
	k->v->quiescent = true;
}

static void take_host(struct keepalived *k, const struct import_words *s)
{
	char *host = name(k, s, value(s));
	if (host && k->v->virtualhost && strcmp(host, k->v->virtualhost) != 0)
		import_lost(k->import, s->line, s->at[0], "is not carried over: the service has \"%s\" already", k->v->virtualhost);
	else if (host)
		k->v->virtualhost = host;
}

/* --- real_server ------------------------------------------------------------------------------ */

/* Of the open real_server, the last one of v. */
static struct server_given *given(struct keepalived *k)
{
	return &k->given[k->v->real_count - 1];
}

static enum block open_real(struct keepalived *k, const struct import_words *s)
{
	struct lb_address a;
	if (!server_of_virtual(k, s, &a))
		return SKIPPED;
	if (a.family != k->v->id.address.family) {
		lost(k, s, "it has another address family than its service");
		return SKIPPED;
	}
	k->r = import_add_real(k->import, k->v, &a, s->line);
	if (!k->r)
		return SKIPPED;
	*given(k) = (struct server_given){false, false};
	return REAL;
}

static void take_weight(struct keepalived *k, const struct import_words *s)
{
	uint64_t n;
	if (number(k, s, UINT16_MAX, &n))
		k->r->weight = (uint32_t)n;
}

static void take_upper(struct keepalived *k, const struct import_words *s)
{
	uint64_t n;
	if (number(k, s, UINT32_MAX, &n))
		k->r->upper = (uint32_t)n;
}

static void take_lower(struct keepalived *k, const struct import_words *s)
{
	uint64_t n;
	if (number(k, s, UINT32_MAX, &n))
		k->r->lower = (uint32_t)n;
}

static void take_real_method(struct keepalived *k, const struct import_words *s)
{
	given(k)->method = forward(k, s, &k->r->forward) || given(k)->method;
}

/* --- checkers --------------------------------------------------------------------------------- */

static const struct checker {
	const char *name;
	enum lb_check_type type;
	enum lb_service service;
} checkers[] = {
	{"HTTP_GET", LB_CHECK_NEGOTIATE, LB_HTTP},
	{"SSL_GET", LB_CHECK_NEGOTIATE, LB_HTTPS},
	{"TCP_CHECK", LB_CHECK_CONNECT, LB_NONE},
	{"SMTP_CHECK", LB_CHECK_NEGOTIATE, LB_SMTP},
	{"DNS_CHECK", LB_CHECK_NEGOTIATE, LB_DNS},
	{"PING_CHECK", LB_CHECK_PING, LB_NONE},
	{"MISC_CHECK", LB_CHECK_EXTERNAL, LB_NONE},
};

static enum block open_check(struct keepalived *k, const struct import_words *s)
{
	for (size_t i = 0; i < sizeof(checkers) / sizeof(*checkers); i++)
		if (bytes_equal_text(s->at[0], checkers[i].name)) {
			k->check = (struct lb_virtual){.check_type = checkers[i].type, .service = checkers[i].service};
			k->check.line = s->line;
			k->urls = 0;
			given(k)->checker = true;
			return CHECK;
		}
	lost(k, s, "ldirectord has no such block");
	return SKIPPED;
}

/* All servers of a section have one check: the first one. */
static void close_check(struct keepalived *k)
{
	struct lb_virtual *v = k->v, *c = &k->check;
	GString *first = g_string_new(NULL), *this = g_string_new(NULL);
	import_put_check(first, v);
	import_put_check(this, c);
	if (k->checked && strcmp(first->str, this->str) != 0)
		import_lost(k->import, c->line, bytes_of("checker"),
			"is not carried over: all servers of a section have one check, that of line %u", k->checked_line);
	(void)g_string_free(first, TRUE);
	(void)g_string_free(this, TRUE);
	if (k->checked)
		return;
	k->checked = true;
	k->checked_line = c->line;
	v->check_type = c->check_type;
	v->service = c->service;
	v->check_command = c->check_command;
	v->dynamic_weight = c->dynamic_weight;
	v->check_port = c->check_port;
	v->request = c->request;
	v->receive = c->receive;
	v->status = c->status;
	v->status_count = c->status_count;
	v->check_timeout_ms = c->check_timeout_ms;
	v->retry_interval_ms = c->retry_interval_ms;
	v->failure_count = c->failure_count;
}

static void take_port(struct keepalived *k, const struct import_words *s)
{
	uint64_t n;
	if (number(k, s, UINT16_MAX, &n))
		k->check.check_port = (uint16_t)n;
}

static void take_timeout(struct keepalived *k, const struct import_words *s)
{
	k->check.check_timeout_ms = seconds(k, s);
}

static void take_retry(struct keepalived *k, const struct import_words *s)
{
	uint64_t n;
	if (number(k, s, 1000, &n))
		k->check.failure_count = (unsigned)n + 1; // the first failure is not a retry
}

static void take_retry_delay(struct keepalived *k, const struct import_words *s)
{
	k->check.retry_interval_ms = seconds(k, s);
}

static void take_command(struct keepalived *k, const struct import_words *s)
{
	k->check.check_command = text(k, s, value(s));
	import_lost(k->import, s->line, s->at[0],
		"is carried over, but ldirectord adds four arguments: address and port of the service and of the server");
}

static void take_dynamic(struct keepalived *k, const struct import_words *s)
{
	k->check.dynamic_weight = true;
	import_lost(k->import, s->line, s->at[0],
		"is carried over, but the exit status is a percentage here: 3 to 102 are 1%% to 100%% of the weight, and 2 is down");
}

static void take_query(struct keepalived *k, const struct import_words *s)
{
	k->check.request = name(k, s, value(s));
	import_lost(k->import, s->line, s->at[0], "is carried over as a query for an address (A)");
}

static enum block open_url(struct keepalived *k, const struct import_words *s)
{
	if (k->urls++ == 0)
		return URL;
	lost(k, s, "a check has one request, that of the first url");
	return SKIPPED;
}

static void take_path(struct keepalived *k, const struct import_words *s)
{
	k->check.request = text(k, s, value(s));
}

static void take_regex(struct keepalived *k, const struct import_words *s)
{
	k->check.receive = text(k, s, value(s));
}

/* One or more codes, or ranges such as 200-299. */
static void take_status(struct keepalived *k, const struct import_words *s)
{
	for (size_t n = 1; n < s->count; n++) {
		struct bytes first = s->at[n], last = first;
		const uint8_t *dash = memchr(first.at, '-', first.len);
		if (dash) {
			first.len = (size_t)(dash - first.at);
			last = (struct bytes){dash + 1, last.len - first.len - 1};
		}
		uint64_t low, high;
		if (!import_number(first, 599, &low) || !import_number(last, 599, &high) || low < 100 || high < low) {
			lost(k, s, "expected codes of http and ranges, 100 to 599");
			return;
		}
		k->check.status = arena_grow(
			k->import->memory, k->check.status, k->check.status_count, sizeof(*k->check.status));
		k->check.status[k->check.status_count++] = (struct lb_status_range){(uint16_t)low, (uint16_t)high};
	}
}

/* --- the language ----------------------------------------------------------------------------- */

static const struct keyword {
	enum block in;
	const char *name;
	take *take;
} keywords[] = {
	{VIRTUAL, "delay_loop", take_interval}, {VIRTUAL, "lvs_sched", take_scheduler},
	{VIRTUAL, "lb_algo", take_scheduler}, {VIRTUAL, "lvs_method", take_method}, {VIRTUAL, "lb_kind", take_method},
	{VIRTUAL, "flag-1", take_flag}, {VIRTUAL, "flag-2", take_flag}, {VIRTUAL, "flag-3", take_flag},
	{VIRTUAL, "sh-port", take_flag}, {VIRTUAL, "sh-fallback", take_flag}, {VIRTUAL, "mh-port", take_flag},
	{VIRTUAL, "mh-fallback", take_flag}, {VIRTUAL, "ops", take_ops},
	{VIRTUAL, "persistence_timeout", take_persistence}, {VIRTUAL, "persistence_granularity", take_granularity},
	{VIRTUAL, "protocol", take_protocol}, {VIRTUAL, "quorum", take_quorum}, {VIRTUAL, "hysteresis", take_hysteresis},
	{VIRTUAL, "sorry_server", take_sorry}, {VIRTUAL, "sorry_server_lvs_method", take_sorry_method},
	{VIRTUAL, "inhibit_on_failure", take_inhibit}, {VIRTUAL, "virtualhost", take_host},
	{REAL, "weight", take_weight}, {REAL, "lvs_method", take_real_method}, {REAL, "uthreshold", take_upper},
	{REAL, "lthreshold", take_lower}, {REAL, "inhibit_on_failure", take_inhibit}, {REAL, "virtualhost", take_host},
	{CHECK, "connect_port", take_port}, {CHECK, "connect_timeout", take_timeout}, {CHECK, "misc_timeout", take_timeout},
	{CHECK, "retry", take_retry}, {CHECK, "nb_get_retry", take_retry}, {CHECK, "delay_before_retry", take_retry_delay},
	{CHECK, "misc_path", take_command}, {CHECK, "misc_dynamic", take_dynamic}, {CHECK, "name", take_query},
	{CHECK, "virtualhost", take_host}, {URL, "path", take_path}, {URL, "regex", take_regex},
	{URL, "status_code", take_status}, {URL, "virtualhost", take_host},
};

static void statement(struct keepalived *k, const struct import_words *s)
{
	enum block in = k->stack[k->depth - 1];
	if (s->count == 0 || in == SKIPPED)
		return;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++)
		if (keywords[i].in == in && bytes_equal_text(s->at[0], keywords[i].name)) {
			keywords[i].take(k, s);
			return;
		}
	lost(k, s, in == TOP ? "only virtual_server is read" : "ldirectord.cf has nothing like it");
}

static enum block block_of(struct keepalived *k, const struct import_words *s)
{
	enum block in = k->stack[k->depth - 1];
	struct bytes first = s->count > 0 ? s->at[0] : bytes_of("{");
	struct import_words shown = *s;
	shown.at[0] = first;
	if (in == TOP && bytes_equal_text(first, "virtual_server"))
		return open_virtual(k, s);
	if (in == VIRTUAL && bytes_equal_text(first, "real_server"))
		return open_real(k, s);
	if (in == REAL)
		return open_check(k, &shown);
	if (in == CHECK && bytes_equal_text(first, "url"))
		return open_url(k, s);
	if (in != SKIPPED)
		lost(k, &shown, in == TOP ? "only virtual_server is read; addresses of vrrp belong into haresources"
		                          : "ldirectord has no such block");
	return SKIPPED;
}

/* False: too deep. */
static bool open_block(struct keepalived *k, const struct import_words *s)
{
	if (k->depth == DEPTH_MAX)
		return false;
	enum block block = block_of(k, s);
	k->stack[k->depth++] = block;
	return true;
}

static void close_block(struct keepalived *k, unsigned line)
{
	if (k->depth == 1) {
		import_lost(k->import, line, bytes_of("}"), "closes nothing");
		return;
	}
	enum block block = k->stack[--k->depth];
	if (block == VIRTUAL)
		close_virtual(k);
	if (block == CHECK)
		close_check(k);
}

/* --- text ------------------------------------------------------------------------------------- */

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* A word, without its quotes. */
static struct bytes next_word(struct reader *r)
{
	int quote = reader_peek(r);
	struct bytes rest = {r->at, reader_left(r)};
	size_t n = 0;
	if (quote == '"' || quote == '\'') {
		for (n = 1; n < rest.len && rest.at[n] != quote && rest.at[n] != '\n';)
			n++;
		(void)reader_take(r, n < rest.len && rest.at[n] == quote ? n + 1 : n); // measured
		return (struct bytes){rest.at + 1, n - 1};
	}
	while (n < rest.len && !is_blank(rest.at[n]) && rest.at[n] != '\n' && rest.at[n] != '{' && rest.at[n] != '}')
		n++;
	return reader_take(r, n);
}

static void skip_remark(struct reader *r)
{
	while (reader_left(r) > 0 && reader_peek(r) != '\n')
		(void)reader_byte(r);
}

void import_keepalived(struct import *i, struct bytes whole)
{
	struct keepalived *k = arena_take(i->memory, sizeof(*k));
	struct reader r = reader_over(whole);
	struct import_words s = {.line = 1};
	unsigned line = 1;
	k->import = i;
	k->stack[k->depth++] = TOP;
	while (reader_left(&r) > 0) {
		int c = reader_peek(&r);
		if (s.count == 0)
			s.line = line;
		if (c == '#' || c == '!') {
			skip_remark(&r);
		} else if (is_blank(c)) {
			(void)reader_byte(&r);
		} else if (c == '\n' || c == '{' || c == '}') {
			(void)reader_byte(&r);
			if (c != '{')
				statement(k, &s);
			else if (!open_block(k, &s)) {
				import_lost(i, line, bytes_of("{"), "the rest is not read: more than %d blocks in each other", DEPTH_MAX);
				return;
			}
			if (c == '}')
				close_block(k, line);
			line += c == '\n';
			s.count = 0;
		} else {
			struct bytes word = next_word(&r);
			if (s.count < IMPORT_WORDS_MAX)
				s.at[s.count++] = word;
		}
	}
	statement(k, &s);
	if (k->depth > 1)
		import_lost(i, line, bytes_of("end of the file"), "a } is missing; what is open is not carried over");
}
