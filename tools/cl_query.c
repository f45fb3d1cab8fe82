// SPDX-License-Identifier: MIT
#include "tools/cl_query.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "lib/log.h"

enum { EXIT_TIMEOUT = 12, EXIT_OTHER = 13 };

void query_begin(struct query *q)
{
	q->until = mono_add(mono_now(), span_ms(QUERY_DEADLINE_MS));
}

void query_end(struct query *q)
{
	api_client_close(q->client);
	q->client = NULL;
}

static struct span left(const struct query *q)
{
	return mono_since(q->until, mono_now());
}

enum api_result query_sign_on(struct query *q)
{
	return api_client_open(api_client_path(), left(q), &q->client, q->error);
}

void query_error(const char *format, ...)
{
	struct utsname host;
	va_list args;
	if (uname(&host) < 0)
		host.nodename[0] = '\0';
	const struct log_config config = {
		.entity = "cl_status", .host = host.nodename, .facility = -1, .to_stderr = true, .syslog_layout = true};
	(void)fflush(stdout);
	(void)log_open(&config); /* opens no file, so it cannot fail */
	va_start(args, format);
	log_v(LOG_LEVEL_ERROR, format, args);
	va_end(args);
	log_close();
}

_Noreturn void query_timeout(void)
{
	query_error("heartbeat does not answer within %d seconds", QUERY_DEADLINE_MS / 1000);
	exit(EXIT_TIMEOUT);
}

static const struct message *checked(enum api_result result, const struct message *reply)
{
	if (result == API_TIMEOUT)
		query_timeout();
	if (result != API_OK) {
		query_error("heartbeat closed the connection, or its answer is not valid");
		exit(EXIT_OTHER);
	}
	return reply;
}

const struct message *query_ask(struct query *q, const char *reqtype, const char *const *pairs)
{
	const struct message *reply;
	enum api_result result = api_client_ask(q->client, left(q), reqtype, pairs, &reply);
	return checked(result, reply);
}

const struct message *query_more(struct query *q)
{
	const struct message *reply;
	enum api_result result = api_client_more(q->client, left(q), &reply);
	return checked(result, reply);
}

const struct message *query_ask_within(struct query *q, const char *reqtype, const char *const *pairs,
				       uint64_t wait_ms)
{
	const struct message *reply;
	struct span whole = left(q);
	bool shorter = wait_ms < (uint64_t)span_to_ms(whole); /* QUERY_DEADLINE_MS limits every wait */
	struct span wait = shorter ? span_ms((int64_t)wait_ms) : whole;
	enum api_result result = api_client_ask(q->client, wait, reqtype, pairs, &reply);
	return shorter && result == API_TIMEOUT ? NULL : checked(result, reply);
}

static void keep(const struct message *m, const char *name, char *out, size_t cap)
{
	(void)bytes_to_text(message_string(m, name), out, cap); /* never cut: names of the daemon are shorter */
}

void query_nodes(struct query *q, struct node_list *nodes)
{
	nodes->count = 0;
	const struct message *reply = query_ask(q, "nodelist", NULL);
	for (;; reply = query_more(q)) {
		if (nodes->count < QUERY_LIST_MAX && message_string(reply, "node").len > 0) {
			struct node_entry *n = &nodes->list[nodes->count++];
			keep(reply, "node", n->name, sizeof n->name);
			keep(reply, "nodetype", n->type, sizeof n->type);
			keep(reply, "st", n->status, sizeof n->status);
		}
		if (!message_is(reply, "result", "ok/more"))
			return;
	}
}

bool query_links(struct query *q, const char *node, struct link_list *links)
{
	const char *const pairs[] = {"node", node, NULL};
	links->count = 0;
	links->reason = bytes_of("");
	const struct message *reply = query_ask(q, "iflist", pairs);
	for (;; reply = query_more(q)) {
		if (links->count < QUERY_LIST_MAX && message_string(reply, "ifname").len > 0) {
			struct link_entry *l = &links->list[links->count++];
			keep(reply, "ifname", l->name, sizeof l->name);
			keep(reply, "st", l->status, sizeof l->status);
		}
		if (message_is(reply, "result", "ok/more"))
			continue;
		links->reason = message_string(reply, "info");
		return message_is(reply, "result", "OK");
	}
}
