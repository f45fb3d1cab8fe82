// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/check_hosts.h"

#include <glib.h>

#include "heartbeat/media/media.h"
#include "lib/ip_address.h"
#include "lib/names.h"

/* The command has other questions too, and a limit of its own. */
enum { ANSWER_S = 5 };

/* Every name, and its place in the file. */
static bool name_at(const struct ha_cf *conf, size_t position, struct media_host *out)
{
	for (size_t i = 0; i < conf->media_count; i++)
		for (size_t k = 0; media_host_at(&conf->media[i], k, out); k++)
			if (!out->is_address && position-- == 0)
				return true;
	return false;
}

static void on_found(void *context, const char *host, int family)
{
	(void)context, (void)host, (void)family; /* all are looked at after each turn */
}

static void on_trouble(void *context, const char *host, int family, const char *why)
{
	(void)context, (void)host, (void)family, (void)why; /* as above */
}

static bool all_answered(const struct ha_cf *conf, const struct names *n)
{
	struct media_host h;
	struct ip_address address;
	for (size_t i = 0; name_at(conf, i, &h); i++)
		if (!names_address(n, h.host, h.family, &address) && !names_trouble(n, h.host, h.family))
			return false;
	return true;
}

static gboolean on_time(gpointer data)
{
	*(bool *)data = true;
	return G_SOURCE_CONTINUE;
}

static void wait_for_answers(const struct ha_cf *conf, const struct names *n)
{
	bool is_over = false;
	guint timer = g_timeout_add_seconds(ANSWER_S, on_time, &is_over);
	while (!is_over && !all_answered(conf, n))
		(void)g_main_context_iteration(NULL, TRUE);
	(void)g_source_remove(timer);
}

void check_hosts(const struct ha_cf *conf, struct diags *diags)
{
	const struct names_config config = {.found = on_found, .trouble = on_trouble};
	struct names *n = names_new(&config);
	struct media_host h;
	struct ip_address address;
	for (size_t i = 0; name_at(conf, i, &h); i++)
		names_watch(n, h.host, h.family);
	wait_for_answers(conf, n);
	for (size_t i = 0; name_at(conf, i, &h); i++) {
		const char *why = names_trouble(n, h.host, h.family);
		if (!names_address(n, h.host, h.family, &address))
			diag_add(diags, DIAG_WARNING, h.line, h.column,
				"%s: host \"%s\" has no %s on this machine: %s; heartbeat asks again until it has one; give the "
				"address, or see /etc/hosts",
				medium_kind_name(h.kind), h.host, ip_family_name(h.family),
				why ? why : "the resolver does not answer");
	}
	names_free(n);
}
