// SPDX-License-Identifier: MIT
#include "heartbeat/core/native/settings.h"

#include "heartbeat/core/native/native_parts.h"
#include "heartbeat/core/state.h"

/* ONE_IN: only each eighth status has the field, because a slow serial line could not carry it in each status. */
enum { TEXT_MAX = 256, ONE_IN = 8 };

/* Each value is a number: milliseconds, or 1 or 0 for auto_failback.  The value legacy counts as on, because it means
 * the same between two nodes that speak the native dialect. */
static uint64_t failback_of(const struct ha_cf *conf)
{
	return conf->failback != FAILBACK_OFF;
}

static uint64_t keepalive_of(const struct ha_cf *conf)
{
	return (uint64_t)span_to_ms(conf->keepalive);
}

static uint64_t warntime_of(const struct ha_cf *conf)
{
	return (uint64_t)span_to_ms(conf->warntime);
}

static uint64_t deadtime_of(const struct ha_cf *conf)
{
	return (uint64_t)span_to_ms(conf->deadtime);
}

static uint64_t initdead_of(const struct ha_cf *conf)
{
	return (uint64_t)span_to_ms(conf->initdead);
}

static const struct setting {
	const char *name; /* the name of the directive */
	uint64_t (*value)(const struct ha_cf *conf);
	bool is_switch;
} settings[SETTINGS] = {
	{"auto_failback", failback_of, true},
	{"keepalive", keepalive_of, false},
	{"warntime", warntime_of, false},
	{"deadtime", deadtime_of, false},
	{"initdead", initdead_of, false},
};

void settings_fields(struct core *c, struct message *m)
{
	if (c->native.settings_pause) {
		c->native.settings_pause--;
		return;
	}
	c->native.settings_pause = ONE_IN - 1;
	char text[TEXT_MAX];
	struct writer w = writer_over(text, sizeof text);
	for (size_t i = 0; i < SETTINGS; i++)
		writer_format(&w, "%s%s:%llu", i ? " " : "", settings[i].name,
			(unsigned long long)settings[i].value(c->conf));
	message_add_bytes(m, FIELD_STRING, bytes_of("h4conf"), writer_done(&w));
}

void settings_reconfigured(struct core *c)
{
	c->native.settings_pause = 0;
}

/* Find the value of a setting in "NAME:NUMBER NAME:NUMBER".  Returns false when it is missing or is not a number. */
static bool value_in(struct bytes list, const char *name, uint64_t *value)
{
	struct reader r = reader_over(list);
	while (reader_left(&r)) {
		struct reader word = reader_over(native_next_word(&r));
		if (bytes_equal_text(reader_until(&word, ':'), name) && !word.failed)
			return bytes_to_u64(reader_take(&word, reader_left(&word)), 10, value);
	}
	return false;
}

static void write_value(struct writer *w, const struct setting *s, uint64_t value)
{
	if (s->is_switch)
		writer_text(w, value ? "on" : "off");
	else
		writer_format(w, "%llums", (unsigned long long)value);
}

/* Keep the values of the field h4conf of m. */
static void take_values(struct core *c, const struct message *m)
{
	struct bytes list = message_string(m, "h4conf");
	for (size_t i = 0; i < SETTINGS; i++) {
		struct peer_setting *there = &c->native.settings[i];
		there->known = value_in(list, settings[i].name, &there->value) &&
			       !(settings[i].is_switch && there->value > 1);
	}
}

bool settings_row(size_t index, const struct ha_cf *conf, const char **name, char value[SETTING_VALUE_MAX])
{
	if (index >= SETTINGS)
		return false;
	struct writer w = writer_over(value, SETTING_VALUE_MAX - 1);
	*name = settings[index].name;
	write_value(&w, &settings[index], settings[index].value(conf));
	value[w.len] = '\0';
	return true;
}

/* Write "deadtime 30000ms here, 10000ms there; ...".  Returns a hash of all differing values; 0: nothing differs. */
static uint64_t differences(const struct core *c, struct writer *w)
{
	uint64_t hash = 0;
	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *s = &settings[i];
		const struct peer_setting *there = &c->native.settings[i];
		uint64_t here = s->value(c->conf);
		if (!there->known || there->value == here)
			continue;
		writer_format(w, "%s%s ", hash ? "; " : "", s->name);
		write_value(w, s, here);
		writer_text(w, " here, ");
		write_value(w, s, there->value);
		writer_text(w, " there");
		hash = ((hash + i + 1) * 1000003u + here) * 1000003u + there->value + 1;
	}
	return hash;
}

void settings_compare(struct core *c, const struct node *peer, const struct message *m)
{
	char text[2 * TEXT_MAX];
	struct writer w = writer_over(text, sizeof text);
	if (message_find(m, "h4conf"))
		take_values(c, m);
	uint64_t differing = differences(c, &w);
	uint64_t logged = c->native.settings_logged;
	if (differing == logged)
		return;
	c->native.settings_logged = differing;
	struct bytes list = writer_done(&w);
	if (differing)
		core_log(c, LOG_LEVEL_WARN,
			"ha.cf is not the same here and on %s: %.*s.  The two nodes judge each other by different rules: write the "
			"same values into both files, then run heartbeat -r on both nodes.",
			peer->name, (int)list.len, (const char *)list.at);
	else
		core_log(c, LOG_LEVEL_INFO, "The values in ha.cf agree with those on %s again.", peer->name);
}
