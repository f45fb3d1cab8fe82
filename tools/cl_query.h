// SPDX-License-Identifier: MIT
/* Requests to the daemon, for the subcommands of cl_status: one sign-on, one deadline for everything, complete lists.
 * When the daemon does not answer, the program ends with exit code 12: the functions do not return then. */
#ifndef TOOLS_CL_QUERY_H
#define TOOLS_CL_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "heartbeat/ipc/api_client.h"
#include "lib/bytes.h"

enum {
	QUERY_WORDS = 3,
	QUERY_DEADLINE_MS = 5000, /* doc/commands.md 2: "After 5 s without an answer the program ends with 12" */
	QUERY_NAME_MAX = 128,
	QUERY_LIST_MAX = 256,
};

struct query {
	bool human, verbose, normal, ping; /* -m -v -n -p */
	const char *parameter;             /* -p PARAMETER */
	const char *words[QUERY_WORDS];    /* NULL: not given */
	struct mono until;
	struct api_client *client;
	char error[256]; /* why the sign-on failed */
};

struct node_entry {
	char name[QUERY_NAME_MAX], type[16], status[32];
};
struct node_list {
	struct node_entry list[QUERY_LIST_MAX];
	size_t count;
};
struct link_entry {
	char name[QUERY_NAME_MAX], status[32];
};
struct link_list {
	struct link_entry list[QUERY_LIST_MAX];
	size_t count;
	struct bytes reason; /* of a refusal; valid until the next request */
};

void query_begin(struct query *q);
void query_end(struct query *q);
enum api_result query_sign_on(struct query *q);
/* Print a line of level ERROR to standard error, in the layout of the log. */
void query_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Report that there is no answer, exit with 12. */
_Noreturn void query_timeout(void);

/* Send a request and return the first reply, valid until the next request.  Exits with 13 when the daemon closes the
 * connection. */
const struct message *query_ask(struct query *q, const char *reqtype, const char *const *pairs);
const struct message *query_more(struct query *q);
/* As query_ask, but NULL when there is no answer within wait_ms. */
const struct message *query_ask_within(struct query *q, const char *reqtype, const char *const *pairs,
				       uint64_t wait_ms);

/* All nodes in the order of their definition. */
void query_nodes(struct query *q, struct node_list *nodes);
/* All links of a node.  False: refused, links->reason has the reason. */
bool query_links(struct query *q, const char *node, struct link_list *links);

#endif
