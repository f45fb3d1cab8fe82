// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ldirectord/pool_lab.h"

static char *copy(const char *text)
{
	char *c = text ? strdup(text) : NULL;

	assert_true(c || !text);
	return c;
}

/* --- configuration ---------------------------------------------------------------------------- */

struct reader {
	struct lb_config *c;
	struct lb_virtual *v; /* NULL: outside of a section */
	struct lb_virtual globals;
	char *fallback; /* the global one, as written */
};

static enum lb_forward forward_of(const char *word)
{
	return strcmp(word, "masq") == 0 ? LB_MASQ : strcmp(word, "ipip") == 0 ? LB_IPIP : LB_GATE;
}

static void real_free(struct lb_real *r)
{
	free(r->host);
	free(r->request);
	free(r->receive);
}

static void free_fallbacks(struct lb_virtual *v)
{
	for (size_t i = 0; i < v->fallback_count; i++)
		real_free(&v->fallbacks[i]);
	free(v->fallbacks);
	v->fallbacks = NULL;
	v->fallback_count = 0;
}

/* A list, separated by commas. */
static void set_fallbacks(struct lb_virtual *v, const char *value)
{
	free_fallbacks(v);
	for (const char *at = value; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		char where[64] = "", how[16] = "gate";
		assert_true(sscanf(at, " %63[^ ,] %15[a-z]", where, how) >= 1);
		v->fallbacks = realloc(v->fallbacks, (v->fallback_count + 1) * sizeof *v->fallbacks);
		assert_non_null(v->fallbacks);
		struct lb_real *r = &v->fallbacks[v->fallback_count++];
		*r = (struct lb_real){.address = lab_address(where),
			.host = copy(where),
			.forward = forward_of(how),
			.weight = 1,
			.request = copy("/"),
			.receive = copy("")};
		if (r->address.port == 0)
			r->address.port = v->id.address.port;
	}
}

static void add_real(struct lb_virtual *v, const char *value)
{
	char where[64] = "", how[16] = "";
	const char *limit;
	struct lb_real r = {.weight = 1, .request = copy("/"), .receive = copy("")};

	assert_true(sscanf(value, "%63s %15s %u", where, how, &r.weight) >= 2);
	r.address = lab_address(where);
	r.host = copy(where);
	r.forward = forward_of(how);
	if ((limit = strstr(value, "l:")))
		r.lower = (uint32_t)strtoul(limit + 2, NULL, 10);
	if ((limit = strstr(value, "u:")))
		r.upper = (uint32_t)strtoul(limit + 2, NULL, 10);
	v->reals = realloc(v->reals, (v->real_count + 1) * sizeof *v->reals);
	assert_non_null(v->reals);
	v->reals[v->real_count++] = r;
}

static void add_virtual(struct reader *r, const char *value)
{
	r->c->virtuals = realloc(r->c->virtuals, (r->c->virtual_count + 1) * sizeof *r->c->virtuals);
	assert_non_null(r->c->virtuals);
	r->v = &r->c->virtuals[r->c->virtual_count++];
	*r->v = r->globals;
	r->v->id = lab_id(value);
	r->v->email_alert = copy(r->globals.email_alert);
	r->v->scheduler = copy("wrr");
	if (r->fallback)
		set_fallbacks(r->v, r->fallback);
}

static void set_check_type(struct lb_virtual *v, const char *value)
{
	static const char *const names[] = {"connect", "negotiate", "ping", "external", "external-perl", "on", "off"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(value, names[i]) == 0) {
			v->check_type = (enum lb_check_type)i;
			return;
		}
	fail_msg("checktype %s", value);
}

static void set_protocol(struct lb_virtual *v, const char *value)
{
	v->id.protocol = strcmp(value, "udp") == 0 ? LB_UDP : v->id.protocol;
}

static void set_text(char **to, const char *value)
{
	free(*to);
	*to = copy(value);
}

static bool yes(const char *value)
{
	return strcmp(value, "yes") == 0;
}

