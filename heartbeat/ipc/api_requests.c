// SPDX-License-Identifier: MIT
/* The table of requests: reqtype, whether only root may send it, and the handler.  doc/commands.md 4.2. */
#include "heartbeat/ipc/api_requests.h"

#include "heartbeat/ipc/api_requests_private.h"
#include "lib/log.h"

static void answer_signoff(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)reqtype;
	(void)request;
	s->closing = s->signed_off = true; /* doc/commands.md 4.2: signoff has no answer */
}

static const struct request_row {
	const char *reqtype;
	bool root_only;
	request_handler *answer;
} requests[] = {
	{"signoff", false, answer_signoff},
	{"nodelist", false, answer_nodelist},
	{"nodestatus", false, answer_node},
	{"nodetype", false, answer_node},
	{"nodeweight", false, answer_node},
	{"nodesite", false, answer_node},
	{"iflist", false, answer_iflist},
	{"ifstatus", false, answer_ifstatus},
	{"clientstatus", false, answer_clientstatus},
	{"getparm", false, answer_getparm},
	{"getrsc", false, answer_getrsc},
	{"numnodes", false, answer_numnodes},
	{"getuuid", false, answer_getuuid},
	{"getnodename", false, answer_getnodename},
	{"setfilter", false, answer_setfilter},
	{"setsignal", false, answer_setsignal},
	{"set_sendqlen", false, answer_set_sendqlen},
	{"getgroups", false, answer_getgroups},
	{"getdoubts", false, answer_getdoubts},
	{"getstatus", false, answer_getstatus},
	{"getdecisions", false, answer_getdecisions},
	{"getdatagrams", true, answer_getdatagrams},
	{"move", true, answer_move},
	{"confirm", true, answer_confirm},
	{"cleanup", true, answer_cleanup},
	{"reload", true, answer_reload},
};

void request_answer(struct api_session *s, const struct message *request)
{
	struct bytes reqtype = message_string(request, "reqtype");
	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
		if (!bytes_equal_text(reqtype, requests[i].reqtype))
			continue;
		if (requests[i].root_only && s->peer.uid != 0)
			answer_refuse(s, requests[i].reqtype, "only root may do that");
		else
			requests[i].answer(s, requests[i].reqtype, request);
		return;
	}
	char shown[64];
	struct writer w = writer_over(shown, sizeof shown - 1);
	writer_escaped(&w, reqtype, 12);
	shown[w.len] = '\0';
	log_at(LOG_LEVEL_WARN, "Unknown API request [%s] of client %s", shown, s->name);
	answer_refuse(s, shown, NULL);
}

