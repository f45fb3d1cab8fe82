// SPDX-License-Identifier: MIT
/* Any bytes as authkeys: every diagnostic has a text, and no key reaches one.  The second is shown by reading the file
 * again with other keys of the same length: not a letter of the diagnostics may change. */
#include <string.h>

#include "heartbeat/conf/authkeys.h"
#include "lib/lexer.h"
#include "tests/fuzz/fuzz.h"

static struct authkeys keys, other;

// Every word from the third on: keys, and what follows them.  '#' stays, it makes a trailing comment.
static void mask(uint8_t *copy, const uint8_t *data, size_t size)
{
	struct lexer l;
	struct lexer_line line;
	lexer_init(&l, (struct bytes){data, size}, (struct lexer_rules){0});
	while (lexer_next(&l, &line)) {
		for (size_t i = 2; i < line.count; i++) {
			size_t at = (size_t)(line.words[i].text.at - data);
			for (size_t n = 0; n < line.words[i].text.len; n++)
				copy[at + n] = copy[at + n] == '#' ? '#' : copy[at + n] == 'x' ? 'y' : 'x';
		}
	}
}

static void check_same(const struct diags *a, const struct diags *b)
{
	MUST(a->count == b->count && a->errors == b->errors);
	for (size_t i = 0; i < a->count; i++) {
		MUST(a->list[i].text && a->list[i].text[0]);
		MUST(a->list[i].line == b->list[i].line && a->list[i].column == b->list[i].column);
		MUST(strcmp(a->list[i].text, b->list[i].text) == 0);
	}
}

static void check_usable(void)
{
	static const struct authkeys zero;
	MUST(keys.active < AUTHKEYS_MAX && keys.keys[keys.active].method != AUTH_NONE);
	for (unsigned i = 0; i < AUTHKEYS_MAX; i++) {
		const struct authkey *k = &keys.keys[i];
		MUST((k->len > 0) == (k->method == AUTH_MD5 || k->method == AUTH_SHA1));
		MUST(k->len <= AUTHKEYS_KEY_MAX &&
			memcmp(k->key + k->len, zero.keys[0].key, AUTHKEYS_KEY_MAX - k->len) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	MUST(copy);
	if (size > 0)
		memcpy(copy, data, size);
	mask(copy, data, size);
	struct diags first, second;
	diags_init(&first, "authkeys");
	diags_init(&second, "authkeys");
	authkeys_parse((struct bytes){data, size}, &keys, &first);
	authkeys_parse((struct bytes){copy, size}, &other, &second);
	check_same(&first, &second);
	MUST(keys.active == other.active);
	if (first.errors == 0)
		check_usable();
	diags_free(&first);
	diags_free(&second);
	free(copy);
	return 0;
}
