// SPDX-License-Identifier: MIT
#include "stonith/agent_metadata.h"

#include <string.h>

#include "stonith/secret_names.h"

struct reading {
	struct device *d;
	struct agent_metadata *out;
	struct parameter_row row; /* of the current parameter element */
	bool in_parameter, deprecated, has_actions;
	GString *text;    /* the text of the current element */
	GString *choices; /* the choices of the parameter */
	GString *help;
};

static const char *attribute(const char **names, const char **values, const char *wanted)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], wanted) == 0)
			return values[i];
	return NULL;
}

static bool is_one(const char *value)
{
	return value && strcmp(value, "1") == 0;
}

/* Returns true for parameters that we set or that are not used.  action is set by the driver; the others make an agent
 * print something instead of performing its action. */
static bool is_ours(const char *name)
{
	static const char *const ours[] = {"action", "option", "help", "version", NULL};
	return g_strv_contains(ours, name);
}

static void begin_parameter(struct reading *r, const char **names, const char **values)
{
	const char *name = attribute(names, values, "name");
	bool required = is_one(attribute(names, values, "required"));
	r->deprecated = is_one(attribute(names, values, "deprecated"));
	r->row = (struct parameter_row){.name = device_keep(r->d, name ? name : ""),
		.flags = (required && !r->deprecated ? PARAMETER_REQUIRED : 0),
		.older = device_keep(r->d, attribute(names, values, "obsoletes"))};
	r->in_parameter = name && *name;
	g_string_truncate(r->choices, 0);
	g_string_truncate(r->help, 0);
}

static void begin_content(struct reading *r, const char **names, const char **values)
{
	const char *type = attribute(names, values, "type");
	r->row.preset = device_keep(r->d, attribute(names, values, "default"));
	if (type && strcmp(type, "boolean") == 0)
		r->row.kind = PARAMETER_BOOLEAN;
	else if (type && strcmp(type, "integer") == 0)
		r->row.kind = PARAMETER_NUMBER;
	else if (type && strcmp(type, "select") == 0)
		r->row.kind = PARAMETER_CHOICE;
}

static void begin_action(struct reading *r, const char **names, const char **values)
{
	const char *name = attribute(names, values, "name");
	struct agent_metadata *m = r->out;
	r->has_actions = true;
	if (!name)
		return;
	m->has_status |= strcmp(name, "status") == 0;
	m->has_monitor |= strcmp(name, "monitor") == 0;
	m->has_list |= strcmp(name, "list") == 0;
	if (strcmp(name, "on") == 0) {
		m->has_on = true;
		m->on_by_itself |= is_one(attribute(names, values, "automatic")) ||
		                   is_one(attribute(names, values, "on_target"));
	}
}

static void begin(GMarkupParseContext *context, const char *element, const char **names, const char **values,
	gpointer data, GError **error)
{
	struct reading *r = data;
	const char *value = attribute(names, values, "value");
	(void)context;
	(void)error;
	g_string_truncate(r->text, 0);
	if (strcmp(element, "parameter") == 0)
		begin_parameter(r, names, values);
	else if (strcmp(element, "content") == 0)
		begin_content(r, names, values);
	else if (strcmp(element, "option") == 0 && value)
		g_string_append_printf(r->choices, "%s%s", r->choices->len ? " " : "", value);
	else if (strcmp(element, "action") == 0)
		begin_action(r, names, values);
}

static void end_parameter(struct reading *r)
{
	struct parameter_row *row = &r->row;
	r->in_parameter = false;
	if (is_ours(row->name) || device_parameter(r->d, row->name))
		return;
	if (strcmp(row->name, "plug") == 0 || (strcmp(row->name, "port") == 0 && !r->out->plug)) {
		r->out->plug = row->name;
		// not required, because hostlist has the plug, or it is the name of the host
		row->flags &= ~(unsigned)PARAMETER_REQUIRED;
	}
	if (row->kind == PARAMETER_CHOICE && r->choices->len == 0)
		row->kind = PARAMETER_TEXT;
	if (row->kind == PARAMETER_CHOICE)
		row->choices = r->choices->str;
	if (r->deprecated)
		g_string_append(r->help, " (an old name)");
	if (secret_name(row->name))
		row->flags |= PARAMETER_SECRET;
	row->help = r->help->str;
	device_add_parameter(r->d, row);
}

static void end(GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
	struct reading *r = data;
	(void)context;
	(void)error;
	if (strcmp(element, "parameter") == 0 && r->in_parameter)
		end_parameter(r);
	else if (strcmp(element, "shortdesc") == 0 && r->in_parameter)
		g_string_assign(r->help, g_strstrip(g_strdelimit(r->text->str, "\n\t", ' ')));
	else if (strcmp(element, "longdesc") == 0 && !r->in_parameter)
		r->out->description = device_keep(r->d, g_strstrip(r->text->str));
}

static void take_text(GMarkupParseContext *context, const char *text, gsize len, gpointer data, GError **error)
{
	(void)context;
	(void)error;
	g_string_append_len(((struct reading *)data)->text, text, (gssize)len);
}

bool agent_metadata_read(struct device *d, const char *xml, struct agent_metadata *out, GString *why)
{
	static const GMarkupParser parser = {.start_element = begin, .end_element = end, .text = take_text};
	*out = (struct agent_metadata){.xml = device_keep(d, xml), .description = ""};
	struct reading r = {.d = d, .out = out, .text = g_string_new(NULL), .choices = g_string_new(NULL),
		.help = g_string_new(NULL)};
	GMarkupParseContext *context = g_markup_parse_context_new(&parser, G_MARKUP_DEFAULT_FLAGS, &r, NULL);
	GError *error = NULL;
	bool fine = g_markup_parse_context_parse(context, xml, -1, &error) &&
	            g_markup_parse_context_end_parse(context, &error);
	if (!fine)
		g_string_printf(why, "its metadata cannot be read: %s", error->message);
	else if (!r.has_actions)
		g_string_assign(why, "its metadata have no actions: it is no fence agent");
	g_clear_error(&error);
	g_markup_parse_context_free(context);
	g_string_free(r.text, TRUE);
	g_string_free(r.choices, TRUE);
	g_string_free(r.help, TRUE);
	return fine && r.has_actions;
}
