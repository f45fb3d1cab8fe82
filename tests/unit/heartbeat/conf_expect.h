// SPDX-License-Identifier: MIT
/* What the tests of the three configuration files share: exact diagnostics, files of tests/data. */
#ifndef TESTS_UNIT_CONF_EXPECT_H
#define TESTS_UNIT_CONF_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/bytes.h"
#include "lib/diag.h"

// All diagnostics, one a line, as the operator reads them.  The caller frees it.
static inline char *diags_text(const struct diags *diags)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	assert_non_null(out);
	for (size_t i = 0; i < diags->count; i++) {
		char line[4096];
		diag_format(diags, i, line, sizeof(line));
		(void)fprintf(out, "%s%s", i > 0 ? "\n" : "", line); // to memory
	}
	assert_int_equal(fclose(out), 0);
	return text;
}

static inline void expect_diags(const struct diags *diags, const char *input, const char *expected)
{
	char *text = diags_text(diags);
	if (strcmp(text, expected) != 0)
		fail_msg("for:\n%s\nexpected:\n%s\ngot:\n%s", input, expected, text);
	free(text);
}

// A file of the source tree; tests run in its root.  The caller frees it.
static inline char *read_text(const char *path)
{
	FILE *in = fopen(path, "r");
	if (!in)
		fail_msg("%s cannot be opened: run the tests in the root of the tree", path);
	char *text = calloc(1, 65536);
	assert_non_null(text);
	assert_true(fread(text, 1, 65535, in) < 65535);
	assert_int_equal(fclose(in), 0);
	return text;
}

#endif
