// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/show_config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"

// Returns a JSON string.  A file may contain bytes that are not UTF-8, which JSON does not allow: they are escaped.
static json_t *text(const char *s)
{
	json_t *json = json_string(s);
	if (json)
		return json;
	char escaped[1024];
	struct writer w = writer_over(escaped, sizeof(escaped) - 1);
	writer_escaped(&w, bytes_of(s), 240);
	escaped[w.len] = '\0';
	return json_string(escaped);
}

/* Add a value.  Without memory for the value its name is missing; the caller that prints the whole object checks
 * that. */
static void put(json_t *to, const char *name, json_t *value)
{
	(void)json_object_set_new(to, name, value);
}

static void put_text(json_t *to, const char *name, const char *s)
{
	if (s)
		put(to, name, text(s));
}

static void put_number(json_t *to, const char *name, uint64_t n)
{
	put(to, name, json_integer((json_int_t)n));
}

static void put_yesno(json_t *to, const char *name, bool yes)
{
	put(to, name, json_string(yes ? "yes" : "no"));
}

// Add a time in seconds, as a whole number where possible.
static void put_time(json_t *to, const char *name, int64_t ms)
{
	put(to, name, ms % 1000 == 0 ? json_integer(ms / 1000) : json_real((double)ms / 1000));
}

// "2", or "50%"; null: none.
static void put_limit(json_t *to, const char *name, const struct lb_limit *limit)
{
	if (!limit->given)
		put(to, name, json_null());
	else
		put(to, name, json_sprintf(limit->percent ? "%u%%" : "%u", limit->value));
}

static void put_server(json_t *to, const struct lb_address *a)
{
	char server[64];
	lb_address_text(a, server, sizeof(server));
	*strrchr(server, ':') = '\0'; // there is always a colon
	put(to, "server", json_string(server));
	put_number(to, "port", a->port);
}

static json_t *server(const struct lb_real *r)
{
	json_t *json = json_object();
	put_server(json, &r->address);
	put(json, "forward", json_string(lb_forward_name(r->forward)));
	return json;
}

// One is an object; several are a list.
static void put_fallbacks(json_t *to, const char *name, const struct lb_real *list, size_t count)
{
	json_t *json = count > 1 ? json_array() : NULL;
	for (size_t i = 0; count > 1 && i < count; i++)
		(void)json_array_append_new(json, server(&list[i])); // without memory only
	if (count > 0)
		put(to, name, json ? json : server(list));
}

static json_t *real(const struct lb_real *r)
{
	json_t *json = server(r);
	put_text(json, "host", r->host);
	put_number(json, "line", r->line);
	put_number(json, "weight", r->weight);
	put_number(json, "l-threshold", r->lower);
	put_number(json, "u-threshold", r->upper);
	put_text(json, "request", r->request);
	put_text(json, "receive", r->receive);
	return json;
}

// --- a virtual, in the order of its concerns ---

static void show_identity(json_t *json, const struct lb_virtual *v)
{
	put_number(json, "line", v->line);
	put_server(json, &v->id.address);
	put(json, "family", json_string(v->id.address.family == LB_INET ? "inet" : "inet6"));
	put(json, "protocol", json_string(lb_protocol_name(v->id.protocol)));
	if (v->id.protocol == LB_FWM) {
		put_number(json, "fwm", v->id.mark);
		(void)json_object_del(json, "server"); // a mark has no server
	}
	put_text(json, "scheduler", v->scheduler);
	put_text(json, "schedflags", v->schedflags);
	put_number(json, "persistent", v->persistent);
	if (v->netmask && v->id.address.family == LB_INET6)
		put_number(json, "netmask", strtoul(v->netmask, NULL, 10)); // the parser accepts only digits
	else
		put_text(json, "netmask", v->netmask);
	put_yesno(json, "ops", v->ops);
	put_yesno(json, "quiescent", v->quiescent);
	put_yesno(json, "cleanstop", v->cleanstop);
}

static json_t *status(const struct lb_virtual *v)
{
	char list[1024];
	struct writer w = writer_over(list, sizeof(list) - 1);
	if (v->status_count == 0)
		writer_text(&w, "200-299");
	for (size_t i = 0; i < v->status_count; i++) {
		writer_format(&w, i > 0 ? ",%u" : "%u", v->status[i].first);
		if (v->status[i].last != v->status[i].first)
			writer_format(&w, "-%u", v->status[i].last);
	}
	list[w.len] = '\0';
	return json_string(list);
}

static void show_check(json_t *json, const struct lb_virtual *v)
{
	put(json, "checktype", json_string(lb_check_type_name(v->check_type)));
	if (v->check_type == LB_CHECK_COMBINED)
		put_number(json, "connects_per_negotiate", v->connects_per_negotiate);
	put(json, "service", json_string(lb_service_name(v->service)));
	put_number(json, "checkport", v->check_port);
	put_text(json, "checkcommand", v->check_command);
	put_yesno(json, "dynamicweight", v->dynamic_weight);
	put_number(json, "agentport", v->agent_port);
	put_text(json, "request", v->request);
	put_text(json, "receive", v->receive);
	put(json, "httpmethod", json_string(v->http_method == LB_HEAD ? "HEAD" : "GET"));
	put_text(json, "virtualhost", v->virtualhost);
	put_text(json, "login", v->login);
	put_text(json, "passwd", v->passwd[0] && !v->passwd_preset ? "***" : v->passwd);
	put_text(json, "database", v->database);
	put_text(json, "secret", v->secret[0] ? "***" : "");
	put(json, "status", status(v));
	put(json, "redirect", json_string(lb_redirect_name(v->redirect)));
	put_text(json, "sni", v->sni);
	put(json, "sslverify", json_string(lb_sslverify_name(v->sslverify)));
	put_text(json, "sslca", v->sslca);
	put_time(json, "checktimeout", v->check_timeout_ms);
	put_time(json, "negotiatetimeout", v->negotiate_timeout_ms);
	put_time(json, "checkinterval", v->check_interval_ms);
	put_time(json, "retryinterval", v->retry_interval_ms);
	put_number(json, "checkcount", v->check_count);
	put_number(json, "failurecount", v->failure_count);
	put_number(json, "risecount", v->rise_count);
	put_number(json, "quorum", v->quorum);
	put_number(json, "quorumhysteresis", v->quorum_hysteresis);
	put_limit(json, "maxdown", &v->max_down);
}

