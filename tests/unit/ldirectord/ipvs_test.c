// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/ip_vs.h>
#include <netlink/genl/genl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/ldirectord/tables.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

// --- text ---

static void every_operation_can_be_written_and_read_as_text(void **state)
{
	(void)state;
	static const char *const more[] = {"-E -t 10.9.0.1:80 -s rr", "-D -f 5 -6",
		"-e -u [fd00::1]:53 -r [fd00::2]:53 -m -w 4294967295 -x 9 -y 8", "-d -t 10.9.0.1:80 -r 127.0.2.1:80",
		"-D -u 10.9.0.1:53"};
	char out[256];
	for (size_t i = 0; i < EVERYTHING + LENGTH(more); i++) {
		const char *line = i < EVERYTHING ? everything[i] : more[i - EVERYTHING];
		struct table_op op = op_of(line);
		ipvs_op_text(&op, out, sizeof out);
		assert_string_equal(out, line);
	}
}

static void gate_and_ipip_are_written_with_the_port_of_the_virtual(void **state)
{
	(void)state;
	char out[256];
	struct table_op op = op_of("-d -t 10.9.0.1:80 -r 127.0.2.1:8001");
	op.real.forward = LB_IPIP;
	ipvs_op_text(&op, out, sizeof out);
	assert_string_equal(out, "-d -t 10.9.0.1:80 -r 127.0.2.1:80");
	op.real.forward = LB_MASQ;
	ipvs_op_text(&op, out, sizeof out);
	assert_string_equal(out, "-d -t 10.9.0.1:80 -r 127.0.2.1:8001");
	op = op_of("-a -f 5 -r 127.0.2.1:8001 -g"); // a firewall mark has no port
	ipvs_op_text(&op, out, sizeof out);
	assert_string_equal(out, "-a -f 5 -r 127.0.2.1:8001 -g -w 1 -x 0 -y 0");
}

static void each_line_that_ipvsadm_saves_is_understood_or_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "-A", "-A -t", "-A -t 10.9.0.1", "-A -t 10.9.0.1:65536",
		"-A -t 10.9.0.256:80", "-A -t [fd00::1:80", "-A -t [fd00::1]80", "-A -f 0", "-A -f x",
		"-A -t 10.9.0.1:80 -q", "-A -t 10.9.0.1:80 -A", "-A -t 10.9.0.1:80 -p -1", "-a -t 10.9.0.1:80",
		"-A -t 10.9.0.1:80 -r 127.0.0.1:80", "-a -t 10.9.0.1:80 -r 127.0.0.1:80 -w 4294967296",
		"-t 10.9.0.1:80 -u 10.9.0.1:80 -A",
		"-A -t 10.9.0.1:80 -s a-scheduler-with-a-name-of-more-than-31-characters"};
	struct table_op op;
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (ipvs_op_parse(bad[i], &op) != -EINVAL)
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(ipvs_op_parse("-A --sctp-service 10.9.0.7:99 -s rr", &op), -ENOTSUP);
	assert_int_equal(
		ipvs_op_parse("-a --sctp-service 10.9.0.7:99 -r 10.0.0.1:99 -i -w 1 --tun-type ipip", &op), -ENOTSUP);
	assert_int_equal(
		ipvs_op_parse(
			"-a -t 10.9.0.1:80 -r 10.0.0.1:80 -i -w 4 --tun-type gue --tun-port 6080 --tun-nocsum\n", &op),
		0);
	assert_int_equal(op.real.weight, 4);
	assert_int_equal(op.real.forward, LB_IPIP);
}

static void scheduler_flags_have_the_names_of_their_scheduler(void **state)
{
	(void)state;
	uint32_t bits;
	char out[64];
	assert_true(ipvs_flags_parse("sh", "sh-port,flag-3", &bits));
	assert_int_equal(bits, IP_VS_SVC_F_SCHED2 | IP_VS_SVC_F_SCHED3);
	ipvs_flags_text("sh", bits, out, sizeof out);
	assert_string_equal(out, "sh-port,flag-3");
	ipvs_flags_text("rr", bits, out, sizeof out);
	assert_string_equal(out, "flag-2,flag-3");
	assert_true(ipvs_flags_parse("rr", "", &bits));
	assert_int_equal(bits, 0);
	assert_false(ipvs_flags_parse("mh", "sh-port", &bits));
	assert_false(ipvs_flags_parse("sh", "bogus", &bits));
}

