// SPDX-License-Identifier: MIT
/* Runs the scripts of external/NAME: the first argument is the sub-command, the second is the host, and every parameter
 * is a variable of the environment.  No shell is used, so a host name stays one argument. */
#include <string.h>

#include "stonith/drivers/drivers.h"
#include "stonith/program.h"
#include "stonith/say.h"
#include "stonith/secret_names.h"
#include "stonith/trusted.h"

static const char directory[] = PREFIX "/lib/stonith/plugins/external";
static const char blanks[] = " \t\n\r\f";

static char *script_of(const struct device *d)
{
	return g_build_filename(directory, d->member, NULL);
}

/* Build the environment as Heartbeat 3.0.6 does: every parameter with its own name, and the directory of ha_log.sh in
 * PATH. */
static char **script_environment(struct device *d)
{
	GPtrArray *list = g_ptr_array_new();
	const char *path = g_getenv("PATH");
	for (guint i = 0; i < d->parameters->len; i++) {
		const struct parameter *p = &g_array_index(d->parameters, struct parameter, i);
		if (p->value)
			g_ptr_array_add(list, g_strdup_printf("%s=%s", p->row.name, p->value));
	}
	g_ptr_array_add(list, g_strdup_printf("PATH=/usr/share/cluster-glue:%s/share/heartbeat/stonith:%s", PREFIX,
		path && *path ? path : "/usr/sbin:/usr/bin:/sbin:/bin"));
	g_ptr_array_add(list, g_strdup_printf("HA_LOGTAG=%s", d->name));
	if (say_debugs())
		g_ptr_array_add(list, g_strdup("HA_debug=2"));
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}

/* Run the script.  Returns its exit status, or PROGRAM_NOT_ENDED. */
static int run(struct device *d, const char *verb, const char *host, bool log_output, struct program_result *result)
{
	char *path = script_of(d), **environment = script_environment(d);
	const char *const arguments[] = {verb, host, NULL};
	int status = program_run(d,
		&(struct program_call){.path = path,
			.arguments = arguments,
			.environment = (const char *const *)environment,
			.log_output = log_output},
		result);
	g_strfreev(environment);
	g_free(path);
	return status;
}

static void members(GPtrArray *names)
{
	trusted_members(directory, "", names);
}

static bool describe(struct device *d, GString *why)
{
	char *path = script_of(d);
	bool trusted = trusted_program(path, why);
	g_free(path);
	if (!trusted)
		return false;
	struct program_result result;
	int status = run(d, "getconfignames", NULL, false, &result);
	char **words = g_strsplit_set(result.out->str, blanks, -1);
	for (int i = 0; words[i]; i++)
		if (*words[i])
			device_add_parameter(d, &(struct parameter_row){.name = words[i],
							.flags = secret_name(words[i]) ? PARAMETER_SECRET : 0});
	g_strfreev(words);
	program_result_free(&result);
	if (status != 0)
		g_string_printf(why, "it does not list its parameters (getconfignames): %s", d->note->str);
	return status == 0;
}

static bool hosts(struct device *d)
{
	struct program_result result;
	int status = run(d, "gethosts", NULL, false, &result);
	char **words = g_strsplit_set(result.out->str, blanks, -1);
	for (int i = 0; status == 0 && words[i]; i++)
		if (*words[i])
			device_add_host(d, words[i], NULL);
	g_strfreev(words);
	program_result_free(&result);
	return status == 0;
}

static int ask_status(struct device *d)
{
	struct program_result result;
	int status = run(d, "status", NULL, true, &result);
	bool late = result.timed_out;
	program_result_free(&result);
	if (status == PROGRAM_NOT_ENDED)
		return late ? STONITH_TIMEOUT : STONITH_OOPS;
	return status;
}

static enum stonith_code act(struct device *d, enum stonith_action action, const struct host *h)
{
	struct program_result result;
	int status = run(d, stonith_action_name(action), h->name, true, &result);
	bool late = result.timed_out;
	program_result_free(&result);
	if (status == 0)
		return STONITH_OK;
	return late ? STONITH_TIMEOUT : STONITH_RESETFAIL;
}

static const char *text(struct device *d)
{
	static const char *const verbs[] = {"getinfo-devid", "getinfo-devdescr", "getinfo-devurl"};
	GString *all = g_string_new(NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
		struct program_result result;
		if (run(d, verbs[i], NULL, false, &result) == 0)
			g_string_append(all, result.out->str);
		program_result_free(&result);
	}
	const char *kept = device_keep(d, all->str);
	g_string_free(all, TRUE);
	return kept;
}

const struct device_type external_type = {
	.name = "external/",
	.summary = "a script of " PREFIX "/lib/stonith/plugins/external",
	.help = "Runs an existing script of the classic protocol, unchanged. It proves what the script checks.",
	.any_parameter = true,
	.members = members,
	.describe = describe,
	.text = text,
	.hosts = hosts,
	.status = ask_status,
	.act = act,
};
