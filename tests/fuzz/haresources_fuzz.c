// SPDX-License-Identifier: MIT
/* Any bytes as haresources: every diagnostic has a text, a file without errors has unique groups with safe script
 * names, and written again in its plain form it has the same digest. */
#include <stdio.h>
#include <string.h>

#include "heartbeat/conf/haresources.h"
#include "tests/fuzz/fuzz.h"

static const char *const nodes[] = {"node1", "node2.example.org", "a"};
enum { NODES = sizeof(nodes) / sizeof(*nodes) };

static void check_diags(const struct diags *diags)
{
	for (size_t i = 0; i < diags->count; i++)
		MUST(diags->list[i].text && diags->list[i].text[0]);
}

static void check_groups(const struct haresources *h)
{
	MUST(h->count <= HARESOURCES_GROUPS_MAX);
	for (size_t g = 0; g < h->count; g++) {
		const struct group_conf *group = &h->groups[g];
		MUST(group->count > 0 && group->home[0] && group->key == group->resources[0].text);
		for (size_t i = 0; i < group->count; i++) {
			const struct resource_conf *r = &group->resources[i];
			MUST(r->script[0] && !strchr(r->script, '/') && strcmp(r->script, "..") != 0 &&
				r->line >= group->line);
			for (size_t n = 0; n < r->arg_count; n++)
				MUST(r->args[n][0]);
		}
		for (size_t other = 0; other < g; other++)
			MUST(h->groups[other].id != group->id && strcmp(h->groups[other].key, group->key) != 0);
	}
}

static void check_digest(const struct haresources *h)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	MUST(out);
	for (size_t g = 0; g < h->count; g++) {
		MUST(fprintf(out, "%s", h->groups[g].home) > 0);
		for (size_t i = 0; i < h->groups[g].count; i++) {
			// A continued line of the original may end anywhere: write it continued everywhere.
			MUST(fprintf(out, " \\\n %s", h->groups[g].resources[i].text) > 0);
		}
		MUST(fprintf(out, " # end\n") > 0);
	}
	MUST(fclose(out) == 0);
	struct diags diags;
	diags_init(&diags, "again");
	struct haresources *again = haresources_parse(bytes_of(text), nodes, NODES, &diags);
	MUST(diags.errors == 0 && again->digest == h->digest && again->count == h->count);
	haresources_free(again);
	diags_free(&diags);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diags diags;
	diags_init(&diags, "haresources");
	struct haresources *h = haresources_parse((struct bytes){data, size}, nodes, NODES, &diags);
	check_diags(&diags);
	if (diags.errors == 0) {
		check_groups(h);
		check_digest(h);
	}
	haresources_free(h);
	diags_free(&diags);
	return 0;
}
