// SPDX-License-Identifier: MIT
#include "heartbeat/exec/environment.h"

#include <glib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64 };

/* Every script gets these, and ha.cf cannot change them. */
static const struct {
	const char *name, *value;
} fixed[] = {
	{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
	{"LC_ALL", "C"},
	{"HA_DIR", SYSCONFDIR "/ha.d"},
	{"HA_RCDIR", SYSCONFDIR "/ha.d/rc.d"},
	{"HA_RESOURCEDIR", SYSCONFDIR "/ha.d/resource.d"},
	{"HA_FUNCS", SYSCONFDIR "/ha.d/shellfuncs"},
	{"HA_BIN", PREFIX "/libexec/heartbeat"},
	{"HA_FIFO", LOCALSTATEDIR "/lib/heartbeat/fifo"},
	{"HA_DATEFMT", "%Y/%m/%d_%T\t"},
	{"OCF_ROOT", "/usr/lib/ocf"},
	{"OCF_AGENTS", "/usr/lib/ocf/resource.d/heartbeat/"},
};

struct building {
	GPtrArray *strings;
	GHashTable *names; /* each key is a copy */
};

static bool name_is_plain(const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < len; i++)
		if (!g_ascii_isalnum(name[i]) && name[i] != '_')
			return false;
	return len > 0 && len <= NAME_MAX_BYTES;
}

/* Set name unless it has a value.  The first value wins, so that no line of ha.cf and no message can replace PATH or
 * another fixed name. */
static void set(struct building *b, const char *name, const char *value)
{
	if (!name_is_plain(name) || value == NULL || !g_hash_table_add(b->names, g_strdup(name)))
		return;
	GString *text = g_string_new(name);
	g_string_append_c(text, '=');
	size_t shown = strnlen(value, ENVIRONMENT_VALUE_MAX);
	for (size_t i = 0; i < shown; i++)
		g_string_append_c(text, g_ascii_isprint(value[i]) || value[i] == '\t' ? value[i] : '?');
	g_ptr_array_add(b->strings, g_string_free(text, FALSE));
}

static void set_prefixed(struct building *b, const char *name, const char *value)
{
	char *whole = g_strconcat("HA_", name, NULL);
	set(b, whole, value);
	g_free(whole);
}

static void set_logging(struct building *b, const struct ha_cf *conf)
{
	char *debug = g_strdup_printf("%d", conf->debug);
	set(b, "HA_LOGFILE", conf->logfile);
	set(b, "HA_DEBUGLOG", conf->debugfile != NULL ? conf->debugfile : "/dev/null");
	set(b, "HA_LOGFACILITY", ha_cf_parameter(conf, "logfacility"));
	set(b, "HA_LOGD", conf->use_logd ? "yes" : "no");
	set(b, "HA_debug", debug);
	g_free(debug);
}

static void set_extra(struct building *b, const char *extra)
{
	const char *equals = strchr(extra, '=');
	if (equals == NULL || !g_str_has_prefix(extra, "HA_"))
		return;
	char *name = g_strndup(extra, (gsize)(equals - extra));
	set(b, name, equals + 1);
	g_free(name);
}

char **environment_build(const struct ha_cf *conf, const char *node, const char *const *extra)
{
	struct building b = {g_ptr_array_new(), g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
	for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
		set(&b, fixed[i].name, fixed[i].value);
	set(&b, "HA_CURHOST", node);
	set(&b, "HA_NICEFAILBACK", conf->failback != FAILBACK_LEGACY ? "yes" : "no");
	set_logging(&b, conf);
	for (size_t i = 0; i < conf->parameter_count; i++)
		set_prefixed(&b, conf->parameters[i].name, conf->parameters[i].value);
	for (size_t i = 0; i < conf->environment_count; i++)
		set_prefixed(&b, conf->environment[i].name, conf->environment[i].value);
	for (size_t i = 0; extra != NULL && extra[i] != NULL; i++)
		set_extra(&b, extra[i]);
	g_hash_table_destroy(b.names);
	g_ptr_array_add(b.strings, NULL);
	return (char **)g_ptr_array_free(b.strings, FALSE);
}
