// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/metrics.h"

#include <jansson.h>
#include <string.h>

enum place { OF_DAEMON, OF_VIRTUAL, OF_REAL, OF_FALLBACK };

typedef bool read_value(json_t *at, const char *key, double *out);

// --- values ---

static bool number(json_t *at, const char *key, double *out)
{
	json_t *value = json_object_get(at, key);
	*out = json_number_value(value);
	return json_is_number(value);
}

/* Get a boolean; without a value, when the table cannot be read, there is no sample. */
static bool truth(json_t *at, const char *key, double *out)
{
	json_t *value = json_object_get(at, key);
	*out = json_is_true(value) ? 1 : 0;
	return json_is_boolean(value);
}

/* Get 1 when there is a text, otherwise 0. */
static bool text(json_t *at, const char *key, double *out)
{
	const char *value = json_string_value(json_object_get(at, key));
	*out = value && *value ? 1 : 0;
	return value != NULL;
}

static bool no_text(json_t *at, const char *key, double *out)
{
	bool there = text(at, key, out);
	*out = 1 - *out;
	return there;
}

static bool enabled(json_t *at, const char *key, double *out)
{
	const char *value = json_string_value(json_object_get(at, key));
	*out = value && strcmp(value, "enabled") == 0 ? 1 : 0;
	return value != NULL;
}

/* Count the reals of a virtual for which this key is true; NULL: all reals. */
static bool count(json_t *at, const char *key, double *out)
{
	json_t *reals = json_object_get(at, "reals"), *real;
	size_t i;
	*out = 0;
	json_array_foreach(reals, i, real)
		*out += !key || json_is_true(json_object_get(real, key)) ? 1 : 0;
	return json_is_array(reals);
}

static bool length(json_t *at, const char *key, double *out)
{
	json_t *list = json_object_get(at, key);
	*out = (double)json_array_size(list);
	return json_is_array(list);
}

static bool mails(json_t *at, const char *key, double *out)
{
	return number(json_object_get(at, "mails"), key, out);
}

// --- the metrics, each with all its samples ---

static const struct metric {
	const char *name;
	enum place place;
	read_value *read;
	const char *key, *help;
} metrics[] = {
	{"ldirectord_start_time_seconds", OF_DAEMON, number, "started", "When the daemon was started."},
	{"ldirectord_reload_time_seconds", OF_DAEMON, number, "reloaded",
		"When the configuration in use was read."},
	{"ldirectord_reload_failed", OF_DAEMON, text, "last_reload_error",
		"1 when the last reload failed, so that an older configuration is in use."},
	{"ldirectord_table_readable", OF_DAEMON, no_text, "table_error", "1 when the kernel's table can be read."},
	{"ldirectord_checks_running", OF_DAEMON, number, "checks_running", "Checks that run at present."},
	{"ldirectord_table_batches", OF_DAEMON, number, "batches", "Batches of changes sent to the kernel."},
	{"ldirectord_table_operations", OF_DAEMON, number, "operations", "Changes of the kernel's table."},
	{"ldirectord_table_operations_failed", OF_DAEMON, number, "failed_operations",
		"Changes that the kernel refused."},
	{"ldirectord_table_corrections", OF_DAEMON, number, "corrections",
		"Corrections of what other programs changed."},
	{"ldirectord_mails_waiting", OF_DAEMON, mails, "waiting", "Mails that wait to be sent."},
	{"ldirectord_mails_sent", OF_DAEMON, mails, "sent", "Mails that were sent."},
	{"ldirectord_mails_dropped", OF_DAEMON, mails, "dropped", "Mails that were given up."},
	{"ldirectord_virtual_in_table", OF_VIRTUAL, truth, "in_table", "1 when the kernel has this virtual service."},
	{"ldirectord_virtual_reals", OF_VIRTUAL, count, NULL, "Real servers of the configuration."},
	{"ldirectord_virtual_reals_up", OF_VIRTUAL, count, "up", "Real servers that are up."},
	{"ldirectord_virtual_strangers", OF_VIRTUAL, length, "strangers",
		"Servers in the table that the configuration does not have."},
	{"ldirectord_real_up", OF_REAL, truth, "up", "1 when this real server is up."},
	{"ldirectord_real_checked", OF_REAL, truth, "checked", "1 when there is a first verdict."},
	{"ldirectord_real_enabled", OF_REAL, enabled, "order", "0 when a command drained or disabled the server, otherwise 1."},
	{"ldirectord_real_maintenance", OF_REAL, truth, "maintenance", "1 when maintenancedir names it."},
	{"ldirectord_real_kept_by_maxdown", OF_REAL, truth, "kept_by_maxdown",
		"1 when its check fails, but maxdown keeps it in the table."},
	{"ldirectord_real_in_table", OF_REAL, truth, "in_table", "1 when the kernel's table has it."},
	{"ldirectord_real_weight", OF_REAL, number, "weight", "Its weight in the kernel's table."},
	{"ldirectord_real_weight_percent", OF_REAL, number, "weight_percent",
		"The part of the configured weight that its check asks for, 0 to drain it."},
	{"ldirectord_real_configured_weight", OF_REAL, number, "configured_weight", "Its weight in the configuration."},
	{"ldirectord_real_as_wanted", OF_REAL, no_text, "difference", "0 when the kernel has it in another way than wanted."},
	{"ldirectord_real_state_age_seconds", OF_REAL, number, "since_seconds", "Time since its state changed."},
	{"ldirectord_real_failures", OF_REAL, number, "failures", "Failed checks in a row."},
	{"ldirectord_real_successes", OF_REAL, number, "successes", "Good checks in a row."},
	{"ldirectord_fallback_up", OF_FALLBACK, truth, "up", "1 when this fallback serves."},
};

