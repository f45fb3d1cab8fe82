// SPDX-License-Identifier: MIT
/* cl_status: asks the daemon of this machine, prints the answer, exits.  Texts and exit codes: doc/commands.md 2. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tools/cl_query.h"

enum {
	EXIT_NO = 1,         /* a "normal" negative answer */
	EXIT_PARAMETER = 11,
	EXIT_TIMEOUT = 12,
	EXIT_OTHER = 13,
	CLIENT_WAIT_MS = 2000, /* doc/commands.md 7.6: 500 ms are often too short */
};

static const char node_error[] = "Error. May be due to incorrect node name";
static const char weight_error[] = "Error. Maybe due to incorrect node name.";

static bool yes(struct bytes answer, const char *word)
{
	return bytes_equal_text(answer, word);
}

static int complain(const char *line)
{
	(void)fprintf(stderr, "%s\n", line);
	return EXIT_PARAMETER;
}

/* The reference prints these two lines when a request fails. */
static int failed(const char *what, struct bytes reason, int code)
{
	query_error("%s", what);
	query_error("REASON: %.*s", (int)reason.len, reason.len ? (const char *)reason.at : "");
	return code;
}

/* --- nodes ------------------------------------------------------------------------------------------------------ */

static void print_links(struct query *q, const struct link_list *links, bool with_status)
{
	if (q->human)
		(void)printf("\tthis node has the following heartbeat links:\n");
	for (size_t i = 0; i < links->count; i++)
		(void)printf(with_status ? "\t%s\t%s\n" : "\t%s\n", links->list[i].name, links->list[i].status);
}

static void print_nodes(struct query *q, bool normal, bool ping)
{
	struct node_list nodes;
	query_nodes(q, &nodes);
	if (q->human)
		(void)printf("The nodes are as follow:\n");
	for (size_t i = nodes.count; i-- > 0;) { /* last defined first: scripts expect this order */
		const struct node_entry *n = &nodes.list[i];
		bool is_ping = strcmp(n->type, "ping") == 0;
		if (normal != ping && is_ping != ping)
			continue;
		if (!q->verbose) {
			(void)printf("%s\n", n->name);
			continue;
		}
		(void)printf("\n%s\t%s\t(nodetype: %s)\n", n->name, n->status, n->type);
		struct link_list links;
		(void)query_links(q, n->name, &links); /* a node that has gone meanwhile has none */
		print_links(q, &links, true);
	}
}

static int listnodes(struct query *q)
{
	print_nodes(q, q->normal, q->ping);
	return 0;
}

/* Request one value of the node that is the first parameter; false and *code set after a negative answer. */
static bool node_answer(struct query *q, const char *reqtype, const char *field, const char *error,
			struct bytes *value, int *code)
{
	const char *const pairs[] = {"node", q->words[0], NULL};
	const struct message *reply = query_ask(q, reqtype, pairs);
	*value = message_string(reply, field);
	*code = 0;
	if (!message_is(reply, "result", "OK"))
		*code = complain(error);
	return *code == 0;
}

static void print_value(const struct query *q, const char *human, const char *subject, struct bytes value)
{
	if (q->human)
		(void)printf("The %s %s%s", human, subject, human[0] == 'n' ? "'s type: " : " is ");
	(void)printf("%.*s\n", (int)value.len, value.len ? (const char *)value.at : "");
}

static int nodestatus(struct query *q)
{
	struct bytes status;
	int code;
	if (!node_answer(q, "nodestatus", "st", node_error, &status, &code))
		return code;
	print_value(q, "cluster node", q->words[0], status);
	return yes(status, "active") || yes(status, "up") || yes(status, "ping") ? 0 : EXIT_NO;
}

static int nodetype(struct query *q)
{
	struct bytes type;
	int code;
	if (node_answer(q, "nodetype", "nodetype", node_error, &type, &code))
		print_value(q, "node", q->words[0], type);
	return code;
}

static int nodeweight(struct query *q)
{
	struct bytes weight;
	int code;
	if (node_answer(q, "nodeweight", "weight", weight_error, &weight, &code))
		print_value(q, "weight of the cluster node", q->words[0], weight);
	return code;
}

static int nodesite(struct query *q)
{
	struct bytes site;
	int code;
	if (node_answer(q, "nodesite", "site", node_error, &site, &code))
		print_value(q, "site of the cluster node", q->words[0], site);
	return code;
}

