// SPDX-License-Identifier: MIT
/* The back end that runs an ipvsadm program.  It reads the table with "-S -n", and the thresholds, which are missing
 * there, with "-L -n --thresholds".
 *
 * A batch is written to the standard input of one "-R".  When the kernel refuses a line, the original ipvsadm (1.31)
 * prints a message that does not name the line, and continues; its exit status is that of the last line.  When ipvsadm
 * itself refuses a line, it ends, and the remaining lines are not tried.  So we write a mark after every operation: a
 * line that always fails, changes nothing, and prints a message that the operation before it never prints.  The output
 * before the mark belongs to that operation.  If marks are missing, ipvsadm has ended early, and the remaining
 * operations are sent to another -R. */
#include "ldirectord/ipvs/private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	LINE_CAP = 320, /* the longest operation has 230 bytes */
	MARK_CAP = 64,
	ARGUMENTS_MAX = 32,
	DEADLINE_MS = 10000,
};

/* No virtual service has the address 0.0.0.0. */
static const struct {
	const char *line, *message;
} marks[] = {
	{"-Z -u 0.0.0.0:65535", "No such service"},
	/* used after operations that may print the other message */
	{"-e -u 0.0.0.0:65535 -r 0.0.0.0:1 -m", "Service not defined"},
};

struct command {
	struct ipvs base;
	char *path;
	char why[200];
};

static size_t mark_of(enum table_op_kind kind)
{
	return kind == TABLE_SERVICE_EDIT || kind == TABLE_SERVICE_DELETE ? 1 : 0;
}

static void run(struct command *c, char *const arguments[], struct bytes input, struct run_result *out)
{
	char *argv[ARGUMENTS_MAX + 2] = {c->path};
	for (size_t k = 0; k < ARGUMENTS_MAX && arguments[k]; k++)
		argv[k + 1] = arguments[k];
	run_program(argv, input, span_ms(DEADLINE_MS), out);
}

/* Returns the reason why ipvsadm did nothing: it could not be started, was killed, or found no IPVS.  NULL: it has run
 * normally. */
static const char *general_failure(struct command *c, const struct run_result *r)
{
	if (r->error == -ETIMEDOUT)
		(void)snprintf(c->why, sizeof c->why, "%s did not end within %d s and was killed", c->path,
			DEADLINE_MS / 1000);
	else if (r->error != 0 && r->status >= 0)
		(void)snprintf(c->why, sizeof c->why, "the output of %s cannot be read: %s", c->path, strerror(-r->error));
	else if (r->error != 0)
		(void)snprintf(c->why, sizeof c->why, "%s cannot be run: %s", c->path, strerror(-r->error));
	else if (r->status == 0 || strstr(r->err, "Can't initialize ipvs") == NULL)
		return NULL;
	else
		(void)snprintf(c->why, sizeof c->why, "%.*s",
			(int)strcspn(strstr(r->err, "Can't initialize ipvs"), "\n"),
			strstr(r->err, "Can't initialize ipvs"));
	return c->why;
}

static int general_error(const struct run_result *r)
{
	return r->error != 0 ? r->error : strstr(r->err, "Permission denied") ? -EPERM : -ENODEV;
}

// --- reading ---

static int read_failed(struct command *c, const struct run_result *r, const char *option, const char **why)
{
	*why = general_failure(c, r);
	if (*why)
		return general_error(r);
	(void)snprintf(c->why, sizeof c->why, "%s %s ended with %d: %.*s", c->path, option, r->status,
		(int)strcspn(r->err, "\n"), r->err);
	*why = c->why;
	return -EIO;
}

static int take_rules(struct command *c, char *text, struct table *out, const char **why)
{
	struct table_service *service = NULL;
	for (char *line; (line = strsep(&text, "\n")) != NULL;) {
		struct table_op op;
		int error = line[0] == '\0' ? -ENOTSUP : ipvs_op_parse(line, &op);
		if (error == -ENOTSUP)
			continue;
		if (error == 0 && op.kind == TABLE_SERVICE_ADD) {
			error = memory_append_service(out, &op.service);
			service = error == 0 ? &out->services[out->service_count - 1] : NULL;
		} else if (error == 0) {
			if (service == NULL || !lb_service_id_equal(&service->id, &op.service.id))
				service = memory_find(out, &op.service.id);
			error = op.kind == TABLE_REAL_ADD && service ? memory_append_real(service, &op.real) : -EINVAL;
		}
		if (error != 0) {
			(void)snprintf(c->why, sizeof c->why, "%s -S -n printed \"%.80s\": %s", c->path, line,
				error == -ENOMEM ? "no memory" : "this line is not understood");
			*why = c->why;
			return error;
		}
	}
	return 0;
}

