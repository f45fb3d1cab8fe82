// SPDX-License-Identifier: MIT
/* Controls a management controller with ipmitool, whose client supports every variant of the protocol that controllers
 * need.  The password is passed in the environment. */
#include <string.h>

#include "stonith/drivers/drivers.h"
#include "stonith/program.h"

enum { CALL_LIMIT_S = 15 };

/* Appends "OPTION VALUE" when there is a value. */
static void add(GPtrArray *list, const char *option, const char *value)
{
	if (value && *value) {
		g_ptr_array_add(list, (gpointer)option);
		g_ptr_array_add(list, (gpointer)value);
	}
}

/* Run "ipmitool ... chassis power VERB".  Returns whether it exits with 0. */
static bool run(struct device *d, const char *verb, struct program_result *result)
{
	char *password = g_strdup_printf("IPMI_PASSWORD=%s", device_value(d, "passwd"));
	const char *const environment[] = {password, NULL};
	GPtrArray *list = g_ptr_array_new();
	add(list, "-I", device_value(d, "interface"));
	add(list, "-H", device_value(d, "ipaddr"));
	add(list, "-p", device_value(d, "port"));
	add(list, "-U", device_value(d, "userid"));
	add(list, "-L", device_value(d, "priv"));
	add(list, "-C", device_value(d, "cipher"));
	g_ptr_array_add(list, (gpointer) "-E");
	g_ptr_array_add(list, (gpointer) "chassis");
	add(list, "power", verb);
	g_ptr_array_add(list, NULL);
	int status = program_run(d,
		&(struct program_call){.path = device_value(d, "ipmitool"),
			.arguments = (const char *const *)list->pdata,
			.environment = environment,
			.limit_s = CALL_LIMIT_S},
		result);
	g_ptr_array_free(list, TRUE);
	g_free(password);
	return status == 0;
}

static enum power_state read_power(struct device *d, const struct host *h)
{
	struct program_result result;
	enum power_state state = POWER_UNKNOWN;
	(void)h; // a controller has only one machine
	if (run(d, "status", &result)) {
		if (strstr(result.out->str, "Chassis Power is on"))
			state = POWER_ON;
		else if (strstr(result.out->str, "Chassis Power is off"))
			state = POWER_OFF;
		else
			(void)device_note(d, "the answer of ipmitool is not known: %s", result.out->str);
	}
	program_result_free(&result);
	return state;
}

static bool order(struct device *d, const struct host *h, bool on)
{
	(void)h;
	return run(d, on ? "on" : "off", NULL);
}

static bool check(struct device *d, GString *why)
{
	const char *name = device_value(d, "hostname");
	if (name[strcspn(name, " \t,;")] == '\0')
		return true;
	g_string_printf(why, "Invalid config info for %s device: hostname=%s; expected one host: a controller has one machine",
		d->name, name);
	return false;
}

static const struct parameter_row parameters[] = {
	{.name = "hostname", .flags = PARAMETER_REQUIRED, .help = "the host that the controller switches"},
	{.name = "ipaddr", .flags = PARAMETER_REQUIRED, .help = "address of the controller"},
	{.name = "userid", .flags = PARAMETER_REQUIRED, .help = "user"},
	{.name = "passwd", .flags = PARAMETER_REQUIRED | PARAMETER_SECRET, .help = "password"},
	{.name = "interface", .kind = PARAMETER_CHOICE, .choices = "lan lanplus", .preset = "lanplus",
		.help = "protocol: IPMI 1.5 or 2.0"},
	{.name = "port", .flags = PARAMETER_NAMED, .kind = PARAMETER_NUMBER, .preset = "623", .help = "UDP port"},
	{.name = "cipher", .flags = PARAMETER_NAMED, .kind = PARAMETER_NUMBER,
		.help = "cipher suite, such as 3 or 17; without it ipmitool asks the controller"},
	{.name = "priv", .flags = PARAMETER_NAMED, .help = "privilege level, such as OPERATOR"},
	{.name = "passwd_method", .flags = PARAMETER_NAMED, .help = "no effect: always through the environment"},
	{.name = "ipmitool", .flags = PARAMETER_NAMED, .preset = "ipmitool", .help = "the program"},
	{0},
};

static const struct power_ops power = {read_power, order};

const struct device_type ipmi_type = {
	.name = "ipmi",
	.summary = "the management controller of a machine, by ipmitool",
	.help = "Switches off, reads the power back until it is off, switches on. When the controller shares the power "
		"supply of its machine and loses it too, nothing can be proven.",
	.parameters = parameters,
	.check = check,
	.power = &power,
};
