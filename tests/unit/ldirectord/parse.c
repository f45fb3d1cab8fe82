// SPDX-License-Identifier: MIT
#include "tests/unit/ldirectord/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldirectord/daemon/check_file.h"

static bool resolve(void *context, const char *host, enum lb_family family, struct lb_address *out, const char **why)
{
	(void)context;
	static const struct { const char *host; enum lb_family family; uint8_t bytes[16]; uint16_t port;
	} known[] = {
		{":http/tcp", LB_INET, {0}, 80},
		{":domain/tcp", LB_INET, {0}, 53},
		{":domain/udp", LB_INET, {0}, 53},
		{"www.example.com", LB_INET, {192, 0, 2, 80}, 0},
		{"localhost", LB_INET, {127, 0, 0, 1}, 0},
		{"six", LB_INET6, {0x20, 1}, 0},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(known[i].host, host) == 0 && (known[i].port || known[i].family == family)) {
			memcpy(out->bytes, known[i].bytes, sizeof(out->bytes));
			out->port = known[i].port;
			return true;
		}
	}
	*why = "this test does not know the name";
	return false;
}

struct lb_config *parse_bytes(const char *text, size_t len, bool strict, struct diags *d)
{
	diags_init(d, "ld.cf");
	struct lb_config *c = lb_config_parse("ld.cf", text, len, strict, resolve, NULL, d);
	assert_int_equal(c == NULL, d->errors > 0);
	if (c) {
		lb_check_paths(c, d);
		assert_true(lb_config_set_host(c, "lvsdir"));
	}
	return c;
}

struct lb_config *parse_mode(const char *text, bool strict, const char *expected)
{
	struct diags d;
	char all[8192] = "", line[1024];
	struct lb_config *c = parse_bytes(text, strlen(text), strict, &d);
	for (size_t i = 0; i < d.count; i++) {
		diag_format(&d, i, line, sizeof(line));
		assert_true(strlen(all) + strlen(line) + 2 < sizeof(all));
		strcat(strcat(all, i > 0 ? "\n" : ""), line);
	}
	assert_string_equal(all, expected);
	diags_free(&d);
	return c;
}

struct lb_config *parse_lines(const char *text, const char *expected)
{
	return parse_mode(text, false, expected);
}

bool has_line(const struct diags *d, enum diag_severity severity, unsigned line)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->list[i].severity == severity && d->list[i].line == line)
			return true;
	}
	return false;
}
