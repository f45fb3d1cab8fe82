// SPDX-License-Identifier: MIT
/* The actions of one call, with the texts that people look for in the log.  A log line has the reason after the text;
 * the subject of a mail has no reason.  doc/ldirectord.md 10 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ldirectord/pool/pool_private.h"

enum { TEXT = sizeof(((struct pool_action *)0)->text), ADDRESS = 64 };

void copy_text(char *to, size_t cap, const char *from)
{
	size_t len = strlen(from);

	if (len >= cap)
		len = cap - 1;
	memcpy(to, from, len);
	to[len] = 0;
}

/* Like snprintf, but may cut the text: the start of a long log line is better than no line. */
static void format(char *out, size_t cap, const char *how, ...) __attribute__((format(printf, 3, 4)));
static void format(char *out, size_t cap, const char *how, ...)
{
	va_list args;

	va_start(args, how);
	(void)vsnprintf(out, cap, how, args); /* cut on purpose */
	va_end(args);
}

/* --- actions ---------------------------------------------------------------------------------- */

void actions_begin(struct pool *p)
{
	p->action_count = 0;
}

static struct pool_action *next(struct pool *p, enum pool_action_kind kind, const struct service *s)
{
	assert(p->action_count < p->action_cap);
	struct pool_action *a = &p->actions[p->action_count++];
	a->kind = kind;
	a->virtual_index = s->index;
	a->of = POOL_OF_NONE;
	a->summary = a->detail = false;
	a->text[0] = 0;
	memset(&a->op, 0, sizeof a->op);
	return a;
}

size_t actions_op(struct pool *p, const struct service *s, enum table_op_kind kind, const struct table_service *service,
	const struct table_real *real)
{
	struct pool_action *a = next(p, POOL_TABLE, s);

	a->op.kind = kind;
	a->op.service = *service;
	if (real)
		a->op.real = *real;
	return p->action_count - 1;
}

void actions_add(struct pool *p, enum pool_action_kind kind, const struct service *s, size_t of, const char *text)
{
	struct pool_action *a = next(p, kind, s);

	a->of = of;
	copy_text(a->text, sizeof a->text, text);
}

static void mail(struct pool *p, const struct service *s, size_t of, const char *text)
{
	char subject[TEXT];

	if (!s->v || (!s->v->email_alert && !s->v->alert_command))
		return;
	if (s->v->service_name)
		format(subject, sizeof subject, "[%s] %s", s->v->service_name, text);
	else
		copy_text(subject, sizeof subject, text);
	actions_add(p, POOL_MAIL, s, of, subject);
}

/* --- texts ------------------------------------------------------------------------------------ */

/* Writes a virtual without its protocol: "10.9.0.1:80", "5". */
static const char *short_id(const struct service *s, char *cap64)
{
	lb_service_id_text(&s->id, cap64, ADDRESS);
	const char *colon = strchr(cap64, ':');
	return colon ? colon + 1 : cap64;
}

void actions_service(struct pool *p, const struct service *s, size_t of, const char *what)
{
	char id[ADDRESS], text[TEXT];

	format(text, sizeof text, "%s: %s%s%s", what, short_id(s, id), s->foreign ? ": " : "",
		s->foreign ? s->foreign : "");
	actions_add(p, POOL_LOG, s, of, text);
}

static const char *reason_of_member(const struct pool *p, const struct service *s, const struct member *m)
{
	if (m->order != POOL_ENABLE)
		return m->order == POOL_DRAIN ? "drained by order" : "disabled by order";
	if (m->state == MEMBER_NEW || m->state == MEMBER_KEPT)
		return "not checked yet";
	if (p->checks[m->check].in_maintenance)
		return "Server in maintenance";
	return s->v->check_type == LB_CHECK_OFF ? "checktype=off" : p->checks[m->check].why;
}

static const char *reason_of(const struct pool *p, const struct service *s, const struct entry *e)
{
	size_t at = e->want.member != NONE ? e->want.member : e->owner;

	if (e->foreign)
		return e->foreign;
	return at == NONE ? "" : reason_of_member(p, s, &s->members[at]);
}

static bool is_of_fallback(const struct entry *e)
{
	return e->of_fallback && e->want.member == NONE;
}

/* Writes the text of an entry: "127.0.2.1:80 mapped from 127.0.2.1:8001". */
static void entry_text(const struct service *s, const struct entry *e, char *out, size_t cap)
{
	char key[ADDRESS], file[ADDRESS];
	const struct lb_real *r = e->owner == NONE ? NULL : s->members[e->owner].r;

	lb_address_text(&e->key, key, sizeof key);
	if (r)
		lb_address_text(&r->address, file, sizeof file);
	if (r && key_order(&r->address, &e->key))
		format(out, cap, "%s mapped from %s", key, file);
	else
		copy_text(out, cap, key);
}

