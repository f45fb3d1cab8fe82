// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lb_pool_lab.h"

enum { LINE = 256, LINES = 512 };

static char *copy(const char *text)
{
	char *c = text ? strdup(text) : NULL;

	assert_true(c || !text);
	return c;
}

/* --- addresses ---------------------------------------------------------------------------------------------------------- */

struct lb_address lab_address(const char *text)
{
	struct lb_address a = {.family = text[0] == '[' ? LB_INET6 : LB_INET};
	char host[64];
	size_t len = a.family == LB_INET6 ? strcspn(++text, "]") : strcspn(text, ":");

	assert_true(len < sizeof host);
	memcpy(host, text, len);
	host[len] = 0;
	assert_int_equal(inet_pton(a.family == LB_INET ? AF_INET : AF_INET6, host, a.bytes), 1);
	text += len + (a.family == LB_INET6);
	if (*text == ':')
		a.port = (uint16_t)strtoul(text + 1, NULL, 10);
	return a;
}

struct lb_service_id lab_id(const char *text)
{
	struct lb_service_id id = {.protocol = LB_TCP};

	if (strncmp(text, "udp ", 4) == 0) {
		id.protocol = LB_UDP;
		text += 4;
	}
	if (strchr(text, ':')) {
		id.address = lab_address(text);
		return id;
	}
	id.protocol = LB_FWM;
	id.mark = (uint32_t)strtoul(text, NULL, 10);
	return id;
}

/* --- configuration ------------------------------------------------------------------------------------------------------ */

struct reader {
	struct lb_config *c;
	struct lb_virtual *v; /* NULL: at the head */
	struct lb_virtual globals;
	char *fallback; /* of the globals, as written */
};

static enum lb_forward forward_of(const char *word)
{
	return strcmp(word, "masq") == 0 ? LB_MASQ : strcmp(word, "ipip") == 0 ? LB_IPIP : LB_GATE;
}

