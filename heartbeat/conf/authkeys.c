// SPDX-License-Identifier: MIT
/* Diagnostics never quote authkeys, because by a mistake a key may be in the place of the method.
 * They contain the line, the column and what is expected. */
#include "heartbeat/conf/authkeys.h"

#include <string.h>

#include "heartbeat/conf/foreign.h"
#include "lib/lexer.h"

enum { METHOD_WORDS = 2 }; // "1 sha1"; the key after them may contain any byte
static const struct lexer_rules rules = {0}; // '#' inside a key is a part of the key

struct authkeys_parser {
	struct authkeys *keys;
	struct diags *diags;
	unsigned key_line[AUTHKEYS_MAX]; /* 0: not defined */
	unsigned auth_line;              /* 0: no auth line yet */
	bool refused;                /* a line was refused, so missing lines are not reported */
};

static const char *const method_names[] = {
	[AUTH_NONE] = "none", [AUTH_CRC] = "crc", [AUTH_MD5] = "md5", [AUTH_SHA1] = "sha1"};
enum { METHODS = sizeof(method_names) / sizeof(*method_names) };

const char *auth_method_name(enum auth_method method)
{
	return (size_t)method < METHODS ? method_names[method] : "?";
}

static void complain(struct authkeys_parser *p, enum diag_severity severity, struct word word, const char *what)
{
	diag_add(p->diags, severity, word.line, word.column, "%s", what);
}

static bool index_read(struct bytes word, unsigned *index)
{
	uint64_t value;
	if (!bytes_to_u64(word, 10, &value) || value >= AUTHKEYS_MAX)
		return false;
	*index = (unsigned)value;
	return true;
}

static void take_auth(struct authkeys_parser *p, const struct lexer_line *line)
{
	unsigned index;
	if (line->count < 2) {
		complain(p, DIAG_ERROR, line->words[0],
			"auth: the number is missing; expected \"auth N\", N being the number of a key");
		p->refused = true;
		return;
	}
	if (!index_read(line->words[1].text, &index)) {
		complain(p, DIAG_ERROR, line->words[1], "auth: not the number of a key; expected 0 to 15");
		p->refused = true;
		return;
	}
	if (p->auth_line && p->keys->active != index)
		diag_add(p->diags, DIAG_WARNING, line->line, line->words[0].column,
			"auth: key number %u replaces the one given on line %u", index, p->auth_line);
	if (line->count > 2 && line->words[2].text.at[0] != '#')
		complain(p, DIAG_WARNING, line->words[2], "auth: the rest of the line is ignored");
	p->keys->active = index;
	p->auth_line = line->line;
}

static enum auth_method method_read(struct bytes word)
{
	for (int m = AUTH_CRC; m < METHODS; m++) {
		if (bytes_equal_text(word, method_names[m]))
			return (enum auth_method)m;
	}
	return AUTH_NONE;
}

// Read the text after the number in the line "N METHOD [KEY]".  Returns false when it is refused.
static bool take_key(struct authkeys_parser *p, unsigned index, const struct lexer_line *line)
{
	if (line->count < 2) {
		complain(p, DIAG_ERROR, line->words[0],
			"the method is missing; expected \"N sha1 KEY\", \"N md5 KEY\" or \"N crc\"");
		return false;
	}
	enum auth_method method = method_read(line->words[1].text);
	if (method == AUTH_NONE) {
		complain(p, DIAG_ERROR, line->words[1], "not a method; expected sha1, md5 or crc in lower case");
		return false;
	}
	if (method == AUTH_CRC && line->count > 2) {
		complain(p, DIAG_ERROR, line->words[2],
			"crc uses no key; delete what follows it, or write sha1 to sign packets");
		return false;
	}
	if (method != AUTH_CRC && line->count < 3) {
		diag_add(p->diags, DIAG_ERROR, line->line, line->words[1].column,
			"%s requires a key; expected \"%u %s KEY\"", auth_method_name(method), index,
			auth_method_name(method));
		return false;
	}
	struct bytes key = method == AUTH_CRC ? (struct bytes){NULL, 0} : line->words[2].text;
	if (key.len > AUTHKEYS_KEY_MAX) {
		diag_add(p->diags, DIAG_ERROR, line->line, line->words[2].column,
			"the key is %zu bytes long; expected at most %d", key.len, AUTHKEYS_KEY_MAX);
		return false;
	}
	bool accept = line->count > 3 && bytes_equal_text(line->words[3].text, "accept");
	size_t used = accept ? 4 : 3;
	if (line->count > used)
		complain(p, DIAG_WARNING, line->words[used],
			accept ? "nothing may follow accept: the rest of the line is ignored"
			       : "the key ends at the blank; only accept may follow it: the rest of the line is ignored");
	if (p->key_line[index])
		diag_add(p->diags, DIAG_WARNING, line->line, line->words[0].column,
			"key %u replaces the key given on line %u", index, p->key_line[index]);
	struct authkey *slot = &p->keys->keys[index];
	explicit_bzero(slot, sizeof(*slot));
	slot->method = method;
	slot->line = line->line;
	slot->len = key.len;
	slot->accept = accept;
	if (key.len > 0)
		memcpy(slot->key, key.at, key.len);
	p->key_line[index] = line->line;
	return true;
}

