// SPDX-License-Identifier: MIT
/* Prints the documents of --status and --explain for people, on one screen if possible. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "heartbeat/daemon/status_command.h"

enum { AGE_MAX = 32 };

static const char *text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));
	return value ? value : "";
}

static long long number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name)); /* 0 when it is null */
}

static bool is_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

struct age {
	char at[AGE_MAX];
};

/* A time as text: "0.2 s", "5 min", "3 h", "2 d"; "never" for null. */
static struct age age(const json_t *object, const char *name)
{
	static const struct {
		long long ms;
		const char *unit;
	} units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}};
	struct age out = {"never"};
	if (!json_is_integer(json_object_get(object, name)))
		return out;
	long long ms = number(object, name);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (ms >= 2 * units[i].ms) {
			(void)snprintf(out.at, sizeof out.at, "%lld %s", ms / units[i].ms, units[i].unit);
			return out;
		}
	(void)snprintf(out.at, sizeof out.at, "%lld.%lld s", ms / 1000, ms % 1000 / 100);
	return out;
}

/* Print the words of a list, separated by blanks; none: the text for an empty list. */
static void print_list(const json_t *list, const char *none)
{
	size_t i;
	json_t *word;
	json_array_foreach(list, i, word)
		(void)printf(" %s", json_string_value(word));
	if (json_array_size(list) == 0)
		(void)printf(" %s", none);
}

static void print_node(const json_t *node)
{
	size_t i;
	json_t *link;
	bool self = is_true(node, "self");
	(void)printf("  %-28s %-7s", text(node, "name"), text(node, "status"));
	if (self)
		(void)printf(" this node\n");
	else if (json_is_null(json_object_get(node, "heard_ms")))
		(void)printf(" never heard\n");
	else
		(void)printf(" heard %s ago\n", age(node, "heard_ms").at);
	json_array_foreach(json_object_get(node, "links"), i, link) {
		(void)printf("    %-26s %-7s", text(link, "name"), is_true(link, "up") ? "up" : "down");
		if (!json_is_null(json_object_get(link, "heard_ms")))
			(void)printf(" heard %s ago", age(link, "heard_ms").at);
		if (number(link, "of") > 0)
			(void)printf(", lost %lld of the last %lld", number(link, "lost"), number(link, "of"));
		(void)printf("\n");
	}
}

/* "runs 2.1 s ago; failures: 1; restarts: 1 of 3 within 10 min; next question in 7.8 s" */
static void print_monitor(const json_t *m)
{
	(void)printf("    watched: %s: ", text(m, "resource"));
	if (is_true(m, "halted"))
		(void)printf("stopped by on-fail stop");
	else if (*text(m, "answer") && !json_is_null(json_object_get(m, "answered_ms")))
		(void)printf("%s, answered %s ago", text(m, "answer"), age(m, "answered_ms").at);
	else
		(void)printf("not asked yet");
	if (number(m, "failures") > 0)
		(void)printf("; failures: %lld; restarts: %lld, of them %lld of %lld within %s", number(m, "failures"),
			number(m, "restarts"), number(m, "recent"), number(m, "allowed"), age(m, "within_ms").at);
	if (!json_is_null(json_object_get(m, "next_in_ms")))
		(void)printf("; next question in %s", age(m, "next_in_ms").at);
	(void)printf("\n");
}

static void print_group(const json_t *group)
{
	(void)printf("  %s\n    on:", text(group, "key"));
	print_list(json_object_get(group, "owners"), "no node");
	(void)printf("; home: %s; resources:", text(group, "home"));
	print_list(json_object_get(group, "resources"), "none");
	(void)printf("\n    here: %s", text(group, "state"));
	if (!json_is_null(json_object_get(group, "since_ms")))
		(void)printf(" since %s: %s", age(group, "since_ms").at, text(group, "reason"));
	(void)printf("\n    the other node: %s", text(group, "peer"));
	if (!json_is_null(json_object_get(group, "peer_since_ms")))
		(void)printf(" since %s", age(group, "peer_since_ms").at);
	(void)printf("\n");
	if (*text(group, "trouble"))
		(void)printf("    %s: %s\n", is_true(group, "hindered") ? "hindered" : "last failure", text(group, "trouble"));
	if (number(group, "attempts") > 0)
		(void)printf("    starts that failed in a row: %lld\n", number(group, "attempts"));
	size_t i;
	json_t *monitor;
	json_array_foreach(json_object_get(group, "monitors"), i, monitor)
		print_monitor(monitor);
	if (!json_is_null(json_object_get(group, "next_in_ms")))
		(void)printf("    next step in %s\n", age(group, "next_in_ms").at);
}

