// SPDX-License-Identifier: MIT
/* Controls a power distribution unit with the programs snmpget, snmpset and snmpwalk.  The library is not used, because
 * a build with libsnmp-dev also needs the development files of udev, PCI and sensors; fence_apc_snmp uses the programs
 * too.  The community and the passwords are in a configuration file for the programs, because every user could see
 * command line options.  The file is in a directory in memory that only root can read and that is removed after the
 * call. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stonith/drivers/drivers.h"
#include "stonith/program.h"

enum { CALL_LIMIT_S = 15 };

/* SNMP objects without the number of the outlet, and their values. */
struct model {
	const char *name, *control, *state, *outlet_name; /* outlet_name NULL: an outlet has only a number */
	const char *on, *off, *is_on, *is_off;
};

static const struct model models[] = {
	{"apc", ".1.3.6.1.4.1.318.1.1.12.3.3.1.1.4", ".1.3.6.1.4.1.318.1.1.12.3.5.1.1.4",
		".1.3.6.1.4.1.318.1.1.12.3.3.1.1.2", "1", "2", "1", "2"},
	{"apc-masterswitch", ".1.3.6.1.4.1.318.1.1.4.4.2.1.3", ".1.3.6.1.4.1.318.1.1.4.4.2.1.3", NULL, "1", "2", "1", "2"},
	{"raritan", ".1.3.6.1.4.1.13742.4.1.2.2.1.3", ".1.3.6.1.4.1.13742.4.1.2.2.1.3", NULL, "1", "0", "1", "0"},
};

static const char *or_value(struct device *d, const char *name, const char *preset)
{
	const char *value = device_value(d, name);
	return value && *value ? value : preset;
}

/* Returns the model, with the values that parameters change. */
static struct model model_of(struct device *d)
{
	struct model m = models[0];
	for (size_t i = 0; i < G_N_ELEMENTS(models); i++)
		if (strcmp(models[i].name, device_value(d, "model")) == 0)
			m = models[i];
	m.control = or_value(d, "oid_control", m.control);
	m.state = or_value(d, "oid_state", m.state);
	m.outlet_name = or_value(d, "oid_name", m.outlet_name);
	m.on = or_value(d, "value_on", m.on);
	m.off = or_value(d, "value_off", m.off);
	m.is_on = or_value(d, "state_on", m.is_on);
	m.is_off = or_value(d, "state_off", m.is_off);
	return m;
}

// --- the programs ---

/* For some tokens quotes would be a part of the value; the other tokens need quotes for blanks. */
static void add_setting(GString *text, const char *token, const char *quote, const char *value)
{
	if (value && *value)
		g_string_append_printf(text, "%s %s%s%s\n", token, quote, value, quote);
}

static bool write_settings(struct device *d, const char *directory)
{
	char *path = g_build_filename(directory, "snmp.conf", NULL);
	GString *text = g_string_new(NULL);
	add_setting(text, "defVersion", "", device_value(d, "version"));
	add_setting(text, "defCommunity", "\"", device_value(d, "community"));
	add_setting(text, "defSecurityName", "\"", device_value(d, "userid"));
	add_setting(text, "defSecurityLevel", "", device_value(d, "level"));
	add_setting(text, "defAuthType", "", device_value(d, "auth"));
	add_setting(text, "defAuthPassphrase", "\"", device_value(d, "passwd"));
	add_setting(text, "defPrivType", "", device_value(d, "priv"));
	add_setting(text, "defPrivPassphrase", "\"", device_value(d, "priv_passwd"));
	GError *error = NULL;
	bool fine = g_file_set_contents_full(
		path, text->str, (gssize)text->len, G_FILE_SET_CONTENTS_NONE, 0600, &error);
	if (!fine)
		(void)device_note(d, "%s", error->message);
	g_clear_error(&error);
	g_string_free(text, TRUE);
	g_free(path);
	return fine;
}

static void remove_directory(const char *directory)
{
	GDir *dir = g_dir_open(directory, 0, NULL);
	for (const char *entry; dir && (entry = g_dir_read_name(dir));) {
		char *path = g_build_filename(directory, entry, NULL);
		remove_directory(path); // no effect for a file
		(void)remove(path);
		g_free(path);
	}
	if (dir)
		g_dir_close(dir);
}

