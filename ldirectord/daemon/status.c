// SPDX-License-Identifier: MIT
/* Formats the state of the daemon as JSON: virtuals, reals, verdicts, reasons and times, and the current table of the
 * kernel.
 * doc/ldirectord.md 11.6, 13.35 */
#include <jansson.h>
#include <stdio.h>
#include <time.h>

#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/mail/mail.h"
#include "ldirectord/daemon/table_watch.h"

/* The current table of the kernel; table NULL: it cannot be read, and the last known values are shown. */
struct kernel {
	const struct table *table;
};

static const struct table_service *find_service(const struct kernel *k, const struct lb_service_id *id)
{
	for (size_t i = 0; k->table && i < k->table->service_count; i++)
		if (lb_service_id_equal(&k->table->services[i].id, id))
			return &k->table->services[i];
	return NULL;
}

static const struct table_real *find_real(const struct table_service *s, const struct lb_address *key)
{
	for (size_t i = 0; s && i < s->real_count; i++)
		if (lb_address_equal(&s->reals[i].address, key))
			return &s->reals[i];
	return NULL;
}

/* Writes the difference between a real in the kernel and the wanted one. */
static void difference(const struct pool_view *view, const struct table_real *has, char *out, size_t cap)
{
	const struct table_real *want = &view->wanted_real;
	out[0] = '\0';
	if (view->wanted && !has)
		(void)snprintf(out, cap, "missing, should have weight %u", want->weight);
	else if (!view->wanted && has)
		(void)snprintf(out, cap, "in the table with weight %u, should not be", has->weight);
	else if (has && has->weight != want->weight)
		(void)snprintf(out, cap, "weight %u, should be %u", has->weight, want->weight);
	else if (has && has->forward != want->forward)
		(void)snprintf(out, cap, "%s, should be %s", lb_forward_name(has->forward), lb_forward_name(want->forward));
	else if (has && (has->upper != want->upper || has->lower != want->lower))
		(void)snprintf(out, cap, "thresholds l:%u u:%u, should be l:%u u:%u", has->lower, has->upper, want->lower,
			want->upper);
}

static json_t *real_json(
	const struct director *d, const struct kernel *kernel, size_t v, size_t k, const struct lb_real *r)
{
	static const char *const orders[] = {
		[POOL_ENABLE] = "enabled", [POOL_DRAIN] = "drained", [POOL_DISABLE] = "disabled"};
	struct pool_view view;
	char address[64], differs[160] = "";
	pool_view(d->pool, v, k, &view);
	if (kernel->table) {
		const struct table_real *has = find_real(find_service(kernel, &d->config->virtuals[v].id), &view.key);
		view.in_table = has != NULL;
		view.weight = has ? has->weight : 0;
		difference(&view, has, differs, sizeof differs);
	}
	lb_address_text(&r->address, address, sizeof address);
	double since = mono_is_never(view.since) ? 0 : (double)mono_since(mono_now(), view.since).ns / 1e9;
	return json_pack("{s:s, s:s, s:s, s:i, s:i, s:b, s:b, s:b, s:b, s:i, s:b, s:s, s:s, s:i, s:i, s:f, s:s, s:s}",
		"address", address, "host", r->host, "forward", lb_forward_name(r->forward), "configured_weight",
		(int)r->weight, "weight", (int)view.weight, "up", view.up, "checked", view.checked, "maintenance", view.in_maintenance,
		"kept_by_maxdown", view.held,
		"weight_percent", view.is_fallback ? LB_SHARE_FULL : view.share == LB_SHARE_DRAIN ? 0 : (int)view.share,
		"in_table", view.in_table, "difference", differs, "order", orders[view.order], "failures",
		(int)view.failures, "successes", (int)view.successes, "since_seconds", since, "reason", view.why,
		"trouble", view.trouble);
}

