// SPDX-License-Identifier: MIT
#include "stonith/describe.h"

#include <stdio.h>
#include <string.h>

#include "stonith/types.h"

void describe_list(void)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	types_names(names);
	for (guint i = 0; i < names->len; i++)
		(void)printf("%s\n", (const char *)names->pdata[i]);
	g_ptr_array_free(names, TRUE);
}

static const struct parameter_row *row(const struct device *d, guint i)
{
	return &g_array_index(d->parameters, struct parameter, i).row;
}

void describe_names(const struct device *d)
{
	for (guint i = 0; i < d->parameters->len; i++)
		if (!(row(d, i)->flags & PARAMETER_NAMED))
			(void)printf("%s  ", row(d, i)->name);
	(void)printf("\n");
}

// --- help ---

static void print_parameter(const struct parameter_row *p)
{
	(void)printf("  %-20s %s", p->name, p->help ? p->help : "");
	if (p->choices)
		(void)printf(" (%s)", p->choices);
	if (p->flags & PARAMETER_REQUIRED)
		(void)printf("; required");
	else if (p->preset && *p->preset)
		(void)printf("; default %s", p->preset);
	(void)printf("%s\n", p->flags & PARAMETER_NAMED ? "; only as NAME=VALUE" : "");
}

static void print_text(const char *text)
{
	for (size_t len; *text; text += len) { // break at 100 columns
		len = strcspn(text, "\n");
		if (len > 100)
			for (len = 100; len > 1 && text[len - 1] != ' ';)
				len--;
		(void)printf("  %.*s\n", (int)len, text);
		len += text[len] == '\n';
	}
}

static void print_section(const struct device_type *type, const char *name, const char *text)
{
	(void)printf("%s%s: %s\n", name, type->describe && strcmp(name, type->name) == 0 ? "NAME" : "", type->summary);
	print_text(text);
}

void describe_help(struct device *d)
{
	print_section(d->type, d->name, d->type->help);
	if (d->type->text)
		print_text(d->type->text(d));
	(void)printf(d->parameters->len ? "Parameters:\n" : "It has no parameters.\n");
	for (guint i = 0; i < d->parameters->len; i++)
		print_parameter(row(d, i));
}

void describe_all(void)
{
	for (size_t i = 0; types_row(i); i++) {
		const struct device_type *type = types_row(i);
		(void)printf("\n");
		print_section(type, type->name, type->help);
		for (const struct parameter_row *p = type->parameters; p && p->name; p++)
			print_parameter(p);
		if (type->describe)
			(void)printf("  stonith -L lists the names, stonith -t %sNAME -h describes one.\n", type->name);
	}
}

// --- metadata ---

static void print_escaped(const char *before, const char *text, const char *after)
{
	char *escaped = g_markup_escape_text(text ? text : "", -1);
	(void)printf("%s%s%s", before, escaped, after);
	g_free(escaped);
}

static void print_row(const struct parameter_row *p)
{
	static const char *const kinds[] = {"string", "integer", "boolean", "enum"};
	print_escaped("<parameter name=\"", p->name, "\" unique=\"0\"");
	(void)printf(" required=\"%d\">\n<content type=\"%s\"", (p->flags & PARAMETER_REQUIRED) != 0, kinds[p->kind]);
	print_escaped(" default=\"", p->preset, "\" />\n");
	print_escaped("<shortdesc lang=\"en\">", p->name, "</shortdesc>\n");
	print_escaped("<longdesc lang=\"en\">", p->help, "</longdesc>\n</parameter>\n");
}

void describe_metadata(struct device *d)
{
	static const char actions[] =
		"<actions>\n<action name=\"start\" timeout=\"20\" />\n<action name=\"stop\" timeout=\"15\" />\n"
		"<action name=\"status\" timeout=\"20\" />\n<action name=\"monitor\" timeout=\"20\" interval=\"3600\" />\n"
		"<action name=\"meta-data\" timeout=\"15\" />\n</actions>\n"
		"<special tag=\"heartbeat\">\n<version>2.0</version>\n</special>\n</resource-agent>\n";
	if (d->type->metadata && d->type->metadata(d))
		return;
	(void)printf("<?xml version=\"1.0\"?>\n<!DOCTYPE resource-agent SYSTEM \"ra-api-1.dtd\">\n");
	print_escaped("<resource-agent name=\"", d->name, "\">\n<version>1.0</version>\n");
	print_escaped("<longdesc lang=\"en\">\n", d->type->text ? d->type->text(d) : d->type->help, "\n</longdesc>\n");
	print_escaped("<shortdesc lang=\"en\">", d->type->summary, "</shortdesc>\n<parameters>\n");
	for (guint i = 0; i < d->parameters->len; i++)
		print_row(row(d, i));
	(void)printf("</parameters>\n%s", actions);
}
