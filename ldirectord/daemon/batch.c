// SPDX-License-Identifier: MIT
/* Carries out the actions of the pool in batches: all table operations of one iteration of the main loop are sent to
 * the kernel together, then they are logged.  The log line of a failed operation is dropped, because the pool reports
 * the failure.
 * doc/ldirectord.md 7, 12 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ldirectord/daemon/alert.h"
#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/log/ldlog.h"
#include "ldirectord/daemon/mail/mail.h"

static gboolean on_flush(gpointer data)
{
	batch_flush(data);
	return G_SOURCE_REMOVE;
}

static void collect(struct director *d)
{
	size_t count;
	const struct pool_action *actions = pool_actions(d->pool, &count);
	size_t base = d->waiting->len;
	for (size_t i = 0; i < count; i++) {
		struct pool_action a = actions[i];
		if (a.of != POOL_OF_NONE)
			a.of += base;
		g_array_append_val(d->waiting, a);
	}
}

/* Returns the source that writes the next batch.  A single change is written at once: after all results that arrived in
 * this iteration, before less urgent work.
 * While more changes follow, each batch waits longer, so that a hundred changes in a second are a few batches. */
static GSource *pace(struct director *d)
{
	enum { FIRST_GAP_MS = 25, LONGEST_GAP_MS = 200 };
	int64_t since = mono_is_never(d->flushed) ? INT64_MAX : span_to_ms(mono_since(mono_now(), d->flushed));
	if (since >= 2 * LONGEST_GAP_MS)
		d->gap_ms = 0;
	int64_t left = (int64_t)d->gap_ms - since;
	d->gap_ms = d->gap_ms == 0 ? FIRST_GAP_MS : MIN(d->gap_ms * 2, LONGEST_GAP_MS);
	return left > 0 ? g_timeout_source_new((guint)left) : g_idle_source_new();
}

/* Plan the next batch.  At the start, and after a reload that adds checks, wait for the first results, so that they are
 * one batch. */
static void flush_soon(struct director *d)
{
	struct mono now = mono_now(), hold = d->hold;
	bool held = !mono_reached(now, hold);
	if (d->waiting->len == 0 || (d->flush && (!d->held || held)))
		return;
	if (d->flush)
		g_source_destroy(d->flush);
	d->held = held;
	d->flush = held ? g_timeout_source_new((guint)(span_to_ms(mono_since(hold, now)) + 1)) : pace(d);
	g_source_set_priority(d->flush, G_PRIORITY_HIGH_IDLE);
	g_source_set_callback(d->flush, on_flush, d, NULL);
	g_source_attach(d->flush, NULL);
	g_source_unref(d->flush);
}

/* Set the timer again, because the pool's deadline may have changed. */
static void arm(struct director *d)
{
	precise_timer_set(d->timer, pool_deadline(d->pool));
}

void batch_hold_again(struct director *d)
{
	if (!d->flush || !d->held)
		return;
	g_source_destroy(d->flush);
	d->flush = NULL;
	flush_soon(d);
}

void batch_collect(struct director *d)
{
	collect(d);
	arm(d);
	flush_soon(d);
	/* A service that could not be read may be in the table: then no second attempt follows. */
	if (d->waiting->len == 0 && !mono_is_never(d->flushed))
		batch_ready(d);
}

/* Run the fallbackcommand with the shell, as the manual describes.  doc/ldirectord.md 8 */
static void run_fallback_command(const struct director *d, const struct pool_action *a)
{
	const struct lb_virtual *v = &d->config->virtuals[a->virtual_index];
	// ":0" for a mark, as in ldirectord 4: the protocol stays the third argument
	char address[64] = ":0", script[2048];
	if (!v->fallback_command)
		return;
	if (v->id.protocol != LB_FWM)
		lb_address_text(&v->id.address, address, sizeof address);
	static const char *const protocols[] = {[LB_TCP] = "tcp", [LB_UDP] = "udp", [LB_FWM] = "fwm"};
	int len = snprintf(
		script, sizeof script, "%s %s %s %s", v->fallback_command, a->text, address, protocols[v->id.protocol]);
	if (len < 0 || (size_t)len >= sizeof script) {
		ldlog("fallbackcommand is too long: not run");
		return;
	}
	char *const words[] = {"/bin/sh", "-c", script, NULL};
	run_site_program("fallbackcommand", words);
}

