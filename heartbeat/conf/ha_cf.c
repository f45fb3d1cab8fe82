// SPDX-License-Identifier: MIT
// Drives the parser of ha.cf.  Finds the directive of each line and calls its setter; then applies the presets, and
// makes the checks that need the whole file.
#include "heartbeat/conf/ha_cf.h"

#include <string.h>

#include "heartbeat/conf/foreign.h"
#include "heartbeat/conf/ha_cf_parse.h"

static const struct lexer_rules rules = {.comment_anywhere = true, .comma_separates = true};

// --- lines ---

static void note_unserved(struct ha_cf_parser *p, const struct directive *row, unsigned line)
{
	struct ha_cf *c = p->conf;
	if (row->served != NOT_SERVED)
		return;
	c->unserved = arena_grow(p->arena, c->unserved, c->unserved_count, sizeof(*c->unserved));
	c->unserved[c->unserved_count++] =
		(struct unserved_conf){.directive = row->name, .why = row->unserved, .line = line};
}

// Names that old guides mention, and that no Heartbeat 3 of Debian accepts.
static const char *advice_for(struct bytes name)
{
	static const struct {
		const char *name, *advice;
	} rows[] = {
		{"logd", "there is no ha_logd: write logfile or logfacility"},
		{"gethostbyname", "names in ucast and ping lines are resolved without it: delete the line"},
		{"tiebreaker", "two nodes need none: use fencing (stonith_host) or a second network path"},
		{"rds", "this medium does not exist here: write ucast or mcast"},
		{"tipc", "this medium does not exist here: write ucast or mcast"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (bytes_equal_text(name, rows[i].name))
			return rows[i].advice;
	}
	return NULL;
}

static void unknown(struct ha_cf_parser *p, struct word word)
{
	struct reader r = reader_over(word.text);
	struct bytes name = reader_until(&r, '=');
	if (!r.failed && directive_find(name) >= 0) {
		diag_add(p->diags, DIAG_ERROR, word.line, word.column,
			"unknown directive \"%s\"; write a blank instead of \"=\": \"%s %s\"", show(word.text).text,
			show(name).text, show(reader_take(&r, reader_left(&r))).text);
		return;
	}
	const char *advice = advice_for(word.text), *nearest = directive_nearest(word.text);
	if (advice) {
		diag_add(p->diags, DIAG_ERROR, word.line, word.column, "unknown directive \"%s\"; %s", show(word.text).text,
			advice);
		return;
	}
	diag_add(p->diags, DIAG_ERROR, word.line, word.column, "unknown directive \"%s\"%s%s%s", show(word.text).text,
		 nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

// Returns false when this directive is allowed only once and was given already.
static bool may_repeat(struct ha_cf_parser *p, int index, struct word word)
{
	const struct directive *row = directive_at((size_t)index);
	if (p->given[index] && row->repeat == REPEAT_REFUSED) {
		diag_add(p->diags, DIAG_ERROR, word.line, word.column, "%s: already given on line %u; keep one of them",
			row->name, p->given[index]);
		return false;
	}
	return true;
}

static void accept_text(struct ha_cf_parser *p, int index, struct word word)
{
	const struct directive *row = directive_at((size_t)index);
	const char *earlier = p->text[index];
	if (earlier && row->repeat == REPEAT_LAST_COUNTS && p->given[index] && !bytes_equal_text(word.text, earlier))
		diag_add(p->diags, DIAG_WARNING, word.line, word.column, "%s: \"%s\" replaces \"%s\" of line %u",
			row->name, show(word.text).text, show(bytes_of(earlier)).text, p->given[index]);
	p->text[index] = arena_text(p->arena, word.text);
}

// Warn about quotes and continued lines, which other configuration files support but ha.cf does not.
static void hint(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	uint8_t first = word.text.at[0], last = word.text.at[word.text.len - 1];
	if (first == '"' || first == '\'')
		diag_add(p->diags, DIAG_WARNING, word.line, word.column,
			"%s: quotes are ordinary characters in ha.cf: the value is %s", row->name, show(word.text).text);
	if (last == '\\')
		diag_add(p->diags, DIAG_WARNING, word.line, word.column,
			"%s: a backslash does not continue the line in ha.cf; it is part of the value", row->name);
}

// For a directive without effect: returns true when this value requests something that does not happen.
static bool asks_in_vain(const struct directive *row, struct bytes value)
{
	bool on;
	if (row->served != WITHOUT_EFFECT || !row->instead)
		return false;
	return row->usual ? !bytes_fold_equal(value, row->usual) : !ha_cf_boolean(value, &on) || on;
}

static void take_words(struct ha_cf_parser *p, int index, const struct lexer_line *line)
{
	const struct directive *row = directive_at((size_t)index);
	for (size_t i = 1; i < line->count; i++) {
		struct word word = line->words[i];
		size_t errors = p->diags->errors;
		if (may_repeat(p, index, word) && row->set(p, row, word)) {
			accept_text(p, index, word);
			note_unserved(p, row, word.line);
			if (asks_in_vain(row, word.text))
				diag_add(p->diags, DIAG_WARNING, word.line, word.column, "%s: \"%s\" has no effect: %s",
					row->name, show(word.text).text, row->instead);
		} else {
			p->refused[index] = true;
		}
		p->given[index] = word.line;
		if (p->diags->errors == errors)
			hint(p, row, word);
	}
	if (line->count == 1)
		diag_add(p->diags, DIAG_WARNING, line->line, line->words[0].column,
			"%s: the value is missing, so the line has no effect; write \"%s %s\"", row->name, row->name, row->arguments);
}

// The name of argument number n in the manual, without the dots that may follow it.
static struct bytes argument_name(const struct directive *row, size_t n)
{
	struct reader r = reader_over(bytes_of(row->arguments));
	for (; n > 0; n--)
		(void)reader_until(&r, ' '); // a blank is always found, because arguments has at least min_words words
	struct reader ahead = r;
	struct bytes name = reader_until(&ahead, ' ');
	if (ahead.failed)
		name = reader_take(&r, reader_left(&r));
	while (name.len > 0 && name.at[name.len - 1] == '.')
		name.len--;
	return name;
}

static void take_line(struct ha_cf_parser *p, int index, const struct lexer_line *line)
{
	const struct directive *row = directive_at((size_t)index);
	struct lexer l;
	struct lexer_line args;
	// here a comma does not separate words
	lexer_init(&l, line->rest, (struct lexer_rules){.comment_anywhere = true});
	if (!lexer_next(&l, &args))
		args = (struct lexer_line){.count = 0};
	for (size_t i = 0; i < args.count; i++) {
		args.words[i].line = line->line;
		args.words[i].column += line->rest_column - 1;
	}
	args.line = line->line;
	p->given[index] = line->line;
	if (args.too_many || args.count < row->min_words) {
		if (args.count < row->min_words)
			diag_add(p->diags, DIAG_ERROR, line->line, line->words[0].column,
				"%s: %s is missing; expected \"%s %s\"", row->name,
				show(argument_name(row, args.count)).text, row->name, row->arguments);
		p->refused[index] = true;
	} else if (!row->set_line(p, row, &args)) {
		p->refused[index] = true;
	} else {
		note_unserved(p, row, line->line);
		if (args.count > 0)
			hint(p, row, args.words[args.count - 1]);
	}
}

static void take(struct ha_cf_parser *p, const struct lexer_line *line)
{
	if (line->count == 0)
		return;
	int index = directive_find(line->words[0].text);
	if (line->too_many)
		diag_add(p->diags, DIAG_ERROR, line->line, 0, "more than %d words in one line", LEXER_WORDS_MAX);
	if (index < 0)
		unknown(p, line->words[0]);
	else if (directive_at((size_t)index)->set)
		take_words(p, index, line);
	else
		take_line(p, index, line);
}

// --- after the lines ---

// Pass the presets to the setters, so that the text of a default and its value cannot differ.
static void apply_presets(struct ha_cf_parser *p)
{
	const struct directive *row;
	for (size_t i = 0; (row = directive_at(i)) != NULL; i++) {
		if (!row->preset || (p->given[i] && !p->refused[i]))
			continue;
		(void)row->set(p, row, (struct word){bytes_of(row->preset), 0, 0}); // the setter accepts our own value
		p->text[i] = row->preset;
	}
}

static void add_parameter(struct ha_cf_parser *p, const char *name, const char *value)
{
	struct ha_cf *c = p->conf;
	c->parameters = arena_grow(p->arena, c->parameters, c->parameter_count, sizeof(*c->parameters));
	c->parameters[c->parameter_count++] = (struct parameter){name, value};
}

static void list_parameters(struct ha_cf_parser *p)
{
	const struct directive *row;
	add_parameter(p, "hbversion", VERSION);
	for (size_t i = 0; (row = directive_at(i)) != NULL; i++) {
		if (row->parameter && p->text[i])
			add_parameter(p, row->name, p->text[i]);
	}
}

// --- public functions ---

static struct ha_cf *parse(struct arena *arena, struct bytes text, const char *local_node, struct diags *diags)
{
	struct ha_cf_parser p = {.arena = arena, .diags = diags, .local_node = local_node};
	p.conf = arena_take(arena, sizeof(*p.conf));
	p.conf->arena = arena;
	p.conf->logfacility = -1;

	struct lexer l;
	struct lexer_line line;
	foreign_report(text, rules, 0, diags);
	lexer_init(&l, text, rules);
	while (lexer_next(&l, &line))
		take(&p, &line);
	if (l.has_nul)
		diag_add(diags, DIAG_ERROR, 0, 0, "the file contains NUL bytes: it is damaged or not a text file");

	apply_presets(&p);
	ha_cf_check(&p);
	list_parameters(&p);
	return p.conf;
}

struct ha_cf *ha_cf_parse(struct bytes text, const char *local_node, struct diags *diags)
{
	struct arena *arena = arena_new();
	if (arena && !arena_exhausted(arena))
		return parse(arena, text, local_node, diags);
	arena_free(arena);
	diag_add(diags, DIAG_ERROR, 0, 0, "out of memory");
	return NULL;
}

void ha_cf_free(struct ha_cf *conf)
{
	if (conf)
		arena_free(conf->arena); // conf itself is in this arena
}

const char *ha_cf_parameter(const struct ha_cf *conf, const char *name)
{
	for (size_t i = 0; i < conf->parameter_count; i++) {
		if (strcmp(conf->parameters[i].name, name) == 0)
			return conf->parameters[i].value;
	}
	return NULL;
}
