// SPDX-License-Identifier: MIT
/* The set of media: open, send, drain, close, count; log once when sending fails and once when it works again. */
#include "heartbeat/media/media.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <stddef.h>
#include <sys/socket.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

enum {
	DRAIN_BATCHES = 64,
	/* So many good sends in a row end a failure.  With fewer, a medium that fails every second packet would write
	 * two lines for each. */
	GOOD_SENDS = 3,
};

/* What to look at when the kernel refuses a packet; the last row is for every other reason. */
static const struct {
	int error;
	const char *check;
} advice[] = {
	{ENETDOWN, "is the interface up (ip link)? is the cable plugged in?"},
	{ENETUNREACH, "is the interface up, and does it have an address (ip address)? is there a route (ip route)?"},
	{EHOSTUNREACH, "is there a route to it (ip route)? does it answer ARP (ip neighbour)?"},
	{ENODEV, "the interface is gone (ip link); heartbeat uses it again as soon as it is back"},
	{EADDRNOTAVAIL, "the interface has lost its IPv4 address (ip address)"},
	{ENOBUFS, "the interface's queue is full: see ip -s link, tc -s qdisc"},
	{EAGAIN, "the socket's queue is full: does the interface send at all (ip -s link)?"},
	{EPERM, "a packet filter forbids it: see nft list ruleset, iptables -S OUTPUT"},
	{EMSGSIZE, "the message is larger than a datagram can be (65507 bytes): see compression in ha.cf"},
	{0, "see ip link, ip address, ip route"},
};

static const char *kind_name(const struct medium *m)
{
	return medium_kind_name(m->conf->kind);
}

void medium_complain(const struct medium *m, struct diags *diags, enum diag_severity severity, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args); /* a text that is cut still names the line */
	va_end(args);
	diag_add(diags, severity, m->conf->line, 0, "%s %s: %s", kind_name(m), m->conf->name, text);
}

bool medium_resolve(const char *host, int family, struct media_address *address, const char **why)
{
	const struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found = NULL;

	int rc = getaddrinfo(host, NULL, &hints, &found);
	if (rc != 0) {
		*why = rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc);
		return false;
	}
	*address = (struct media_address){.len = found->ai_addrlen};
	/* the result has the requested family */
	assert(found->ai_addrlen <= sizeof *address - offsetof(struct media_address, any));
	memcpy(&address->any, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return true;
}

static void not_built(const struct medium *m, struct diags *diags)
{
	char built[256] = "";
	struct writer w = writer_over(built, sizeof built - 1);

	for (size_t i = 0; i < MEDIUM_KINDS; i++)
		if (medium_kinds[i])
			writer_format(&w, "%s%s", w.len ? ", " : "", medium_kind_name((enum medium_kind)i));
	diag_add(diags, DIAG_ERROR, m->conf->line, 0, "%s: not built into this version; there are: %s", kind_name(m),
	         built);
}

static bool open_one(struct medium *m, struct diags *diags)
{
	if (!m->ops) {
		not_built(m, diags);
		return false;
	}
	return m->ops->open(m, diags);
}

struct media *media_open(const struct medium_conf *conf, size_t count, uint16_t ping_id, struct interfaces *interfaces,
                         const struct media_handlers *handlers, struct diags *diags)
{
	struct media *set = g_new0(struct media, 1);
	bool ok = true;

	set->list = g_new0(struct medium, count);
	set->count = count;
	set->handlers = *handlers;
	set->ping_id = ping_id;
	set->interfaces = interfaces;
	set->batch = batch_new();
	for (size_t i = 0; i < count; i++)
		set->list[i] =
			(struct medium){.set = set, .index = i, .conf = &conf[i], .ops = medium_kinds[conf[i].kind]};
	/* Every medium is tried, so that the operator sees all that is wrong at once. */
	for (size_t i = 0; i < count; i++)
		ok &= open_one(&set->list[i], diags);
	if (!ok) {
		media_close(set);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		set->list[i].ops->started(&set->list[i]);
	return set;
}

void media_close(struct media *set)
{
	if (!set)
		return;
	assert(!set->receiving);
	for (size_t i = 0; i < set->count; i++)
		if (set->list[i].ops)
			set->list[i].ops->close(&set->list[i]);
	while (set->receivers) {
		struct receiver *r = set->receivers;
		set->receivers = r->next;
		receiver_free(r);
	}
	batch_free(set->batch);
	g_free(set->list);
	g_free(set);
}

static const char *what_to_check(int error)
{
	size_t i = 0;

	while (advice[i].error != 0 && advice[i].error != error)
		i++;
	return advice[i].check;
}

static void note_failure(struct medium *m, int error)
{
	struct medium_failure *f = &m->failure;

	m->counters.send_failed++;
	f->lost++;
	f->good = 0;
	if (f->failing)
		return;
	f->failing = true;
	f->since = mono_now();
	/* One line with both texts of the reference: monitoring may look for either.  doc/commands.md 5.1.33 */
	log_at(LOG_LEVEL_ERROR, "%s_write: Unable to send HBcomm packet %s: %s; write failure on %s: %s", kind_name(m),
	       m->conf->name, strerror(error), m->conf->name, what_to_check(error));
}

static void note_success(struct medium *m, size_t len)
{
	struct medium_failure *f = &m->failure;

	m->counters.sent++;
	m->counters.bytes_out += len;
	if (!f->failing)
		return;
	if (f->good++ == 0)
		f->better = mono_now();
	if (f->good < GOOD_SENDS)
		return;
	int64_t ms = span_to_ms(mono_since(f->better, f->since));
	log_at(LOG_LEVEL_INFO,
		"%s %s: sending works again after %" PRId64 ".%03" PRId64 " s; %" PRIu64 " packet(s) could not be sent",
		kind_name(m), m->conf->name, ms / 1000, ms % 1000, f->lost);
	*f = (struct medium_failure){0};
}

static void send_one(struct medium *m, struct bytes data)
{
	int rc = m->ops->send(m, data);

	if (rc < 0)
		note_failure(m, -rc);
	else
		note_success(m, data.len);
}

void media_send(struct media *set, struct bytes datagram)
{
	for (size_t i = 0; i < set->count; i++)
		if (!medium_is_ping(set->list[i].conf->kind))
			send_one(&set->list[i], datagram);
}

void media_ping(struct media *set, size_t medium, struct bytes payload)
{
	assert(medium < set->count && medium_is_ping(set->list[medium].conf->kind));
	send_one(&set->list[medium], payload);
}

void media_drain(struct media *set)
{
	if (set->receiving)
		return;
	for (struct receiver *r = set->receivers; r; r = r->next)
		(void)receiver_read(r, DRAIN_BATCHES); /* the main loop reads the rest */
}

void media_counters(const struct media *set, size_t medium, struct media_counters *out)
{
	assert(medium < set->count);
	*out = set->list[medium].counters;
}