/* --- links ------------------------------------------------------------------------------------------------------ */

static int listhblinks(struct query *q)
{
	struct link_list links;
	if (!query_links(q, q->words[0], &links))
		return failed("Cannot start heartbeat link interface walk.", links.reason, EXIT_OTHER);
	print_links(q, &links, q->verbose);
	return 0;
}

static int hblinkstatus(struct query *q)
{
	const char *const pairs[] = {"node", q->words[0], "ifname", q->words[1], NULL};
	const struct message *reply = query_ask(q, "ifstatus", pairs);
	struct bytes status = message_string(reply, "st");
	if (!message_is(reply, "result", "OK"))
		/* no reason, as the reference */
		return failed("Cannot get heartbeat link status", bytes_of(""), EXIT_OTHER);
	if (q->human)
		(void)printf("The node %s's heartbeat link %s is ", q->words[0], q->words[1]);
	(void)printf("%.*s\n", (int)status.len, status.len ? (const char *)status.at : "");
	return yes(status, "up") ? 0 : EXIT_NO;
}

/* --- clients, resources, parameters ----------------------------------------------------------------------------- */

static int clientstatus(struct query *q)
{
	static const char *const states[] = {"online", "offline", "join", "leave"}; /* the index is the exit code */
	uint64_t wait_ms = CLIENT_WAIT_MS;
	if (q->words[2] && !bytes_to_u64(bytes_of(q->words[2]), 10, &wait_ms))
		return complain("clientstatus: the third parameter is a time in milliseconds.");
	const char *const pairs[] = {"node", q->words[0], "cn", q->words[1], NULL};
	const struct message *reply = query_ask_within(q, "clientstatus", pairs, wait_ms);
	struct bytes status = reply ? message_string(reply, "cs") : bytes_of("");
	if (reply && message_is(reply, "result", "OK"))
		for (int i = 0; i < 4; i++)
			if (yes(status, states[i])) {
				(void)printf("%s\n", states[i]);
				return i;
			}
	char what[160];
	(void)snprintf(what, sizeof what, "Cannot get heartbeat client %.64s's status", q->words[1]);
	return failed(what, bytes_of("No timely response."), EXIT_OTHER);
}

static int rscstatus(struct query *q)
{
	const struct message *reply = query_ask(q, "getrsc", NULL);
	struct bytes held = message_string(reply, "rsc_hold");
	if (!message_is(reply, "result", "OK"))
		return failed("Cannot get cluster resource status", message_string(reply, "info"), EXIT_OTHER);
	(void)printf(q->human ? "This node is holding %.*s resources.\n" : "%.*s\n", (int)held.len,
		held.len ? (const char *)held.at : "");
	return 0;
}

static int hbparameter(struct query *q)
{
	if (!q->parameter) {
		query_error("parameter name required");
		return EXIT_PARAMETER;
	}
	const char *const pairs[] = {"pname", q->parameter, NULL};
	const struct message *reply = query_ask(q, "getparm", pairs);
	struct bytes value = message_string(reply, "pvalue");
	if (!message_is(reply, "result", "OK") || !message_find(reply, "pvalue")) {
		char what[160];
		(void)snprintf(what, sizeof what, "Cannot get parameter %.100s's value", q->parameter);
		return failed(what, bytes_of(""), EXIT_NO);
	}
	if (q->human)
		(void)printf("Heartbeat parameter %s's value: ", q->parameter);
	(void)printf("%.*s\n", (int)value.len, value.len ? (const char *)value.at : "");
	return 0;
}

static int test(struct query *q)
{
	uint64_t dead = 0, alive = 0;
	const struct message *signon = api_client_signon(q->client);
	(void)message_number(signon, "deadtime", 16, &dead); /* absent: 0 is printed */
	(void)message_number(signon, "keepalive", 16, &alive);
	struct bytes node = message_string(signon, "node");
	(void)printf("Dead time: %llu\n keeplive time: %llu\n mynodeid: %.*s\n", (unsigned long long)dead,
		(unsigned long long)alive, (int)node.len, node.len ? (const char *)node.at : "");
	struct bytes held = message_string(query_ask(q, "getrsc", NULL), "rsc_hold");
	(void)printf(" rsc: %.*s\n", (int)held.len, held.len ? (const char *)held.at : "");
	return 0;
}