/* Run "PROGRAM ... ADDRESS words".  Returns whether it exits with 0.  result may be NULL. */
static bool run(struct device *d, const char *program, const char *const words[], struct program_result *result)
{
	char directory[] = RUNDIR "/stonith-XXXXXX";
	if (result)
		*result = (struct program_result){PROGRAM_NOT_ENDED, false, g_string_new(NULL), g_string_new(NULL)};
	if (!mkdtemp(directory))
		return device_note(d, "%s: %s", directory, g_strerror(errno));
	const char *port = device_value(d, "port");
	char *agent = g_strdup_printf("udp:%s:%s", device_value(d, "pduip"), port);
	char *conf = g_strdup_printf("SNMPCONFPATH=%s", directory);
	char *state = g_strdup_printf("SNMP_PERSISTENT_DIR=%s", directory);
	const char *const environment[] = {conf, state, "MIBS=", NULL};
	GPtrArray *list = g_ptr_array_new();
	static const char *const fixed[] = {"-t", "2", "-r", "2", "-Onq"};
	for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
		g_ptr_array_add(list, (gpointer)fixed[i]);
	g_ptr_array_add(list, agent);
	for (int i = 0; words[i]; i++)
		g_ptr_array_add(list, (gpointer)words[i]);
	g_ptr_array_add(list, NULL);
	bool fine = false;
	if (write_settings(d, directory)) {
		if (result)
			program_result_free(result);
		fine = program_run(d,
			       &(struct program_call){.path = program,
				       .arguments = (const char *const *)list->pdata,
				       .environment = environment,
				       .limit_s = CALL_LIMIT_S},
			       result) == 0;
	}
	remove_directory(directory);
	(void)rmdir(directory);
	g_ptr_array_free(list, TRUE);
	g_free(state);
	g_free(conf);
	g_free(agent);
	return fine;
}

// --- outlets ---

/* Call found with the number and the name of each outlet that has a name, from lines like '.1.3.6.1.2 "node2"'. */
static bool each_outlet(struct device *d,
	void (*found)(struct device *d, const char *number, const char *name, void *data), void *data)
{
	const struct model m = model_of(d);
	struct program_result result;
	if (!m.outlet_name)
		return device_note(d, "this model has no names of outlets; expected hostlist=NAME:OUTLET");
	bool fine = run(d, "snmpwalk", (const char *const[]){m.outlet_name, NULL}, &result);
	char **lines = g_strsplit(result.out->str, "\n", -1);
	for (int i = 0; fine && lines[i]; i++) {
		char *blank = strchr(lines[i], ' ');
		if (!blank)
			continue;
		*blank = '\0';
		char *dot = strrchr(lines[i], '.'), *name = g_strstrip(g_strdelimit(blank + 1, "\"", ' '));
		if (dot && *name)
			found(d, dot + 1, name, data);
	}
	g_strfreev(lines);
	program_result_free(&result);
	return fine;
}

static void add_outlet(struct device *d, const char *number, const char *name, void *data)
{
	(void)data;
	device_add_host(d, name, number);
}

static bool lists_hosts(struct device *d)
{
	return strcmp(device_value(d, "hostlist"), "AUTO") != 0;
}

static bool hosts(struct device *d)
{
	if (!lists_hosts(d))
		return each_outlet(d, add_outlet, NULL);
	device_add_hosts(d, device_value(d, "hostlist"));
	return true;
}

struct search {
	const char *name;
	unsigned count;
	char *number;
};

static void compare_outlet(struct device *d, const char *number, const char *name, void *data)
{
	struct search *s = data;
	(void)d;
	if (g_ascii_strcasecmp(name, s->name) != 0)
		return;
	s->count++;
	g_free(s->number);
	s->number = g_strdup(number);
}

/* Returns an object of the host's outlet, or NULL with the reason in device_note. */
static char *object_of(struct device *d, const struct host *h, const char *column)
{
	struct search s = {.name = h->plug ? h->plug : h->name};
	if (h->plug && h->plug[strspn(h->plug, "0123456789.")] == '\0')
		return g_strdup_printf("%s.%s", column, h->plug);
	char *object = NULL;
	if (each_outlet(d, compare_outlet, &s)) {
		if (s.count == 1)
			object = g_strdup_printf("%s.%s", column, s.number);
		else
			(void)device_note(d, "%u outlets have the name %s; expected one, or hostlist=NAME:OUTLET", s.count, s.name);
	}
	g_free(s.number);
	return object;
}

