// SPDX-License-Identifier: MIT
#include "stonith/configured.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/lexer.h"
#include "stonith/attempt.h"
#include "stonith/parameters.h"
#include "stonith/say.h"
#include "stonith/types.h"

enum { HA_CF_MAX = 1024 * 1024 };

int configured_test(struct device *d, unsigned limit_s, const char *place)
{
	struct mono begin = mono_now();
	int code = attempt_status(d, limit_s, true);
	int64_t ms = span_to_ms(mono_since(mono_now(), begin));
	bool known = code == STONITH_OK && device_load_hosts(d);
	if (code == STONITH_OK && !known)
		code = STONITH_NO_LIST;
	(void)printf("%s%s", place, d->name);
	for (guint i = 0; i < d->hosts->len; i++)
		(void)printf(" %s", g_array_index(d->hosts, struct host, i).name);
	(void)printf(": %s, %lld.%02lld s\n", code == STONITH_OK ? "OK" : "not accessible", (long long)ms / 1000,
		(long long)ms / 10 % 100);
	if (code != STONITH_OK)
		say_wrong("%s%s: %s", place, d->name, d->note->len ? d->note->str : "no reason given");
	return code;
}

/* A line that configures a device for this node. */
struct line {
	const char *place;
	char *type, *parameters;
	bool from_file;
};

static int test_line(const struct line *line, unsigned limit_s)
{
	GString *why = g_string_new(NULL);
	struct device *d = types_device(line->type, limit_s, why);
	int code = STONITH_OOPS;
	if (d) {
		bool fine = line->from_file ? parameters_from_file(d, line->parameters, why)
		                            : parameters_from_text(d, line->parameters, why);
		fine = fine && parameters_check(d, why);
		code = fine ? configured_test(d, limit_s, line->place) : STONITH_INVAL;
	}
	if (why->len)
		say_wrong("%s%s", line->place, why->str);
	g_clear_pointer(&d, device_free);
	g_string_free(why, TRUE);
	return code;
}

static void lex(struct bytes text, struct lexer_line *out)
{
	struct lexer l;
	lexer_init(&l, text, (struct lexer_rules){.comment_anywhere = true});
	if (!lexer_next(&l, out))
		*out = (struct lexer_line){.count = 0};
}

static char *text_of(struct bytes b)
{
	return g_strndup(b.len ? (const char *)b.at : "", b.len);
}

static bool is_here(struct bytes host)
{
	char own[256] = "", *name = text_of(host);
	(void)gethostname(own, sizeof(own) - 1); // an empty name matches no host
	bool here = strcmp(name, "*") == 0 || g_ascii_strcasecmp(name, own) == 0;
	g_free(name);
	return here;
}

/* Fill in type, parameters and from_file.  Returns false when the line does not configure a device for this node, or is
 * incomplete. */
static bool read_line(const struct lexer_line *l, struct line *line)
{
	struct lexer_line words, rest;
	bool by_host = l->count > 0 && (bytes_equal_text(l->words[0].text, "stonith_host") ||
					       bytes_equal_text(l->words[0].text, "stonith_also"));
	line->from_file = l->count > 0 && bytes_equal_text(l->words[0].text, "stonith");
	lex(l->rest, &words);
	if ((!by_host && !line->from_file) || words.count < 2 || (by_host && !is_here(words.words[0].text)))
		return false;
	lex(words.rest, &rest);
	line->type = text_of(words.words[by_host].text);
	line->parameters = text_of(line->from_file ? words.words[1].text : rest.rest);
	return true;
}

int configured_test_all(const char *ha_cf, unsigned limit_s)
{
	char *text = NULL;
	size_t len = 0, found = 0;
	int failed = file_read(ha_cf, HA_CF_MAX, &text, &len, NULL), code = STONITH_OK;
	if (failed) {
		say_wrong("%s: %s", ha_cf, g_strerror(-failed));
		return STONITH_BADCONFIG;
	}
	struct lexer l;
	struct lexer_line words;
	lexer_init(&l, (struct bytes){(const uint8_t *)text, len}, (struct lexer_rules){.comment_anywhere = true});
	while (lexer_next(&l, &words)) {
		struct line line;
		if (!read_line(&words, &line))
			continue;
		char *place = g_strdup_printf("%s:%u: ", ha_cf, words.line);
		line.place = place;
		int result = test_line(&line, limit_s);
		code = code == STONITH_OK ? result : code;
		found++;
		g_free(line.type);
		g_free(line.parameters);
		g_free(place);
	}
	free(text);
	if (found == 0)
		say_wrong("%s: no line \"stonith TYPE FILE\" or \"stonith_host HOST TYPE PARAMETERS\" for this node", ha_cf);
	return found ? code : STONITH_BADCONFIG;
}
