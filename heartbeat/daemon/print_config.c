// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/print_config.h"

#include <stdio.h>
#include <string.h>

enum { RULE_WIDTH = 80 };

void print_defaults(bool wiki)
{
	struct directive_info row;
	if (wiki)
		(void)printf("||''Directive''||''Default''||''Description''||\n");
	else
		(void)printf("%-24s %-9s Description\n%.*s\n", "Directive", "Default", RULE_WIDTH,
			"--------------------------------------------------------------------------------");
	for (size_t i = 0; ha_cf_directive(i, &row); i++) {
		if (!row.preset)
			continue;
		bool computed = strchr(row.preset, ' '); /* a sentence does not fit into the column */
		(void)printf(wiki ? "||%s||%s||%s%s%s%s||\n" : "%-24s %-9s %s%s%s%s\n", row.name,
			computed ? "computed" : row.preset, row.help, computed ? " (" : "", computed ? row.preset : "",
			computed ? ")" : "");
	}
}

static void print_medium(const struct medium_conf *medium)
{
	const char *kind = medium_kind_name(medium->kind);
	(void)printf("# line %u of ha.cf\n", medium->line);
	if (medium->kind == MEDIUM_PING_GROUP) {
		(void)printf("%s %s", kind, medium->name);
		for (size_t i = 0; i < medium->member_count; i++)
			(void)printf(" %s", medium->members[i]);
		(void)printf("\n");
	} else if (medium->interface && medium->address)
		(void)printf("%s %s %s\n", kind, medium->interface, medium->address);
	else
		(void)printf("%s %s\n", kind, medium->interface ? medium->interface : medium->name);
}

void print_configuration(const struct configuration *files)
{
	const struct ha_cf *conf = files->conf;
	struct directive_info row;
	(void)printf("#\n#\tLinux-HA heartbeat configuration (on %s)\n#\n\n", files->node);
	for (size_t i = 0; ha_cf_directive(i, &row); i++) {
		const char *value = ha_cf_parameter(conf, row.name);
		if (value)
			(void)printf("%s\t%s\t#\t%s\n", row.name, value, row.help);
	}
	(void)printf("#\n#\tHA Cluster nodes:\n#\n");
	for (size_t i = 0; i < conf->node_count; i++)
		(void)printf("node %s\n", conf->nodes[i]);
	(void)printf("#\n#\tCommunications media:\n#\n");
	for (size_t i = 0; i < conf->media_count; i++)
		print_medium(&conf->media[i]);
	(void)fflush(stdout); /* a child must not inherit a buffer with text that is not written yet */
}
