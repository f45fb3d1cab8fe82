// SPDX-License-Identifier: MIT
/* Bytes as the output of ipvsadm -S -n, or as a keepalived.conf.  Promises: the file that comes out is accepted by the
 * parser of ldirectord.cf and has as many services as reported; every message has a line of the input, and text that
 * can be printed; without a service there is an error. */
#include <string.h>

#include "ldirectord/conf/config.h"
#include "ldirectord/import/import.h"
#include "tests/fuzz/fuzz.h"

static void look_at_messages(const struct diags *d, unsigned lines)
{
	for (size_t i = 0; i < d->count; i++) {
		const struct diag *one = &d->list[i];
		MUST(one->text && *one->text && one->line <= lines);
		MUST(one->line > 0 || one->severity == DIAG_ERROR);
		for (const char *c = one->text; *c; c++)
			MUST(*c >= ' ');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diags d, again;
	GString *out = g_string_new(NULL);
	unsigned lines = 1;
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	diags_init(&d, "input");
	size_t count = import_text((struct bytes){data, size}, out, &d);
	MUST((count == 0) == (d.errors > 0));
	look_at_messages(&d, lines);
	diags_free(&d);
	diags_init(&again, "ld.cf");
	struct lb_config *c = lb_config_parse("ld.cf", out->str, out->len, false, NULL, NULL, &again);
	MUST(c && c->virtual_count == count);
	lb_config_free(c);
	diags_free(&again);
	(void)g_string_free(out, TRUE);
	return 0;
}
