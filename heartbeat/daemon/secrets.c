// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/secrets.h"

#include <string.h>

enum { KEY_WORD = 2, /* "N METHOD KEY" */ STONITH_SHOWN = 3 /* "stonith_host HOST TYPE" */ };

static const char blanks[] = " \t\r\f\v";

/* The words of a line, NULL-terminated; free with g_strfreev. */
static gchar **words_of(const gchar *line)
{
	gchar **raw = g_strsplit_set(line, blanks, -1);
	size_t kept = 0;
	for (size_t i = 0; raw[i]; i++)
		if (*raw[i])
			raw[kept++] = raw[i];
		else
			g_free(raw[i]);
	raw[kept] = NULL;
	return raw;
}

/* The lines of the text; free with g_strfreev.  A NUL byte ends a line, so that the text after it is not lost. */
static gchar **lines_of(struct bytes text)
{
	gchar *copy = g_strndup("", text.len + 1);
	if (text.len > 0)
		memcpy(copy, text.at, text.len);
	for (size_t i = 0; i < text.len; i++)
		if (copy[i] == '\0')
			copy[i] = '\n';
	gchar **lines = g_strsplit(copy, "\n", -1);
	explicit_bzero(copy, text.len);
	g_free(copy);
	return lines;
}

static void wipe_word(gpointer word)
{
	explicit_bzero(word, strlen(word));
	g_free(word);
}

static gint longer_first(gconstpointer a, gconstpointer b)
{
	size_t x = strlen(*(char *const *)a), y = strlen(*(char *const *)b);
	return x < y ? 1 : x > y ? -1 : 0;
}

void secrets_init(struct secrets *s, struct bytes authkeys)
{
	static const char *const harmless[] = {"auth", "sha1", "accept"};
	gchar **lines = lines_of(authkeys);
	s->words = g_ptr_array_new_with_free_func(wipe_word);
	for (gchar **line = lines; *line; line++) {
		gchar **words = words_of(*line);
		/* in a comment, the index and the method may be missing before a key, so each word can be a key */
		size_t from = g_strv_length(words) > KEY_WORD && words[0][0] != '#' ? KEY_WORD : 0;
		for (size_t i = from; i < g_strv_length(words); i++) {
			bool known = strlen(words[i]) < SECRET_MIN;
			for (size_t k = 0; k < G_N_ELEMENTS(harmless); k++)
				known |= strcmp(words[i], harmless[k]) == 0;
			/* in a comment, a short word is probably not a key, and a long word may be one */
			if (!known && (from == KEY_WORD || strlen(words[i]) >= 16))
				g_ptr_array_add(s->words, g_strdup(words[i]));
		}
		g_strfreev(words);
		explicit_bzero(*line, strlen(*line));
	}
	g_strfreev(lines);
	/* longer keys are replaced first, because a key may be a part of another key */
	g_ptr_array_sort(s->words, longer_first);
}

void secrets_free(struct secrets *s)
{
	g_ptr_array_free(s->words, TRUE);
	s->words = NULL;
}

GString *secrets_remove(const struct secrets *s, struct bytes text)
{
	GString *out = g_string_new_len(text.len ? (const gchar *)text.at : "", (gssize)text.len);
	for (gsize i = 0; i < out->len; i++)
		if (out->str[i] == '\0')
			out->str[i] = ' '; /* a key after the NUL must be found too */
	for (guint i = 0; i < s->words->len; i++)
		(void)g_string_replace(out, g_ptr_array_index(s->words, i), "(key)", 0);
	return out;
}

GString *secrets_show_authkeys(struct bytes authkeys)
{
	gchar **lines = lines_of(authkeys);
	GString *out = g_string_new("# comments and keys are left out\n");
	for (gchar **line = lines; *line; line++) {
		gchar **words = words_of(*line);
		if (words[0] && words[0][0] != '#' && strcmp(words[0], "auth") == 0)
			g_string_append_printf(out, "auth %s\n", words[1] && strlen(words[1]) < SECRET_MIN ? words[1] : "");
		else if (words[0] && words[0][0] != '#' && words[1] && strlen(words[0]) < SECRET_MIN) {
			g_string_append_printf(out, "%s %.4s", words[0], words[1]);
			if (words[KEY_WORD])
				g_string_append_printf(out, " (key of %zu characters)%s", strlen(words[KEY_WORD]),
					words[KEY_WORD + 1] && strcmp(words[KEY_WORD + 1], "accept") == 0 ? " accept" : "");
			g_string_append_c(out, '\n');
		} else if (words[0] && words[0][0] != '#')
			g_string_append(out, "(a line that is not understood)\n");
		g_strfreev(words);
		explicit_bzero(*line, strlen(*line));
	}
	g_strfreev(lines);
	return out;
}

GString *secrets_show_ha_cf(struct bytes ha_cf)
{
	gchar **lines = lines_of(ha_cf);
	GString *out = g_string_new("");
	for (gchar **line = lines; *line; line++) {
		gchar **words = words_of(*line);
		const char *name = words[0] ? words[0] : "";
		while (*name == '#')
			name++;
		bool hides = g_str_has_prefix(name, "stonith") || (*name == '\0' && words[0] && words[1] &&
								   g_str_has_prefix(words[1], "stonith"));
		size_t shown = hides ? STONITH_SHOWN + (*name == '\0') : g_strv_length(words);
		for (size_t i = 0; hides && words[i] && i < shown; i++)
			g_string_append_printf(out, "%s%s", i > 0 ? " " : "", words[i]);
		if (hides)
			g_string_append(out, g_strv_length(words) > shown ? " (parameters are left out)\n" : "\n");
		else
			g_string_append_printf(out, "%s%s", *line, line[1] ? "\n" : "");
		g_strfreev(words);
	}
	g_strfreev(lines);
	return out;
}
