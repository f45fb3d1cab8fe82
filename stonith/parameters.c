// SPDX-License-Identifier: MIT
#include "stonith/parameters.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/spelling.h"
#include "stonith/say.h"

static const char blanks[] = " \t\n\r\f";

static bool is_ordered(const struct device *d, const struct parameter *p)
{
	return !d->type->by_name_only && !(p->row.flags & PARAMETER_NAMED);
}

static struct parameter *at(const struct device *d, guint i)
{
	return &g_array_index(d->parameters, struct parameter, i);
}

// --- by name ---

static const struct device *spelt; // a static variable, because the callback of spelling_nearest has no context
static const char *name_at(size_t i)
{
	return i < spelt->parameters->len ? at(spelt, (guint)i)->row.name : NULL;
}

static void list_names(const struct device *d, GString *why)
{
	for (guint i = 0; i < d->parameters->len; i++)
		g_string_append_printf(why, "\n  %s", at(d, i)->row.name);
}

static bool unknown_name(const struct device *d, const char *name, GString *why)
{
	spelt = d;
	const char *near = spelling_nearest(bytes_of(name), name_at);
	g_string_printf(why, "Invalid config info for %s device: there is no parameter \"%s\"", d->name, name);
	if (near)
		g_string_append_printf(why, "; did you mean \"%s\"?", near);
	g_string_append(why, d->parameters->len ? "\nValid config names are:" : "; it has none");
	list_names(d, why);
	return false;
}

static bool is_variable_name(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!g_ascii_isalpha(*c) && *c != '_' && (c == name || !g_ascii_isdigit(*c)))
			return false;
	return *name != '\0';
}

bool parameters_set(struct device *d, const char *name, const char *value, GString *why)
{
	struct parameter *p = device_parameter(d, name);
	if (!p && d->type->any_parameter && is_variable_name(name)) {
		device_add_parameter(d, &(struct parameter_row){.name = name, .flags = PARAMETER_NAMED});
		p = device_parameter(d, name);
	}
	if (!p)
		return unknown_name(d, name, why);
	if (strchr(value, '\n')) { // a fence agent reads one parameter from each line
		g_string_printf(why, "Invalid config info for %s device: %s has a line feed", d->name, name);
		return false;
	}
	p->value = device_keep(d, value);
	return true;
}

/* Returns the name when the word starts with "NAME=" of a parameter, otherwise NULL. */
static const char *named_by(const struct device *d, const char *word)
{
	for (guint i = 0; i < d->parameters->len; i++) {
		const char *name = at(d, i)->row.name;
		size_t len = strlen(name);
		if (strncmp(word, name, len) == 0 && word[len] == '=')
			return name;
	}
	return NULL;
}

/* Set parameters by name.  text starts with the name of a parameter and "=". */
static bool set_by_name(struct device *d, const char *text, GString *why)
{
	while (*text) {
		const char *name = named_by(d, text), *value = text + strlen(name) + 1, *end = value;
		const char *next = value + strcspn(value, blanks);
		for (end = next; *next; end = next + strcspn(next, blanks), next = end) {
			next += strspn(next, blanks);
			if (!*next || named_by(d, next))
				break;
			// next is another word of this value
		}
		char *copy = g_strndup(value, (gsize)(end - value));
		bool fine = parameters_set(d, name, copy, why);
		g_free(copy);
		if (!fine)
			return false;
		text = next;
	}
	return true;
}

// --- by position ---

static guint count_ordered(const struct device *d)
{
	guint n = 0;
	for (guint i = 0; i < d->parameters->len; i++)
		n += is_ordered(d, at(d, i));
	return n;
}

static bool too_few(const struct device *d, guint wanted, guint given, GString *why)
{
	g_string_printf(why, "Invalid STONITH parameters: %s needs %u values", d->name, wanted);
	for (guint i = 0; i < d->parameters->len; i++)
		if (is_ordered(d, at(d, i)))
			g_string_append_printf(why, " %s", at(d, i)->row.name);
	g_string_append_printf(why, "; %u given", given);
	return false;
}

static bool set_by_position(struct device *d, const char *text, GString *why)
{
	guint wanted = count_ordered(d), given = 0;
	if (wanted == 0 && *text) {
		g_string_printf(why, "Invalid STONITH parameters: %s takes NAME=VALUE only; its names are:", d->name);
		list_names(d, why);
		return false;
	}
	for (guint i = 0; i < d->parameters->len; i++) {
		struct parameter *p = at(d, i);
		if (!is_ordered(d, p))
			continue;
		if (*text == '\0')
			return too_few(d, wanted, given, why);
		size_t len = ++given == wanted ? strlen(text) : strcspn(text, blanks);
		char *value = g_strndup(text, len);
		p->value = device_keep(d, value);
		g_free(value);
		text += len;
		text += strspn(text, blanks);
	}
	return true;
}

bool parameters_from_text(struct device *d, const char *text, GString *why)
{
	text += strspn(text, blanks);
	return named_by(d, text) ? set_by_name(d, text, why) : set_by_position(d, text, why);
}

// --- file and environment ---

static char *read_stdin(void)
{
	char *text = g_malloc0(PARAMETERS_FILE_MAX + 1);
	(void)fread(text, 1, PARAMETERS_FILE_MAX, stdin); // after an error the text is empty, and is refused
	return text;
}