static void errors_and_messages_are_those_of_the_kernel_and_ipvsadm(void **state)
{
	(void)state;
	assert_string_equal(ipvs_error_text(TABLE_SERVICE_DELETE, -ESRCH), "No such service");
	assert_string_equal(ipvs_error_text(TABLE_REAL_ADD, -ESRCH), "Service not defined");
	assert_string_equal(ipvs_error_text(TABLE_SERVICE_ADD, -ENOENT), "Scheduler or persistence engine not found");
	assert_string_equal(ipvs_error_text(TABLE_REAL_EDIT, -ENOENT), "No such destination");
	assert_string_equal(ipvs_error_text(TABLE_REAL_ADD, -ENOSPC), "No space left on device");
	assert_int_equal(ipvs_text_error(TABLE_REAL_ADD, "Numerical result out of range"), -ERANGE);
	assert_int_equal(ipvs_text_error(TABLE_SERVICE_ADD, "No such service"), -EIO);
}

// --- wire ---

static struct nl_msg *message_of(const struct table_op *op, int *error, const char **why)
{
	struct nl_msg *m = nlmsg_alloc();
	assert_non_null(m);
	assert_non_null(genlmsg_put(m, 0, 1, 20, 0, 0, (uint8_t)wire_command(op->kind), 1));
	*error = wire_put(m, op, why);
	return m;
}

static void every_operation_can_be_written_and_read_as_netlink_attributes(void **state)
{
	(void)state;
	for (size_t i = 0; i < EVERYTHING; i++) {
		struct table_op op = op_of(everything[i]), back = op;
		const char *why;
		int error;
		char out[256];
		struct nl_msg *m = message_of(&op, &error, &why);
		assert_int_equal(error, 0);
		memset(&back.service, 0xaa, sizeof back.service);
		// an operation on a real has only the id of the service
		assert_int_equal(wire_service(nlmsg_hdr(m), &back.service), ipvs_op_is_real(op.kind) ? -EINVAL : 0);
		if (ipvs_op_is_real(op.kind)) {
			back.service.id = op.service.id;
			assert_int_equal(wire_real(nlmsg_hdr(m), op.service.id.address.family, &back.real), 0);
		}
		ipvs_op_text(&back, out, sizeof out);
		assert_string_equal(out, everything[i]);
		nlmsg_free(m);
	}
}

static void an_operation_that_netlink_cannot_express_is_refused_with_a_reason(void **state)
{
	(void)state;
	static const char *const lines[] = {"-A -t 10.9.0.1:80 -s rr -b sh-port", "-A -t 10.9.0.1:80 -s rr -o",
		"-A -t 10.9.0.1:80 -s rr -p 5 -M 24", "-A -t [fd00::1]:80 -s rr -p 5 -M 129",
		"-E -t [fd00::1]:80 -s rr -p 5 -M 0"};
	for (size_t i = 0; i < LENGTH(lines); i++) {
		struct table_op op = op_of(lines[i]);
		const char *why;
		int error;
		nlmsg_free(message_of(&op, &error, &why));
		assert_int_equal(error, -EINVAL);
		assert_non_null(why);
	}
}

// --- what each back end answers ---

static int error_of(struct ipvs *i, const char *line)
{
	struct table_op op = op_of(line);
	struct ipvs_result r;
	size_t failed = ipvs_apply(i, &op, 1, &r);
	assert_int_equal(failed, r.error != 0);
	assert_int_equal(r.why[0] != '\0', r.error != 0);
	return r.error;
}

