// SPDX-License-Identifier: MIT
/* The state of the daemon as JSON: virtuals, reals, verdicts, reasons and times.  doc/ldirectord.md 11.6 */
#include <jansson.h>
#include <time.h>

#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/mail.h"

static json_t *real_json(const struct director *d, size_t v, size_t k, const struct lb_real *r)
{
	static const char *const orders[] = {
		[POOL_ENABLE] = "enabled", [POOL_DRAIN] = "drained", [POOL_DISABLE] = "disabled"};
	struct pool_view view;
	char address[64];
	pool_view(d->pool, v, k, &view);
	lb_address_text(&r->address, address, sizeof address);
	double since = mono_is_never(view.since) ? 0 : (double)mono_since(mono_now(), view.since).ns / 1e9;
	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:b, s:b, s:b, s:b, s:s, s:i, s:i, s:f, s:s, s:s}", "address",
		address, "host", r->host, "forward", lb_forward_name(r->forward), "configured_weight", (int)r->weight,
		"weight", (int)view.weight, "up", view.up, "checked", view.checked, "maintenance", view.in_maintenance,
		"in_table", view.in_table, "order", orders[view.order], "failures", (int)view.failures, "successes",
		(int)view.successes, "since_seconds", since, "reason", view.why, "trouble", view.trouble);
}

static json_t *virtual_json(const struct director *d, size_t i)
{
	const struct lb_virtual *v = &d->config->virtuals[i];
	char id[96];
	json_t *reals = json_array();
	lb_service_id_text(&v->id, id, sizeof id);
	for (size_t k = 0; k < v->real_count; k++)
		(void)json_array_append_new(reals, real_json(d, i, k, &v->reals[k]));
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:o, s:o}", "virtual", id, "checktype",
		lb_check_type_name(v->check_type), "service", lb_service_name(v->service), "scheduler", v->scheduler,
		"quiescent", v->quiescent, "checkinterval_ms", (json_int_t)v->check_interval_ms, "retryinterval_ms",
		(json_int_t)v->retry_interval_ms, "reals", reals, "fallback",
		v->fallback ? real_json(d, i, v->real_count, v->fallback) : json_null());
}

char *status_json(const struct director *d)
{
	json_t *virtuals = json_array();
	for (size_t i = 0; i < d->config->virtual_count; i++)
		(void)json_array_append_new(virtuals, virtual_json(d, i));
	struct mail_counts mails = mail_counts(d->mail);
	json_t *all = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:{s:I, s:I, s:I}, s:o}",
		"version", VERSION, "file", d->config->file, "status", d->status, "back_end", ipvs_name(d->ipvs),
		"last_reload_error", d->last_error, "started", (json_int_t)d->started, "reloaded",
		(json_int_t)d->reloaded, "checks_running", (json_int_t)checks_running(d->checks), "batches",
		(json_int_t)d->batches, "operations", (json_int_t)d->operations, "failed_operations",
		(json_int_t)d->failures, "mails", "waiting", (json_int_t)mails.waiting, "sent", (json_int_t)mails.sent,
		"dropped", (json_int_t)mails.dropped, "virtuals", virtuals);
	char *text = all ? json_dumps(all, JSON_INDENT(1)) : NULL;
	json_decref(all);
	return text;
}
