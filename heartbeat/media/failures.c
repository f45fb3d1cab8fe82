// SPDX-License-Identifier: MIT
/* Logs failed sends: one line when a failure starts, one when it ends.  Closes a medium that does not work any more. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

enum {
	/* This number of good sends in a row ends a failure.  With fewer, a medium that fails for every second packet
	 * would log two lines for each.  The number doubles when the next failure starts soon, because a line that is
	 * too slow fails again and again. */
	GOOD_SENDS = 3,
	GOOD_SENDS_MAX = 1000,
	SOON_S = 60,
};

/* What the operator should check when the kernel refuses a packet; the last row is for every other reason. */
static const struct {
	int error;
	const char *check;
} advice[] = {
	{ENETDOWN, "is the interface up (ip link)? is the cable plugged in?"},
	{ENETUNREACH, "is the interface up, and does it have an address (ip address)? is there a route (ip route)?"},
	{EHOSTUNREACH, "is there a route to it (ip route)? does it answer ARP (ip neighbour)?"},
	{ENODEV, "the interface is gone (ip link); heartbeat uses it again as soon as it is back"},
	{EADDRNOTAVAIL, "the interface has lost its address, or the kernel still checks it (ip address)"},
	{ENOBUFS, "the interface's queue is full: see ip -s link, tc -s qdisc"},
	{EAGAIN, "its queue is full: does the interface send at all (ip -s link)? is a serial line too slow for keepalive?"},
	{EPERM, "a packet filter forbids it: see nft list ruleset, iptables -S OUTPUT"},
	{EMSGSIZE, "the message is larger than the medium can carry: see compression in ha.cf"},
	{ETIMEDOUT, "the line takes nothing: is the cable plugged in, and is the other machine on (flow control RTS/CTS)?"},
	{EIO, "the line has hung up; heartbeat opens it again as soon as it is back"},
	{0, "see ip link, ip address, ip route"},
};

static const char *what_to_check(int error)
{
	size_t i = 0;

	while (advice[i].error != 0 && advice[i].error != error)
		i++;
	return advice[i].check;
}

void medium_send_failed(struct medium *m, int error)
{
	struct medium_failure *f = &m->failure;

	m->counters.send_failed++;
	f->lost++;
	f->good = 0;
	if (f->failing)
		return;
	f->failing = true;
	f->error = error;
	f->since = mono_now();
	bool again = f->needed > 0 && mono_since(f->since, f->ended).ns < span_ms(SOON_S * 1000).ns;
	f->needed = !again ? GOOD_SENDS : f->needed < GOOD_SENDS_MAX ? 2 * f->needed : f->needed;
	/* The line has both texts of Heartbeat 3.0.6, because monitoring may search for either.  doc/commands.md
	 * 5.1.33 */
	log_at(LOG_LEVEL_ERROR, "%s_write: Unable to send HBcomm packet %s: %s; write failure on %s: %s", medium_kind_name(m->conf->kind),
	       m->conf->name, strerror(error), m->conf->name, what_to_check(error));
}

void medium_send_worked(struct medium *m, size_t len)
{
	m->counters.sent++;
	m->counters.bytes_out += len;
	medium_send_spared(m);
}

void medium_send_spared(struct medium *m)
{
	struct medium_failure *f = &m->failure;

	if (!f->failing)
		return;
	if (f->good++ == 0)
		f->better = mono_now();
	if (f->good < f->needed)
		return;
	int64_t ms = span_to_ms(mono_since(f->better, f->since));
	log_at(LOG_LEVEL_INFO,
		"%s %s: sending works again after %" PRId64 ".%03" PRId64 " s; %" PRIu64 " packet(s) could not be sent",
		medium_kind_name(m->conf->kind), m->conf->name, ms / 1000, ms % 1000, f->lost);
	*f = (struct medium_failure){.needed = f->needed, .ended = mono_now()};
}

void medium_broken(struct medium *m, int error)
{
	medium_send_failed(m, error);
	m->state = MEDIUM_CLOSED;
	m->ops->close(m);
	/* the receiver is freed later, because its read function may be the caller */
	m->receiver = m->receiver6 = NULL;
	precise_timer_set(m->set->retry, mono_add(mono_now(), m->set->retry_wait));
}
