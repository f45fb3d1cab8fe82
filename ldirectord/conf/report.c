// SPDX-License-Identifier: MIT
/* Adds diagnostics that show the wrong value. */
#include "ldirectord/conf/parse.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/foreign_text.h"

enum { SHOW_BYTES = 60 };

static void report(struct lb_parser *p, enum lb_report how, const char *name, struct lb_value v, unsigned foreign_kinds,
	const char *what)
{
	char shown[SHOW_BYTES * 4 + 4], repair[200] = "";
	struct writer w = writer_over(shown, sizeof(shown) - 1);
	struct foreign foreign;
	writer_escaped(&w, v.text, SHOW_BYTES);
	shown[w.len] = '\0';
	if (v.text.at && foreign_find(v.text, foreign_kinds, &foreign)) {
		char message[160];
		foreign_say(&foreign, message, sizeof(message));
		(void)snprintf(repair, sizeof(repair), "; it has %s", message); // it fits
	}
	enum diag_severity severity = how == LB_ERROR || (how == LB_MISTAKE && p->strict) ? DIAG_ERROR : DIAG_WARNING;
	if (!v.text.at)
		diag_add(p->diags, severity, v.line, v.column, "%s: %s", name, what);
	else if (v.text.len == 0)
		diag_add(p->diags, severity, v.line, v.column, "%s: an empty value %s", name, what);
	else
		diag_add(p->diags, severity, v.line, v.column, "%s: \"%s\" %s%s", name, shown, what, repair);
	if (severity == DIAG_ERROR && p->open)
		p->open->broken = true;
}

void lb_report(struct lb_parser *p, enum lb_report how, const char *name, struct lb_value v, const char *what, ...)
{
	char text[512];
	va_list args;
	va_start(args, what);
	(void)vsnprintf(text, sizeof(text), what, args); // a long sentence is cut
	va_end(args);
	report(p, how, name, v, FOREIGN_ALL, text);
}

void lb_report_text(struct lb_parser *p, enum lb_report how, const char *name, struct lb_value v, const char *what, ...)
{
	char text[512];
	va_list args;
	va_start(args, what);
	(void)vsnprintf(text, sizeof(text), what, args); // a long sentence is cut
	va_end(args);
	report(p, how, name, v, FOREIGN_ALL & ~(unsigned)FOREIGN_BACKSLASH, text);
}
