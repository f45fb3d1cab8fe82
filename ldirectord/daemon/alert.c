// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/alert.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ldirectord/check/program.h"
#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/log/ldlog.h"

enum { EVENTS_MAX = 1000 /* the largest number of events that wait for a program that hangs */ };

/* The events of one command. */
struct queue {
	struct alert *owner; /* NULL: the daemon stops, and this struct is freed when the program ends */
	char *command;
	json_t *events;
	json_int_t dropped;
	bool running;
};

struct alert {
	GHashTable *queues; /* maps a command to its struct queue */
};

static void queue_free(gpointer data)
{
	struct queue *q = data;
	if (q->running) {
		q->owner = NULL;
		return;
	}
	json_decref(q->events);
	g_free(q->command);
	g_free(q);
}

static void start(struct queue *q);

static void on_end(void *context, const struct spawn_result *r)
{
	struct queue *q = context;
	q->running = false;
	if (r->end == SPAWN_FAILED)
		ldlog("alertcommand cannot be started: %s", g_strerror(r->code));
	else if (r->end == SPAWN_TIMED_OUT)
		ldlog("alertcommand took longer than a minute and was killed");
	else if (r->code != 0)
		ldlog("alertcommand %s %d", r->end == SPAWN_EXITED ? "ended with status" : "was ended by signal", r->code);
	if (!q->owner)
		queue_free(q);
	else
		start(q);
}

/* Returns the document with all events of the queue, which is empty afterwards. */
static char *document(struct queue *q)
{
	char host[256] = "";
	(void)gethostname(host, sizeof host - 1); // without a host name it is ""
	json_t *all = json_pack("{s:s, s:s, s:I, s:O, s:I}", "version", VERSION, "host", host, "time", (json_int_t)time(NULL),
		"events", q->events, "dropped", q->dropped);
	char *text = all ? json_dumps(all, JSON_COMPACT) : NULL;
	json_decref(all);
	(void)json_array_clear(q->events);
	q->dropped = 0;
	return text;
}

static void start(struct queue *q)
{
	char why[512], **words = NULL;
	struct program program;
	if (q->running || (json_array_size(q->events) == 0 && q->dropped == 0))
		return;
	char *text = document(q);
	if (!text || !g_shell_parse_argv(q->command, NULL, &words, NULL)) {
		ldlog("alertcommand cannot be started: %s", text ? "its quotes are not balanced" : "no memory");
	} else if (!program_prepare(words, &program, why, sizeof why)) {
		ldlog("alertcommand cannot be started: %s", why);
	} else {
		q->running = true;
		feed_site_program(program.path, program.argv, text, on_end, q);
		program_free(&program);
	}
	g_strfreev(words);
	free(text);
}

static struct queue *queue_of(struct alert *a, const char *command)
{
	struct queue *q = g_hash_table_lookup(a->queues, command);
	if (q)
		return q;
	q = g_new0(struct queue, 1);
	*q = (struct queue){.owner = a, .command = g_strdup(command), .events = json_array()};
	(void)g_hash_table_insert(a->queues, q->command, q);
	return q;
}

static void add_operation(json_t *event, const struct table_op *op)
{
	static const char *const names[] = {"add virtual", "change virtual", "delete virtual", "add", "change", "delete"};
	char real[64];
	(void)json_object_set_new(event, "operation", json_string(names[op->kind]));
	if (op->kind < TABLE_REAL_ADD)
		return;
	lb_address_text(&op->real.address, real, sizeof real);
	(void)json_object_set_new(event, "real", json_string(real));
	if (op->kind != TABLE_REAL_DELETE)
		(void)json_object_set_new(event, "weight", json_integer(op->real.weight));
}

void alert_event(struct alert *a, const struct lb_virtual *v, const char *status, const char *text,
	const struct table_op *op)
{
	char id[96];
	if (!v->alert_command)
		return;
	struct queue *q = queue_of(a, v->alert_command);
	if (json_array_size(q->events) >= EVENTS_MAX) {
		q->dropped++;
		return;
	}
	lb_service_id_text(&v->id, id, sizeof id);
	json_t *event = json_pack("{s:s, s:s, s:s, s:s}", "virtual", id, "servicename", v->service_name ? v->service_name : "",
		"status", status, "text", text);
	if (!event) // the text is not UTF-8, or there is no memory
		event = json_pack("{s:s, s:s, s:s}", "virtual", id, "status", status, "text", "this text is not UTF-8: see the log");
	if (event && op)
		add_operation(event, op);
	(void)json_array_append_new(q->events, event);
}

void alert_flush(struct alert *a)
{
	GHashTableIter at;
	gpointer q;
	g_hash_table_iter_init(&at, a->queues);
	while (g_hash_table_iter_next(&at, NULL, &q))
		start(q);
}

struct alert *alert_new(void)
{
	struct alert *a = g_new0(struct alert, 1);
	a->queues = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, queue_free);
	return a;
}

void alert_free(struct alert *a)
{
	if (!a)
		return;
	g_hash_table_destroy(a->queues);
	g_free(a);
}
