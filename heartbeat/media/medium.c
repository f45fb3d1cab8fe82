// SPDX-License-Identifier: MIT
/* One medium, created from its line in ha.cf: opens it, tries again, sets the addresses of its hosts, and describes
 * what does not work. */
#include <inttypes.h>
#include <string.h>

#include "heartbeat/media/medium.h"
#include "lib/ip_address.h"
#include "lib/log.h"

static void not_built(struct medium *m)
{
	char built[256] = "";
	struct writer w = writer_over(built, sizeof built - 1);

	for (size_t i = 0; i < MEDIUM_KINDS; i++)
		if (medium_kinds[i])
			writer_format(&w, "%s%s", w.len ? ", " : "", medium_kind_name((enum medium_kind)i));
	m->state = MEDIUM_IMPOSSIBLE;
	medium_because(m, "not built into this version; there are: %s", built);
}

/* --- hosts -------------------------------------------------------------------------------------------------------- */

/* Host number i of a line; NULL past the end, and for kinds that have none. */
static const char *host_of(const struct medium_ops *ops, const struct medium_conf *conf, size_t i)
{
	if (!ops || !ops->aim)
		return NULL;
	if (conf->member_count > 0)
		return i < conf->member_count ? conf->members[i] : NULL;
	return i == 0 ? conf->address : NULL;
}

static const char *host_at(const struct medium *m, size_t i)
{
	return host_of(m->ops, m->conf, i);
}

bool media_host_at(const struct medium_conf *conf, size_t position, struct media_host *out)
{
	const struct medium_ops *ops = medium_kinds[conf->kind];
	const char *host = host_of(ops, conf, position);

	if (!host)
		return false;
	*out = (struct media_host){conf->kind, host, medium_is_address(host), ops->host_family, conf->line,
		conf->host_column};
	if (conf->member_count > 0) {
		out->line = conf->member_places[position].line;
		out->column = conf->member_places[position].column;
	}
	return true;
}

/* The first line that has this host, of this family; NULL: none.  The newest medium comes first in the list. */
static const struct medium *user_of(const struct media *set, const char *host, int family)
{
	const struct medium *found = NULL;
	const char *one;

	for (const struct medium *m = set->all; m; m = m->next)
		for (size_t k = 0; (one = host_at(m, k)) != NULL; k++)
			if (m->ops->host_family == family && strcmp(one, host) == 0)
				found = m;
	return found;
}

void medium_host_found(void *context, const char *host, int family)
{
	struct media *set = context;
	(void)host, (void)family; /* few media have hosts */

	for (struct medium *m = set->all; m; m = m->next)
		if (m->state != MEDIUM_CLOSED && m->ops && m->ops->aim)
			m->state = m->ops->aim(m);
	for (size_t i = 0; i < set->count; i++)
		medium_report_start(set->list[i]);
}