static void set_fallback(struct lb_virtual *v, const char *value)
{
	char where[64] = "", how[16] = "gate";

	assert_true(sscanf(value, "%63s %15s", where, how) >= 1);
	struct lb_real *r = calloc(1, sizeof *r);
	assert_non_null(r);
	*r = (struct lb_real){.address = lab_address(where), .host = copy(where), .forward = forward_of(how), .weight = 1, .request = copy(""), .receive = copy("")};
	if (r->address.port == 0)
		r->address.port = v->id.address.port;
	v->fallback = r;
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
		set_fallback(r->v, r->fallback);
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

static unsigned number(const char *value)
{
	return (unsigned)strtoul(value, NULL, 10);
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
	else if (IS("fallback") && r->v) free(v->fallback), set_fallback(v, value);
	else if (IS("fallback")) set_text(&r->fallback, value);
	else if (IS("checktype")) set_check_type(v, value);
	else if (IS("protocol")) set_protocol(v, value);
	else if (IS("checkinterval")) v->check_interval_ms = v->retry_interval_ms = 1000 * number(value);
	else if (IS("checktimeout")) v->check_timeout_ms = v->negotiate_timeout_ms = 1000 * number(value);
	else if (IS("failurecount")) v->failure_count = number(value);
	else if (IS("risecount")) v->rise_count = number(value);
	else if (IS("quiescent")) v->quiescent = yes(value);
	else if (IS("cleanstop")) v->cleanstop = yes(value);
	else if (IS("readdquiescent")) r->c->readd_quiescent = yes(value);
	else if (IS("fork")) r->c->fork = yes(value);
	else if (IS("scheduler")) set_text(&v->scheduler, value);
	else if (IS("persistent")) v->persistent = number(value);
	else if (IS("netmask")) set_text(&v->netmask, value);
	else if (IS("checkcommand")) set_text(&v->check_command, value);
	else if (IS("fallbackcommand")) set_text(&v->fallback_command, value);
	else if (IS("servicename")) set_text(&v->service_name, value);
	else if (IS("comment")) set_text(&v->comment, value);
	else if (IS("emailalert")) set_text(&v->email_alert, value);
	else if (IS("emailalertfreq")) v->email_alert_freq = number(value);
	else if (!IS("emailalertfrom") && !IS("smtp")) fail_msg("the reader of the tests does not know %s", name);
#undef IS
}

struct lb_config *lab_config(const char *text)
{
	struct reader r = {.c = calloc(1, sizeof *r.c),
	                   .globals = {.check_interval_ms = 10000, .retry_interval_ms = 10000, .check_timeout_ms = 5000, .negotiate_timeout_ms = 30000,
	                               .check_count = 1, .failure_count = 1, .rise_count = 1, .cleanstop = true, .check_type = LB_CHECK_NEGOTIATE,
	                               .service = LB_NONE, .redirect_follow = true, .email_alert_status = LB_MAIL_ALL}};
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

static void real_free(struct lb_real *r)
{
	free(r->host);
	free(r->request);
	free(r->receive);
}

void lab_config_free(struct lb_config *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->virtual_count; i++) {
		struct lb_virtual *v = &c->virtuals[i];
		for (size_t j = 0; j < v->real_count; j++)
			real_free(&v->reals[j]);
		if (v->fallback)
			real_free(v->fallback);
		char *texts[] = {v->scheduler, v->netmask, v->check_command, v->fallback_command, v->service_name, v->comment, v->email_alert};
		for (size_t j = 0; j < sizeof texts / sizeof *texts; j++)
			free(texts[j]);
		free(v->fallback);
		free(v->reals);
	}
	free(c->virtuals);
	free(c->file);
	free(c);
}

/* --- kernel ------------------------------------------------------------------------------------------------------------- */

struct table_service *kernel_service(const struct table *t, const struct lb_service_id *id)
{
	for (size_t i = 0; i < t->service_count; i++)
		if (lb_service_id_equal(&t->services[i].id, id))
			return &t->services[i];
	return NULL;
}

struct table_real *kernel_real(const struct table_service *s, const struct lb_address *a)
{
	for (size_t i = 0; i < s->real_count; i++)
		if (lb_address_equal(&s->reals[i].address, a))
			return &s->reals[i];
	return NULL;
}

static int apply_service(struct table *t, const struct table_op *op)
{
	struct table_service *s = kernel_service(t, &op->service.id);

	if (op->kind == TABLE_SERVICE_ADD) {
		if (s)
			return -EEXIST;
		t->services = realloc(t->services, (t->service_count + 1) * sizeof *t->services);
		assert_non_null(t->services);
		t->services[t->service_count] = op->service;
		t->services[t->service_count].reals = NULL;
		t->services[t->service_count++].real_count = 0;
		return 0;
	}
	if (!s)
		return -ESRCH;
	struct table_real *reals = s->reals;
	size_t count = s->real_count;
	if (op->kind == TABLE_SERVICE_EDIT) {
		*s = op->service;
		s->reals = reals;
		s->real_count = count;
		return 0;
	}
	free(reals);
	*s = t->services[--t->service_count];
	return 0;
}

static int apply_real(struct table *t, const struct table_op *op)
{
	struct table_service *s = kernel_service(t, &op->service.id);
	struct table_real real = op->real;

	if (!s)
		return -ESRCH;
	if (op->kind != TABLE_REAL_DELETE && s->id.protocol != LB_FWM && real.forward != LB_MASQ)
		real.address.port = s->id.address.port; /* the port rule */
	struct table_real *r = kernel_real(s, &real.address);
	if (op->kind == TABLE_REAL_ADD) {
		if (r)
			return -EEXIST;
		s->reals = realloc(s->reals, (s->real_count + 1) * sizeof *s->reals);
		assert_non_null(s->reals);
		s->reals[s->real_count++] = real;
		return 0;
	}
	if (!r)
		return -ENOENT;
	if (op->kind == TABLE_REAL_EDIT)
		*r = real;
	else
		*r = s->reals[--s->real_count];
	return 0;
}

int kernel_apply(struct table *t, const struct table_op *op)
{
	return op->kind < TABLE_REAL_ADD ? apply_service(t, op) : apply_real(t, op);
}

/* "-a -t 10.9.0.1:80 -x 0 -y 0 -r 127.0.2.1:8001 -m -w 1", also without dashes of thresholds; what follows '#' is a remark */
bool kernel_line(struct table *t, const char *line)
{
	static const char verbs[] = "AEDaed";
	struct table_op op = {.kind = TABLE_SERVICE_ADD};
	char text[LINE], *rest = text, *word;

	assert_true(strlen(line) < sizeof text);
	strcpy(text, line);
	text[strcspn(text, "#")] = 0;
	while ((word = strsep(&rest, " "))) {
		if (!*word)
			continue;
		assert_true(word[0] == '-' && word[1] && !word[2]);
		const char *verb = strchr(verbs, word[1]);
		if (verb) {
			op.kind = (enum table_op_kind)(verb - verbs);
			continue;
		}
		if (strchr("mgi", word[1])) {
			op.real.forward = word[1] == 'm' ? LB_MASQ : word[1] == 'g' ? LB_GATE : LB_IPIP;
			continue;
		}
		const char *value = strsep(&rest, " ");
		assert_non_null(value);
		switch (word[1]) {
		case 't': case 'f': op.service.id = lab_id(value); break;
		case 'u': op.service.id = lab_id(value); op.service.id.protocol = LB_UDP; break;
		case 's': snprintf(op.service.scheduler, sizeof op.service.scheduler, "%s", value); break;
		case 'p': op.service.persistent = number(value); break;
		case 'M': snprintf(op.service.netmask, sizeof op.service.netmask, "%s", value); break;
		case 'r': op.real.address = *value == ':' ? (struct lb_address){0} : lab_address(value); break;
		case 'w': op.real.weight = number(value); break;
		case 'x': op.real.upper = number(value); break;
		case 'y': op.real.lower = number(value); break;
		default: fail_msg("%s", line);
		}
	}
	return kernel_apply(t, &op) == 0;
}

static int text_order(const void *a, const void *b)
{
	return strcmp(a, b);
}

void kernel_text(const struct table *t, char *out, size_t cap)
{
	static char lines[LINES][LINE];
	size_t count = 0, len = 0;
	char id[64], where[64];

	for (size_t i = 0; i < t->service_count; i++) {
		const struct table_service *s = &t->services[i];
		lb_service_id_text(&s->id, id, sizeof id);
		assert_true(count + s->real_count < LINES);
		snprintf(lines[count++], LINE, "%s %s%s persistent %u mask %s", id, s->scheduler, s->ops ? " ops" : "", s->persistent, s->netmask);
		for (size_t j = 0; j < s->real_count; j++) {
			const struct table_real *r = &s->reals[j];
			lb_address_text(&r->address, where, sizeof where);
			snprintf(lines[count++], LINE, "%s -> %s %s weight %u upper %u lower %u", id, where,
			         (const char *[]){"gate", "masq", "ipip"}[r->forward], r->weight, r->upper, r->lower);
		}
	}
	qsort(lines, count, LINE, text_order);
	out[0] = 0;
	for (size_t i = 0; i < count && len < cap; i++)
		len += (size_t)snprintf(out + len, cap - len, "%s\n", lines[i]);
	assert_true(len < cap);
}

static bool service_same(const struct table_service *a, const struct table_service *b)
{
	if (strcmp(a->scheduler, b->scheduler) || strcmp(a->netmask, b->netmask) || a->persistent != b->persistent || a->ops != b->ops || a->real_count != b->real_count)
		return false;
	for (size_t i = 0; i < a->real_count; i++) {
		const struct table_real *x = &a->reals[i], *y = kernel_real(b, &x->address);
		if (!y || x->forward != y->forward || x->weight != y->weight || x->upper != y->upper || x->lower != y->lower)
			return false;
	}
	return true;
}

bool kernel_same(const struct table *a, const struct table *b)
{
	if (a->service_count != b->service_count)
		return false;
	for (size_t i = 0; i < a->service_count; i++) {
		const struct table_service *s = kernel_service(b, &a->services[i].id);
		if (!s || !service_same(&a->services[i], s))
			return false;
	}
	return true;
}

void kernel_copy(const struct table *from, struct table *to)
{
	*to = (struct table){.services = calloc(from->service_count + 1, sizeof *to->services), .service_count = from->service_count};
	assert_non_null(to->services);
	for (size_t i = 0; i < from->service_count; i++) {
		to->services[i] = from->services[i];
		to->services[i].reals = calloc(from->services[i].real_count + 1, sizeof(struct table_real));
		assert_non_null(to->services[i].reals);
		if (from->services[i].real_count)
			memcpy(to->services[i].reals, from->services[i].reals, from->services[i].real_count * sizeof(struct table_real));
	}
}

/* --- world -------------------------------------------------------------------------------------------------------------- */

void world_hush(struct world *w)
{
	w->said_len = w->op_count = w->failed_count = 0;
	w->said[0] = 0;
}

static void note(struct world *w, char kind, const char *text)
{
	if (w->said_len + strlen(text) + 8 > sizeof w->said)
		return; /* the long tests look at counts */
	w->said_len += (size_t)sprintf(w->said + w->said_len, "%c %s\n", kind, text);
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

/* What is due now: a failure that tells what the kernel has is put right at once. */
static void settle(struct world *w)
{
	for (int turns = 0; mono_reached(w->now, pool_deadline(w->pool)); turns++) {
		assert_true(turns < 20); /* else it spins */
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
	world_event(w, (struct pool_event){.kind = POOL_ORDER, .service = lab_id(service), .address = lab_address(real), .order = order});
}

void world_maintenance(struct world *w, const char *real, bool named)
{
	world_event(w, (struct pool_event){.kind = POOL_MAINTENANCE, .address = lab_address(real), .up = !named});
}