static void show_notification(json_t *json, const struct lb_virtual *v)
{
	put_text(json, "fallbackcommand", v->fallback_command);
	put_text(json, "alertcommand", v->alert_command);
	put_text(json, "monitorfile", v->monitor_file);
	put_text(json, "servicename", v->service_name);
	put_text(json, "comment", v->comment);
	put_text(json, "load", v->load);
	put_text(json, "emailalert", v->email_alert);
	put_text(json, "smtp", v->smtp);
	put_number(json, "emailalertfreq", v->email_alert_freq);
	put_number(json, "emailalertstatus", v->email_alert_status);
}

static json_t *virtual(const struct lb_virtual *v)
{
	json_t *json = json_object(), *reals = json_array();
	show_identity(json, v);
	show_check(json, v);
	show_notification(json, v);
	put_fallbacks(json, "fallback", v->fallbacks, v->fallback_count);
	for (size_t i = 0; i < v->real_count; i++)
		(void)json_array_append_new(reals, real(&v->reals[i])); // fails only without memory
	put(json, "real", reals);
	return json;
}

// --- the file ---

// Show the directives that a section may set too: only those that are written outside of sections.
static void show_common(json_t *json, const struct lb_common *g)
{
	const struct { const char *name; int64_t ms; } times[] = {
		{"checktimeout", g->check_timeout_ms}, {"negotiatetimeout", g->negotiate_timeout_ms},
		{"checkinterval", g->check_interval_ms}, {"retryinterval", g->retry_interval_ms},
	};
	const struct { const char *name; int64_t given, least;
	} numbers[] = {
		{"checkcount", g->check_count, 1},
		{"failurecount", g->failure_count, 1},
		{"risecount", g->rise_count, 1},
		{"quorum", g->quorum, 1},
		{"quorumhysteresis", g->quorum_hysteresis, 0},
		{"emailalertfreq", g->email_alert_freq, 0},
		{"emailalertstatus", g->email_alert_status, 0},
	};
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		if (times[i].ms > 0)
			put_time(json, times[i].name, times[i].ms);
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (numbers[i].given >= numbers[i].least)
			put_number(json, numbers[i].name, (uint64_t)numbers[i].given);
	}
	if (g->max_down.given)
		put_limit(json, "maxdown", &g->max_down);
	if (g->quiescent >= 0)
		put_yesno(json, "quiescent", g->quiescent > 0);
	if (g->cleanstop >= 0)
		put_yesno(json, "cleanstop", g->cleanstop > 0);
	put_text(json, "fallbackcommand", g->fallback_command);
	put_text(json, "alertcommand", g->alert_command);
	put_text(json, "emailalert", g->email_alert);
	put_text(json, "smtp", g->smtp);
}

static json_t *globals(const struct lb_config *c)
{
	json_t *json = json_object(), *execute = json_array();
	put_yesno(json, "autoreload", c->autoreload);
	put_yesno(json, "supervised", c->supervised);
	put_yesno(json, "fork", c->fork);
	put_yesno(json, "readdquiescent", c->readd_quiescent);
	put_text(json, "callback", c->callback);
	put_text(json, "logfile", c->log_file);
	put_text(json, "maintenancedir", c->maintenance_dir);
	put_text(json, "emailalertfrom", c->email_alert_from);
	for (size_t i = 0; i < c->execute_count; i++)
		(void)json_array_append_new(execute, text(c->execute[i])); // fails only without memory
	put(json, "execute", execute);
	put_fallbacks(json, "fallback", c->fallbacks[LB_INET], c->fallback_count[LB_INET]);
	put_fallbacks(json, "fallback6", c->fallbacks[LB_INET6], c->fallback_count[LB_INET6]);
	show_common(json, &c->globals);
	return json;
}

static json_t *show_config(const struct lb_config *c)
{
	json_t *json = json_object(), *virtuals = json_array();
	put(json, "globals", globals(c));
	for (size_t i = 0; i < c->virtual_count; i++)
		(void)json_array_append_new(virtuals, virtual(&c->virtuals[i])); // fails only without memory
	put(json, "virtuals", virtuals);
	return json;
}

json_t *lb_show_check(const struct lb_config *c, const struct diags *d)
{
	json_t *json = json_object(), *errors = json_array(), *warnings = json_array();
	for (size_t i = 0; i < d->count; i++) {
		const struct diag *item = &d->list[i];
		json_t *one = json_object();
		put_number(one, "line", item->line);
		put_number(one, "column", item->column);
		put(one, "message", text(item->text));
		// fails only without memory
		(void)json_array_append_new(item->severity == DIAG_ERROR ? errors : warnings, one);
	}
	put(json, "ok", json_boolean(d->errors == 0 && c));
	put(json, "errors", errors);
	put(json, "warnings", warnings);
	if (c && d->errors == 0)
		put(json, "config", show_config(c));
	return json;
}
