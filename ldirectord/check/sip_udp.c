// SPDX-License-Identifier: MIT
/* service=sip with protocol=udp: sends OPTIONS in a datagram, and repeats it with growing pauses (RFC 3261) until a
 * final answer arrives. */
#include <string.h>

#include "ldirectord/check/datagram.h"
#include "ldirectord/check/talk.h"

enum { FIRST_MS = 500 }; /* T1 of RFC 3261; T2 is the longest pause of datagram.c */

struct sip_check {
	struct check c;
	struct datagram datagram;
	GString *request;
};

static void sip_answer(struct check *c, struct bytes answer)
{
	const char *bytes = (const char *)answer.at;
	char text[CHECK_PRINTABLE];
	size_t n = answer.len;
	const char *end = memchr(bytes, '\n', n);
	size_t len = end ? (size_t)(end - bytes) : n;
	len -= len && bytes[len - 1] == '\r';
	int status = talk_sip_status(bytes, len);
	if (status >= 0)
		check_verdict(c, status == 1, "%s%s",
			status ? "" : "answer to OPTIONS: ", check_printable(bytes, len, text, sizeof(text)));
}

static void sip_start(struct check *c, const struct check_plan *plan)
{
	struct sip_check *k = (struct sip_check *)c;
	struct talk_settings s;
	struct sockaddr_storage me;
	socklen_t len = sizeof(me);
	char defaults[300], local[64] = "";
	k->request = g_string_new(NULL);
	check_stage(c, "answer to OPTIONS");
	if (!datagram_open(&k->datagram, c, sip_answer))
		return;
	if (getsockname(k->datagram.fd, (struct sockaddr *)&me, &len) == 0)
		check_local_text(&me, local, sizeof(local));
	check_talk_settings(&s, plan, defaults, sizeof(defaults));
	talk_sip_request(&s, local, k->request);
	datagram_ask(&k->datagram, (struct bytes){(const uint8_t *)k->request->str, k->request->len}, FIRST_MS);
}

static void sip_stop(struct check *c)
{
	struct sip_check *k = (struct sip_check *)c;
	datagram_close(&k->datagram);
	(void)g_string_free(k->request, TRUE);
}

const struct check_kind check_kind_sip_udp = {
	.size = sizeof(struct sip_check), .negotiates = true, .start = sip_start, .stop = sip_stop};