/* Find the virtual in a line such as "TCP  10.9.0.1:80 wrr" or "FWM  5 IPv6 rr".  The reals of this virtual follow. */
static struct table_service *heading(const struct table *t, const char *line)
{
	char protocol[8], name[64], family[8] = "", text[96];
	struct table_op op;
	int words = sscanf(line, "%7s %63s %7s", protocol, name, family);
	const char *option = words < 2                      ? NULL
	                     : strcmp(protocol, "TCP") == 0 ? "-t"
	                     : strcmp(protocol, "UDP") == 0 ? "-u"
	                     : strcmp(protocol, "FWM") == 0 ? "-f"
	                                                    : NULL;
	if (option == NULL)
		return NULL;
	(void)snprintf(text, sizeof text, "-D %s %s%s", option, name,
		strcmp(option, "-f") == 0 && strcmp(family, "IPv6") == 0 ? " -6" : "");
	return ipvs_op_parse(text, &op) == 0 ? memory_find(t, &op.service.id) : NULL;
}

static void take_thresholds(char *text, struct table *out)
{
	struct table_service *service = NULL;
	size_t next = 0; /* both lists have the same order, unless a real was added or deleted between the two reads */
	for (char *line; (line = strsep(&text, "\n")) != NULL;) {
		char name[64];
		unsigned upper, lower;
		struct lb_address address;
		if (line[0] != ' ') {
			service = heading(out, line);
			next = 0;
		}
		if (line[0] != ' ' || service == NULL || sscanf(line, " -> %63s %u %u", name, &upper, &lower) != 3 ||
			!ipvs_address_parse(name, &address))
			continue;
		for (size_t tried = 0; tried < service->real_count; tried++, next++) {
			struct table_real *real = &service->reals[next % service->real_count];
			if (!lb_address_equal(&real->address, &address))
				continue;
			real->upper = upper;
			real->lower = lower;
			next++;
			break;
		}
	}
}

static int command_read(struct ipvs *i, struct table *out, const char **why)
{
	struct command *c = (struct command *)i;
	struct run_result r;
	size_t reals = 0;
	run(c, (char *[]){"-S", "-n", NULL}, bytes_of(""), &r);
	int error = r.error != 0 || r.status != 0 ? read_failed(c, &r, "-S -n", why) : take_rules(c, r.out, out, why);
	run_free(&r);
	for (size_t k = 0; k < out->service_count; k++)
		reals += out->services[k].real_count;
	if (error != 0 || reals == 0)
		return error;
	run(c, (char *[]){"-L", "-n", "--thresholds", NULL}, bytes_of(""), &r);
	if (r.error != 0 || r.status != 0)
		error = read_failed(c, &r, "-L -n --thresholds", why);
	else
		take_thresholds(r.out, out);
	run_free(&r);
	return error;
}

// --- writing ---

struct batch {
	struct command *command;
	const struct table_op *ops;
	struct ipvs_result *results;
	size_t count, done, failed;
	bool singly; /* this program does not support -R */
};

static void settle(struct batch *b, int error, const char *message)
{
	b->failed += ipvs_result_set(&b->results[b->done], b->ops[b->done].kind, error, message);
	b->done++;
}

static void settle_message(struct batch *b, const char *message)
{
	settle(b, message ? ipvs_text_error(b->ops[b->done].kind, message) : 0, message);
}

/* Give all remaining operations the same result. */
static void settle_all(struct batch *b, int error, const char *message)
{
	while (b->done < b->count)
		settle(b, error, message);
}