static bool set_lines(struct device *d, char **lines, const char *path, GString *why)
{
	bool by_name = false;
	for (int i = 0; lines[i]; i++) {
		char *line = g_strchomp(lines[i]);
		if (line[0] == '#' || line[0] == '\0')
			continue;
		const char *first = line + strspn(line, blanks);
		if (!by_name && !named_by(d, first))
			return parameters_from_text(d, line, why);
		by_name = true;
		if (!named_by(d, first)) {
			g_string_printf(why, "Invalid config file for %s device: %s:%d: expected NAME=VALUE; the names are:",
				d->name, path, i + 1);
			list_names(d, why);
			return false;
		}
		if (!set_by_name(d, first, why))
			return false;
	}
	if (!by_name && parameters_needed(d)) {
		g_string_printf(why, "Invalid config file for %s device: %s has no parameters; the names are:", d->name,
			strcmp(path, "-") == 0 ? "standard input" : path);
		list_names(d, why);
		return false;
	}
	return true;
}

static bool has_secret(const struct device *d)
{
	for (guint i = 0; i < d->parameters->len; i++)
		if (at(d, i)->value && (at(d, i)->row.flags & PARAMETER_SECRET))
			return true;
	return false;
}

/* Warn about the mode of the file: users who can write the file can choose the device, and users who can read it can
 * use the device. */
static void warn_about_mode(const struct device *d, const char *path, const struct stat *st)
{
	bool written = st->st_mode & (S_IWGRP | S_IWOTH), read = (st->st_mode & (S_IRGRP | S_IROTH)) && has_secret(d);
	if (written || read)
		say(LOG_LEVEL_WARN, "%s: mode %04o lets other users %s; expected 0600 (chmod 600 %s)", path,
			(unsigned)st->st_mode & 07777, written ? "change it" : "read the password in it", path);
}

bool parameters_from_file(struct device *d, const char *path, GString *why)
{
	char *text = NULL;
	struct stat st = {0};
	size_t len;
	int failed = 0;
	if (strcmp(path, "-") == 0)
		text = read_stdin();
	else
		failed = file_read(path, PARAMETERS_FILE_MAX, &text, &len, &st);
	if (failed) {
		g_string_printf(why, "Cannot open %s: %s", path, g_strerror(-failed));
		return false;
	}
	char **lines = g_strsplit(text, "\n", -1);
	bool fine = set_lines(d, lines, path, why);
	warn_about_mode(d, path, &st);
	g_strfreev(lines);
	free(text); // the text may come from g_malloc, which is malloc
	return fine;
}

void parameters_from_environment(struct device *d)
{
	for (guint i = 0; i < d->parameters->len; i++) {
		const char *value = g_getenv(at(d, i)->row.name);
		if (value)
			at(d, i)->value = device_keep(d, value);
	}
}

// --- check ---

static bool has_word(const char *list, const char *word)
{
	char **words = g_strsplit(list, " ", -1);
	bool found = g_strv_contains((const char *const *)words, word);
	g_strfreev(words);
	return found;
}

/* Returns the expected kind of value; NULL when the value is of the right kind. */
static const char *wrong_kind(const struct parameter *p)
{
	static const char booleans[] = "yes no true false on off 1 0";
	uint64_t number;
	switch (p->row.kind) {
	case PARAMETER_TEXT: return NULL;
	case PARAMETER_NUMBER: return bytes_to_u64(bytes_of(p->value), 10, &number) ? NULL : "a whole number";
	case PARAMETER_BOOLEAN: {
		char *lower = g_ascii_strdown(p->value, -1);
		bool good = has_word(booleans, lower);
		g_free(lower);
		return good ? NULL : booleans;
	}
	case PARAMETER_CHOICE: return has_word(p->row.choices, p->value) ? NULL : p->row.choices;
	}
	return NULL;
}

bool parameters_needed(const struct device *d)
{
	for (guint i = 0; i < d->parameters->len; i++)
		if (at(d, i)->row.flags & PARAMETER_REQUIRED)
			return true;
	return false;
}

static void hide_secrets(const struct device *d)
{
	for (guint i = 0; i < d->parameters->len; i++)
		if (at(d, i)->value && (at(d, i)->row.flags & PARAMETER_SECRET))
			say_hide(at(d, i)->value);
}

static bool is_given(const struct parameter *p)
{
	return p->value && *p->value;
}

static bool is_given_as(struct device *d, const char *older)
{
	const struct parameter *p = older ? device_parameter(d, older) : NULL;
	return p && is_given(p);
}

bool parameters_check(struct device *d, GString *why)
{
	GString *missing = g_string_new(NULL);
	hide_secrets(d);
	g_string_truncate(why, 0);
	for (guint i = 0; i < d->parameters->len; i++) {
		const struct parameter *p = at(d, i);
		const char *right = p->value ? wrong_kind(p) : NULL;
		if (right && (p->row.flags & PARAMETER_SECRET) == 0)
			g_string_append_printf(why, "%sInvalid config info for %s device: %s=%s; expected %s", why->len ? "\n" : "",
				d->name, p->row.name, p->value, right);
		if ((p->row.flags & PARAMETER_REQUIRED) && !is_given(p) && !is_given_as(d, p->row.older))
			g_string_append_printf(missing, "%s %s", missing->len ? "," : "", p->row.name);
	}
	if (missing->len)
		g_string_append_printf(why, "%sInvalid config info for %s device: missing:%s", why->len ? "\n" : "", d->name,
			missing->str);
	g_string_free(missing, TRUE);
	return why->len == 0 && (!d->type->check || d->type->check(d, why));
}