/* The result that each back end must return. */
static const struct {
	const char *line;
	int error;
} meaning[] = {
	{"-E -t 10.9.0.1:80 -s rr", -ESRCH},
	{"-D -t 10.9.0.1:80", -ESRCH},
	{"-a -t 10.9.0.1:80 -r 127.0.0.1:80 -m", -ESRCH},
	{"-A -t 10.9.0.1:80 -s wrr", 0},
	{"-A -t 10.9.0.1:80 -s wrr", -EEXIST},
	{"-A -u 10.9.0.1:80 -s wrr", 0},
	{"-e -t 10.9.0.1:80 -r 127.0.0.1:80 -m", -ENOENT},
	{"-d -t 10.9.0.1:80 -r 127.0.0.1:80", -ENOENT},
	{"-a -t 10.9.0.1:80 -r 127.0.0.1:80 -m -w 1 -x 5 -y 6", -ERANGE},
	{"-a -t 10.9.0.1:80 -r 127.0.0.1:80 -m", 0},
	{"-a -t 10.9.0.1:80 -r 127.0.0.1:80 -m", -EEXIST},
	{"-a -t 10.9.0.1:80 -r 127.0.0.1:8080 -g", -EEXIST}, /* port rule */
	{"-e -t 10.9.0.1:80 -r 127.0.0.1:80 -m -w 9", 0},
	{"-E -t 10.9.0.1:80 -s lc", 0},
	{"-d -t 10.9.0.1:80 -r 127.0.0.1:80", 0},
	{"-D -t 10.9.0.1:80", 0},
	{"-d -t 10.9.0.1:80 -r 127.0.0.1:80", -ESRCH},
};

static void check_meaning(struct ipvs *i)
{
	struct table t;
	const char *why;
	struct table_op ops[LENGTH(meaning)];
	struct ipvs_result results[LENGTH(meaning)];
	size_t failing = 0;
	for (size_t k = 0; k < LENGTH(meaning); k++) {
		ops[k] = op_of(meaning[k].line);
		if (error_of(i, meaning[k].line) != meaning[k].error)
			fail_msg("alone: %s", meaning[k].line);
		failing += meaning[k].error != 0;
	}
	assert_int_equal(error_of(i, "-D -u 10.9.0.1:80"), 0);
	assert_int_equal(ipvs_apply(i, ops, LENGTH(ops), results), failing);
	for (size_t k = 0; k < LENGTH(meaning); k++)
		if (results[k].error != meaning[k].error)
			fail_msg("in a batch: %s: %d, %s", meaning[k].line, results[k].error, results[k].why);
	assert_int_equal(ipvs_read(i, &t, &why), 0);
	assert_int_equal(t.service_count, 1);
	assert_int_equal(t.services[0].id.protocol, LB_UDP);
	assert_int_equal(t.services[0].real_count, 0);
	table_free(&t);
	assert_int_equal(error_of(i, "-D -u 10.9.0.1:80"), 0);
}

/* Apply everything as one batch and read it back. */
static void check_everything(struct ipvs *i)
{
	struct table_op ops[EVERYTHING];
	struct ipvs_result results[EVERYTHING];
	struct table wanted = {NULL, 0}, read;
	const char *why;
	for (size_t k = 0; k < EVERYTHING; k++) {
		ops[k] = op_of(everything[k]);
		assert_int_equal(model_apply(&wanted, &ops[k]), 0);
	}
	size_t failed = ipvs_apply(i, ops, EVERYTHING, results);
	for (size_t k = 0; k < EVERYTHING; k++)
		if (results[k].error != 0)
			fail_msg("%s: %s", everything[k], results[k].why);
	assert_int_equal(failed, 0);
	assert_int_equal(ipvs_read(i, &read, &why), 0);
	assert_true(table_equal(&wanted, &read));
	read.services[0].reals[0].weight++;
	assert_false(table_equal(&wanted, &read)); // the comparison notices a difference
	table_free(&wanted);
	table_free(&read);
}

// --- command ---

static char standin[512], directory[64], log_path[128], script_path[128];

static int set_up(void **state)
{
	(void)state;
	char self[400] = "", table_path[128];
	if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
		return -1;
	(void)snprintf(standin, sizeof standin, "%s/../../ldirectord/ipvsadm", dirname(self));
	strcpy(directory, "/tmp/lb_ipvs_test.XXXXXX");
	if (mkdtemp(directory) == NULL)
		return -1;
	(void)snprintf(table_path, sizeof table_path, "%s/table", directory);
	(void)snprintf(log_path, sizeof log_path, "%s/log", directory);
	(void)snprintf(script_path, sizeof script_path, "%s/ipvsadm", directory);
	return setenv("IPVSADM_TABLE", table_path, 1) | setenv("IPVSADM_LOG", log_path, 1) | unsetenv("IPVSADM_FAIL");
}

static int tear_down(void **state)
{
	(void)state;
	(void)unlink(getenv("IPVSADM_TABLE")); // may not be there
	(void)unlink(log_path);
	(void)unlink(script_path);
	return rmdir(directory);
}

static struct ipvs *open_command(const char *path)
{
	const char *why;
	struct ipvs *i = ipvs_command(path, &why);
	if (i == NULL)
		fail_msg("%s: %s", path, why);
	return i;
}

