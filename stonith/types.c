// SPDX-License-Identifier: MIT
#include "stonith/types.h"

#include <string.h>

#include "lib/spelling.h"
#include "stonith/drivers/drivers.h"
#include "stonith/retired.h"

static const struct device_type *const table[] = {
	&external_type,
	&fence_agent_type,
	&ipmi_type,
	&libvirt_type,
	&meatware_type,
	&null_type,
	&redfish_type,
	&snmp_type,
	&ssh_type,
	&suicide_type,
};

const struct device_type *types_row(size_t i)
{
	return i < G_N_ELEMENTS(table) ? table[i] : NULL;
}

static const char *plain_name_at(size_t i)
{
	return i < G_N_ELEMENTS(table) ? table[i]->name : NULL;
}

static const struct device_type *find(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		const struct device_type *t = table[i];
		size_t len = strlen(t->name);
		if (strncmp(name, t->name, len) == 0 && (t->describe ? name[len] != '\0' : name[len] == '\0'))
			return t;
	}
	return NULL;
}

static void explain_unknown(const char *name, GString *why)
{
	const char *instead = retired_instead(name), *near = spelling_nearest(bytes_of(name), plain_name_at);
	g_string_printf(why, "Invalid device type: '%s'", name);
	if (instead)
		g_string_append_printf(why, ": this version has no driver for it; %s", instead);
	else if (near)
		g_string_append_printf(why, "; did you mean %s?", near);
	else
		g_string_append(why, "; stonith -L lists the types");
}

struct device *types_device(const char *name, unsigned limit_s, GString *why)
{
	char *real = g_str_has_prefix(name, "rhcs/") ? g_strdup_printf("fence/%s", name + strlen("rhcs/")) : g_strdup(name);
	const struct device_type *type = find(real);
	struct device *d = NULL;
	if (!type || strpbrk(real + strlen(type->name), "/\n")) {
		explain_unknown(name, why);
	} else {
		GString *reason = g_string_new(NULL);
		d = device_new(type, real);
		device_begin(d, limit_s);
		if (type->describe && !type->describe(d, reason)) {
			const char *instead = retired_instead(real);
			g_string_printf(why, "Invalid device type: '%s': %s%s%s", name, reason->str, instead ? "; " : "",
				instead ? instead : "");
			g_clear_pointer(&d, device_free);
		}
		g_string_free(reason, TRUE);
	}
	g_free(real);
	return d;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void types_names(GPtrArray *names)
{
	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		if (!table[i]->members) {
			g_ptr_array_add(names, g_strdup(table[i]->name));
			continue;
		}
		GPtrArray *members = g_ptr_array_new_with_free_func(g_free);
		table[i]->members(members);
		for (guint k = 0; k < members->len; k++)
			g_ptr_array_add(names, g_strconcat(table[i]->name, members->pdata[k], NULL));
		g_ptr_array_free(members, TRUE);
	}
	g_ptr_array_sort(names, by_name);
}
