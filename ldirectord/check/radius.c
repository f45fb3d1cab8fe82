// SPDX-License-Identifier: MIT
/* service=radius: sends an Access-Request (radius_packet.h) in a datagram, and repeats it with growing pauses until an
 * answer arrives that is signed with the secret.  doc/ldirectord.md 6 */
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "ldirectord/check/datagram.h"
#include "ldirectord/check/radius_packet.h"

enum { FIRST_MS = 1000 };

struct radius_check {
	struct check c;
	struct datagram datagram;
	struct radius_request request; /* refers to the copies below */
	char *login, *passwd, *secret;
	uint8_t packet[1024]; /* login, passwd and the other fields have less than 500 bytes */
	size_t packet_len;
	char ignored[RADIUS_WHY_MAX]; /* why an answer was ignored; "": no answer was ignored */
};

static void radius_answer(struct check *c, struct bytes answer)
{
	struct radius_check *k = (struct radius_check *)c;
	char why[RADIUS_WHY_MAX];
	switch (radius_take(&k->request, answer, why, sizeof(why))) {
	case RADIUS_FOREIGN:
		(void)g_strlcpy(k->ignored, why, sizeof(k->ignored));
		break;
	case RADIUS_ACCEPTED:
		check_verdict(c, true, "%s", why);
		break;
	case RADIUS_REFUSED:
		check_verdict(c, false, "%s", why);
		break;
	}
}

/* Set our own address as the server sees it. */
static void set_nas(struct radius_check *k)
{
	struct sockaddr_storage me;
	socklen_t len = sizeof(me);
	k->request.nas = (struct lb_address){.family = k->c.address.family};
	if (getsockname(k->datagram.fd, (struct sockaddr *)&me, &len) != 0)
		return;
	if (me.ss_family == AF_INET6)
		memcpy(k->request.nas.bytes, &((struct sockaddr_in6 *)&me)->sin6_addr, 16);
	else
		memcpy(k->request.nas.bytes, &((struct sockaddr_in *)&me)->sin_addr, 4);
}

/* Returns false with the reason in why. */
static bool radius_prepare(struct radius_check *k, char *why, size_t cap)
{
	struct writer w = writer_over(k->packet, sizeof(k->packet));
	k->request.login = k->login;
	k->request.passwd = k->passwd;
	k->request.secret = k->secret;
	if (RAND_bytes(k->request.authenticator, sizeof(k->request.authenticator)) != 1 ||
		RAND_bytes(&k->request.id, 1) != 1) {
		(void)snprintf(why, cap, "no random numbers");
		return false;
	}
	if (!radius_put(&k->request, &w, why, cap))
		return false;
	k->packet_len = w.len;
	return true;
}

static void radius_start(struct check *c, const struct check_plan *plan)
{
	struct radius_check *k = (struct radius_check *)c;
	char why[RADIUS_WHY_MAX];
	k->login = g_strdup(plan->v->login);
	k->passwd = g_strdup(plan->v->passwd);
	k->secret = g_strdup(plan->v->secret);
	check_stage(c, "answer");
	if (!datagram_open(&k->datagram, c, radius_answer))
		return;
	set_nas(k);
	if (radius_prepare(k, why, sizeof(why)))
		datagram_ask(&k->datagram, (struct bytes){k->packet, k->packet_len}, FIRST_MS);
	else
		check_verdict(c, false, "%s", why);
}

static void radius_stop(struct check *c)
{
	struct radius_check *k = (struct radius_check *)c;
	datagram_close(&k->datagram);
	g_free(k->login);
	g_free(k->passwd);
	g_free(k->secret);
}

/* The deadline has passed.  A server that has a different secret for us ignores the request. */
static void radius_late(struct check *c)
{
	struct radius_check *k = (struct radius_check *)c;
	check_stage(c, "answer");
	if (*k->ignored)
		check_verdict(c, false, "no good answer in time: %s", k->ignored);
}

/* checktimeout is the deadline, as in ldirectord 4. */
const struct check_kind check_kind_radius = {
	.size = sizeof(struct radius_check), .start = radius_start, .stop = radius_stop, .late = radius_late};
