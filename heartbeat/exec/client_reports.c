// SPDX-License-Identifier: MIT
#include "heartbeat/exec/client_reports.h"

#include <assert.h>
#include <string.h>

enum { TRIES = 100 };

void client_reports_write(struct client_reports *r, const struct client_report *list, size_t count)
{
	uint32_t next = atomic_load(&r->writes) + 1;
	struct client_report_list *copy = &r->copies[next % 2];
	assert(count <= HA_CF_CHILDREN_MAX);
	atomic_thread_fence(memory_order_seq_cst); /* a reader of what is written here also sees the last write */
	memcpy(copy->list, list, count * sizeof *list);
	copy->count = (uint32_t)count;
	atomic_thread_fence(memory_order_seq_cst);
	atomic_store(&r->writes, next);
}

/* Returns false if a write ended meanwhile: the next one may have changed this copy already. */
static bool read_once(const struct client_reports *r, size_t position, struct client_report *out, bool *found)
{
	uint32_t before = atomic_load(&r->writes);
	const struct client_report_list *copy = &r->copies[before % 2];
	atomic_thread_fence(memory_order_seq_cst);
	*found = position < copy->count && position < HA_CF_CHILDREN_MAX;
	if (*found)
		*out = copy->list[position];
	atomic_thread_fence(memory_order_seq_cst);
	return before == atomic_load(&r->writes);
}

bool client_reports_at(const struct client_reports *r, size_t position, struct client_report *out)
{
	bool found = false, whole = false;
	for (unsigned i = 0; i < TRIES && !whole; i++)
		whole = read_once(r, position, out, &found);
	if (!whole || !found)
		return false;
	out->user[sizeof out->user - 1] = out->command[sizeof out->command - 1] = '\0';
	return true;
}

const char *client_state_name(size_t state)
{
	static const char *const names[CLIENT_STATES] = {
		[CLIENT_RUNS] = "runs", [CLIENT_WAITS] = "waits", [CLIENT_AWAY] = "away"};
	return state < CLIENT_STATES ? names[state] : NULL;
}
