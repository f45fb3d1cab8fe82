// SPDX-License-Identifier: MIT
/* Requests about parameters, resources, groups and problems, and the settings of a client.  doc/commands.md 4.2. */
#include <signal.h>
#include <string.h>

#include "heartbeat/core/halves.h"
#include "heartbeat/ipc/api_requests_private.h"

void answer_getparm(struct api_session *s, const char *reqtype, const struct message *request)
{
	char name[64];
	const char *value = NULL;
	if (!message_find(request, "pname")) {
		answer_refuse(s, reqtype, "EINVAL");
		return;
	}
	if (!bytes_to_text(message_string(request, "pname"), name, sizeof name))
		name[0] = '\0'; /* longer than any directive, so it is unset */
	if (strcmp(name, "hbversion") == 0)
		value = s->hub->config->version;
	else if (name[0])
		value = ha_cf_parameter(s->hub->config->conf, name);
	struct answer a;
	answer_begin(&a, s, reqtype);
	if (value) /* an unset parameter: OK without pvalue, as in captures of 3.0.6 */
		message_add(&a.message, "pvalue", value);
	answer_end(&a, "OK");
}

void answer_getrsc(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)request;
	struct answer a;
	answer_begin(&a, s, reqtype);
	message_add(&a.message, "rsc_hold", core_holdings(s->hub->config->core));
	answer_end(&a, "OK");
}

void answer_getgroups(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)request;
	const struct haresources *resources = s->hub->config->resources;
	size_t count = resources ? resources->count : 0;
	struct answer a;
	if (count == 0) {
		answer_begin(&a, s, reqtype);
		answer_end(&a, "OK");
	}
	for (size_t i = 0; i < count && !s->closing; i++) {
		struct group_view view;
		core_group_view(s->hub->config->core, i, &view);
		answer_begin(&a, s, reqtype);
		message_add(&a.message, "key", view.key);
		message_add(&a.message, "home", view.home);
		message_add(&a.message, "state", group_state_name(view.state));
		message_add(&a.message, "peerstate", view.peer_known ? group_state_name(view.peer_state) : "?");
		message_add_decimal(&a.message, "epoch", view.epoch);
		message_add(&a.message, "ready", view.hindered ? "0" : "1");
		message_add(&a.message, "why", view.why ? view.why : "");
		answer_end(&a, i + 1 < count ? "ok/more" : "OK");
	}
}

void answer_getdoubts(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)request;
	const struct api_config *config = s->hub->config;
	char text[API_DOUBT_MAX], next[API_DOUBT_MAX];
	struct answer a;
	bool found = config->doubt && config->doubt(config->context, 0, text, sizeof text);
	if (!found) {
		answer_begin(&a, s, reqtype);
		answer_end(&a, "OK");
	}
	for (size_t i = 1; found && !s->closing; i++) {
		found = config->doubt(config->context, i, next, sizeof next);
		answer_begin(&a, s, reqtype);
		message_add(&a.message, "doubt", text);
		answer_end(&a, found ? "ok/more" : "OK");
		memcpy(text, next, sizeof text);
	}
}

/* --- what the client receives ----------------------------------------------------------------- */

void request_beats(const struct api_hub *hub)
{
	bool wanted = false;
	for (const struct api_session *at = hub->sessions; at; at = at->next)
		wanted |= (at->filter & API_FILTER_BEATS) != 0;
	if (hub->config->beats_wanted)
		hub->config->beats_wanted(hub->config->context, wanted);
}

void answer_setfilter(struct api_session *s, const char *reqtype, const struct message *request)
{
	uint64_t mask;
	struct answer a;
	if (!message_number(request, "fmask", 16, &mask) || mask == 0 || mask > UINT32_MAX) {
		answer_refuse(s, reqtype, "EINVAL");
		return;
	}
	s->filter = (unsigned)mask;
	request_beats(s->hub);
	answer_begin(&a, s, reqtype);
	answer_end(&a, "OK");
}

void answer_setsignal(struct api_session *s, const char *reqtype, const struct message *request)
{
	uint64_t number;
	struct answer a;
	bool is_number = message_number(request, "signal", 10, &number);
	if (!is_number || number > (uint64_t)SIGRTMAX) {
		answer_refuse(s, reqtype, is_number ? "EINVAL" : NULL);
		return;
	}
	s->signal = (int)number;
	answer_begin(&a, s, reqtype);
	answer_end(&a, "OK");
}

/* Heartbeat 3.0.6 sends no answer, and its library does not wait for one.  Our queue has one limit for all clients. */
void answer_set_sendqlen(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)s;
	(void)reqtype;
	(void)request;
}
