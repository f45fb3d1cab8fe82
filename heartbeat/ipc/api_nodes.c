// SPDX-License-Identifier: MIT
/* Requests about nodes and links.  doc/commands.md 4.2. */
#include <glib.h>
#include <string.h>

#include "heartbeat/ipc/api_requests_private.h"

bool request_node(struct api_session *s, const struct message *request, struct node_view *view, size_t *index)
{
	struct bytes name = message_string(request, "node");
	size_t count = core_node_count(s->hub->config->core);
	for (size_t i = 0; i < count; i++) {
		core_node_view(s->hub->config->core, i, view);
		if (name.len == strlen(view->name) && name.len > 0 &&
		    g_ascii_strncasecmp((const char *)name.at, view->name, name.len) == 0) {
			*index = i;
			return true;
		}
	}
	return false;
}

static const char *node_type(const struct node_view *view)
{
	return view->ping ? "ping" : "normal";
}

static const char *view_status(const struct node_view *view)
{
	return view->status;
}

static const char *view_weight(const struct node_view *view)
{
	(void)view; /* haresources mode has no weights: every node has the preset */
	return "100";
}

static const char *view_site(const struct node_view *view)
{
	(void)view;
	return "";
}

/* Each row is a request for one property of one node. */
static const struct node_question {
	const char *reqtype, *field;
	const char *(*value)(const struct node_view *view);
} node_questions[] = {
	{"nodestatus", "st", view_status},
	{"nodetype", "nodetype", node_type},
	{"nodeweight", "weight", view_weight},
	{"nodesite", "site", view_site},
};

void answer_node(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct node_view view;
	size_t index;
	if (!request_node(s, request, &view, &index)) {
		answer_refuse(s, reqtype, "EINVAL");
		return;
	}
	for (size_t i = 0; i < sizeof node_questions / sizeof node_questions[0]; i++)
		if (strcmp(reqtype, node_questions[i].reqtype) == 0) {
			struct answer a;
			answer_begin(&a, s, reqtype);
			message_add(&a.message, node_questions[i].field, node_questions[i].value(&view));
			answer_end(&a, "OK");
		}
}

void answer_nodelist(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)request;
	size_t count = core_node_count(s->hub->config->core);
	for (size_t i = 0; i < count && !s->closing; i++) {
		struct node_view view;
		struct answer a;
		core_node_view(s->hub->config->core, i, &view);
		answer_begin(&a, s, reqtype);
		message_add(&a.message, "node", view.name);
		message_add(&a.message, "nodetype", node_type(&view));
		message_add(&a.message, "st", view.status);
		answer_end(&a, i + 1 < count ? "ok/more" : "OK");
	}
}

void answer_numnodes(struct api_session *s, const char *reqtype, const struct message *request)
{
	(void)request;
	uint64_t normal = 0;
	size_t count = core_node_count(s->hub->config->core);
	for (size_t i = 0; i < count; i++) {
		struct node_view view;
		core_node_view(s->hub->config->core, i, &view);
		normal += !view.ping;
	}
	struct answer a;
	answer_begin(&a, s, reqtype);
	message_add_decimal(&a.message, "numnodes", normal);
	answer_end(&a, "OK");
}

/* The answer has no field queryuuid when there is no such node or nothing was received from it, as in captures of
 * 3.0.6. */
void answer_getuuid(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct bytes name = message_string(request, "queryname");
	struct node_view view;
	struct answer a;
	if (name.len == 0) {
		answer_refuse(s, reqtype, "no query node name found");
		return;
	}
	answer_begin(&a, s, reqtype);
	size_t count = core_node_count(s->hub->config->core);
	for (size_t i = 0; i < count; i++) {
		core_node_view(s->hub->config->core, i, &view);
		if (view.uuid && bytes_equal_text(name, view.name))
			message_add_bytes(&a.message, FIELD_BINARY, bytes_of("queryuuid"),
				(struct bytes){view.uuid, CORE_UUID_BYTES});
	}
	answer_end(&a, "OK");
}

void answer_getnodename(struct api_session *s, const char *reqtype, const struct message *request)
{
	const struct field *wanted = message_find(request, "queryuuid");
	struct node_view view;
	struct answer a;
	if (!wanted || wanted->type != FIELD_BINARY || wanted->value.len != CORE_UUID_BYTES) {
		answer_refuse(s, reqtype, "no query node name found");
		return;
	}
	answer_begin(&a, s, reqtype);
	size_t count = core_node_count(s->hub->config->core);
	for (size_t i = 0; i < count; i++) {
		core_node_view(s->hub->config->core, i, &view);
		if (view.uuid && memcmp(view.uuid, wanted->value.at, CORE_UUID_BYTES) == 0)
			message_add(&a.message, "queryname", view.name);
	}
	answer_end(&a, "OK");
}

/* --- links -------------------------------------------------------------------------------------------------------- */

static void add_link(struct answer *a, const struct link_view *link)
{
	message_add(&a->message, "ifname", link->name);
	message_add(&a->message, "st", link->up ? "up" : "dead");
}

void answer_iflist(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct node_view view;
	struct link_view link, ahead;
	size_t node;
	struct answer a;
	if (!request_node(s, request, &view, &node)) {
		answer_refuse(s, reqtype, "EINVAL");
		return;
	}
	bool found = core_link_view(s->hub->config->core, node, 0, &link);
	if (!found) { /* a node without links: the answer is an empty list */
		answer_begin(&a, s, reqtype);
		answer_end(&a, "OK");
	}
	for (size_t i = 1; found && i <= HA_CF_MEDIA_MAX && !s->closing; i++) {
		bool more = core_link_view(s->hub->config->core, node, i, &ahead);
		answer_begin(&a, s, reqtype);
		add_link(&a, &link);
		answer_end(&a, more ? "ok/more" : "OK");
		link = ahead;
		found = more;
	}
}

void answer_ifstatus(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct node_view view;
	struct link_view link;
	struct bytes name = message_string(request, "ifname");
	size_t node;
	if (request_node(s, request, &view, &node))
		for (size_t i = 0; i < HA_CF_MEDIA_MAX && core_link_view(s->hub->config->core, node, i, &link); i++)
			if (bytes_equal_text(name, link.name)) {
				struct answer a;
				answer_begin(&a, s, reqtype);
				message_add(&a.message, "st", link.up ? "up" : "dead");
				answer_end(&a, "OK");
				return;
			}
	answer_refuse(s, reqtype, "EINVAL");
}

