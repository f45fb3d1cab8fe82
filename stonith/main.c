// SPDX-License-Identifier: MIT
/* stonith: fences a node, so that it is certainly off or was reset; lists and tests the devices that can do this. */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stonith/attempt.h"
#include "stonith/configured.h"
#include "stonith/describe.h"
#include "stonith/options.h"
#include "stonith/parameters.h"
#include "stonith/say.h"
#include "stonith/types.h"
#include "stonith/waiting.h"

/* Report wrong parameters.  Returns the exit status of Heartbeat 3.0.6 for this; for option -l there is a separate
 * status. */
static int wrong_parameters(const struct options *o, const GString *why)
{
	say_wrong("%s", why->str);
	return o->list ? STONITH_NO_LIST : STONITH_INVAL;
}

static bool set_pairs(struct device *d, const struct options *o, GString *why)
{
	for (size_t i = 0; i < o->pair_count; i++) {
		char **pair = g_strsplit(o->pairs[i], "=", 2);
		bool fine = parameters_set(d, pair[0], pair[1], why);
		g_strfreev(pair);
		if (!fine)
			return false;
	}
	return true;
}

/* Set the parameters of the device.  Returns OPTIONS_GO_ON or an exit status. */
static int configure(struct device *d, const struct options *o)
{
	GString *why = g_string_new(NULL);
	int code = OPTIONS_GO_ON;
	if ((o->text && !parameters_from_text(d, o->text, why)) ||
		(o->file && !parameters_from_file(d, o->file, why))) {
		say_wrong("%s", why->str);
		code = STONITH_BADCONFIG;
	} else if (!o->text && !o->file && !o->from_environment && o->pair_count == 0 && parameters_needed(d)) {
		say_wrong("Must specify either -p option, -F option, -E option, or name=value style arguments");
		options_usage(true);
		code = STONITH_BADCONFIG;
	} else if (!set_pairs(d, o, why)) {
		code = wrong_parameters(o, why);
	} else {
		if (o->from_environment)
			parameters_from_environment(d);
		if (!parameters_check(d, why))
			code = wrong_parameters(o, why);
	}
	g_string_free(why, TRUE);
	return code;
}

/* Run status, list and action, in this order, as far as requested.  The exit status is that of the last one. */
static int round_of(struct device *d, const struct options *o)
{
	int code = STONITH_OK;
	if (o->status)
		code = attempt_status(d, o->limit_s, o->silent);
	if (o->list && attempt_list(d, o->limit_s) != STONITH_OK)
		code = STONITH_NO_LIST;
	if (o->node)
		code = attempt_action(d, o->limit_s, o->action, o->node);
	return code;
}

static int work(struct device *d, const struct options *o)
{
	int code = configure(d, o);
	options_wipe(o);
	if (code != OPTIONS_GO_ON)
		return code;
	if (o->test)
		return configured_test(d, o->limit_s, "");
	if (o->check)
		return device_lists_hosts(d) && attempt_list(d, o->limit_s) != STONITH_OK ? STONITH_INVAL : STONITH_OK;
	code = STONITH_OK;
	for (uint64_t i = 0; i < o->count && !waiting_interrupted(); i++)
		code = round_of(d, o);
	return waiting_interrupted() && code == STONITH_OK && !o->node ? STONITH_OOPS : code;
}

static int describe(struct device *d, const struct options *o)
{
	if (o->names)
		describe_names(d);
	if (o->metadata)
		describe_metadata(d);
	if (o->help)
		describe_help(d);
	return STONITH_OK;
}

static int with_device(const struct options *o)
{
	GString *why = g_string_new(NULL);
	struct device *d = types_device(o->type, o->limit_s, why);
	int code = STONITH_OOPS;
	if (!d)
		say_wrong("ERROR: %s", why->str);
	else if (o->names || o->metadata || o->help)
		code = describe(d, o);
	else
		code = work(d, o);
	g_clear_pointer(&d, device_free);
	g_string_free(why, TRUE);
	return code;
}

static int run(const struct options *o)
{
	if (o->version) {
		(void)printf("stonith: %s (heartbeat)\n", VERSION);
		return STONITH_OK;
	}
	if (o->types) {
		describe_list();
		return STONITH_OK;
	}
	if (o->help && !o->type) {
		options_usage(false);
		describe_all();
		return STONITH_OK;
	}
	if (o->test && strcmp(o->type, "all") == 0)
		return configured_test_all(o->ha_cf, o->limit_s);
	return with_device(o);
}

int main(int argc, char **argv)
{
	struct options o;
	int code = options_parse(&o, argc, argv);
	if (code != OPTIONS_GO_ON)
		return code;
	say_open(isatty(STDIN_FILENO) == 1, o.debug);
	waiting_catch_signals();
	code = run(&o);
	say_close();
	if (fflush(stdout) != 0 && code == STONITH_OK)
		code = STONITH_OOPS; // the requested output could not be written
	return code;
}