/* Apply the next operation with a separate call. */
static void apply_singly(struct batch *b)
{
	char line[LINE_CAP], *arguments[ARGUMENTS_MAX + 1] = {NULL}, *rest = line;
	struct run_result r;
	ipvs_op_text(&b->ops[b->done], line, sizeof line);
	for (size_t k = 0; k < ARGUMENTS_MAX && rest; k++)
		arguments[k] = strsep(&rest, " ");
	run(b->command, arguments, bytes_of(""), &r);
	const char *general = general_failure(b->command, &r);
	char *message = r.err, number[64];
	if (general) {
		settle_all(b, general_error(&r), general);
	} else if (r.status == 0) {
		settle(b, 0, NULL);
	} else {
		message = strsep(&message, "\n");
		(void)snprintf(number, sizeof number, "ipvsadm ended with %d and printed nothing", r.status);
		settle_message(b, message && message[0] != '\0' ? message : number);
	}
	run_free(&r);
}

static char *batch_input(const struct batch *b, struct bytes *input)
{
	size_t cap = (b->count - b->done) * (LINE_CAP + MARK_CAP);
	char *text = malloc(cap);
	struct writer w = writer_over(text, text ? cap : 0);
	for (size_t k = b->done; text && k < b->count; k++) {
		char line[LINE_CAP];
		ipvs_op_text(&b->ops[k], line, sizeof line);
		writer_text(&w, line);
		writer_byte(&w, '\n');
		writer_text(&w, marks[mark_of(b->ops[k].kind)].line);
		writer_byte(&w, '\n');
	}
	*input = writer_done(&w);
	return text;
}

/* Assign the output of ipvsadm to the operations.  Returns the message for the operation at which ipvsadm ended; NULL:
 * there is none. */
static const char *take_answers(struct batch *b, char *output)
{
	const char *message = NULL;
	for (char *line; b->done < b->count && (line = strsep(&output, "\n")) != NULL;) {
		if (strcmp(line, marks[mark_of(b->ops[b->done].kind)].message) == 0) {
			settle_message(b, message);
			message = NULL;
		} else if (message == NULL && line[0] != '\0') {
			message = line;
		}
	}
	return message;
}

static void apply_restore(struct batch *b)
{
	struct run_result r;
	struct bytes input;
	size_t before = b->done;
	char *text = batch_input(b, &input);
	if (text == NULL) {
		settle_all(b, -ENOMEM, NULL);
		return;
	}
	run(b->command, (char *[]){"-R", NULL}, input, &r);
	free(text);
	const char *general = general_failure(b->command, &r);
	const char *message = r.err ? take_answers(b, r.err) : NULL;
	if (b->done == b->count) {
		;
	} else if (general) {
		settle_all(b, general_error(&r), general);
	} else if (b->done > before && message) {
		settle_message(b, message); // ipvsadm ended at this operation
	} else if (b->done == before && message == NULL && r.status == 0) {
		// a different program, which prints nothing for a mark: without a message nothing has failed
		settle_all(b, 0, NULL);
	} else {
		/* ipvsadm ended at the first operation, or was killed.  If a separate call works, -R cannot be used. */
		size_t failed = b->failed;
		apply_singly(b);
		b->singly = b->failed == failed;
	}
	run_free(&r);
}

static size_t command_apply(struct ipvs *i, const struct table_op *ops, size_t count, struct ipvs_result *results)
{
	struct batch b = {.command = (struct command *)i, .ops = ops, .results = results, .count = count};
	while (b.done < b.count)
		if (b.singly || b.count - b.done == 1)
			apply_singly(&b);
		else
			apply_restore(&b);
	return b.failed;
}

// --- opening ---

static void command_free(struct ipvs *i)
{
	struct command *c = (struct command *)i;
	free(c->path);
	free(c);
}

static const struct ipvs_backend backend = {"command", command_read, command_apply, command_free};

struct ipvs *ipvs_command(const char *path, const char **why)
{
	*why = "IPVSADM: not the absolute path of a program that can be run; expected a path such as /sbin/ipvsadm";
	if (path[0] != '/' || access(path, X_OK) != 0)
		return NULL;
	struct command *c = calloc(1, sizeof *c);
	char *copy = strdup(path);
	if (c == NULL || copy == NULL) {
		free(c);
		free(copy);
		*why = "no memory";
		return NULL;
	}
	*c = (struct command){.base = {&backend}, .path = copy};
	*why = "";
	return &c->base;
}