static enum power_state read_power(struct device *d, const struct host *h)
{
	const struct model m = model_of(d);
	char *object = object_of(d, h, m.state);
	enum power_state state = POWER_UNKNOWN;
	struct program_result result;
	if (!object)
		return state;
	if (run(d, "snmpget", (const char *const[]){object, NULL}, &result)) {
		const char *blank = strchr(g_strstrip(result.out->str), ' '), *value = blank ? blank + 1 : "";
		if (strcmp(value, m.is_on) == 0)
			state = POWER_ON;
		else if (strcmp(value, m.is_off) == 0)
			state = POWER_OFF;
		else
			(void)device_note(d, "the state of the outlet must be %s (on) or %s (off), but the device answered: %s", m.is_on, m.is_off,
				result.out->str);
	}
	program_result_free(&result);
	g_free(object);
	return state;
}

static bool order(struct device *d, const struct host *h, bool on)
{
	const struct model m = model_of(d);
	char *object = object_of(d, h, m.control);
	bool fine = object && run(d, "snmpset", (const char *const[]){object, "i", on ? m.on : m.off, NULL}, NULL);
	g_free(object);
	return fine;
}

/* The settings file has quotes around each value, so a value must not contain a quote. */
static bool check(struct device *d, GString *why)
{
	for (guint i = 0; i < d->parameters->len; i++) {
		const struct parameter *p = &g_array_index(d->parameters, struct parameter, i);
		if (p->value && strpbrk(p->value, "\"\\"))
			g_string_printf(why, "Invalid config info for snmp device: %s: a value has neither \" nor \\", p->row.name);
	}
	const char *version = device_value(d, "version");
	const char *needed = strcmp(version, "3") == 0 ? "userid" : "community";
	if (!device_value(d, needed))
		g_string_printf(why, "Invalid config info for snmp device: missing: %s (version %s)", needed, version);
	return why->len == 0;
}

static const struct parameter_row parameters[] = {
	{.name = "hostlist", .flags = PARAMETER_REQUIRED,
		.help = "the hosts, each as NAME:OUTLET, or NAME when the outlet has the same name; AUTO: all names of outlets"},
	{.name = "pduip", .flags = PARAMETER_REQUIRED, .help = "address of the unit"},
	{.name = "community", .flags = PARAMETER_SECRET, .help = "community that may write"},
	{.name = "model", .flags = PARAMETER_NAMED, .kind = PARAMETER_CHOICE, .choices = "apc apc-masterswitch raritan",
		.preset = "apc", .help = "whose objects are used"},
	{.name = "port", .flags = PARAMETER_NAMED, .kind = PARAMETER_NUMBER, .preset = "161", .help = "UDP port"},
	{.name = "version", .flags = PARAMETER_NAMED, .kind = PARAMETER_CHOICE, .choices = "1 2c 3", .preset = "1",
		.help = "version of the protocol"},
	{.name = "userid", .flags = PARAMETER_NAMED, .help = "version 3: user"},
	{.name = "level", .flags = PARAMETER_NAMED, .kind = PARAMETER_CHOICE, .choices = "noAuthNoPriv authNoPriv authPriv",
		.preset = "authPriv", .help = "version 3: security level"},
	{.name = "auth", .flags = PARAMETER_NAMED, .preset = "SHA", .help = "version 3: digest"},
	{.name = "passwd", .flags = PARAMETER_NAMED | PARAMETER_SECRET, .help = "version 3: passphrase"},
	{.name = "priv", .flags = PARAMETER_NAMED, .preset = "AES", .help = "version 3: cipher"},
	{.name = "priv_passwd", .flags = PARAMETER_NAMED | PARAMETER_SECRET, .help = "version 3: passphrase of the cipher"},
	{.name = "oid_control", .flags = PARAMETER_NAMED, .help = "another unit: object that takes orders"},
	{.name = "oid_state", .flags = PARAMETER_NAMED, .help = "another unit: object that has the state"},
	{.name = "oid_name", .flags = PARAMETER_NAMED, .help = "another unit: object that has the name of the outlet"},
	{.name = "value_on", .flags = PARAMETER_NAMED, .help = "another unit: the order on"},
	{.name = "value_off", .flags = PARAMETER_NAMED, .help = "another unit: the order off"},
	{.name = "state_on", .flags = PARAMETER_NAMED, .help = "another unit: the state on"},
	{.name = "state_off", .flags = PARAMETER_NAMED, .help = "another unit: the state off"},
	{0},
};

static const struct power_ops power = {read_power, order};

const struct device_type snmp_type = {
	.name = "snmp",
	.summary = "an outlet of a power distribution unit, by SNMP",
	.help = "Switches the outlet off, reads its state back, switches it on. A machine with two power supplies needs both "
		"outlets off: one outlet proves nothing.",
	.parameters = parameters,
	.check = check,
	.hosts = hosts,
	.lists_hosts = lists_hosts,
	.power = &power,
};
