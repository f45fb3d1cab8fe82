// SPDX-License-Identifier: MIT
/* service=ldap and ldaps: connects the sockets of a check with ldap_talk.h.  doc/ldirectord.md 6 */
#include <string.h>
#include <sys/epoll.h>

#include "ldirectord/check/ldap_talk.h"
#include "ldirectord/check/stream.h"

enum { TURN_READS = 4 };

struct ldap_check {
	struct check c;
	struct stream stream;
	struct ldap_talk *talk;
	bool open;
};

#define OWNER(pointer, member) ((struct ldap_check *)((char *)(pointer) - offsetof(struct ldap_check, member)))

static void ldap_finish(struct ldap_check *k)
{
	check_verdict(&k->c, k->talk->up, "%s", k->talk->why);
}

static void ldap_broken(struct ldap_check *k, int how)
{
	if (k->talk->decided) // the unbind request could not be sent
		ldap_finish(k);
	else
		check_verdict(&k->c, false, "%s: %s", k->talk->stage,
			how == STREAM_CLOSED ? "closed by the server" : k->stream.why);
}

/* Send the bytes in out.  Returns true when all are sent. */
static bool ldap_flush(struct ldap_check *k)
{
	GString *out = k->talk->out;
	while (out->len) {
		int n = stream_write(&k->stream, out->str, out->len);
		if (n == STREAM_AGAIN || n == STREAM_WRITE_FIRST)
			return stream_wait(&k->stream, &k->c, EPOLLIN | EPOLLOUT);
		if (n < 0) {
			ldap_broken(k, n);
			return false;
		}
		(void)g_string_erase(out, 0, n);
	}
	return true;
}

/* Read once.  Returns true when more bytes may be available. */
static bool ldap_hear(struct ldap_check *k)
{
	char bytes[STREAM_READ_BYTES];
	int n = stream_read(&k->stream, bytes, sizeof(bytes));
	if (n == STREAM_AGAIN || n == STREAM_WRITE_FIRST)
		return stream_wait(&k->stream, &k->c, n == STREAM_AGAIN ? EPOLLIN : EPOLLIN | EPOLLOUT);
	if (n < 0) {
		ldap_broken(k, n);
		return false;
	}
	ldap_talk_take(k->talk, bytes, (size_t)n);
	return true;
}

static void ldap_ready(struct watch *w, uint32_t events)
{
	struct ldap_check *k = OWNER(w, stream.watch);
	(void)events;
	if (!stream_open(&k->stream, &k->c))
		return;
	k->open = true;
	if (!ldap_flush(k))
		return;
	for (int i = 0; i < TURN_READS; i++) {
		if (!ldap_hear(k) || !ldap_flush(k))
			return;
		if (k->talk->decided) { // the unbind request is sent
			ldap_finish(k);
			return;
		}
	}
	(void)stream_wait(&k->stream, &k->c, EPOLLIN); // other bytes are read in the next iteration of the loop
}

static void ldap_start(struct check *c, const struct check_plan *plan)
{
	struct ldap_check *k = (struct ldap_check *)c;
	char why[CHECK_WHY_MAX];
	const char *base = plan->r->request + (*plan->r->request == '/');
	k->stream = STREAM_NONE;
	k->talk = ldap_talk_new(plan->v->login, plan->v->passwd, base, plan->r->receive, why, sizeof(why));
	if (!k->talk)
		check_verdict(c, false, "%s", why);
	else
		(void)stream_start(&k->stream, c, plan, plan->v->service == LB_LDAPS, ldap_ready);
}

static void ldap_stop(struct check *c)
{
	struct ldap_check *k = (struct ldap_check *)c;
	stream_close(&k->stream);
	ldap_talk_free(k->talk);
}

static void ldap_late(struct check *c)
{
	struct ldap_check *k = (struct ldap_check *)c;
	if (k->talk->decided)
		ldap_finish(k);
	else if (k->open)
		check_stage(c, k->talk->stage);
}

/* checktimeout is the deadline, as in ldirectord 4. */
const struct check_kind check_kind_ldap = {
	.size = sizeof(struct ldap_check), .start = ldap_start, .stop = ldap_stop, .late = ldap_late};