static unsigned processes(void)
{
	FILE *f = fopen(log_path, "r");
	unsigned lines = 0;
	for (int c; f && (c = getc(f)) != EOF;)
		lines += c == '\n';
	if (f)
		fclose(f);
	return lines;
}

/* A shell script as the program; $standin is the stand-in for ipvsadm. */
static const char *script(const char *body)
{
	FILE *f = fopen(script_path, "w");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\nstandin=%s\n%s\n", standin, body);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(script_path, 0755), 0);
	return script_path;
}

static void a_command_acts_as_the_kernel_does(void **state)
{
	(void)state;
	struct ipvs *i = open_command(standin);
	assert_string_equal(ipvs_name(i), "command");
	check_meaning(i);
	check_everything(i);
	ipvs_free(i);
}

static void five_thousand_operations_start_three_processes(void **state)
{
	(void)state;
	enum { REALS = 4999 };
	static struct table_op ops[REALS + 1];
	static struct ipvs_result results[REALS + 1];
	struct ipvs *i = open_command(standin);
	struct table before, after;
	const char *why;
	ops[0] = op_of("-A -t 10.9.0.1:80 -s wrr");
	for (unsigned k = 1; k <= REALS; k++) {
		char line[128];
		(void)snprintf(
			line, sizeof line, "-a -t 10.9.0.1:80 -r 10.7.%u.%u:80 -m -w %u -x 9 -y 1", k >> 8, k & 255, k);
		ops[k] = op_of(line);
	}
	assert_int_equal(ipvs_read(i, &before, &why), 0);
	assert_int_equal(ipvs_apply(i, ops, REALS + 1, results), 0);
	assert_in_range(processes(), 2, 3);
	assert_int_equal(ipvs_read(i, &after, &why), 0);
	assert_int_equal(after.services[0].real_count, REALS);
	assert_int_equal(after.services[0].reals[REALS - 1].weight, REALS);
	assert_int_equal(after.services[0].reals[REALS - 1].upper, 9);
	table_free(&before);
	table_free(&after);
	ipvs_free(i);
}

static void expect_batch(struct ipvs *i, const char *const lines[], const int errors[], size_t count)
{
	struct table_op ops[32];
	struct ipvs_result results[32];
	for (size_t k = 0; k < count; k++)
		ops[k] = op_of(lines[k]);
	size_t failed = ipvs_apply(i, ops, count, results);
	for (size_t k = 0; k < count; k++) {
		failed -= results[k].error != 0;
		if (results[k].error != errors[k])
			fail_msg("%s: %d (%s) instead of %d", lines[k], results[k].error, results[k].why, errors[k]);
	}
	assert_int_equal(failed, 0);
}

static const char *const troubled[] = {
	"-A -t 10.9.0.1:80 -s wrr",
	"-a -t 10.9.0.1:80 -r 127.0.0.1:80 -m",
	"-A -t 10.9.0.2:80 -s rr -b sh-port",
	"-a -t 10.9.0.2:80 -r 127.0.0.1:80 -m",
	"-A -t 10.9.0.3:80 -s nosuch",
	"-a -t 10.9.0.1:80 -r 127.0.0.2:80 -m",
	"-a -t 10.9.0.1:80 -r 127.0.0.9:80 -m",
	"-D -u 10.9.0.1:80",
	"-a -t 10.9.0.1:80 -r 127.0.0.3:80 -m",
};
/* The third line ends -R.  IPVSADM_FAIL makes the seventh one fail. */
static const int troubles[] = {0, 0, -EIO, -ESRCH, -ENOENT, 0, -EIO, -ESRCH, 0};

static void expect_troubled_table(struct ipvs *i)
{
	struct table t;
	const char *why;
	assert_int_equal(ipvs_read(i, &t, &why), 0);
	assert_int_equal(t.service_count, 1);
	assert_int_equal(t.services[0].real_count, 3);
	table_free(&t);
}

static void after_a_line_that_ends_ipvsadm_the_rest_is_tried(void **state)
{
	(void)state;
	struct ipvs *i = open_command(standin);
	assert_int_equal(setenv("IPVSADM_FAIL", "127.0.0.9:80", 1), 0);
	expect_batch(i, troubled, troubles, LENGTH(troubled));
	assert_int_equal(processes(), 2);
	expect_troubled_table(i);
	ipvs_free(i);
}