// --- text ---

/* Append a label with its value; the format escapes these three characters. */
static void put_label(GString *out, const char *name, const char *value)
{
	g_string_append_printf(out, "%s=\"", name);
	for (const char *c = value; *c; c++) {
		if (*c == '\n')
			g_string_append(out, "\\n");
		else
			g_string_append_printf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
	}
	g_string_append_c(out, '"');
}

static const char *name_in(json_t *at, const char *key)
{
	const char *value = json_string_value(json_object_get(at, key));
	return value ? value : "";
}

static void put_sample(const struct metric *m, json_t *virtual, json_t *at, GString *out)
{
	char value[G_ASCII_DTOSTR_BUF_SIZE];
	double v;
	if (!m->read(at, m->key, &v))
		return;
	g_string_append(out, m->name);
	if (virtual) {
		g_string_append_c(out, '{');
		put_label(out, "virtual", name_in(virtual, "virtual"));
		if (at != virtual) {
			g_string_append_c(out, ',');
			put_label(out, "real", name_in(at, "address"));
		}
		g_string_append_c(out, '}');
	}
	// the decimal mark is a point in every locale
	g_string_append_printf(out, " %s\n", g_ascii_dtostr(value, sizeof value, v));
}

static void put_virtual(const struct metric *m, json_t *virtual, GString *out)
{
	json_t *reals = json_object_get(virtual, "reals"), *fallbacks = json_object_get(virtual, "fallbacks"), *real;
	size_t i;
	if (m->place == OF_VIRTUAL)
		put_sample(m, virtual, virtual, out);
	if (m->place == OF_FALLBACK)
		json_array_foreach(fallbacks, i, real)
			put_sample(m, virtual, real, out);
	if (m->place == OF_REAL)
		json_array_foreach(reals, i, real)
			put_sample(m, virtual, real, out);
}

bool metrics_put(const char *status, GString *out)
{
	json_t *all = json_loads(status, 0, NULL), *virtuals = json_object_get(all, "virtuals"), *virtual;
	bool good = json_is_array(virtuals);
	size_t i;
	for (size_t k = 0; good && k < sizeof metrics / sizeof *metrics; k++) {
		const struct metric *m = &metrics[k];
		g_string_append_printf(out, "# TYPE %s gauge\n# HELP %s %s\n", m->name, m->name, m->help);
		if (m->place == OF_DAEMON)
			put_sample(m, NULL, all, out);
		else
			json_array_foreach(virtuals, i, virtual)
				put_virtual(m, virtual, out);
	}
	if (good)
		g_string_append(out, "# EOF\n");
	json_decref(all);
	return good;
}
