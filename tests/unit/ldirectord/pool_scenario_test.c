// SPDX-License-Identifier: MIT
/* Plays every recording of tests/data/ldirectord/scenarios: a pool with a kernel table in memory goes through the same
 * steps.  After each step its table must be the table that the reference had after this step.  Where "required" in the
 * recording demands another table, exceptions[] has the difference.
 * Run from the top of the source tree. */
#include <glib.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ldirectord/pool_lab.h"

#define DIRECTORY "tests/data/ldirectord/scenarios"
enum { SCENARIOS_AT_LEAST = 16, ROUNDS = 4, FIRST_PORT = 8000, PORTS = 16, TEXT = 16384 };

/* Where the table of the reference is not the required one: the line that turns it into that. */
static const struct exception {
	const char *scenario, *from_step, *to_step; /* the last one excluded; NULL: to the end */
	const char *line;
} exceptions[] = {
	{"fwm-global-fallback", "start", NULL, "-a -f 5 -r 127.0.0.1:80 -g -w 1"},
	{"gate-port-mapping", "server 1 refuses", "command stop", "-a -t 10.9.0.1:80 -r 127.0.2.1:80 -g -w 2"},
	{"reload-error", "server 2 refuses after the failed reload", "HUP with the repaired file",
		"-d -t 10.9.0.1:80 -r 127.0.2.1:8002"},
};

/* What was in the table before the start, from the note in the recording. */
static const char *const existing[] = {
	"-A -t 10.9.0.1:80 -s rr",
	"-a -t 10.9.0.1:80 -r 127.0.2.1:8001 -m -w 5",
	"-a -t 10.9.0.1:80 -r 127.0.2.9:8009 -m -w 1",
	"-A -t 10.9.0.1:99 -s rr",
};

enum alive { UNKNOWN, ALIVE, DEAD };

struct play {
	const char *name, *config, *step;
	struct world w;
	struct table reference;
	enum alive alive[PORTS];
	bool checked; /* since the start */
	const struct exception *exception;
	size_t comparisons;
	char commands[TEXT];
};

/* --- what happens ----------------------------------------------------------------------------- */

/* Before its first result no real gets a weight from us, except a fallback. */
static void no_pulse(struct world *w, const struct table_op *op)
{
	struct play *p = w->context;
	char where[64];

	lb_address_text(&op->real.address, where, sizeof where);
	if (!p->checked && op->kind >= TABLE_REAL_ADD && op->kind != TABLE_REAL_DELETE &&
		strncmp(where, "127.0.2.", 8) == 0)
		assert_int_equal(op->real.weight, 0);
}

/* When no step has set the state of a server, it is alive if the reference has given it a weight. */
static void learn(struct play *p, const struct lb_virtual *v, const struct lb_real *r)
{
	size_t at = (size_t)(r->address.port - FIRST_PORT);
	struct lb_address key = r->address;

	assert_true(at < PORTS);
	if (p->alive[at] != UNKNOWN)
		return;
	if (r->forward != LB_MASQ && v->id.protocol != LB_FWM)
		key.port = v->id.address.port;
	const struct table_service *s = kernel_service(&p->reference, &v->id);
	const struct table_real *found = s ? kernel_real(s, &key) : NULL;
	p->alive[at] = found && found->weight ? ALIVE : DEAD;
}

static void check_round(struct play *p)
{
	for (size_t i = 0; i < p->w.config->virtual_count; i++)
		for (size_t j = 0; j < p->w.config->virtuals[i].real_count; j++)
			learn(p, &p->w.config->virtuals[i], &p->w.config->virtuals[i].reals[j]);
	p->checked = true;
	for (size_t i = 0; i < pool_check_count(p->w.pool); i++) {
		struct pool_check c;
		pool_check(p->w.pool, i, &c);
		bool up = p->alive[c.r->address.port - FIRST_PORT] == ALIVE;
		world_event(&p->w, (struct pool_event){.kind = POOL_RESULT,
					   .check = i,
					   .up = up,
					   .why = up ? "connected" : "connection refused"});
	}
	world_pass(&p->w, 1000);
}

static void start(struct play *p)
{
	p->checked = false;
	p->w.context = p;
	p->w.after = no_pulse;
	world_start(&p->w, p->config);
}

static void stop(struct play *p)
{
	world_event(&p->w, (struct pool_event){.kind = POOL_STOP});
	world_end(&p->w);
}

static void set_alive(struct play *p, const char *step)
{
	unsigned long n = strtoul(step + strlen("server "), NULL, 10);

	assert_true(n > 0 && n < PORTS);
	p->alive[n] = strstr(step, "refuses") ? DEAD : ALIVE;
	assert_true(strstr(step, "refuses") || strstr(step, "accepts") || strstr(step, "comes up"));
}

static void reweight(struct table *t)
{
	assert_true(kernel_line(t, "-e -t 10.9.0.1:80 -r 127.0.2.1:8001 -m -w 7 -x 10 -y 5"));
}

static void happen(struct play *p, const char *step, json_t *value)
{
	static const char *const idle[] = {"command start returned", "command status", "command start",
		"one child killed", "HUP with a broken file"};
	const char *config = json_string_value(json_object_get(value, "new_config"));

	for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
		if (strcmp(step, idle[i]) == 0)
			return;
	if (strncmp(step, "server ", 7) == 0) {
		set_alive(p, step);
	} else if (strcmp(step, "start") == 0) {
		start(p);
	} else if (strcmp(step, "command stop") == 0) {
		stop(p);
	} else if (strcmp(step, "command restart") == 0 || strcmp(step, "command try-restart") == 0) {
		stop(p);
		start(p);
	} else if (strcmp(step, "command reload") == 0 || strcmp(step, "HUP with the repaired file") == 0) {
		world_reload(&p->w, config ? config : p->config, true);
	} else if (strcmp(step, "operator deletes server 1 from the table by hand") == 0) {
		assert_true(kernel_line(&p->w.kernel, "-d -t 10.9.0.1:80 -r 127.0.2.1:8001"));
	} else if (strcmp(step, "operator changes the weight by hand") == 0) {
		reweight(&p->w.kernel);
		reweight(&p->reference);
	} else {
		fail_msg("%s: this test does not know the step \"%s\"", p->name, step);
	}
}

