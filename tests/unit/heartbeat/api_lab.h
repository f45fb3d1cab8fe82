// SPDX-License-Identifier: MIT
/* What the tests of the client API share: the core behind it, which is played here: a cluster of cfa (self, active),
 * cfb (dead), cfc (active) and a ping node, with two groups; and a configuration of it.  Included once a program. */
#ifndef TESTS_UNIT_API_LAB_H
#define TESTS_UNIT_API_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/haresources.h"
#include "heartbeat/core/core.h"
#include "heartbeat/core/halves.h"
#include "heartbeat/ipc/api_server.h"
#include "lib/bytes.h"
#include "lib/diag.h"

/* --- the core's views ------------------------------------------------------------------------- */

/* Not static: the linker takes these instead of the core's functions.  All of them are needed here, also those that a
 * program never calls: for a missing one the linker would fetch the core's views.o, which defines the others again. */
size_t core_node_count(const struct core *c)
{
	(void)c;
	return 4;
}

void core_node_view(const struct core *c, size_t index, struct node_view *out)
{
	static const struct node_view nodes[] = {
		{.name = "cfa", .status = "active", .is_self = true, .uuid = (const uint8_t *)"0123456789abcdef"},
		{.name = "cfb", .status = "dead"},
		{.name = "cfc", .status = "active", .uuid = (const uint8_t *)"ghijklmnopqrstuv"},
		{.name = "10.77.0.254", .status = "ping", .ping = true},
	};
	(void)c;
	*out = nodes[index];
}

bool core_link_view(const struct core *c, size_t node, size_t index, struct link_view *out)
{
	static const struct link_view links[] = {{.name = "eth0", .up = true}, {.name = "eth1"}};
	(void)c;
	if (node == 3 || index > 1)
		return false;
	*out = links[index];
	return true;
}

void core_group_view(const struct core *c, size_t index, struct group_view *out)
{
	(void)c;
	*out = index == 0 ? (struct group_view){.key = "10.0.0.1",
				    .home = "cfa",
				    .state = OWN_HELD,
				    .epoch = 7,
				    .peer_known = true,
				    .peer_state = OWN_NONE,
				    .why = ""}
	                  : (struct group_view){.key = "httpd",
				    .home = "cfb",
				    .state = OWN_FAILED,
				    .epoch = 9,
				    .why = "httpd: exit status 1"};
}

const char *core_holdings(const struct core *c)
{
	(void)c;
	return "local";
}

void core_status_view(const struct core *c, struct status_view *out)
{
	(void)c;
	*out = (struct status_view){.phase = "active", .dialect = "native", .proof = "none", .next = MONO_FAR, .next_of = ""};
}

bool core_move_view(const struct core *c, size_t index, struct move_view *out)
{
	(void)c;
	*out = (struct move_view){.takeover = true, .half = "all", .reason = "an operator", .deadline = MONO_FAR};
	return index == 0;
}

bool core_decision_view(const struct core *c, size_t index, struct decision_view *out)
{
	(void)c;
	*out = (struct decision_view){.key = "httpd", .wall_s = 5, .from = OWN_NONE, .to = OWN_HELD, .reason = "why",
		.peer = "away", .phase = "active", .peer_status = "dead", .peer_silent = {-1}, .proof = "left", .epoch = 3,
		.hindrance = ""};
	return index < 2;
}

const char *core_state_name(const char *kind, size_t index)
{
	(void)kind, (void)index;
	return NULL;
}

const char *group_state_name(enum group_state s)
{
	return s == OWN_HELD ? "held" : s == OWN_NONE ? "none" : s == OWN_FAILED ? "failed" : "other";
}

const char *half_name(enum half h)
{
	return h == HALF_ALL ? "all" : h == HALF_LOCAL ? "local" : h == HALF_FOREIGN ? "foreign" : "none";
}

bool half_parse(struct bytes word, enum half *h)
{
	for (int i = HALF_NONE; i <= HALF_ALL; i++)
		if (bytes_equal_text(word, half_name((enum half)i))) {
			*h = (enum half)i;
			return true;
		}
	return false;
}

/* --- the configuration ------------------------------------------------------------------------ */

static const char ha_cf_text[] =
	"logfacility none\nkeepalive 500ms\ndeadtime 3\nauto_failback on\nbcast eth0\nnode cfa cfb\nping 10.77.0.254\n"
	"apiauth anon uid=0,11 gid=77\napiauth web uid=0\napiauth ipfail gid=55\n";

struct lab {
	struct ha_cf *conf;
	struct haresources resources;
	struct group_conf groups[2];
	struct api_config config; /* without path and handlers */
};

/* config borrows from the lab, which must stay where it is until lab_end. */
static inline void lab_begin(struct lab *l)
{
	struct diags diags;
	diags_init(&diags, "ha.cf");
	l->conf = ha_cf_parse(bytes_of(ha_cf_text), NULL, &diags);
	assert_int_equal(diags.errors, 0);
	diags_free(&diags);
	l->resources = (struct haresources){.groups = l->groups, .count = 2};
	l->config = (struct api_config){
		.conf = l->conf, .resources = &l->resources, .node = "cfa", .version = "3.0.6-test"};
}

static inline void lab_end(struct lab *l)
{
	ha_cf_free(l->conf);
}

#endif