/* Ours, not in the reference: rscstatus reports halves, this reports each group. */
static int groups(struct query *q)
{
	int code = 0;
	const struct message *reply = query_ask(q, "getgroups", NULL);
	bool more;
	do {
		if (message_is(reply, "result", "badreq"))
			return failed("Cannot get the resource groups", message_string(reply, "info"), EXIT_OTHER);
		struct bytes key = message_string(reply, "key"), home = message_string(reply, "home"),
			     state = message_string(reply, "state");
		struct bytes peer = message_string(reply, "peerstate"), epoch = message_string(reply, "epoch"),
			     why = message_string(reply, "why");
		if (key.len > 0) {
			(void)printf("%.*s\thome=%.*s\t%.*s\tpeer=%.*s\tepoch=%.*s", (int)key.len, (const char *)key.at,
				(int)home.len, (const char *)home.at, (int)state.len, (const char *)state.at,
				(int)peer.len, (const char *)peer.at, (int)epoch.len, (const char *)epoch.at);
			if (why.len > 0)
				(void)printf("\t%.*s", (int)why.len, (const char *)why.at);
			(void)printf("\n");
		}
		if (yes(state, "failed") || yes(state, "stuck") || yes(message_string(reply, "ready"), "0"))
			code = EXIT_NO;
		more = message_is(reply, "result", "ok/more");
		if (more)
			reply = query_more(q);
	} while (more);
	return code;
}

/* Ours: what this node could not open, write or resolve.  The node works without it. */
static int doubts(struct query *q)
{
	int code = 0;
	const struct message *reply = query_ask(q, "getdoubts", NULL);
	for (;; reply = query_more(q)) {
		if (message_is(reply, "result", "badreq"))
			return failed("Cannot get the doubts", message_string(reply, "info"), EXIT_OTHER);
		struct bytes doubt = message_string(reply, "doubt");
		if (doubt.len > 0) {
			(void)printf("%.*s\n", (int)doubt.len, (const char *)doubt.at);
			code = EXIT_NO;
		}
		if (!message_is(reply, "result", "ok/more"))
			return code;
	}
}

/* --- hbstatus --------------------------------------------------------------------------------------------------- */

/* Status of this node.  Until it is active, the daemon still waits for its peers. */
static void print_own_status(struct query *q)
{
	char node[128];
	/* never cut: names have at most 99 bytes */
	(void)bytes_to_text(message_string(api_client_signon(q->client), "node"), node, sizeof node);
	const char *const pairs[] = {"node", node, NULL};
	struct bytes status = message_string(query_ask(q, "nodestatus", pairs), "st");
	if (status.len > 0 && !yes(status, "active"))
		(void)printf(
			q->human ? "Heartbeat is starting: this node's status is %.*s\n" : "status:\t%.*s (starting)\n",
			(int)status.len, (const char *)status.at);
}

static int hbstatus_running(struct query *q)
{
	if (!q->verbose) {
		(void)printf("Heartbeat is running on this machine.\n");
		return 0;
	}
	struct bytes version = message_string(api_client_signon(q->client), "hbversion");
	(void)printf(q->human ? "Heartbeat version %.*s\nResources controlled by \"haresources\"\n"
			      : "version:\t%.*s\nmanaged by:\t\"haresources\"\n",
		(int)version.len, version.len ? (const char *)version.at : "");
	print_own_status(q);
	print_nodes(q, false, false);
	return 0;
}

static int hbstatus(struct query *q)
{
	int code = EXIT_NO;
	switch (query_sign_on(q)) {
	case API_OK:
		return hbstatus_running(q);
	case API_REFUSED:
	case API_PROTOCOL: /* a process accepts the connection and closes it */
		(void)printf("Heartbeat is apparently running on this machine, but refuses my connection");
		code = 0;
		break;
	case API_DENIED:
		(void)printf("Heartbeat may be running on this machine, but you have no permission to open its socket "
			     "(are you in the group haclient?)");
		break;
	case API_TIMEOUT:
		query_timeout();
	case API_DOWN:
		(void)printf("Heartbeat is stopped on this machine.");
		break;
	}
	(void)printf("\n");
	if (q->verbose)
		(void)printf("(%s)\n", q->error);
	return code;
}

/* --- the table -------------------------------------------------------------------------------------------------- */

static const char many[] = "Not enough parameters.", few[] = "No enough parameter.";

