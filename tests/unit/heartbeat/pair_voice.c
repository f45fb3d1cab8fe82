// SPDX-License-Identifier: MIT
/* Speaking for beta: frames made from a line of text. */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/heartbeat/pair.h"

static const struct bytes peer_address = {(const uint8_t[]){10, 0, 0, 2}, 4};

void pair_datagram(struct pair *p, int side, size_t medium, const void *data, size_t len)
{
	if (p->side[side].core)
		pair_step(p, side,
			&(struct event){.kind = EVENT_DATAGRAM,
				.datagram = {.medium = medium, .data = {data, len}, .from = peer_address}});
}

void pair_voice_restart(struct pair *p)
{
	p->voice.generation++;
	p->voice.seq = 0;
	p->voice.hears_generation = p->voice.hears_seq = 0;
}

/* Replace the words after "@". */
static char *expand(const struct pair *p, const char *value)
{
	GString *out = g_string_new("");
	while (*value) {
		if (*value != '@') {
			g_string_append_c(out, *value++);
			continue;
		}
		size_t len = strspn(++value, "abcdefghijklmnopqrstuvwxyz");
		g_autofree char *word = g_strndup(value, len);
		value += len;
		if (strcmp(word, "hears") == 0)
			g_string_append_printf(out, "%llx:%llx", (unsigned long long)p->voice.hears_generation,
				(unsigned long long)p->voice.hears_seq);
		else if (strcmp(word, "digest") == 0)
			g_string_append_printf(out, "%llx", (unsigned long long)p->side[ALPHA].resources->digest);
		else
			g_string_append_printf(out, "%x", p->side[ALPHA].resources->groups[pair_group(p, word)].id);
	}
	return g_string_free(out, FALSE);
}

static bool given(char **fields, const char *name)
{
	size_t len = strlen(name);
	for (char **f = fields + 1; *f; f++) {
		const char *at = **f == '-' ? *f + 1 : *f;
		if (strncmp(at, name, len) == 0 && (at[len] == '=' || (at[len] == 0 && at != *f)))
			return true;
	}
	return false;
}

static void add_common(struct pair *p, struct message *m, char **fields)
{
	bool numbered = !g_str_has_prefix(fields[0], "NS_");
	if (!given(fields, "src"))
		message_add(m, "src", "beta");
	if (!given(fields, "srcuuid"))
		message_add_bytes(m, FIELD_BINARY, bytes_of("srcuuid"), (struct bytes){p->voice.uuid, 16});
	if (numbered && !given(fields, "seq"))
		message_add_hex(m, "seq", ++p->voice.seq);
	if (!given(fields, "hg"))
		message_add_hex(m, "hg", p->voice.generation);
	if (!given(fields, "ts"))
		message_add_hex(m, "ts", PAIR_WALL_S + (uint64_t)(pair_ms(p) / 1000));
	if (numbered)
		message_add(m, "ld", "0.00 0.01 0.05 1/99 4711");
	message_add(m, "ttl", "4");
}

uint8_t *pair_frame(struct pair *p, const char *text, size_t *len)
{
	static uint8_t arena[CODEC_DATAGRAM_MAX], out[2 * CODEC_DATAGRAM_MAX];
	struct message m;
	struct writer w = writer_over(out, sizeof out);
	char **fields = g_strsplit(text, "|", -1);
	message_init(&m, arena, sizeof arena);
	if (!given(fields, "t"))
		message_add(&m, "t", fields[0]);
	for (char **f = fields + 1; *f; f++) {
		char *equals = strchr(*f, '=');
		if (**f == '-' || !equals)
			continue;
		*equals = 0;
		g_autofree char *value = expand(p, equals + 1);
		message_add(&m, *f, value);
		*equals = '=';
	}
	add_common(p, &m, fields);
	assert_false(m.broken);
	assert_true(codec_netstring(&m, p->auth, true, &w));
	g_strfreev(fields);
	*len = w.len;
	return g_memdup2(out, w.len);
}

void pair_say_on(struct pair *p, size_t medium, const char *text)
{
	size_t len;
	uint8_t *frame = pair_frame(p, text, &len);
	pair_note(p, BETA, g_strdup_printf("sends %s", text));
	pair_datagram(p, ALPHA, medium, frame, len);
	g_free(frame);
}

void pair_say(struct pair *p, const char *text)
{
	pair_say_on(p, 0, text);
}

void pair_hold(struct pair *p, const char *holdings)
{
	int len = snprintf(p->voice.text, sizeof p->voice.text,
		"status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears|h4digest=@digest|h4hold=%s", holdings);
	assert_in_range(len, 1, sizeof p->voice.text - 1);
	p->voice.beat = p->voice.text;
	p->voice.next_beat = mono_add(p->now, p->side[ALPHA].conf->keepalive);
	pair_say(p, p->voice.beat);
}

struct pair *pair_with_voice(const char *lines, const char *resources, const char *holdings)
{
	struct pair *p = pair_new(lines, resources);
	pair_boot(p, ALPHA);
	pair_hold(p, holdings);
	pair_run(p, 100);
	pair_hold(p, holdings);
	assert_seen(p, ALPHA, "Local status now set to: 'active'");
	return p;
}
