// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/holdings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartbeat/daemon/paths.h"
#include "heartbeat/exec/ipaddr.h"
#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/log.h"

struct holdings *holdings_new(void)
{
	void *memory = mmap(NULL, sizeof(struct holdings), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

static void write_file(const struct holdings *h)
{
	char text[HARESOURCES_GROUPS_MAX * 42 + 1];
	struct writer w = writer_over(text, sizeof text);
	for (uint32_t i = 0; i < h->count; i++)
		writer_format(&w, "%" PRIx32 " %d %d %" PRIu64 "\n", h->list[i].id, h->list[i].steady,
			h->list[i].failback_due, h->list[i].epoch);
	int rc = file_replace(PATH_HOLDINGS, text, w.len, 0600);
	if (rc != 0)
		log_at(LOG_LEVEL_WARN,
			"cannot write %s: %s; if this daemon is killed now, the next one does not know what runs",
			PATH_HOLDINGS, strerror(-rc));
}

void holdings_record(struct holdings *h, const struct core *core, const struct haresources *resources)
{
	uint32_t count = 0;
	for (size_t g = 0; g < resources->count; g++) {
		struct group_view v;
		core_group_view(core, g, &v);
		if (v.state == OWN_NONE || v.state == OWN_CLAIM || v.state == OWN_FAILED)
			continue;
		h->list[count++] = (struct holding){.id = v.id,
			.steady = v.state == OWN_HELD || v.state == OWN_GIVING,
			.failback_due = v.failback_due,
			.epoch = v.epoch};
	}
	h->count = count;
	write_file(h);
}

/* "ID STEADY FAILBACK_DUE EPOCH", as written above. */
static bool parse_line(struct bytes line, struct holding *out)
{
	struct reader r = reader_over(line);
	uint64_t id, steady, due;
	if (!bytes_to_u64(reader_until(&r, ' '), 16, &id) || !bytes_to_u64(reader_until(&r, ' '), 10, &steady) ||
	    !bytes_to_u64(reader_until(&r, ' '), 10, &due) ||
	    !bytes_to_u64(reader_take(&r, reader_left(&r)), 10, &out->epoch) || id > UINT32_MAX)
		return false;
	out->id = (uint32_t)id;
	out->steady = steady != 0;
	out->failback_due = due != 0;
	return true;
}

bool holdings_recall(struct holdings *h)
{
	char *text;
	size_t len;
	h->count = 0;
	if (file_read(PATH_HOLDINGS, sizeof *h * 8, &text, &len, NULL) != 0)
		return false;
	struct reader r = reader_over((struct bytes){(const uint8_t *)text, len});
	while (reader_left(&r) && h->count < HARESOURCES_GROUPS_MAX) {
		struct bytes line = reader_until(&r, '\n');
		if (r.failed)
			break;
		if (parse_line(line, &h->list[h->count]))
			h->count++;
	}
	free(text);
	return h->count > 0;
}

void holdings_forget(struct holdings *h)
{
	h->count = 0;
	if (unlink(PATH_HOLDINGS) != 0 && errno != ENOENT) /* only a warning: an empty file means the same */
		log_at(LOG_LEVEL_WARN, "cannot remove %s: %s", PATH_HOLDINGS, strerror(errno));
}

int holdings_left(void)
{
	struct stat status;
	if (stat(PATH_HOLDINGS, &status) != 0)
		return errno == ENOENT ? 0 : -errno;
	return status.st_size > 0;
}

size_t holdings_adopt(const struct holdings *h, bool in_time, struct adopted out[HARESOURCES_GROUPS_MAX])
{
	for (uint32_t i = 0; i < h->count; i++)
		out[i] = (struct adopted){.group_id = h->list[i].id,
			.epoch = h->list[i].epoch,
			.clean_up = !in_time || !h->list[i].steady,
			.failback_due = h->list[i].failback_due};
	return h->count;
}

static unsigned release_resource(struct address_table *t, const struct resource_conf *r)
{
	char error[IPADDR_ERROR_MAX];
	struct ipaddr ip;
	if (!ipaddr_of_resource(r, &ip, error) || ipaddr_status(t, &ip) != 1)
		return 0;
	if (ipaddr_stop(t, &ip, error) != 0) {
		log_at(LOG_LEVEL_CRIT, "%s could not be released: %s", r->text, error);
		return 0;
	}
	log_at(LOG_LEVEL_WARN, "released %s, which was left behind", r->text);
	return 1;
}

unsigned holdings_release_addresses(const struct holdings *h, const struct haresources *resources)
{
	struct address_table *t = address_table_new();
	unsigned released = 0;
	if (!t) {
		log_at(LOG_LEVEL_CRIT,
			"cannot open a netlink socket: %s; the addresses of %u group(s) stay until an engine runs again",
			strerror(errno), h->count);
		return 0;
	}
	for (uint32_t i = 0; i < h->count; i++)
		for (size_t g = 0; g < resources->count; g++)
			for (size_t k = 0; resources->groups[g].id == h->list[i].id && k < resources->groups[g].count;
				k++)
				released += release_resource(t, &resources->groups[g].resources[k]);
	address_table_free(t);
	return released;
}
