// SPDX-License-Identifier: MIT
#include "heartbeat/core/namesake.h"

#include <string.h>

#include "heartbeat/core/native/native_parts.h"
#include "heartbeat/core/state.h"

#define REMEDY "No resource is started here while the second node is heard.  If a machine was copied: stop heartbeat on the copy and remove /var/lib/heartbeat/hb_uuid there"

uint64_t namesake_life(uint64_t seed)
{
	uint64_t h = seed * 0xd6e8feb86659fd93u + 1;
	h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93u;
	return h ^ (h >> 32);
}

bool namesake_is_echo(const struct core *c, const struct message *m, uint64_t generation, uint64_t seq)
{
	uint64_t life;
	if (message_number(m, "h4life", 16, &life))
		return life == c->life;
	/* the message is not a status, or has no native fields */
	const struct field *uuid = message_find(m, "srcuuid");
	return generation == c->generation && seq <= c->seq && uuid && uuid->type == FIELD_BINARY &&
	       uuid->value.len == sizeof c->uuid && memcmp(uuid->value.at, c->uuid, sizeof c->uuid) == 0;
}

static bool is_proven(const struct core *c, const struct message *m)
{
	uint64_t self_generation, self_seq;
	native_read_pair(m, "h4self", &self_generation, &self_seq);
	return self_generation == c->generation && self_seq > c->beat.recent_before && self_seq <= c->seq;
}

void namesake_heard(struct core *c, const struct message *m, uint64_t generation, uint64_t seq, const char *where)
{
	struct namesake *k = &c->namesake;
	if (!message_is(m, "t", "status"))
		return;
	uint64_t life = 0;
	(void)message_number(m, "h4life", 16, &life);
	bool is_news = life != k->life || generation != k->generation || seq > k->seq;
	k->life = life;
	k->generation = generation;
	k->seq = seq;
	k->heard_at = c->now.mono;
	if (is_news && native_may_answer(c))
		beat_soon(c); /* the other machine must hear that this node runs */
	if (!is_proven(c, m)) {
		core_complain(c, COMPLAINT_OWN_PAST,
			"a machine at %s sends with our own name (generation %llx, ours %llx): a recording of us, or a cloned "
			"disk that does not hear us",
			where, (unsigned long long)generation, (unsigned long long)c->generation);
		return;
	}
	k->until = mono_add(c->now.mono, c->conf->deadtime);
	core_complain(c, COMPLAINT_OWN_NAME,
		"a machine at %s sends with our own name (generation %llx, ours %llx): a cloned disk?  " REMEDY
		", and give it another name (uname -n)",
		where, (unsigned long long)generation, (unsigned long long)c->generation);
}

void namesake_is_peer(struct core *c, const char *name)
{
	c->namesake.until = mono_add(c->now.mono, c->conf->deadtime);
	core_complain(c, COMPLAINT_OWN_NAME,
		"node %s sends with our own uuid: a cloned disk?  " REMEDY ", and start it again", name);
}

void namesake_fields(const struct core *c, struct message *m)
{
	const struct namesake *k = &c->namesake;
	char text[40];
	struct writer w = writer_over(text, sizeof text);
	message_add_hex(m, "h4life", c->life);
	if (!k->generation || mono_since(c->now.mono, k->heard_at).ns > c->conf->deadtime.ns)
		return;
	writer_number(&w, 16, k->generation);
	writer_byte(&w, ':');
	writer_number(&w, 16, k->seq);
	message_add_bytes(m, FIELD_STRING, bytes_of("h4self"), writer_done(&w));
}

bool namesake_is_there(const struct core *c)
{
	return !mono_reached(c->now.mono, c->namesake.until);
}

struct mono namesake_deadline(const struct core *c)
{
	return namesake_is_there(c) ? c->namesake.until : MONO_FAR;
}
