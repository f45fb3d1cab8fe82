// SPDX-License-Identifier: MIT
/* Changes of nodes and links, told to API clients and to the rc.d hooks.  doc/commands.md 4.4; doc/resources.md 4. */
#include "heartbeat/core/notify.h"

#include "heartbeat/core/outbox.h"
#include "heartbeat/core/state.h"

void notify_node(struct core *c, const struct node *n, const char *before)
{
	struct message *m = outbox_begin(c, "status");
	message_add(m, "st", node_status_name(n->status));
	message_add(m, "src", n->name);
	struct writer w = writer_over(c->datagram, CODEC_DATAGRAM_MAX);
	if (!m->broken && codec_text(m, NULL, &w))
		action_add(c, ACTION_NOTIFY)->notify.data = action_bytes(c, writer_done(&w));
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
	struct writer w = writer_over(c->datagram, CODEC_DATAGRAM_MAX);
	if (!m->broken && codec_text(m, NULL, &w))
		action_add(c, ACTION_NOTIFY)->notify.data = action_bytes(c, writer_done(&w));
}