static bool is_named(const struct entry *e)
{
	return e->owner != NONE || e->of_fallback;
}

/* It served before, and serves with another weight, because its check asks for that. */
static bool is_reweighed(const struct service *s, const struct entry *e, enum table_op_kind kind)
{
	bool served = kind == TABLE_REAL_EDIT && e->have.weight > 0 && e->want.real.weight > 0;

	return served && !e->foreign && e->want.member != NONE && s->members[e->want.member].reweighed;
}

static const char *verb(
	const struct pool *p, const struct service *s, const struct entry *e, enum table_op_kind kind, bool stopping)
{
	if (kind == TABLE_REAL_DELETE)
		return stopping || !is_named(e) ? "Purged" : "Deleted";
	if (e->want.real.weight == 0 && e->want.member != NONE && !member_is_up(&s->members[e->want.member]))
		return kind == TABLE_REAL_ADD && p->config->readd_quiescent ? "Readd Quiescent" : "Quiescent";
	if (is_reweighed(s, e, kind))
		return "Changed";
	return kind == TABLE_REAL_ADD ? "Added" : "Restored";
}

/* Add the log line and the mail for an operation on a real. */
void actions_entry(struct pool *p, const struct service *s, const struct entry *e, size_t of, enum table_op_kind kind,
	bool stopping)
{
	char id[ADDRESS], where[2 * ADDRESS + 16], weight[32] = "", text[TEXT], line[TEXT];
	const char *word = verb(p, s, e, kind, stopping), *why = reason_of(p, s, e);

	entry_text(s, e, where, sizeof where);
	if (kind != TABLE_REAL_DELETE)
		format(weight, sizeof weight, " (Weight set to %u)", e->want.real.weight);
	format(text, sizeof text, "%s %s server%s: %s (%s)%s", word, is_of_fallback(e) ? "fallback" : "real",
	       word[0] != 'P' || e->foreign ? "" : stopping ? " (stop)" : " (start)", where, short_id(s, id), weight);
	if (*why && (e->foreign || (word[0] != 'P' && !is_of_fallback(e))))
		format(line, sizeof line, "%s: %s", text, why);
	else
		copy_text(line, sizeof line, text);
	actions_add(p, POOL_LOG, s, of, line);
	if ((!s->quiet || stopping) && !is_reweighed(s, e, kind))
		mail(p, s, of, text);
}

static void log_counted(
	struct pool *p, const struct service *s, const struct member *m, const char *what, const char *more)
{
	char id[ADDRESS], where[ADDRESS], text[TEXT];

	lb_address_text(&m->r->address, where, sizeof where);
	lb_service_id_text(&s->id, id, sizeof id);
	format(text, sizeof text, "%s: %s (%s)%s", what, where, id, more);
	actions_add(p, POOL_LOG, s, POOL_OF_NONE, text);
}

void actions_soft(struct pool *p, const struct service *s, const struct member *m, unsigned failures)
{
	char more[POOL_WHY + 64];
	const char *why = p->checks[m->check].why;

	format(more, sizeof more, " failure %u/%u%s%s", failures, s->v->failure_count, *why ? ": " : "", why);
	log_counted(p, s, m, m->is_fallback ? "Soft failure fallback server" : "Soft failure real server", more);
}

static void report_held(struct pool *p, const struct service *s, const char *text)
{
	actions_add(p, POOL_LOG, s, POOL_OF_NONE, text);
	if (!s->quiet)
		mail(p, s, POOL_OF_NONE, text);
}

void actions_held(struct pool *p, const struct service *s, const struct member *m, const struct pool_tally *tally)
{
	char id[ADDRESS], where[ADDRESS], text[TEXT];

	lb_address_text(&m->r->address, where, sizeof where);
	format(text, sizeof text,
		"Kept real server: %s (%s): maxdown: %zu of %zu are down or not checked yet, limit %zu; its check: %s", where,
		short_id(s, id), tally->down, tally->counted, tally->limit, p->checks[m->check].why);
	report_held(p, s, text);
}

void actions_unheld(struct pool *p, const struct service *s, const struct member *m)
{
	char id[ADDRESS], where[ADDRESS], text[TEXT];

	lb_address_text(&m->r->address, where, sizeof where);
	format(text, sizeof text, "Real server is good again: %s (%s): maxdown had kept it", where, short_id(s, id));
	report_held(p, s, text);
}

void actions_reset(struct pool *p, const struct service *s, const struct member *m)
{
	log_counted(p, s, m, "Resetting soft failure count", "");
}

/* Writes the text for a server that is down, which has the wording of the operation that would remove it, and the
 * reason. */