static void take(struct authkeys_parser *p, const struct lexer_line *line)
{
	unsigned index;
	if (line->count == 0)
		return;
	struct word first = line->words[0];
	if (bytes_equal_text(first.text, "auth")) {
		take_auth(p, line);
		return;
	}
	if (!index_read(first.text, &index)) {
		// Heartbeat 3.0.6 reads every line that starts with "a" as an auth line, so the message mentions auth.
		complain(p, DIAG_ERROR, first,
			first.text.at[0] == 'a'
				? "invalid auth line; expected \"auth N\", N being 0 to 15"
				: "neither a key nor an auth line; expected a key's number, 0 to 15, or \"auth N\"");
		p->refused = true;
		return;
	}
	if (!take_key(p, index, line))
		p->refused = true;
}

static void list_defined(const struct authkeys_parser *p, char *out, size_t cap)
{
	struct writer w = writer_over(out, cap - 1);
	for (unsigned i = 0; i < AUTHKEYS_MAX; i++) {
		if (p->key_line[i])
			writer_format(&w, "%s%u", w.len > 0 ? ", " : "", i);
	}
	if (w.len == 0)
		writer_text(&w, "none");
	out[w.len] = '\0';
}

static void check(struct authkeys_parser *p)
{
	const struct authkeys *keys = p->keys;
	if (p->auth_line == 0) {
		if (!p->refused)
			diag_add(p->diags, DIAG_ERROR, 0, 0,
				"no auth line; write \"auth N\", N being the number of the key that signs");
		return;
	}
	if (p->key_line[keys->active] == 0) {
		char defined[64];
		list_defined(p, defined, sizeof(defined));
		if (!p->refused)
			diag_add(p->diags, DIAG_ERROR, p->auth_line, 0,
				"auth %u: key %u is not defined; this file defines: %s", keys->active, keys->active,
				defined);
		return;
	}
	if (keys->keys[keys->active].method == AUTH_CRC)
		diag_add(p->diags, DIAG_WARNING, p->key_line[keys->active], 0,
			"crc protects against accidents only: anyone on the network can send packets as a node; write \"%u sha1 KEY\" on all nodes",
			keys->active);
	for (unsigned i = 0; i < AUTHKEYS_MAX; i++) {
		if (i != keys->active && keys->keys[i].accept)
			diag_add(p->diags, DIAG_WARNING, p->key_line[i], 0,
				"key %u is accepted as well as key %u, because a change of keys is under way: when it is finished, delete the line of the old key and the word accept",
				i, keys->active);
		if (i != keys->active && keys->keys[i].method == AUTH_CRC &&
			keys->keys[keys->active].method != AUTH_CRC)
			diag_add(p->diags, DIAG_WARNING, p->key_line[i], 0,
				"key %u is crc but the active key is not: Heartbeat 3 accepts crc packets from anyone; delete it when no node signs with it",
				i);
	}
}

void authkeys_parse(struct bytes text, struct authkeys *keys, struct diags *diags)
{
	authkeys_wipe(keys);
	struct authkeys_parser p = {.keys = keys, .diags = diags};
	struct lexer l;
	struct lexer_line line;
	foreign_report(text, rules, METHOD_WORDS, diags);
	lexer_init(&l, text, rules);
	while (lexer_next(&l, &line)) {
		if (line.too_many)
			diag_add(diags, DIAG_ERROR, line.line, 0, "more than %d words in one line", LEXER_WORDS_MAX);
		take(&p, &line);
	}
	if (l.has_nul)
		diag_add(diags, DIAG_ERROR, 0, 0, "the file contains NUL bytes: it is damaged or not a text file");
	check(&p);
}

void authkeys_check_mode(mode_t mode, struct diags *diags)
{
	mode_t group = mode & (S_IRGRP | S_IWGRP), others = mode & (S_IROTH | S_IWOTH);
	mode_t read = mode & (S_IRGRP | S_IROTH), write = mode & (S_IWGRP | S_IWOTH);
	if (group || others)
		diag_add(diags, DIAG_ERROR, 0, 0, "mode %04o lets %s %s the keys; expected 0600 (chmod 600 %s)",
			(unsigned)(mode & 07777),
			!others  ? "the group"
			: group ? "group and others"
				: "others",
			!write  ? "read"
			: read ? "read and change"
			       : "change",
			diags->file ? diags->file : "authkeys");
}

static void check_one(const struct authkey *key, unsigned number, struct diags *diags)
{
	if (key->method == AUTH_NONE || key->method == AUTH_CRC)
		return;
	if (bytes_equal_text((struct bytes){key->key, key->len}, AUTHKEYS_SAMPLE))
		diag_add(diags, DIAG_WARNING, key->line, 0,
			"key %u is the one of the sample file, which everybody knows; expected your own: the output of \"openssl rand -hex 32\", on all nodes",
			number);
	else if (key->len < AUTHKEYS_SHORT)
		diag_add(diags, DIAG_WARNING, key->line, 0,
			"key %u is shorter than %d characters and can be found by trying; expected a long one: the output of \"openssl rand -hex 32\", on all nodes",
			number, AUTHKEYS_SHORT);
}

void authkeys_check_strength(const struct authkeys *keys, struct diags *diags)
{
	for (unsigned i = 0; i < AUTHKEYS_MAX; i++)
		if (i == keys->active || keys->keys[i].accept)
			check_one(&keys->keys[i], i, diags);
}

void authkeys_wipe(struct authkeys *keys)
{
	explicit_bzero(keys, sizeof(*keys));
}