static const struct subcommand {
	const char *name, *options, *arguments, *help;
	int words;           /* number of parameters that are needed */
	const char *missing; /* error text when there are fewer */
	bool signs_on_itself;
	int (*run)(struct query *q);
} subcommands[] = {
	{"clientstatus", "m", "NODE CLIENT [MS]", "status of a client of the API: online or offline", 2, few, false,
		clientstatus},
	{"doubts", "", "", "what does not work on this node at present", 0, NULL, false, doubts},
	{"groups", "", "", "each resource group: key, home, state here and at the peer", 0, NULL, false, groups},
	{"hblinkstatus", "m", "NODE LINK", "status of a heartbeat link: up or dead", 2, few, false, hblinkstatus},
	{"hbparameter", "mp:", "-p PARAMETER", "value of a parameter of ha.cf", 0, NULL, false, hbparameter},
	{"hbstatus", "vm", "", "whether heartbeat runs on this machine", 0, NULL, true, hbstatus},
	{"listhblinks", "vm", "NODE", "heartbeat links of a node", 1, few, false, listhblinks},
	{"listnodes", "npvm", "", "nodes of the cluster; -n normal ones, -p ping nodes", 0, NULL, false, listnodes},
	{"nodesite", "m", "NODE", "site of a node", 1, many, false, nodesite},
	{"nodestatus", "m", "NODE", "status of a node: active, up, init, dead, ping", 1, many, false, nodestatus},
	{"nodetype", "m", "NODE", "type of a node: normal or ping", 1, few, false, nodetype},
	{"nodeweight", "m", "NODE", "weight of a node", 1, many, false, nodeweight},
	{"rscstatus", "m", "", "resources held here: none, local, foreign, all, transition", 0, NULL, false, rscstatus},
	{"test", "", "", "times, node name and resources held, from the API", 0, NULL, false, test},
};
enum { SUBCOMMANDS = sizeof subcommands / sizeof subcommands[0] };

static int help(void)
{
	(void)printf("usage: cl_status SUBCOMMAND [options] [parameters]\n\n");
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		(void)printf("  %-13s %-17s %s\n", subcommands[i].name, subcommands[i].arguments, subcommands[i].help);
	(void)printf(
		"\n  -m            text for people   -v            more output\n"
		"\nexit: 0 yes, 1 no or not running, 11 wrong parameters, 12 no answer within 5 seconds, 13 the daemon refused\n");
	return 0;
}

/* argv[0] is the subcommand, so getopt prints "hbstatus: invalid option -- 'z'".  False after a wrong option; hbstatus
 * goes on after it, and test takes anything. */
static bool parse(struct query *q, const struct subcommand *sub, int argc, char **argv)
{
	int letter;
	while (sub->run != test && (letter = getopt(argc, argv, sub->options)) != -1) {
		if (letter == 'm')
			q->human = true;
		else if (letter == 'v')
			q->verbose = true;
		else if (letter == 'n')
			q->normal = true;
		else if (letter == 'p' && optarg)
			q->parameter = optarg;
		else if (letter == 'p')
			q->ping = true;
		else if (sub->run != hbstatus) {
			query_error("Error: getopt returnedcharacter %s%c.", sub->run == listnodes ? "code " : "", letter);
			return false;
		}
	}
	for (int i = 0; i < QUERY_WORDS && optind + i < argc; i++)
		q->words[i] = argv[optind + i];
	return true;
}

static int run(const struct subcommand *sub, int argc, char **argv)
{
	struct query q = {0};
	query_begin(&q);
	if (!parse(&q, sub, argc, argv))
		return EXIT_PARAMETER;
	if (!sub->signs_on_itself) {
		enum api_result result = query_sign_on(&q);
		if (result == API_TIMEOUT)
			query_timeout();
		if (result != API_OK) {
			query_error("Cannot signon with heartbeat");
			query_error("REASON: %s", q.error);
			return EXIT_NO;
		}
	}
	int code = sub->words > 0 && !q.words[sub->words - 1] ? complain(sub->missing) : sub->run(&q);
	query_end(&q);
	return code;
}

int main(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)
		return help();
	for (size_t i = 0; i < SUBCOMMANDS; i++)
		if (strcmp(argv[1], subcommands[i].name) == 0)
			return run(&subcommands[i], argc - 1, &argv[1]);
	query_error("%s: invalid sub-command.", argv[1]);
	return EXIT_PARAMETER;
}
