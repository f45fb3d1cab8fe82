// SPDX-License-Identifier: MIT
#include "ldirectord/check/plan_wire.h"

#include <string.h>

enum kind { NUMBER, TEXT, TEXT_OR_NULL };

/* One setting.  When a check reads a further setting, add a row here; plan_wire_test.c compares the rows with the
 * directives. */
static const struct field {
	bool of_real;
	enum kind kind;
	size_t offset, size;
} fields[] = {
#define V(kind, field) {false, kind, offsetof(struct lb_virtual, field), sizeof(((struct lb_virtual *)0)->field)}
#define R(kind, field) {true, kind, offsetof(struct lb_real, field), sizeof(((struct lb_real *)0)->field)}
	V(NUMBER, id),
	V(NUMBER, check_type),
	V(NUMBER, service),
	V(NUMBER, check_port),
	V(NUMBER, check_timeout_ms),
	V(NUMBER, negotiate_timeout_ms),
	V(NUMBER, check_count),
	V(NUMBER, dynamic_weight),
	V(NUMBER, agent_port),
	V(NUMBER, http_method),
	V(NUMBER, redirect),
	V(NUMBER, sslverify),
	V(TEXT, check_command),
	V(TEXT_OR_NULL, virtualhost),
	V(TEXT, login),
	V(TEXT, passwd),
	V(TEXT, database),
	V(TEXT, secret),
	V(TEXT_OR_NULL, sni),
	V(TEXT_OR_NULL, sslca),
	R(NUMBER, address),
	R(NUMBER, elsewhere),
	R(TEXT, request),
	R(TEXT, receive),
#undef V
#undef R
};
enum { FIELDS = sizeof(fields) / sizeof(*fields) };

// --- out ---

static void put_number(struct writer *w, const void *from, size_t size)
{
	writer_bytes(w, (struct bytes){from, size});
}

/* Append the length of the text with its NUL (0: NULL), then the text with its NUL. */
static void put_text(struct writer *w, const unsigned char *field)
{
	char *text;
	memcpy(&text, field, sizeof(text));
	uint32_t len = text ? (uint32_t)strlen(text) + 1 : 0;
	put_number(w, &len, sizeof(len));
	writer_bytes(w, (struct bytes){(const uint8_t *)text, len});
}

bool plan_wire_put(struct writer *w, const struct check_plan *plan)
{
	uint32_t type = plan->type, ranges = (uint32_t)plan->v->status_count;
	put_number(w, &type, sizeof(type));
	for (size_t i = 0; i < FIELDS; i++) {
		const struct field *f = &fields[i];
		const void *from = f->of_real ? (const void *)plan->r : plan->v;
		const unsigned char *base = from;
		if (f->kind == NUMBER)
			put_number(w, base + f->offset, f->size);
		else
			put_text(w, base + f->offset);
	}
	if (ranges > PLAN_WIRE_RANGES)
		return false;
	put_number(w, &ranges, sizeof(ranges));
	put_number(w, plan->v->status, ranges * sizeof(*plan->v->status));
	return !w->overflowed;
}

// --- in ---

static void take_number(struct reader *r, void *to, size_t size)
{
	struct bytes b = reader_take(r, size);
	if (!r->failed)
		bytes_copy(to, b);
}

static void take_text(struct reader *r, enum kind kind, unsigned char *field)
{
	uint32_t len = 0;
	take_number(r, &len, sizeof(len));
	struct bytes b = reader_take(r, len);
	if (r->failed)
		return;
	// the text must have a NUL at its end and nowhere else
	if (len == 0 ? kind == TEXT : memchr(b.at, '\0', len) != b.at + len - 1) {
		reader_fail(r);
		return;
	}
	const char *text = len ? (const char *)b.at : NULL;
	memcpy(field, &text, sizeof(text));
}

/* Check the values that select which code runs. */
static bool is_known(const struct plan_taken *t)
{
	const struct lb_virtual *v = &t->v;
	return t->plan.type < LB_CHECK_COMBINED && v->service < LB_SERVICES && v->id.protocol <= LB_FWM &&
	       v->id.address.family <= LB_INET6 && t->r.address.family <= LB_INET6 && v->http_method <= LB_HEAD &&
	       v->redirect <= LB_REDIRECT_NO && v->sslverify <= LB_SSL_FULL;
}

bool plan_wire_take(struct bytes bytes, struct plan_taken *out)
{
	struct reader r = reader_over(bytes);
	uint32_t type = 0, ranges = 0;
	*out = (struct plan_taken){.plan = {.v = &out->v, .r = &out->r}};
	take_number(&r, &type, sizeof(type));
	for (size_t i = 0; i < FIELDS; i++) {
		const struct field *f = &fields[i];
		unsigned char *base = f->of_real ? (unsigned char *)&out->r : (unsigned char *)&out->v;
		if (f->kind == NUMBER)
			take_number(&r, base + f->offset, f->size);
		else
			take_text(&r, f->kind, base + f->offset);
	}
	take_number(&r, &ranges, sizeof(ranges));
	if (ranges > PLAN_WIRE_RANGES)
		return false;
	take_number(&r, out->ranges, ranges * sizeof(*out->ranges));
	out->plan.type = (enum lb_check_type)type;
	out->v.status = out->ranges;
	out->v.status_count = ranges;
	out->v.request = out->r.request;
	out->v.receive = out->r.receive;
	return !r.failed && reader_left(&r) == 0 && is_known(out);
}