static void directive(struct reader *r, const char *name, const char *value)
{
	struct lb_virtual *v = r->v ? r->v : &r->globals;

#define IS(word) (strcmp(name, word) == 0)
	if (IS("virtual")) add_virtual(r, value);
	else if (IS("real")) add_real(v, value);
	else if (IS("fallback") && r->v) set_fallbacks(v, value);
	else if (IS("fallback")) set_text(&r->fallback, value);
	else if (IS("checktype")) set_check_type(v, value);
	else if (IS("protocol")) set_protocol(v, value);
	else if (IS("checkinterval")) v->check_interval_ms = v->retry_interval_ms = 1000 * lab_number(value);
	else if (IS("checktimeout")) v->check_timeout_ms = v->negotiate_timeout_ms = 1000 * lab_number(value);
	else if (IS("failurecount")) v->failure_count = lab_number(value);
	else if (IS("risecount")) v->rise_count = lab_number(value);
	else if (IS("quorum")) v->quorum = lab_number(value);
	else if (IS("quorumhysteresis")) v->quorum_hysteresis = lab_number(value);
	else if (IS("maxdown")) v->max_down = (struct lb_limit){true, strchr(value, '%') != NULL, (uint16_t)atoi(value)};
	else if (IS("agentport")) v->agent_port = (uint16_t)lab_number(value);
	else if (IS("dynamicweight")) v->dynamic_weight = yes(value);
	else if (IS("checkport")) v->check_port = (uint16_t)lab_number(value);
	else if (IS("quiescent")) v->quiescent = yes(value);
	else if (IS("cleanstop")) v->cleanstop = yes(value);
	else if (IS("readdquiescent")) r->c->readd_quiescent = yes(value);
	else if (IS("fork")) r->c->fork = yes(value);
	else if (IS("scheduler")) set_text(&v->scheduler, value);
	else if (IS("persistent")) v->persistent = lab_number(value);
	else if (IS("netmask")) set_text(&v->netmask, value);
	else if (IS("checkcommand")) set_text(&v->check_command, value);
	else if (IS("fallbackcommand")) set_text(&v->fallback_command, value);
	else if (IS("servicename")) set_text(&v->service_name, value);
	else if (IS("comment")) set_text(&v->comment, value);
	else if (IS("emailalert")) set_text(&v->email_alert, value);
	else if (IS("emailalertfreq")) v->email_alert_freq = lab_number(value);
	else if (!IS("emailalertfrom") && !IS("smtp")) fail_msg("the reader of the tests does not know %s", name);
#undef IS
}

struct lb_config *lab_config(const char *text)
{
	struct reader r = {.c = calloc(1, sizeof *r.c),
		.globals = {.check_interval_ms = 10000,
			.retry_interval_ms = 10000,
			.check_timeout_ms = 5000,
			.negotiate_timeout_ms = 30000,
			.check_count = 1,
			.failure_count = 1,
			.rise_count = 1,
			.quorum = 1,
			.cleanstop = true,
			.check_type = LB_CHECK_NEGOTIATE,
			.service = LB_NONE,
			.email_alert_status = LB_MAIL_ALL}};
	char *lines = copy(text), *rest = lines;

	assert_non_null(r.c);
	r.c->file = copy("t.cf");
	for (char *line; (line = strsep(&rest, "\n"));) {
		if (!*line)
			continue;
		if (*line != '\t')
			r.v = NULL;
		char *equals = strchr(line, '=');
		assert_non_null(equals);
		*equals = 0;
		directive(&r, line + strspn(line, "\t"), equals + 1);
	}
	free(r.globals.email_alert);
	free(r.fallback);
	free(lines);
	return r.c;
}

void lab_config_free(struct lb_config *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->virtual_count; i++) {
		struct lb_virtual *v = &c->virtuals[i];
		for (size_t j = 0; j < v->real_count; j++)
			real_free(&v->reals[j]);
		free_fallbacks(v);
		char *texts[] = {v->scheduler, v->netmask, v->check_command, v->fallback_command, v->service_name,
			v->comment, v->email_alert};
		for (size_t j = 0; j < sizeof texts / sizeof *texts; j++)
			free(texts[j]);
		free(v->reals);
	}
	free(c->virtuals);
	free(c->file);
	free(c);
}

/* --- world ------------------------------------------------------------------------------------ */

void world_clear_notes(struct world *w)
{
	w->note_len = w->op_count = w->failed_count = 0;
	w->notes[0] = 0;
}

static void note(struct world *w, char kind, const char *text)
{
	if (w->note_len + strlen(text) + 8 > sizeof w->notes)
		return; /* long tests only use the counts */
	w->note_len += (size_t)sprintf(w->notes + w->note_len, "%c %s\n", kind, text);
}

