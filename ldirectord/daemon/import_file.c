// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/import_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ldirectord/daemon/print.h"
#include "ldirectord/import/import.h"
#include "lib/file.h"

enum { IMPORT_MAX = 16 << 20, EXIT_UNREADABLE = 1, EXIT_NOTHING = 2 };

/* All of standard input, or its first IMPORT_MAX bytes. */
static GString *read_input(void)
{
	GString *all = g_string_new(NULL);
	char piece[4096];
	for (size_t n; all->len < IMPORT_MAX && (n = fread(piece, 1, sizeof piece, stdin)) > 0;)
		g_string_append_len(all, piece, (gssize)n);
	return all;
}

static GString *read_all(const char *file)
{
	char *text;
	size_t len;
	if (!file)
		return read_input();
	int error = file_read(file, IMPORT_MAX, &text, &len, NULL);
	if (error < 0) {
		print_error("ldirectord: import: %s cannot be read: %s\n", file, strerror(-error));
		return NULL;
	}
	GString *all = g_string_new_len(text, (gssize)len);
	free(text);
	return all;
}

static void report(void *context, const struct diag_line *line)
{
	(void)context;
	print_error("%s\n", line->whole);
}

int lb_import_file(const char *file)
{
	GString *in = read_all(file), *out = g_string_new(NULL);
	struct diags d;
	if (!in) {
		(void)g_string_free(out, TRUE);
		return EXIT_UNREADABLE;
	}
	diags_init(&d, file ? file : "standard input");
	size_t count = import_text((struct bytes){(const uint8_t *)in->str, in->len}, out, &d);
	if (count > 0)
		print_to(stdout, "%s", out->str);
	(void)diags_report(&d, report, NULL); // an error means that count is 0
	(void)g_string_free(in, TRUE);
	(void)g_string_free(out, TRUE);
	return count > 0 ? EXIT_SUCCESS : EXIT_NOTHING;
}