static void without_a_usable_restore_each_operation_is_a_separate_call(void **state)
{
	(void)state;
	struct ipvs *i =
		open_command(script("[ \"$1\" != -R ] || { echo 'what is -R?' >&2; exit 1; }\nexec $standin \"$@\""));
	assert_int_equal(setenv("IPVSADM_FAIL", "127.0.0.9:80", 1), 0);
	expect_batch(i, troubled, troubles, LENGTH(troubled));
	expect_troubled_table(i);
	ipvs_free(i);
}

static void in_a_kernel_without_ipvs_a_batch_is_one_call(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"-A -t 10.9.0.1:80 -s wrr", "-a -t 10.9.0.1:80 -r 127.0.0.1:80 -m", "-D -t 10.9.0.1:80"};
	static const int errors[] = {-ENODEV, -ENODEV, -ENODEV};
	struct table t;
	const char *why;
	assert_int_equal(unsetenv("IPVSADM_TABLE"), 0);
	struct ipvs *i = open_command(standin);
	assert_int_equal(ipvs_read(i, &t, &why), -ENODEV);
	assert_string_equal(why, "Can't initialize ipvs: IPVSADM_TABLE is not set");
	expect_batch(i, lines, errors, 3);
	assert_int_equal(processes(), 2);
	ipvs_free(i);
	char table_path[128];
	(void)snprintf(table_path, sizeof table_path, "%s/table", directory);
	assert_int_equal(setenv("IPVSADM_TABLE", table_path, 1), 0);
}

static void a_command_that_is_killed_or_prints_nonsense_is_reported(void **state)
{
	(void)state;
	struct table t;
	const char *why;
	struct ipvs *i = open_command(script("kill -9 $$"));
	assert_int_equal(error_of(i, "-A -t 10.9.0.1:80 -s wrr"), -EIO);
	assert_int_equal(ipvs_read(i, &t, &why), -EIO);
	ipvs_free(i);
	i = open_command(script("echo '-A -t nonsense'"));
	assert_int_equal(ipvs_read(i, &t, &why), -EINVAL);
	assert_non_null(strstr(why, "\"-A -t nonsense\": this line is not understood"));
	ipvs_free(i);
	assert_null(ipvs_command("/nonexistent/ipvsadm", &why));
	assert_non_null(strstr(why, "IPVSADM"));
	assert_null(ipvs_command("ipvsadm", &why));
}

static void a_command_that_hangs_is_killed_at_its_deadline(void **state)
{
	(void)state;
	struct run_result r;
	struct mono begin = mono_now();
	run_program((char *[]){"/bin/sleep", "600", NULL}, bytes_of(""), span_ms(50), &r);
	assert_int_equal(r.error, -ETIMEDOUT);
	assert_true(span_to_ms(mono_since(mono_now(), begin)) >= 50);
	run_free(&r);
	run_program((char *[]){"/bin/cat", NULL}, bytes_of("in and out"), span_ms(60000), &r);
	assert_int_equal(r.error, 0);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.out, "in and out");
	run_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_can_be_written_and_read_as_text),
		cmocka_unit_test(gate_and_ipip_are_written_with_the_port_of_the_virtual),
		cmocka_unit_test(each_line_that_ipvsadm_saves_is_understood_or_refused),
		cmocka_unit_test(scheduler_flags_have_the_names_of_their_scheduler),
		cmocka_unit_test(errors_and_messages_are_those_of_the_kernel_and_ipvsadm),
		cmocka_unit_test(every_operation_can_be_written_and_read_as_netlink_attributes),
		cmocka_unit_test(an_operation_that_netlink_cannot_express_is_refused_with_a_reason),
		cmocka_unit_test_setup_teardown(a_command_acts_as_the_kernel_does, set_up, tear_down),
		cmocka_unit_test_setup_teardown(five_thousand_operations_start_three_processes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			after_a_line_that_ends_ipvsadm_the_rest_is_tried, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_a_usable_restore_each_operation_is_a_separate_call, set_up, tear_down),
		cmocka_unit_test_setup_teardown(in_a_kernel_without_ipvs_a_batch_is_one_call, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_command_that_is_killed_or_prints_nonsense_is_reported, set_up, tear_down),
		cmocka_unit_test(a_command_that_hangs_is_killed_at_its_deadline),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