/* Send an event by mail and to alertcommand.  The summary of first verdicts is sent a moment after the start or reload
 * to which it belongs. */
static void send_alert(const struct director *d, const struct pool_action *a)
{
	const struct lb_virtual *v = &d->config->virtuals[a->virtual_index];
	const char *status = !a->summary ? d->status : d->reloaded ? "reloading" : "starting";
	if (v->email_alert)
		mail_event(d->mail, v, status, a->text, a->detail);
	alert_event(d->alert, v, status, a->text,
		a->of == POOL_OF_NONE ? NULL : &g_array_index(d->waiting, struct pool_action, a->of).op);
}

static void announce(const struct director *d, const struct ipvs_result *results, const size_t *op_of)
{
	for (guint i = 0; i < d->waiting->len; i++) {
		const struct pool_action *a = &g_array_index(d->waiting, struct pool_action, i);
		bool failed = a->of != POOL_OF_NONE && op_of[a->of] != SIZE_MAX && results[op_of[a->of]].error != 0;
		if (failed || a->kind == POOL_TABLE)
			continue;
		if (a->kind == POOL_LOG)
			ldlog("%s", a->text);
		else if (a->kind == POOL_MAIL)
			send_alert(d, a);
		else if (a->kind == POOL_COMMAND)
			run_fallback_command(d, a);
	}
}

static void report_failures(
	struct director *d, const struct table_op *ops, size_t count, const struct ipvs_result *results)
{
	for (size_t i = 0; i < count; i++) {
		if (results[i].error == 0)
			continue;
		d->failures++;
		pool_failed(d->pool, &ops[i], results[i].error,
			results[i].why[0] ? results[i].why : strerror(-results[i].error), mono_now());
		collect(d);
	}
}

/* Carry out one round: all waiting operations, then their log lines and mails.  A failure may add operations. */
static void round_of(struct director *d)
{
	size_t count = 0, total = d->waiting->len;
	struct table_op *ops = g_new0(struct table_op, total + 1);
	size_t *op_of = g_new(size_t, total + 1);
	for (size_t i = 0; i < total; i++) {
		const struct pool_action *a = &g_array_index(d->waiting, struct pool_action, i);
		op_of[i] = SIZE_MAX;
		if (a->kind == POOL_TABLE) {
			op_of[i] = count;
			ops[count++] = a->op;
		}
	}
	struct ipvs_result *results = g_new0(struct ipvs_result, count + 1);
	if (count > 0) {
		(void)ipvs_apply(d->ipvs, ops, count, results); /* each result is checked below */
		d->batches++;
		d->operations += count;
	}
	announce(d, results, op_of);
	g_array_set_size(d->waiting, 0);
	report_failures(d, ops, count, results);
	g_free(results);
	g_free(op_of);
	g_free(ops);
}

void batch_ready(struct director *d)
{
	char id[64], why[400] = ""; // a long reason is cut
	const char *reason = "";
	bool once = false;
	size_t first = 0;
	if (d->ready)
		return;
	/* Wait for the second attempt when a service was refused once, because perhaps only ipvsadm could not be
	 * started. */
	size_t refused = pool_refused(d->pool, &first, &reason, &once);
	if (once && !d->stopping)
		return;
	d->ready = true;
	if (!d->stopping)
		d->status = "running";
	if (refused > 0) {
		lb_service_id_text(&d->config->virtuals[first].id, id, sizeof id);
		(void)snprintf(why, sizeof why,
			"the kernel refused %zu of %zu virtual services, which are tried again: %s%s: %s", refused,
			d->config->virtual_count, refused > 1 ? "the first is " : "", id, reason);
		ldlog("Started, but %s", why);
	}
	d->options->ready(d->options->context, true, why);
}

void batch_flush(struct director *d)
{
	/* the pool depends on this: its reaction to a failure is carried out at once, in a further round */
	enum { ROUNDS = 4 };
	d->flushed = mono_now();
	if (d->flush)
		g_source_destroy(d->flush);
	d->flush = NULL;
	for (int i = 0; i < ROUNDS && d->waiting->len > 0; i++)
		round_of(d);
	alert_flush(d->alert);
	flush_soon(d);
	arm(d);
	batch_ready(d);
}