/* Returns the servers of a virtual that the kernel's table has but the file does not. */
static json_t *strangers(const struct director *d, const struct table_service *s, size_t v)
{
	const struct lb_virtual *virtual = &d->config->virtuals[v];
	json_t *list = json_array();
	for (size_t i = 0; s && i < s->real_count; i++) {
		bool known = false;
		struct pool_view view;
		char address[64];
		for (size_t k = 0; k < virtual->real_count + virtual->fallback_count && !known; k++) {
			pool_view(d->pool, v, k, &view);
			known = lb_address_equal(&view.key, &s->reals[i].address);
		}
		lb_address_text(&s->reals[i].address, address, sizeof address);
		if (!known)
			(void)json_array_append_new(list, json_string(address));
	}
	return list;
}

/* The one that serves, else the last one, which would: the server that "fallback" meant when there was only one. */
static json_t *fallback_of(json_t *list)
{
	json_t *f, *chosen = json_null();
	size_t i;
	json_array_foreach(list, i, f) {
		chosen = f;
		if (json_is_true(json_object_get(f, "up")))
			break;
	}
	return json_incref(chosen);
}

static json_t *virtual_json(const struct director *d, const struct kernel *kernel, size_t i)
{
	const struct lb_virtual *v = &d->config->virtuals[i];
	const struct table_service *s = find_service(kernel, &v->id);
	char id[96];
	json_t *reals = json_array(), *fallbacks = json_array();
	lb_service_id_text(&v->id, id, sizeof id);
	for (size_t k = 0; k < v->real_count; k++)
		(void)json_array_append_new(reals, real_json(d, kernel, i, k, &v->reals[k]));
	for (size_t k = 0; k < v->fallback_count; k++)
		(void)json_array_append_new(fallbacks, real_json(d, kernel, i, v->real_count + k, &v->fallbacks[k]));
	return json_pack("{s:s, s:o, s:s, s:s, s:s, s:b, s:I, s:I, s:o, s:o, s:o, s:o}", "virtual", id, "in_table",
		kernel->table ? json_boolean(s != NULL) : json_null(), "checktype", lb_check_type_name(v->check_type),
		"service", lb_service_name(v->service), "scheduler", v->scheduler, "quiescent", v->quiescent,
		"checkinterval_ms", (json_int_t)v->check_interval_ms, "retryinterval_ms",
		(json_int_t)v->retry_interval_ms, "reals", reals, "fallback", fallback_of(fallbacks),
		"fallbacks", fallbacks, "strangers", strangers(d, s, i));
}

char *status_json(struct director *d)
{
	json_t *virtuals = json_array();
	struct table table = {0};
	const char *trouble = "";
	struct kernel kernel = {ipvs_read(d->ipvs, &table, &trouble) == 0 ? &table : NULL};
	for (size_t i = 0; i < d->config->virtual_count; i++)
		(void)json_array_append_new(virtuals, virtual_json(d, &kernel, i));
	struct mail_counts mails = mail_counts(d->mail);
	json_t *all = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:{s:I, s:I, s:I}, s:o}",
		"version", VERSION, "file", d->config->file, "status", d->status, "back_end", ipvs_name(d->ipvs),
		"table_error", trouble, "last_reload_error", d->last_error, "started", (json_int_t)d->started, "reloaded",
		(json_int_t)d->reloaded, "checks_running", (json_int_t)checks_running(d->checks), "batches",
		(json_int_t)d->batches, "operations", (json_int_t)d->operations, "failed_operations",
		(json_int_t)d->failures, "corrections", (json_int_t)table_watch_corrections(d->table_watch), "mails",
		"waiting", (json_int_t)mails.waiting, "sent", (json_int_t)mails.sent, "dropped",
		(json_int_t)mails.dropped, "virtuals", virtuals);
	table_free(&table);
	char *text = all ? json_dumps(all, JSON_INDENT(1)) : NULL;
	json_decref(all);
	return text;
}
