// SPDX-License-Identifier: MIT
// Drives the parser: line by line into the file or the open section, then effective values of all.
// doc/ldirectord.md 2.
#include "ldirectord/conf/parse.h"

#include <string.h>

#include "lib/foreign_text.h"

static void open_section(struct lb_parser *p, const struct lb_line *line, enum lb_family family)
{
	struct lb_section *s = arena_take(p->memory, sizeof(*s));
	s->common = lb_common_none();
	s->v.id.address.family = family;
	s->v.line = s->last_line = line->number;
	s->v.check_type = LB_CHECK_NEGOTIATE;
	s->address = line->value;
	p->sections = arena_grow(p->memory, p->sections, p->section_count, sizeof(struct lb_section *));
	p->sections[p->section_count++] = p->open = s;
}

static void report_unknown(struct lb_parser *p, const struct lb_line *line)
{
	const struct lb_directive *row = lb_directive_find(line->name.text);
	bool starts = bytes_equal_text(line->name.text, "virtual") || bytes_equal_text(line->name.text, "virtual6");
	const char *near = lb_directive_nearest(line->name.text);
	const char *where = line->indent > 0 ? "in a section" : "outside of a section";
	if (starts)
		lb_report(p, LB_ERROR, "line", line->name, "starts a section; expected it in column 1, without blanks before it");
	else if (row && row->place == LB_NOWHERE)
		lb_report(p, LB_ERROR, row->name, line->value, "is no longer accepted; expected %s", row->help);
	else if (row && row->place == LB_IN_SECTION)
		lb_report(p, LB_ERROR, "line", line->name,
			"is valid only in a section; expected it below a virtual, indented by four blanks or a tab");
	else if (row)
		lb_report(p, LB_ERROR, "line", line->name,
			"is not valid in a section; expected it in column 1, without blanks before it");
	else if (near)
		lb_report(p, LB_ERROR, "line", line->name, "is not a directive %s; expected perhaps %s", where, near);
	else
		lb_report(p, LB_ERROR, "line", line->name, "is not a directive %s; expected name = value", where);
}

static void use(struct lb_parser *p, const struct lb_directive *row, const struct lb_line *line, void *base)
{
	if (row->bare && !line->equals && line->value.text.len == 0)
		row->set(p, row, line->name, base);
	else if (!line->equals)
		lb_report(p, LB_ERROR, row->name, line->value, "has no = before it; expected %s = value", row->name);
	else
		row->set(p, row, line->value, base);
}

/* Handle a name with a foreign character in or around it.  A section continues after lines that are indented with
 * no-break spaces.  A section that starts after a byte order mark is opened, so that its lines cause no further
 * errors. */
static bool use_foreign(struct lb_parser *p, const struct lb_line *line)
{
	enum { LOOK_ALIKE = FOREIGN_ALL & ~(FOREIGN_BYTE | FOREIGN_BACKSLASH) };
	struct foreign f;
	struct lb_line bare = *line;
	struct lb_value name = line->name;
	if (!foreign_find(name.text, LOOK_ALIKE, &f))
		return false;
	while (foreign_find(name.text, LOOK_ALIKE, &f) && f.at == 0)
		name = lb_slice(name, f.len, name.text.len);
	bare.name = name;
	if (foreign_find(name.text, LOOK_ALIKE, &f)) {
		bare.name = lb_slice(name, 0, f.at);
		if (!line->equals) // the foreign character is in the place of the =
			bare.value = lb_slice(name, f.at + f.len, name.text.len);
	}
	bool six = bytes_equal_text(bare.name.text, "virtual6");
	if (six || bytes_equal_text(bare.name.text, "virtual"))
		open_section(p, &bare, six ? LB_INET6 : LB_INET);
	lb_report(p, LB_ERROR, "line", line->name, "is not a directive; expected name = value");
	return true;
}

/* Of several fallbacks in lines of their own only one would be used.  earlier: the line of another one; 0: none. */
static void warn_of_replaced(
	struct lb_parser *p, const struct lb_directive *row, const struct lb_line *line, unsigned earlier)
{
	bool is_fallback = row->set == lb_set_later && row->place == LB_IN_BOTH;
	if (is_fallback && earlier > 0) // the reference does so silently
		lb_report(p, LB_MISTAKE, row->name, line->value,
			"replaces that of line %u; expected one line, with a comma between several servers",
			earlier);
}

static void use_global(struct lb_parser *p, const struct lb_line *line)
{
	if (use_foreign(p, line))
		return;
	p->open = NULL;
	bool six = bytes_equal_text(line->name.text, "virtual6");
	if (line->equals && (six || bytes_equal_text(line->name.text, "virtual"))) {
		open_section(p, line, six ? LB_INET6 : LB_INET);
		return;
	}
	const struct lb_directive *row = lb_directive_find(line->name.text);
	if (!row || row->place == LB_IN_SECTION || row->place == LB_NOWHERE) {
		report_unknown(p, line);
		return;
	}
	warn_of_replaced(p, row, line, p->lines[lb_directive_index(row)]);
	p->lines[lb_directive_index(row)] = line->number;
	use(p, row, line, row->place == LB_IN_FILE ? (void *)p->config : &p->config->globals);
}

