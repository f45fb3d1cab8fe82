// SPDX-License-Identifier: MIT
#include "stonith/device.h"

#include <string.h>

const char *stonith_action_name(enum stonith_action action)
{
	static const char *const names[STONITH_ACTIONS] = {"reset", "on", "off"};
	return names[action];
}

struct device *device_new(const struct device_type *type, const char *name)
{
	struct device *d = g_new0(struct device, 1);
	size_t family = strlen(type->name);
	d->type = type;
	d->strings = g_string_chunk_new(1024);
	d->note = g_string_new(NULL);
	d->parameters = g_array_new(FALSE, TRUE, sizeof(struct parameter));
	d->hosts = g_array_new(FALSE, TRUE, sizeof(struct host));
	d->name = device_keep(d, name);
	d->member = type->describe ? device_keep(d, name + family) : "";
	for (const struct parameter_row *row = type->parameters; row && row->name; row++)
		device_add_parameter(d, row);
	return d;
}

void device_free(struct device *d)
{
	if (d->free_data)
		d->free_data(d->data);
	g_array_free(d->parameters, TRUE);
	g_array_free(d->hosts, TRUE);
	g_string_free(d->note, TRUE);
	g_string_chunk_free(d->strings);
	g_free(d);
}

const char *device_keep(struct device *d, const char *text)
{
	return text ? g_string_chunk_insert(d->strings, text) : NULL;
}

// --- parameters ---

void device_add_parameter(struct device *d, const struct parameter_row *row)
{
	struct parameter p = {.row = *row};
	p.row.name = device_keep(d, row->name);
	p.row.preset = device_keep(d, row->preset);
	p.row.choices = device_keep(d, row->choices);
	p.row.help = device_keep(d, row->help);
	p.row.older = device_keep(d, row->older);
	g_array_append_val(d->parameters, p);
}

struct parameter *device_parameter(struct device *d, const char *name)
{
	for (guint i = 0; i < d->parameters->len; i++) {
		struct parameter *p = &g_array_index(d->parameters, struct parameter, i);
		if (strcmp(p->row.name, name) == 0)
			return p;
	}
	return NULL;
}

const char *device_value(struct device *d, const char *name)
{
	const struct parameter *p = device_parameter(d, name);
	if (!p)
		return NULL;
	return p->value ? p->value : p->row.preset;
}

bool device_flag(struct device *d, const char *name)
{
	static const char *const yes[] = {"1", "on", "true", "yes", NULL};
	const char *value = device_value(d, name);
	for (int i = 0; value && yes[i]; i++)
		if (g_ascii_strcasecmp(value, yes[i]) == 0)
			return true;
	return false;
}

// --- hosts ---

void device_add_host(struct device *d, const char *name, const char *plug)
{
	char *lower = g_ascii_strdown(name, -1);
	struct host h = {device_keep(d, lower), device_keep(d, plug)};
	g_array_append_val(d->hosts, h);
	g_free(lower);
}

void device_add_hosts(struct device *d, const char *list)
{
	char **words = g_strsplit_set(list, " \t\n\r\f,;", -1);
	for (int i = 0; words[i]; i++) {
		char *colon = strchr(words[i], ':');
		if (colon)
			*colon = '\0';
		if (words[i][0] != '\0')
			device_add_host(d, words[i], colon && colon[1] != '\0' ? colon + 1 : NULL);
	}
	g_strfreev(words);
}

bool device_load_hosts(struct device *d)
{
	if (d->has_hosts)
		return true;
	if (d->type->hosts) {
		if (!d->type->hosts(d))
			return false;
	} else {
		const char *list = device_value(d, "hostlist");
		device_add_hosts(d, list ? list : device_value(d, "hostname"));
	}
	if (d->hosts->len == 0)
		return device_note(d, "its list of hosts is empty");
	d->has_hosts = true;
	return true;
}

bool device_lists_hosts(struct device *d)
{
	return !d->type->hosts || (d->type->lists_hosts && d->type->lists_hosts(d));
}

const struct host *device_host(struct device *d, const char *name)
{
	for (guint i = 0; i < d->hosts->len; i++) {
		const struct host *h = &g_array_index(d->hosts, struct host, i);
		if (g_ascii_strcasecmp(h->name, name) == 0)
			return h;
	}
	return NULL;
}

// --- the attempt ---

bool device_note(struct device *d, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	g_string_vprintf(d->note, format, args);
	va_end(args);
	return false;
}

void device_begin(struct device *d, unsigned limit_s)
{
	unsigned limit = limit_s ? limit_s : d->type->limit_s ? d->type->limit_s : DEVICE_LIMIT_S;
	g_string_truncate(d->note, 0);
	d->deadline = mono_add(mono_now(), span_ms((int64_t)limit * 1000));
}

struct span device_time_left(const struct device *d)
{
	struct span left = mono_since(d->deadline, mono_now());
	return left.ns > 0 ? left : (struct span){0};
}