void medium_host_trouble(void *context, const char *host, int family, const char *why)
{
	const struct media *set = context;
	const struct medium *m = user_of(set, host, family);
	char text[MEDIA_ADDRESS_TEXT];
	struct media_address address;

	if (!m)
		return;
	const char *kind = medium_kind_name(m->conf->kind);
	if (!why)
		log_at(LOG_LEVEL_INFO, "%s %s: host \"%s\" can be resolved again", kind, m->conf->name, host);
	else if (medium_host(m, host, &address))
		log_at(LOG_LEVEL_WARN,
			"%s %s (line %u of ha.cf): host \"%s\" cannot be resolved at present: %s; its last address %s "
			"is used, and the resolver is asked again", kind, m->conf->name, m->conf->line, host, why,
			media_address_text(&address, text));
	else
		log_at(LOG_LEVEL_WARN,
			"%s %s (line %u of ha.cf): host \"%s\" has no %s: %s; nothing can be sent to it. The "
			"resolver is asked again; give the address, or see /etc/hosts", kind, m->conf->name,
			m->conf->line, host, ip_family_name(m->ops->host_family), why);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

struct medium *medium_new(struct media *set, const struct medium_conf *conf, size_t index)
{
	struct medium *m = g_new0(struct medium, 1);
	const char *host;

	*m = (struct medium){
		.next = set->all, .set = set, .index = index, .conf = conf, .ops = medium_kinds[conf->kind]};
	set->all = m;
	for (size_t i = 0; (host = host_at(m, i)) != NULL; i++)
		if (!medium_is_address(host))
			names_watch(set->names, host, m->ops->host_family);
	return m;
}

static void shut(struct medium *m)
{
	if (m->ops)
		m->ops->close(m);
	m->receiver = m->receiver6 = NULL;
}

void medium_free(struct medium *m)
{
	struct medium **link = &m->set->all;
	const char *host;

	shut(m);
	for (size_t i = 0; (host = host_at(m, i)) != NULL; i++)
		names_unwatch(m->set->names, host, m->ops->host_family); /* an address was never watched */
	while (*link != m)
		link = &(*link)->next;
	*link = m->next;
	g_free(m);
}

void medium_try(struct medium *m)
{
	if (!m->ops) {
		not_built(m);
		return;
	}
	m->state = m->ops->open(m);
	if (m->state == MEDIUM_CLOSED || m->state == MEDIUM_IMPOSSIBLE)
		shut(m);
}

void medium_report_start(struct medium *m)
{
	if (m->started || m->state != MEDIUM_WORKS)
		return;
	m->started = true;
	m->ops->started(m);
}

/* --- judgement ---------------------------------------------------------------------------------------------------- */

static void doubt_host(const struct medium *m, struct writer *out)
{
	const char *host;

	for (size_t i = 0; (host = host_at(m, i)) != NULL; i++) {
		struct media_address address;
		bool known = medium_host(m, host, &address);
		const char *why = names_trouble(m->set->names, host, m->ops->host_family);
		if (out->len == 0 && (why || !known))
			writer_format(out, "%s %s: host \"%s\" %s%s: %s; the resolver is asked again",
				medium_kind_name(m->conf->kind), m->conf->name, host,
				known ? "keeps its last address" : "has no ", known ? "" : ip_family_name(m->ops->host_family),
				why ? why : "no answer of the resolver yet");
	}
}

bool medium_doubt(const struct medium *m, struct writer *out)
{
	const char *kind = medium_kind_name(m->conf->kind), *name = m->conf->name;

	if (m->state == MEDIUM_CLOSED)
		writer_format(out, "%s %s: %s; tried again until it works", kind, name, m->why);
	else if (m->failure.failing)
		writer_format(out, "%s %s: packets cannot be sent: %s", kind, name, strerror(m->failure.error));
	else
		doubt_host(m, out);
	return out->len > 0 || out->overflowed;
}

static void complain(const struct medium *m, bool refused, struct diags *diags)
{
	const char *kind = medium_kind_name(m->conf->kind), *name = m->conf->name;
	/* no decision depends on a ping host, so a ping medium is never the reason to refuse */
	bool is_error = m->state == MEDIUM_IMPOSSIBLE || (refused && !medium_is_ping(m->conf->kind));

	if (!m->ops)
		diag_add(diags, DIAG_ERROR, m->conf->line, 0, "%s: %s", kind, m->why);
	else if (m->state == MEDIUM_WAITS && is_error)
		diag_add(diags, DIAG_ERROR, m->conf->line, 0,
			"%s %s: host \"%s\" has no known %s yet; the resolver has been asked, try again", kind, name,
			m->conf->address, ip_family_name(m->ops->host_family));
	else if (m->state != MEDIUM_WAITS && m->state != MEDIUM_WORKS)
		diag_add(diags, is_error ? DIAG_ERROR : DIAG_WARNING, m->conf->line, 0, "%s %s: %s%s", kind, name, m->why,
			is_error ? "" : "; it is tried again until it works");
}

bool media_usable(struct medium *const *list, size_t count, enum medium_state enough, struct diags *diags)
{
	bool carries = false, one_works = false, impossible = false;

	for (size_t i = 0; i < count; i++) {
		bool is_carrier = !medium_is_ping(list[i]->conf->kind);
		carries |= is_carrier;
		impossible |= list[i]->state == MEDIUM_IMPOSSIBLE;
		one_works |= is_carrier && list[i]->state >= enough && list[i]->state <= MEDIUM_WORKS;
	}
	bool refused = impossible || (carries && !one_works);
	for (size_t i = 0; i < count; i++)
		complain(list[i], carries && !one_works, diags);
	return !refused;
}
