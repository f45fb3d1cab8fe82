// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/execute.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ldirectord/conf/config.h"
#include "ldirectord/daemon/print.h"
#include "lib/file.h"
#include "lib/spawn.h"

enum { EXECUTE_MS = 120000 /* restart may take a minute */, FILE_MAX = 64 << 20, EXIT_NOT_RUN = 1 };
#define MARK "LDIRECTORD_EXECUTE"

// --- which ---

/* Give each name a different false address: we need only the names of instances, and must not wait for a name
 * server. */
static bool resolve_nothing(
	void *context, const char *host, enum lb_family family, struct lb_address *out, const char **why)
{
	uint16_t *number = context;
	(void)why;
	++*number;
	if (host[0] == ':') {
		out->port = *number;
		return true;
	}
	out->family = family;
	out->bytes[2] = (uint8_t)(*number >> 8);
	out->bytes[3] = (uint8_t)*number;
	return true;
}

static struct lb_config *read_file(const char *file)
{
	struct diags diags;
	char *text;
	size_t len;
	uint16_t number = 0;
	if (file_read(file, FILE_MAX, &text, &len, NULL) != 0)
		return NULL;
	diags_init(&diags, file);
	bool names_some = g_str_has_prefix(text, "execute") || strstr(text, "\nexecute");
	struct lb_config *config =
		names_some ? lb_config_parse(file, text, len, false, resolve_nothing, &number, &diags) : NULL;
	if (names_some && !config)
		print_error("ldirectord: %s has an error: its execute instances do not get the command\n", file);
	diags_free(&diags);
	free(text);
	return config;
}

// --- run ---

struct run {
	bool ended;
	struct spawn_result result;
};

static void on_line(void *context, bool is_stderr, const char *line)
{
	(void)context;
	print_to(is_stderr ? stderr : stdout, "%s\n", line);
}

static void on_done(void *context, const struct spawn_result *result)
{
	struct run *r = context;
	r->ended = true;
	r->result = *result;
}

static int run(const char *name, const char *command)
{
	char *self = g_file_read_link("/proc/self/exe", NULL);
	char *argv[] = {(char *)"ldirectord", (char *)name, (char *)command, NULL};
	char **envp = g_environ_setenv(g_get_environ(), MARK, "1", TRUE);
	struct run r = {0};
	(void)spawn_start(&(struct spawn_request){.path = self ? self : "",
		.argv = argv,
		.envp = envp,
		.deadline = span_ms(EXECUTE_MS),
		.line = on_line,
		.done = on_done,
		.context = &r});
	while (!r.ended)
		(void)g_main_context_iteration(NULL, TRUE);
	g_strfreev(envp);
	g_free(self);
	if (r.result.end == SPAWN_EXITED)
		return r.result.code;
	print_error("ldirectord: execute: %s %s %s\n", name, command,
		r.result.end == SPAWN_FAILED ? g_strerror(r.result.code) : "did not come to an end");
	return EXIT_NOT_RUN;
}

int execute_others(const struct instance *instance, const char *command)
{
	struct lb_config *config = getenv(MARK) ? NULL : read_file(instance->file);
	int code = 0;
	for (size_t i = 0; config && !config->supervised && i < config->execute_count; i++) {
		struct instance other;
		instance_of(&other, config->execute[i]);
		int its = strcmp(other.file, instance->file) == 0 ? 0 : run(config->execute[i], command);
		code = code ? code : its;
	}
	lb_config_free(config);
	return code;
}
