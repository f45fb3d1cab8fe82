// SPDX-License-Identifier: MIT
#include "heartbeat/core/notify.h"

#include "heartbeat/core/outbox.h"
#include "heartbeat/core/state.h"

static void notify(struct core *c, const struct message *m, bool beat)
{
	struct writer w = writer_over(c->datagram, CODEC_DATAGRAM_MAX);
	if (m->broken || !codec_text(m, NULL, &w))
		return;
	struct action *a = action_add(c, ACTION_NOTIFY);
	a->notify.data = action_bytes(c, writer_done(&w));
	a->notify.beat = beat;
}

/* A field as "HA_NAME=VALUE"; exec/environment.c checks name and value.  Returns NULL when the field is not a text. */
static const char *variable(struct core *c, const struct field *f)
{
	bool is_text = f->type == FIELD_STRING && !bytes_equal_text(f->name, "auth");
	return is_text ? action_text(c, "HA_%.*s=%.*s", (int)f->name.len, (const char *)f->name.at, (int)f->value.len,
				 (const char *)f->value.at)
		       : NULL;
}

/* Queue the hook for a message.  When there are too many fields, the last fields are left out. */
static void run_hook(struct core *c, const struct message *m)
{
	struct bytes type = message_string(m, "t");
	struct action *a = action_add(c, ACTION_HOOK);
	size_t count = 0;
	a->hook.name = action_text(c, "%.*s", (int)type.len, (const char *)type.at);
	for (size_t i = 0; i < m->count && count + 1 < CORE_HOOK_ENVIRONMENT; i++) {
		const char *text = variable(c, &m->fields[i]);
		if (text)
			a->hook.environment[count++] = text;
	}
}

void notify_clients(struct core *c, const struct message *m)
{
	notify(c, m, false);
	run_hook(c, m);
}

void notify_beat(struct core *c, const struct message *m)
{
	if (c->beats_wanted)
		notify(c, m, true);
}

void notify_node(struct core *c, const struct node *n, const char *before)
{
	struct message *m = outbox_begin(c, "status");
	message_add(m, "st", node_status_name(n->status));
	message_add(m, "src", n->name);
	notify(c, m, false);
	struct action *a = action_add(c, ACTION_HOOK);
	a->hook.name = "status";
	a->hook.environment[0] = "HA_t=status";
	a->hook.environment[1] = action_text(c, "HA_src=%s", n->name);
	a->hook.environment[2] = action_text(c, "HA_st=%s", node_status_name(n->status));
	a->hook.environment[3] = action_text(c, "HA_OSTATUS=%s", before);
}

void notify_link(struct core *c, const struct node *n, size_t medium)
{
	const char *word = n->links[medium].up ? "up" : "dead";
	core_log(c, LOG_LEVEL_INFO, "Link %s:%s %s.", n->name, c->conf->media[medium].name, word);
	struct message *m = outbox_begin(c, "ifstat");
	message_add(m, "node", n->name);
	message_add(m, "ifname", c->conf->media[medium].name);
	message_add(m, "st", word);
	notify_clients(c, m);
}
