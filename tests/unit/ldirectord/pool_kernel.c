// SPDX-License-Identifier: MIT
#include "tests/unit/ldirectord/pool_kernel.h"

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

enum { LINE = 256, LINES = 512 };

unsigned lab_number(const char *text)
{
	return (unsigned)strtoul(text, NULL, 10);
}

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

/* "-a -t 10.9.0.1:80 -x 0 -y 0 -r 127.0.2.1:8001 -m -w 1"; the thresholds may be missing; '#' starts a remark. */
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
		case 'p': op.service.persistent = lab_number(value); break;
		case 'M': snprintf(op.service.netmask, sizeof op.service.netmask, "%s", value); break;
		case 'r': op.real.address = *value == ':' ? (struct lb_address){0} : lab_address(value); break;
		case 'w': op.real.weight = lab_number(value); break;
		case 'x': op.real.upper = lab_number(value); break;
		case 'y': op.real.lower = lab_number(value); break;
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
		snprintf(lines[count++], LINE, "%s %s%s persistent %u mask %s", id, s->scheduler, s->ops ? " ops" : "",
			s->persistent, s->netmask);
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
	if (strcmp(a->scheduler, b->scheduler) || strcmp(a->netmask, b->netmask) || a->persistent != b->persistent ||
		a->ops != b->ops || a->real_count != b->real_count)
		return false;
	for (size_t i = 0; i < a->real_count; i++) {
		const struct table_real *x = &a->reals[i], *y = kernel_real(b, &x->address);
		if (!y || x->forward != y->forward || x->weight != y->weight || x->upper != y->upper ||
			x->lower != y->lower)
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
	*to = (struct table){.services = calloc(from->service_count + 1, sizeof *to->services),
		.service_count = from->service_count};
	assert_non_null(to->services);
	for (size_t i = 0; i < from->service_count; i++) {
		to->services[i] = from->services[i];
		to->services[i].reals = calloc(from->services[i].real_count + 1, sizeof(struct table_real));
		assert_non_null(to->services[i].reals);
		if (from->services[i].real_count)
			memcpy(to->services[i].reals, from->services[i].reals,
				from->services[i].real_count * sizeof(struct table_real));
	}
}
