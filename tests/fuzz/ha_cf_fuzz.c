// SPDX-License-Identifier: MIT
/* Any bytes as ha.cf: always a complete configuration, every diagnostic has a text, and a file without errors keeps the
 * promises that the daemon builds on. */
#include <string.h>

#include "heartbeat/conf/ha_cf.h"
#include "tests/fuzz/fuzz.h"

static void check_diags(const struct diags *diags)
{
	size_t errors = 0;
	for (size_t i = 0; i < diags->count; i++) {
		char line[8192];
		diag_format(diags, i, line, sizeof(line));
		MUST(diags->list[i].text && diags->list[i].text[0]);
		MUST(strlen(line) > strlen("ha.cf: error: "));
		// one line, nothing that moves a terminal
		MUST(strspn(line, "\n\033") == 0 && !strpbrk(line, "\n\033"));
		errors += diags->list[i].severity == DIAG_ERROR;
	}
	MUST(errors <= diags->errors);
}

static void check_complete(const struct ha_cf *c)
{
	MUST(c->cluster && c->compression && c->udpport > 0 && c->baud >= 9600 && c->keepalive.ns > 0 &&
		c->hopfudge <= 255);
	MUST(c->node_count <= HA_CF_NODES_MAX && c->media_count <= HA_CF_MEDIA_MAX);
	for (size_t i = 0; i < c->node_count; i++)
		MUST(c->nodes[i][0] && strlen(c->nodes[i]) < HA_CF_NAME_MAX);
	for (size_t i = 0; i < c->media_count; i++)
		MUST(c->media[i].name && c->media[i].name[0] && (size_t)c->media[i].kind < MEDIUM_KINDS &&
			c->media[i].line > 0);
	for (size_t i = 0; i < c->parameter_count; i++)
		MUST(c->parameters[i].name[0] && ha_cf_parameter(c, c->parameters[i].name) == c->parameters[i].value);
	for (size_t i = 0; i < c->environment_count; i++)
		MUST(c->environment[i].name[0] && c->environment[i].value);
	for (size_t i = 0; i < c->child_count; i++)
		MUST(c->children[i].user[0] && c->children[i].command[0] == '/');
	for (size_t i = 0; i < c->stonith_count; i++)
		MUST(c->stonith[i].host[0] && c->stonith[i].type[0] && c->stonith[i].parameters);
	MUST(c->apiauth_count >= 5);
}

static void check_usable(const struct ha_cf *c)
{
	MUST(c->node_count > 0 && c->media_count > 0);
	MUST(c->deadtime.ns > 2 * c->keepalive.ns && c->deadping.ns > 2 * c->keepalive.ns);
	MUST(c->initdead.ns >= c->deadtime.ns && c->warntime.ns > 0);
	for (size_t i = 0; i < c->media_count; i++) {
		const struct medium_conf *m = &c->media[i];
		MUST(m->port > 0 || m->kind == MEDIUM_SERIAL || m->kind >= MEDIUM_PING);
		MUST(m->kind != MEDIUM_SERIAL || m->baud > 0);
		MUST(m->kind != MEDIUM_PING_GROUP || m->member_count > 0);
		MUST(m->ttl <= 4);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diags diags;
	diags_init(&diags, "ha.cf");
	struct ha_cf *conf = ha_cf_parse((struct bytes){data, size}, size % 2 ? "node1" : NULL, &diags);
	check_diags(&diags);
	check_complete(conf);
	if (diags.errors == 0)
		check_usable(conf);
	ha_cf_free(conf);
	diags_free(&diags);
	return 0;
}
