// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/findings.h"

#include <glib.h>
#include <stdio.h>

#include "heartbeat/daemon/check.h"

void findings_begin(struct findings *f, bool json)
{
	*f = (struct findings){.list = json ? json_array() : NULL};
}

/* Print "FILE:LINE:COLUMN: error: TEXT", without the parts that are not known. */
static void print_line(const struct diag_line *line)
{
	if (line->file)
		(void)printf("%s:", line->file);
	if (line->file && line->line > 0)
		(void)printf("%u:", line->line);
	if (line->file && line->line > 0 && line->column > 0)
		(void)printf("%u:", line->column);
	(void)printf("%s%s: %s\n", line->file ? " " : "", diag_severity_name(line->severity), line->text);
}

static json_t *number_or_null(unsigned n)
{
	return n > 0 ? json_integer(n) : json_null();
}

/* File names and texts may have bytes that are not UTF-8, which JSON does not allow. */
static json_t *text_or_null(const char *text)
{
	if (!text)
		return json_null();
	gchar *valid = g_utf8_make_valid(text, -1);
	json_t *out = json_string(valid);
	g_free(valid);
	return out;
}

void findings_take(void *context, const struct diag_line *line)
{
	struct findings *f = context;
	f->counts[line->severity]++;
	if (!f->list) {
		print_line(line);
		return;
	}
	json_t *one = json_object();
	(void)json_object_set_new(one, "severity", json_string(diag_severity_name(line->severity)));
	(void)json_object_set_new(one, "file", text_or_null(line->file));
	(void)json_object_set_new(one, "line", number_or_null(line->line));
	(void)json_object_set_new(one, "column", number_or_null(line->column));
	(void)json_object_set_new(one, "text", text_or_null(line->text));
	(void)json_array_append_new(f->list, one);
}

static int exit_code(const struct findings *f)
{
	if (f->counts[DIAG_ERROR] + f->counts[DIAG_CRITICAL] > 0)
		return CHECK_ERRORS;
	return f->counts[DIAG_WARNING] > 0 ? CHECK_WARNINGS : CHECK_CLEAN;
}

/* Print the counts to standard error, because a program may read the lines on standard output. */
static void print_summary(const struct findings *f)
{
	static const char *const nouns[DIAG_SEVERITIES] = {[DIAG_ERROR] = "errors",
		[DIAG_CRITICAL] = "critical findings", [DIAG_WARNING] = "warnings", [DIAG_NOTICE] = "notices"};
	static const enum diag_severity order[] = {DIAG_ERROR, DIAG_CRITICAL, DIAG_WARNING, DIAG_NOTICE};
	(void)fflush(stdout);
	(void)fprintf(stderr, "heartbeat:");
	for (size_t i = 0; i < DIAG_SEVERITIES; i++)
		(void)fprintf(stderr, "%s %s: %u", i > 0 ? "," : "", nouns[order[i]], f->counts[order[i]]);
	(void)fprintf(stderr, "\n");
}

int findings_end(struct findings *f, json_t *head)
{
	int code = exit_code(f);
	if (!f->list) {
		json_decref(head);
		print_summary(f);
		return code;
	}
	json_t *all = head ? head : json_object();
	(void)json_object_set_new(all, "format", json_integer(FINDINGS_FORMAT));
	json_t *counts = json_object();
	for (size_t i = 0; i < DIAG_SEVERITIES; i++)
		(void)json_object_set_new(
			counts, diag_severity_name((enum diag_severity)i), json_integer(f->counts[i]));
	(void)json_object_set_new(all, "counts", counts);
	(void)json_object_set_new(all, "exit", json_integer(code));
	(void)json_object_set_new(all, "findings", f->list);
	if (json_dumpf(all, stdout, JSON_INDENT(1) | JSON_SORT_KEYS) != 0)
		(void)fprintf(stderr, "heartbeat: cannot print the result\n");
	(void)putchar('\n');
	json_decref(all);
	return code;
}