static void print_daemon(const json_t *daemon)
{
	(void)printf("%s: heartbeat %s, %s; holds %s; speaks the %s dialect\n", text(daemon, "node"),
		text(daemon, "version"), text(daemon, "phase"), text(daemon, "holds"), text(daemon, "dialect"));
	if (is_true(daemon, "proof_required") || strcmp(text(daemon, "proof"), "none") != 0)
		(void)printf("proof that the other node is absent: %s%s\n", text(daemon, "proof"),
			is_true(daemon, "proof_required") ? " (needed for a takeover)" : "");
}

static void print_devices(const json_t *devices)
{
	size_t i;
	json_t *device;
	json_array_foreach(devices, i, device) {
		(void)printf("%s  %-28s %-9s", i == 0 ? "Fencing devices\n" : "", text(device, "type"), text(device, "state"));
		if (!json_is_null(json_object_get(device, "asked_ms")))
			(void)printf(" asked %s ago", age(device, "asked_ms").at);
		(void)printf(" (ha.cf:%lld)%s%s\n", number(device, "line"), *text(device, "trouble") ? ": " : "",
			text(device, "trouble"));
	}
}

static void print_moves(const json_t *moves)
{
	size_t i;
	json_t *move;
	json_array_foreach(moves, i, move)
		(void)printf("%s  %s [%s]: %s; is given up in %s\n", i == 0 ? "Pending moves\n" : "", text(move, "kind"),
			text(move, "half"), text(move, "reason"), age(move, "ends_in_ms").at);
}

static void print_programs(const json_t *programs)
{
	size_t i;
	json_t *p;
	json_array_foreach(programs, i, p)
		(void)printf("%s  %-28s %-7s restarted %lld times, last start %s ago; %s, user %s\n", i == 0 ? "Programs\n" : "",
			text(p, "command"), text(p, "state"), number(p, "restarts"), age(p, "started_ms").at,
			text(p, "directive"), text(p, "user"));
}

void status_print(const json_t *document)
{
	size_t i;
	json_t *at;
	const json_t *daemon = json_object_get(document, "daemon");
	print_daemon(daemon);
	(void)printf("Nodes and links\n");
	json_array_foreach(json_object_get(document, "nodes"), i, at)
		print_node(at);
	(void)printf("Groups\n");
	json_array_foreach(json_object_get(document, "groups"), i, at)
		print_group(at);
	print_moves(json_object_get(document, "moves"));
	print_devices(json_object_get(document, "devices"));
	print_programs(json_object_get(document, "programs"));
	json_array_foreach(json_object_get(document, "attention"), i, at)
		(void)printf("%s  %s\n", i == 0 ? "Needs attention\n" : "", json_string_value(at));
	if (!json_is_null(json_object_get(daemon, "next_in_ms")))
		(void)printf("Next: %s, in %s\n", text(daemon, "next_of"), age(daemon, "next_in_ms").at);
}

static void print_decision(const json_t *d)
{
	char clock[32];
	time_t at = (time_t)number(d, "time");
	struct tm local;
	if (!localtime_r(&at, &local) || strftime(clock, sizeof clock, "%Y-%m-%d %H:%M:%S", &local) == 0)
		clock[0] = '\0';
	(void)printf("%s (%s ago) %s: %s -> %s\n", clock, age(d, "ago_ms").at, text(d, "group"), text(d, "from"),
		text(d, "to"));
	(void)printf("  because: %s\n", text(d, "reason"));
	(void)printf("  this node: %s; epoch %lld\n", text(d, "phase"), number(d, "epoch"));
	if (*text(d, "peer_status"))
		(void)printf("  the other node: %s, heard %s before; the group there: %s; epoch %lld%s\n",
			text(d, "peer_status"), age(d, "peer_heard_ms").at, text(d, "peer"), number(d, "peer_epoch"),
			is_true(d, "acked") ? "; it has answered our request" : "");
	if (is_true(d, "proof_required") || strcmp(text(d, "proof"), "none") != 0)
		(void)printf("  proof that the other node is absent: %s%s\n", text(d, "proof"),
			is_true(d, "proof_required") ? " (needed)" : "");
	if (is_true(d, "asked"))
		(void)printf("  an operator had asked for it\n");
	if (*text(d, "hindrance"))
		(void)printf("  hindered here: %s\n", text(d, "hindrance"));
}

void explain_print(const json_t *document)
{
	size_t i;
	json_t *at;
	json_array_foreach(json_object_get(document, "decisions"), i, at)
		print_decision(at);
	if (json_array_size(json_object_get(document, "decisions")) == 0)
		(void)printf("No decision since the start of this engine; the log has older ones\n");
	(void)printf("Now\n");
	print_daemon(json_object_get(document, "daemon"));
	json_array_foreach(json_object_get(document, "groups"), i, at)
		print_group(at);
}