static void use_in_section(struct lb_parser *p, const struct lb_line *line)
{
	struct lb_section *s = p->open;
	s->last_line = line->number;
	const struct lb_directive *row = lb_directive_find(line->name.text);
	if (!row || row->place == LB_IN_FILE || row->place == LB_NOWHERE) {
		report_unknown(p, line);
		return;
	}
	warn_of_replaced(p, row, line, s->given[lb_directive_index(row)].line);
	s->given[lb_directive_index(row)] = line->value;
	use(p, row, line, row->place == LB_IN_BOTH ? (void *)&s->common : &s->v);
}

static void use_line(struct lb_parser *p, const struct lb_line *line, struct bytes whole)
{
	if (line->blank)
		return; // a blank line does not end a section.  doc/ldirectord.md 13.1: "the section continues"
	if (memchr(whole.at, '\0', whole.len))
		diag_add(p->diags, DIAG_ERROR, line->number, 0, "there is a NUL byte on this line; expected text");
	else if (line->indent == 0)
		use_global(p, line);
	else if (line->indent < LB_INDENT)
		lb_report(p, LB_ERROR, "line", line->name,
			"is indented by less than four columns; expected none, or four blanks or a tab within a section");
	else if (!p->open)
		lb_report(p, LB_ERROR, "line", line->name,
			"is indented, but there is no section above it; expected a virtual line, or it in column 1");
	else
		use_in_section(p, line);
}

static void read_lines(struct lb_parser *p, struct bytes text)
{
	struct reader r = reader_over(text);
	struct lb_line line;
	unsigned number = 0;
	for (;;) {
		struct reader before = r;
		if (!lb_line_next(&r, &number, &line))
			break;
		use_line(p, &line, reader_take(&before, before.left - r.left));
	}
	p->open = NULL;
}

// A merge sort.  It moves the messages that are created at the end of the parse to the place of their lines, and keeps
// the order within a line.
static void sort_by_line(struct diag *list, struct diag *other, size_t count)
{
	if (count < 2)
		return;
	size_t half = count / 2, a = 0, b = half, n = 0;
	sort_by_line(list, other, half);
	sort_by_line(&list[half], other, count - half);
	while (a < half || b < count)
		other[n++] = b == count || (a < half && list[a].line <= list[b].line) ? list[a++] : list[b++];
	memcpy(list, other, count * sizeof(*list));
}

struct lb_config *lb_config_parse(const char *file, const char *text, size_t len, bool strict, lb_resolve *resolve,
	void *context, struct diags *d)
{
	struct arena *memory = arena_new();
	if (!memory || arena_exhausted(memory)) {
		arena_free(memory);
		diag_add(d, DIAG_ERROR, 0, 0, "out of memory");
		return NULL;
	}
	struct lb_parser *p = arena_take(memory, sizeof(*p));
	*p = (struct lb_parser){.memory = memory, .diags = d, .strict = strict, .resolve = resolve, .context = context};
	p->lines = arena_take(memory, LB_DIRECTIVES_MAX * sizeof(*p->lines));
	p->config = arena_take(memory, sizeof(*p->config));
	p->config->lines = p->lines;
	p->config->memory = memory;
	p->config->file = arena_text(memory, bytes_of(file));
	p->config->log_file = arena_text(memory, bytes_of(LB_LOG_FILE));
	p->config->globals = lb_common_none();
	const char *encoding = foreign_encoding((struct bytes){(const uint8_t *)text, len});
	if (encoding) {
		diag_add(d, DIAG_ERROR, 1, 1, "the file is %s", encoding);
		arena_free(memory);
		return NULL;
	}
	size_t earlier = d->count, errors = d->errors; // the caller's own diagnostics
	read_lines(p, (struct bytes){(const uint8_t *)text, len});
	lb_effective_values(p);
	size_t added = d->count - earlier;
	if (added > 1)
		sort_by_line(&d->list[earlier], arena_take(memory, added * sizeof(struct diag)), added);
	if (d->errors == errors)
		return p->config;
	arena_free(memory);
	return NULL;
}

void lb_config_free(struct lb_config *c)
{
	if (c)
		arena_free(c->memory);
}

bool lb_config_set_host(struct lb_config *c, const char *host)
{
	if (arena_exhausted(c->memory))
		return false;
	char *address = arena_format(c->memory, "ldirectord@%s", host);
	for (size_t i = 0; i < c->virtual_count; i++) {
		struct lb_virtual *v = &c->virtuals[i];
		if (v->login_preset && v->service == LB_SIP)
			v->login = address;
		if (v->passwd_preset)
			v->passwd = address;
	}
	return true;
}
