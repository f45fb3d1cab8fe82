// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/check_trust.h"

#include <glib.h>
#include <string.h>

#include "lib/trust.h"

struct trust_check {
	struct diags *diags;
	enum diag_severity severity;
	const char *name; /* the name of the directive; NULL: the file itself */
	const char *path;
	unsigned line;
	GHashTable *reported; /* paths that were reported, because many sections name the same program */
};

static void on_finding(void *context, const struct trust_finding *f)
{
	struct trust_check *c = context;
	char text[TRUST_TEXT_MAX];
	if (!g_hash_table_add(c->reported, g_strdup(f->path)))
		return;
	trust_text(f, c->name ? NULL : c->path, text);
	diag_add(c->diags, f->flaw == TRUST_GROUP_WRITES ? DIAG_WARNING : c->severity, c->line, 0, "%s%s%s",
		c->name ? c->name : "", c->name ? ": " : "", text);
}

static void look_at(struct trust_check *c, const char *name, const char *path, unsigned line)
{
	c->name = name;
	c->path = path;
	c->line = line;
	(void)trust_walk(path, on_finding, c); /* a program that is not found is reported when it is run */
}

/* Check the program of a command; command is a shell command or a list of arguments, and its first word is the
 * program. */
static void look_at_program(struct trust_check *c, const char *name, const char *command, unsigned line)
{
	char **words = NULL;
	if (!command || !g_shell_parse_argv(command, NULL, &words, NULL))
		return;
	char *path = g_strconcat(words[0][0] == '/' ? "" : "/", words[0], NULL); /* the daemon runs in / */
	if (strchr(words[0], '/'))
		look_at(c, name, path, line);
	g_free(path);
	g_strfreev(words);
}

void lb_check_trust(const char *file, const struct lb_config *config, enum diag_severity severity, struct diags *d)
{
	struct trust_check c = {.diags = d,
		.severity = severity,
		.reported = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
	char *path = g_canonicalize_filename(file, NULL);
	look_at(&c, NULL, path, 0);
	look_at_program(&c, "callback", config->callback, 0);
	look_at_program(&c, "fallbackcommand", config->globals.fallback_command, 0);
	look_at_program(&c, "alertcommand", config->globals.alert_command, 0);
	for (size_t i = 0; i < config->virtual_count; i++) {
		const struct lb_virtual *v = &config->virtuals[i];
		look_at_program(&c, "fallbackcommand", v->fallback_command, v->line);
		look_at_program(&c, "alertcommand", v->alert_command, v->line);
		if (v->check_type == LB_CHECK_EXTERNAL || v->check_type == LB_CHECK_EXTERNAL_PERL)
			look_at_program(&c, "checkcommand", v->check_command, v->line);
	}
	g_free(path);
	g_hash_table_destroy(c.reported);
}