static void down_text(const struct pool *p, const struct service *s, const struct member *m, char *out, size_t cap)
{
	char id[ADDRESS], where[ADDRESS];
	const struct entry *e = &s->entries[m->entry];
	const char *word = !e->want.present             ? "Deleted real server"
			   : e->want.real.weight == 0 ? "Quiescent real server"
						      /* another real with this address serves */
						      : "Real server is down";

	if (m->is_fallback)
		word = "Fallback server is down";

	lb_address_text(&m->r->address, where, sizeof where);
	format(out, cap, "%s: %s (%s)%s: %s", word, where, short_id(s, id), word[0] == 'Q' ? " (Weight set to 0)" : "",
		reason_of_member(p, s, m));
}

/* Report that a server is down when no operation reports it. */
void actions_down(struct pool *p, const struct service *s, const struct member *m)
{
	char line[TEXT];

	down_text(p, s, m, line, sizeof line);
	actions_add(p, POOL_LOG, s, POOL_OF_NONE, line);
	if (!s->quiet)
		mail(p, s, POOL_OF_NONE, line);
}

void actions_fallback_up(struct pool *p, const struct service *s, const struct member *m)
{
	char id[ADDRESS], where[ADDRESS], text[TEXT];

	lb_address_text(&m->r->address, where, sizeof where);
	format(text, sizeof text, "Fallback server is up: %s (%s)", where, short_id(s, id));
	actions_add(p, POOL_LOG, s, POOL_OF_NONE, text);
	if (!s->quiet)
		mail(p, s, POOL_OF_NONE, text);
}

void actions_inaccessible(struct pool *p, const struct service *s, const struct member *m)
{
	char id[ADDRESS], where[ADDRESS], text[TEXT];

	lb_address_text(&m->r->address, where, sizeof where);
	format(text, sizeof text, "Inaccessible real server: %s (%s)", where, short_id(s, id));
	mail(p, s, POOL_OF_NONE, text);
}

void actions_quorum(struct pool *p, const struct service *s, bool lost)
{
	char id[ADDRESS], text[TEXT];
	size_t up = 0;

	for (size_t i = 0; i < s->member_count; i++)
		up += member_is_up(&s->members[i]);
	format(text, sizeof text, "Quorum %s: %s: %zu of %zu real servers up, quorum %u", lost ? "lost" : "regained",
		short_id(s, id), up, s->member_count, s->v->quorum);
	actions_add(p, POOL_LOG, s, POOL_OF_NONE, text);
	if (!s->quiet)
		mail(p, s, POOL_OF_NONE, text);
}

/* Add the summary, which is the only mail of a start.  It names the reals that are down: doc/ldirectord.md 13.32. */
void actions_summary(struct pool *p, const struct service *s)
{
	char id[ADDRESS], text[TEXT];
	size_t up = 0;

	for (size_t i = 0; i < s->member_count; i++)
		up += member_is_up(&s->members[i]);
	format(text, sizeof text, "Checked virtual server: %s: %zu of %zu real servers up", short_id(s, id), up,
		s->member_count);
	size_t before = p->action_count;
	mail(p, s, POOL_OF_NONE, text);
	for (size_t i = 0; i < all_members(s); i++) {
		if (member_is_up(&s->members[i]))
			continue;
		down_text(p, s, &s->members[i], text, sizeof text);
		mail(p, s, POOL_OF_NONE, text);
	}
	for (size_t i = before; i < p->action_count; i++) {
		p->actions[i].summary = true;
		p->actions[i].detail = i > before;
	}
}

void actions_failed(
	struct pool *p, const struct service *s, const struct table_op *op, const char *why, struct mono now)
{
	static const char *const doing[] = {
		"add virtual", "change virtual", "delete virtual", "add real", "change real", "delete real"};
	char id[ADDRESS], real[ADDRESS], next_try[48] = "", text[TEXT];
	int64_t ms = span_to_ms(mono_since(s->retry_at, now));

	if (s->failing && ms <= 0)
		copy_text(next_try, sizeof next_try, "; correcting it at once");
	else if (s->failing)
		format(next_try, sizeof next_try, "; next try in %lld s", (long long)(ms / 1000));
	lb_address_text(&op->real.address, real, sizeof real);
	if (op->kind >= TABLE_REAL_ADD)
		format(text, sizeof text, "Failed to %s server: %s (%s): %s%s", doing[op->kind], real, short_id(s, id),
			why, next_try);
	else
		format(text, sizeof text, "Failed to %s server: %s: %s%s", doing[op->kind], short_id(s, id), why,
			next_try);
	actions_add(p, POOL_LOG, s, POOL_OF_NONE, text);
}