struct failure {
	struct table_op op;
	int error;
};

static void act(struct world *w)
{
	static const char kinds[] = "TLMC";
	size_t count, failures = 0;
	const struct pool_action *a = pool_actions(w->pool, &count);
	bool *bad = calloc(count + 1, sizeof *bad);
	struct failure *failed = calloc(count + 1, sizeof *failed);

	assert_true(bad && failed);
	for (size_t i = 0; i < count; i++) {
		if (a[i].kind == POOL_TABLE) {
			int error = w->trouble ? w->trouble(w, &a[i].op) : 0;
			if (error == 0 || error == LAB_UNKNOWN) {
				int applied = kernel_apply(&w->kernel, &a[i].op);
				error = error ? error : applied;
			}
			bad[i] = error != 0;
			w->op_count++;
			if (bad[i])
				failed[failures++] = (struct failure){a[i].op, error};
			if (w->after)
				w->after(w, &a[i].op);
		} else if (a[i].of == POOL_OF_NONE || !bad[a[i].of]) {
			note(w, kinds[a[i].kind], a[i].text);
		}
	}
	w->failed_count += failures;
	for (size_t i = 0; i < failures; i++) {
		pool_failed(w->pool, &failed[i].op, failed[i].error, strerror(-failed[i].error), w->now);
		size_t lines;
		const struct pool_action *line = pool_actions(w->pool, &lines);
		for (size_t j = 0; j < lines; j++)
			note(w, kinds[line[j].kind], line[j].text);
	}
	free(bad);
	free(failed);
}

/* Do what is due now: the pool corrects some failures at once. */
static void settle(struct world *w)
{
	for (int turns = 0; mono_reached(w->now, pool_deadline(w->pool)); turns++) {
		assert_true(turns < 20); /* else it is an endless loop */
		pool_tick(w->pool, w->now);
		act(w);
	}
}

void world_act(struct world *w)
{
	act(w);
	settle(w);
}

void world_start(struct world *w, const char *config)
{
	if (mono_is_never(w->now))
		w->now = (struct mono){1000000000};
	w->config = lab_config(config);
	w->pool = pool_new(w->config, &w->kernel, w->now);
	assert_non_null(w->pool);
	world_act(w);
}

void world_reload(struct world *w, const char *config, bool reads_kernel)
{
	struct lb_config *c = lab_config(config);

	assert_true(pool_reload(w->pool, c, reads_kernel ? &w->kernel : NULL, w->now));
	lab_config_free(w->config);
	w->config = c;
	world_act(w);
}

void world_event(struct world *w, struct pool_event e)
{
	pool_event(w->pool, &e, w->now);
	world_act(w);
}

void world_observe(struct world *w)
{
	pool_observe(w->pool, &w->kernel, w->now);
	world_act(w);
}

void world_pass(struct world *w, int64_t ms)
{
	struct mono end = mono_add(w->now, span_ms(ms));

	for (struct mono due; due = pool_deadline(w->pool), mono_reached(end, due);) {
		w->now = mono_reached(w->now, due) ? w->now : due;
		settle(w);
	}
	w->now = end;
}

void world_end(struct world *w)
{
	pool_free(w->pool);
	lab_config_free(w->config);
	w->pool = NULL;
	w->config = NULL;
}

size_t world_result(struct world *w, const char *real, bool up, const char *why)
{
	struct lb_address a = lab_address(real);
	size_t found = 0;

	for (size_t i = 0; i < pool_check_count(w->pool); i++) {
		struct pool_check c;
		pool_check(w->pool, i, &c);
		if (!lb_address_equal(&c.r->address, &a))
			continue;
		world_event(w, (struct pool_event){.kind = POOL_RESULT, .check = i, .up = up, .why = why});
		found++;
	}
	return found;
}

void world_order(struct world *w, const char *service, const char *real, enum pool_order order)
{
	world_event(w,
		(struct pool_event){
			.kind = POOL_ORDER, .service = lab_id(service), .address = lab_address(real), .order = order});
}

void world_maintenance(struct world *w, const char *real, bool named)
{
	world_event(w, (struct pool_event){.kind = POOL_MAINTENANCE, .address = lab_address(real), .up = !named});
}