/* --- what must be ----------------------------------------------------------------------------- */

static void compare(struct play *p, const struct table *wanted)
{
	static char ours[TEXT], theirs[TEXT];
	struct table t;

	kernel_copy(wanted, &t);
	if (p->exception)
		assert_true(kernel_line(&t, p->exception->line));
	kernel_text(&p->w.kernel, ours, sizeof ours);
	kernel_text(&t, theirs, sizeof theirs);
	if (strcmp(ours, theirs))
		fail_msg("%s, after \"%s\": ours\n%swanted\n%s%s", p->name, p->step, ours, theirs, p->w.notes);
	p->comparisons++;
	table_free(&t);
}

static void compare_lines(struct play *p, json_t *lines)
{
	struct table t = {0};
	size_t i;
	json_t *line;

	json_array_foreach(lines, i, line)
		assert_true(kernel_line(&t, json_string_value(line)));
	compare(p, &t);
	table_free(&t);
}

static bool noted(const struct play *p, const char *line)
{
	char whole[1024];

	snprintf(whole, sizeof whole, "%s\n", line);
	return strstr(p->w.notes, whole) != NULL;
}

static size_t count_of(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* We must send the same subjects as the reference, and no others.  At the start we send one summary instead. */
static void compare_mails(struct play *p, json_t *mails)
{
	size_t i, j;
	json_t *mail, *line;
	char wanted[512];

	if (strcmp(p->step, "start") == 0) {
		assert_int_equal(count_of(p->w.notes, "M "), 1);
		assert_true(noted(p, "M [Web Site] Checked virtual server: 10.9.0.1:80: 2 of 2 real servers up"));
		return;
	}
	assert_int_equal(count_of(p->w.notes, "M "), json_array_size(mails));
	json_array_foreach(mails, i, mail)
		json_array_foreach(mail, j, line)
			if (strncmp(json_string_value(line), "Subject: ", 9) == 0) {
				snprintf(wanted, sizeof wanted, "M %s", json_string_value(line) + 9);
				if (!noted(p, wanted))
					fail_msg("no mail \"%s\" among\n%s", wanted, p->w.notes);
			}
}

static void note_commands(struct play *p)
{
	for (const char *at = p->w.notes; (at = strstr(at, "C st")); at++) {
		strcat(p->commands, at[4] == 'a' ? "start " : "stop ");
		assert_true(strlen(p->commands) < sizeof p->commands - 16);
	}
}

static void enter_step(struct play *p, const char *step)
{
	p->step = step;
	if (p->exception && p->exception->to_step && strcmp(step, p->exception->to_step) == 0)
		p->exception = NULL;
	for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
		if (strcmp(exceptions[i].scenario, p->name) == 0 && strcmp(exceptions[i].from_step, step) == 0)
			p->exception = &exceptions[i];
}

static void play_step(struct play *p, json_t *value)
{
	const char *step = json_string_value(json_object_get(value, "do"));
	size_t i;
	json_t *op;

	if (json_object_get(value, "table"))
		compare_lines(p, json_object_get(value, "table"));
	if (json_object_get(value, "mails"))
		compare_mails(p, json_object_get(value, "mails"));
	if (json_object_get(value, "fallbackcommand_args"))
		assert_string_equal(p->commands, "start stop ");
	if (!step)
		return;
	enter_step(p, step);
	world_clear_notes(&p->w);
	json_array_foreach(json_object_get(value, "ops"), i, op)
		if (!strstr(json_string_value(op), "# exit")) /* such an operation failed */
			assert_true(kernel_line(&p->reference, json_string_value(op)));
	happen(p, step, value);
	for (int round = 0; p->w.pool && round < ROUNDS; round++)
		check_round(p);
	note_commands(p);
	compare(p, &p->reference);
}

static void play(const char *file)
{
	char *path = g_build_filename(DIRECTORY, file, NULL);
	json_error_t error;
	json_t *json = json_load_file(path, 0, &error), *step;
	struct play *p = calloc(1, sizeof *p);
	size_t i;

	assert_true(json && p);
	p->name = json_string_value(json_object_get(json, "name"));
	p->config = json_string_value(json_object_get(json, "config"));
	for (i = 0; strcmp(p->name, "existing-table") == 0 && i < sizeof existing / sizeof *existing; i++)
		assert_true(kernel_line(&p->w.kernel, existing[i]) && kernel_line(&p->reference, existing[i]));
	json_array_foreach(json_object_get(json, "steps"), i, step)
		play_step(p, step);
	assert_true(p->comparisons > 1);
	world_end(&p->w);
	table_free(&p->w.kernel);
	table_free(&p->reference);
	json_decref(json);
	free(p);
	g_free(path);
}

static void after_each_step_of_each_recording_the_table_is_the_required_one(void **state)
{
	GDir *dir = g_dir_open(DIRECTORY, 0, NULL);
	const char *name;
	int count = 0;

	(void)state;
	assert_non_null(dir);
	while ((name = g_dir_read_name(dir)))
		if (g_str_has_suffix(name, ".json")) {
			play(name);
			count++;
		}
	g_dir_close(dir);
	assert_true(count >= SCENARIOS_AT_LEAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_each_step_of_each_recording_the_table_is_the_required_one)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
