// SPDX-License-Identifier: MIT
#include "lib/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/bytes.h"

// The list must not become as long as a file of garbage (for example a core dump given as ha.cf).  Nobody reads more
// entries.
enum { DIAGS_MAX = 1000 };

static char no_memory[] = "out of memory: not every problem is listed";

void diags_init(struct diags *d, const char *file)
{
	*d = (struct diags){.file = file};
	d->list = &d->first;
}

static void text_free(char *text)
{
	if (text != no_memory)
		free(text);
}

void diags_free(struct diags *d)
{
	for (size_t i = 0; i < d->count; i++)
		text_free(d->list[i].text);
	if (d->list != &d->first)
		free(d->list);
	diags_init(d, d->file);
}

// The list is full when count is a power of two.
static bool make_room(struct diags *d)
{
	if (d->count == 0 || (d->count & (d->count - 1)) != 0)
		return true;
	struct diag *list = realloc(d->list == &d->first ? NULL : d->list, d->count * 2 * sizeof(*list));
	if (!list)
		return false;
	if (d->list == &d->first)
		list[0] = d->first;
	d->list = list;
	return true;
}

static void report_no_memory(struct diags *d)
{
	if (!make_room(d)) // without space it replaces the last diagnostic
		text_free(d->list[--d->count].text);
	d->list[d->count++] = (struct diag){DIAG_ERROR, 0, 0, no_memory};
	d->errors++;
}

void diag_add(struct diags *d, enum diag_severity severity, unsigned line, unsigned column, const char *format, ...)
{
	if (severity == DIAG_ERROR)
		d->errors++;
	if (d->count > DIAGS_MAX)
		return;
	char *text = NULL;
	va_list args;
	va_start(args, format);
	int n = d->count < DIAGS_MAX ? vasprintf(&text, format, args)
				     : asprintf(&text, "more than %d problems: the rest is not listed", DIAGS_MAX);
	va_end(args);
	if (n < 0) {
		report_no_memory(d);
	} else if (!make_room(d)) {
		free(text);
		report_no_memory(d);
	} else {
		d->list[d->count++] = (struct diag){severity, line, column, text};
	}
}

const char *diag_severity_name(enum diag_severity severity)
{
	static const char *const names[DIAG_SEVERITIES] = {[DIAG_ERROR] = "error", [DIAG_WARNING] = "warning",
		[DIAG_CRITICAL] = "critical", [DIAG_NOTICE] = "notice"};
	return names[severity];
}

/* Write place and severity. */
static void write_head(struct writer *w, const struct diags *d, const struct diag *item)
{
	if (d->file)
		writer_format(w, "%s:", d->file);
	if (item->line > 0)
		writer_format(w, "%u:", item->line);
	if (item->line > 0 && item->column > 0)
		writer_format(w, "%u:", item->column);
	writer_text(w, w->len > 0 ? " " : "");
	writer_text(w, diag_severity_name(item->severity));
	writer_text(w, ": ");
}

/* Write the text, which quotes the file: control bytes of the file must not reach a terminal or break the line. */
static void write_text(struct writer *w, const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			writer_format(w, "\\x%02x", (unsigned char)*c);
		else
			writer_byte(w, (uint8_t)*c);
	}
}

void diag_format(const struct diags *d, size_t index, char *out, size_t cap)
{
	if (cap == 0)
		return;
	struct writer w = writer_over(out, cap - 1);
	write_head(&w, d, &d->list[index]);
	write_text(&w, d->list[index].text);
	out[w.len] = '\0';
}

static void report_one(const struct diags *d, size_t index, diag_report *report, void *context)
{
	const struct diag *item = &d->list[index];
	char whole[1024];
	struct writer w = writer_over(whole, sizeof whole - 1);
	write_head(&w, d, item);
	size_t head = w.len;
	write_text(&w, item->text);
	whole[w.len] = '\0';
	report(context, &(struct diag_line){item->severity, d->file, item->line, item->column, whole + head, whole});
}

bool diags_report(struct diags *d, diag_report *report, void *context)
{
	bool good = d->errors == 0;
	for (size_t i = 0; i < d->count && report; i++)
		report_one(d, i, report, context);
	diags_free(d);
	return good;
}
