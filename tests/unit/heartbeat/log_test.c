// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/syslog_socket.h"

static char directory[] = "/tmp/log_test.XXXXXX";
static char main_path[64], debug_path[64];

// Replaces lib/syslog_socket.c, so that the test sees the records for syslog.
static struct {
	unsigned count;
	int priority;
	char ident[32];
	char text[4096];
	int failed; /* how the syslog daemon treats the next records; 0: it takes them */
} sent;

int syslog_socket_send(struct syslog_socket *s, int priority, const char *ident, const char *text)
{
	(void)s;
	if (sent.failed != 0)
		return sent.failed;
	(void)snprintf(sent.ident, sizeof(sent.ident), "%s", ident);
	(void)snprintf(sent.text, sizeof(sent.text), "%s", text);
	sent.priority = priority;
	sent.count++;
	return 0;
}

void syslog_socket_close(struct syslog_socket *s)
{
	s->fd = -1;
}

static const char *contents(const char *path)
{
	static char text[1 << 22];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	text[n] = '\0';
	if (f)
		(void)fclose(f);
	return text;
}

static unsigned lines(const char *path)
{
	unsigned n = 0;
	for (const char *c = contents(path); *c; c++)
		n += *c == '\n';
	return n;
}

static void assert_matches(const char *text, const char *pattern)
{
	regex_t regex;
	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	int missed = regexec(&regex, text, 0, NULL, 0);
	regfree(&regex);
	if (missed)
		fail_msg("\"%s\" does not match %s", text, pattern);
}

static struct log_config config(void)
{
	return (struct log_config){.entity = "heartbeat",
				   .host = "cfa",
				   .logfile = main_path,
				   .debugfile = debug_path,
				   .facility = -1,
				   .syslog_layout = true};
}

static int fresh(void **state)
{
	(void)state;
	memset(&sent, 0, sizeof(sent));
	struct log_config c = config();
	return log_open(&c);
}

static int clean(void **state)
{
	(void)state;
	log_close();
	(void)unlink(main_path);
	(void)unlink(debug_path);
	return 0;
}

static void a_record_has_the_layout_of_the_reference_with_milliseconds(void **state)
{
	(void)state;
	log_at(LOG_LEVEL_INFO, "Link %s:%s up.", "cfb", "eth1");
	assert_matches(contents(main_path),
		"^[A-Z][a-z]{2} [0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-6][0-9]\\.[0-9]{3} cfa heartbeat: "
		"\\[[0-9]+\\]: info: Link cfb:eth1 up\\.\n$");
	char pid[32];
	(void)snprintf(pid, sizeof(pid), " heartbeat: [%ld]: ", (long)getpid());
	assert_non_null(strstr(contents(main_path), pid));
}

static void the_older_layout_is_written_when_it_is_asked_for(void **state)
{
	(void)state;
	struct log_config c = config();
	c.syslog_layout = false;
	assert_int_equal(log_open(&c), 0);
	log_at(LOG_LEVEL_WARN, "node cfb: is dead");
	assert_matches(contents(main_path),
		"^heartbeat: [0-9]{4}/[01][0-9]/[0-3][0-9]_[0-2][0-9]:[0-5][0-9]:[0-6][0-9] WARN: node cfb: is dead\n$");
}

static void level_names_are_those_of_the_reference(void **state)
{
	(void)state;
	static const char *const words[] = {"CRIT", "ERROR", "WARN", "notice", "info", "debug"};
	for (int i = 0; i < LOG_LEVELS; i++)
		assert_string_equal(log_level_name((enum log_level)i), words[i]);
	assert_string_equal(log_level_name((enum log_level)99), "?");
}

static void debug_records_go_to_the_debug_file_only_and_only_when_asked_for(void **state)
{
	(void)state;
	log_at(LOG_LEVEL_DEBUG, "dropped");
	log_at(LOG_LEVEL_INFO, "both");
	log_set_debug(2);
	assert_int_equal(log_debug_level(), 2);
	log_at(LOG_LEVEL_DEBUG, "detail");
	assert_int_equal(lines(main_path), 1);
	assert_int_equal(lines(debug_path), 2);
	assert_null(strstr(contents(debug_path), "dropped"));
	assert_non_null(strstr(contents(debug_path), "debug: detail\n"));
	log_set_debug(-1);
	assert_int_equal(log_debug_level(), 0);
}

static void one_file_for_both_gets_every_record_once(void **state)
{
	(void)state;
	struct log_config c = config();
	c.debugfile = main_path;
	c.debug_level = 1;
	assert_int_equal(log_open(&c), 0);
	log_at(LOG_LEVEL_INFO, "one");
	log_at(LOG_LEVEL_DEBUG, "two");
	assert_int_equal(lines(main_path), 2);
}

static void control_bytes_are_escaped_and_a_record_is_one_line(void **state)
{
	(void)state;
	log_at(LOG_LEVEL_ERROR, "a\nNov 23 01:03:45 forged\x1b[2J\r\tb\n");
	assert_int_equal(lines(main_path), 1);
	assert_matches(contents(main_path), "ERROR: a\\\\x0aNov 23 01:03:45 forged\\\\x1b\\[2J\\\\x0d b\n$");
}

static void a_long_text_is_cut_and_marked(void **state)
{
	(void)state;
	char text[8192];
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_at(LOG_LEVEL_INFO, "%s", text);
	assert_matches(contents(main_path), "x{200}\\.\\.\\.\n$");
	assert_true(strlen(contents(main_path)) < 4096);
	memset(text, '\x01', sizeof(text) - 1); // four times as long when escaped
	log_at(LOG_LEVEL_INFO, "%s", text);
	assert_matches(contents(main_path), "\\\\x01\\.\\.\\.\n$");
	assert_int_equal(lines(main_path), 2);
}

static void a_repeated_line_is_folded_and_counted_before_the_next_other_one(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		log_at(LOG_LEVEL_ERROR, "write failure on bcast eth1.");
	assert_int_equal(lines(main_path), 1);
	log_at(LOG_LEVEL_INFO, "other");
	assert_int_equal(lines(main_path), 3);
	assert_matches(contents(main_path), "ERROR: last message repeated 4 times\n[^\n]*info: other\n$");
}

static void the_same_text_at_another_level_is_another_line(void **state)
{
	(void)state;
	log_at(LOG_LEVEL_ERROR, "x");
	log_at(LOG_LEVEL_WARN, "x");
	assert_int_equal(lines(main_path), 2);
	assert_null(strstr(contents(main_path), "repeated"));
}

static void flush_writes_the_count_and_nothing_twice(void **state)
{
	(void)state;
	log_at(LOG_LEVEL_INFO, "x");
	log_flush();
	assert_int_equal(lines(main_path), 1);
	log_at(LOG_LEVEL_INFO, "x");
	log_flush();
	log_flush();
	assert_int_equal(lines(main_path), 2);
	assert_matches(contents(main_path), "last message repeated 1 times\n$");
	log_at(LOG_LEVEL_INFO, "x");
	log_close();
	assert_int_equal(lines(main_path), 3);
}

static void a_line_that_never_stops_repeating_still_shows(void **state)
{
	(void)state;
	for (int i = 0; i < 2001; i++)
		log_at(LOG_LEVEL_INFO, "x");
	assert_int_equal(lines(main_path), 3);
	assert_matches(contents(main_path), "repeated 1000 times\n$");
}

static void an_empty_first_text_is_not_taken_for_a_repetition(void **state)
{
	(void)state;
	log_at(LOG_LEVEL_CRIT, "%s", "");
	assert_matches(contents(main_path), "CRIT: \n$");
}

static void output_of_a_program_carries_its_name(void **state)
{
	(void)state;
	log_output(LOG_LEVEL_INFO, "httpd", "100% %s\x07");
	assert_matches(contents(main_path), "info: httpd: 100% %s\\\\x07\n$");
}

static void to_syslog_alone(void)
{
	struct log_config c = config();
	c.logfile = NULL;
	c.debugfile = "";
	c.facility = LOG_LOCAL3;
	assert_int_equal(log_open(&c), 0);
}

static void syslog_gets_entity_pid_level_and_text(void **state)
{
	(void)state;
	to_syslog_alone();
	log_at(LOG_LEVEL_WARN, "node %s: is dead", "cfb");
	char expected[64];
	(void)snprintf(expected, sizeof(expected), "[%ld]: WARN: node cfb: is dead", (long)getpid());
	assert_string_equal(sent.ident, "heartbeat");
	assert_string_equal(sent.text, expected);
	assert_int_equal(sent.priority, LOG_LOCAL3 | LOG_WARNING);
	assert_int_equal(sent.count, 1);
	log_close();
	assert_int_equal(fresh(NULL), 0);
	log_at(LOG_LEVEL_WARN, "no facility");
	assert_int_equal(sent.count, 0);
}

static void a_syslog_that_takes_nothing_gets_the_number_of_lost_records_later(void **state)
{
	(void)state;
	to_syslog_alone();
	sent.failed = -EAGAIN;
	log_at(LOG_LEVEL_INFO, "one");
	log_at(LOG_LEVEL_INFO, "two");
	assert_int_equal(sent.count, 0);
	sent.failed = 0;
	log_at(LOG_LEVEL_INFO, "three");
	assert_int_equal(sent.count, 2);
	assert_non_null(strstr(sent.text, "info: three"));
	sent.failed = -ENOENT;
	log_at(LOG_LEVEL_INFO, "four");
	sent.failed = 0;
	log_at(LOG_LEVEL_INFO, "five");
	assert_int_equal(sent.count, 4);
}

static void a_file_that_cannot_be_opened_is_reported_and_the_other_is_used(void **state)
{
	(void)state;
	struct log_config c = config();
	c.logfile = "/tmp/log_test/no/such/file";
	assert_int_equal(log_open(&c), -ENOENT);
	log_at(LOG_LEVEL_INFO, "still here");
	assert_int_equal(lines(debug_path), 1);
}

static void a_file_that_could_not_be_opened_is_opened_with_a_later_record(void **state)
{
	(void)state;
	char path[64];
	(void)snprintf(path, sizeof(path), "%s/later", directory);
	struct log_config c = config();
	c.logfile = path;
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(log_open(&c), -EISDIR);
	log_at(LOG_LEVEL_INFO, "to nobody");
	assert_int_equal(rmdir(path), 0);
	log_at(LOG_LEVEL_INFO, "to the file");
	assert_matches(contents(path), "WARN: log: 1 records lost here: Is a directory\n.*to the file\n$");
	assert_int_equal(unlink(path), 0);
}

static void a_link_or_a_fifo_without_reader_is_refused_and_does_not_hang(void **state)
{
	(void)state;
	char path[64];
	(void)snprintf(path, sizeof(path), "%s/trap", directory);
	struct log_config c = config();
	c.logfile = path;
	assert_int_equal(symlink(debug_path, path), 0);
	assert_int_equal(log_open(&c), -ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(log_open(&c), -ENXIO);
	assert_int_equal(unlink(path), 0);
}

static void reopening_after_rotation_makes_a_new_file(void **state)
{
	(void)state;
	char rotated[80];
	(void)snprintf(rotated, sizeof(rotated), "%s.1", main_path);
	log_at(LOG_LEVEL_INFO, "before");
	assert_int_equal(rename(main_path, rotated), 0);
	log_at(LOG_LEVEL_INFO, "between");
	log_reopen();
	log_at(LOG_LEVEL_INFO, "after");
	assert_int_equal(lines(rotated), 2);
	assert_int_equal(lines(main_path), 1);
	struct stat st;
	assert_int_equal(stat(main_path, &st), 0);
	assert_int_equal(st.st_mode & 0133, 0); // 0644, less what the umask takes
	assert_int_equal(unlink(rotated), 0);
}

static void a_reopening_that_fails_keeps_the_old_file_and_warns(void **state)
{
	(void)state;
	char rotated[80];
	(void)snprintf(rotated, sizeof(rotated), "%s.1", main_path);
	assert_int_equal(rename(main_path, rotated), 0);
	assert_int_equal(mkdir(main_path, 0700), 0);
	log_reopen();
	log_at(LOG_LEVEL_INFO, "after");
	assert_int_equal(lines(rotated), 2);
	assert_matches(
		contents(rotated), "WARN: log: cannot open .*: Is a directory; the old file stays in use\n.*after\n$");
	assert_int_equal(rmdir(main_path), 0);
	assert_int_equal(unlink(rotated), 0);
}

// The limit of a file's size fails writes as a full disk does, the last one in the middle of a line.
static void a_full_disk_loses_records_and_their_number_is_logged_later(void **state)
{
	(void)state;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit limit = {200, RLIM_INFINITY};
		(void)signal(SIGXFSZ, SIG_IGN);
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		for (int i = 0; i < 10; i++)
			log_at(LOG_LEVEL_INFO, "record number %d, of some length so that the file is full soon", i);
		limit.rlim_cur = RLIM_INFINITY;
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		log_at(LOG_LEVEL_INFO, "room again");
		_exit(0);
	}
	int status = -1;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_matches(contents(main_path),
		"record number 0,[^\n]*soon\n[^\n]*\n[^\n]*WARN: log: 9 records lost here: [^\n]+\n[^\n]*room again\n$|"
		"record number 1,[^\n]*soon\n[^\n]*\n[^\n]*WARN: log: 8 records lost here: [^\n]+\n[^\n]*room again\n$");
}

static void standard_error_with_a_sleeping_reader_does_not_block(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	int saved = dup(STDERR_FILENO);
	assert_true(saved >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
	struct log_config c = {.entity = "cl_status", .facility = -1, .to_stderr = true, .syslog_layout = true};
	int opened = log_open(&c);
	(void)alarm(120); // ends a test that blocks
	for (int i = 0; i < 3000; i++)
		log_at(LOG_LEVEL_INFO, "record number %d, of some length so that the pipe is full soon", i);
	(void)alarm(0);
	char first[4096];
	ssize_t n = read(ends[0], first, sizeof(first) - 1);
	log_close();
	(void)dup2(saved, STDERR_FILENO);
	(void)close(saved);
	(void)close(ends[0]);
	(void)close(ends[1]);
	assert_int_equal(opened, 0);
	assert_true(n > 0);
	first[n] = '\0';
	assert_matches(first, "^... .. ..:..:..\\.... cl_status: \\[[0-9]+\\]: info: record number 0,");
}

// --- a process of its own writes the files ---

static char gate[64]; // a FIFO: the process hangs until somebody opens it for writing

static void in_the_process(void)
{
	int fd = open(gate, O_RDONLY);
	if (fd >= 0)
		(void)close(fd);
}

static void with_own_process(bool hangs)
{
	struct log_config c = config();
	(void)snprintf(gate, sizeof(gate), "%s/gate", directory);
	if (hangs)
		assert_int_equal(mkfifo(gate, 0600), 0);
	c.own_process = in_the_process;
	c.debug_level = 1;
	assert_int_equal(log_open(&c), 0);
}

static void open_gate(void)
{
	int fd = open(gate, O_WRONLY);
	assert_true(fd >= 0);
	(void)close(fd);
	(void)unlink(gate);
}

/* The process has written the files up to a line with this text. */
static void wait_for_text(const char *path, const char *text)
{
	while (!strstr(contents(path), text))
		(void)usleep(5000);
}

static void an_own_process_writes_the_same_records_to_both_files(void **state)
{
	(void)state;
	with_own_process(false);
	log_at(LOG_LEVEL_INFO, "one");
	log_at(LOG_LEVEL_DEBUG, "two");
	log_at(LOG_LEVEL_WARN, "three");
	wait_for_text(debug_path, "three\n");
	assert_matches(contents(debug_path), "info: one\n[^\n]*debug: two\n[^\n]*WARN: three\n$");
	assert_matches(contents(main_path), "info: one\n[^\n]*WARN: three\n$");
	char pid[32];
	(void)snprintf(pid, sizeof(pid), " heartbeat: [%ld]: ", (long)getpid());
	assert_non_null(strstr(contents(main_path), pid));
}

static void closing_waits_for_an_own_process(void **state)
{
	(void)state;
	with_own_process(false);
	for (int i = 0; i < 100; i++)
		log_at(LOG_LEVEL_INFO, "record %d", i);
	wait_for_text(main_path, "record 0\n"); // it runs: the rest is written within the time that closing waits
	log_close();
	wait_for_text(main_path, "record 99\n");
	assert_int_equal(lines(main_path), 100);
}

static void an_own_process_opens_the_files_again_after_rotation(void **state)
{
	(void)state;
	char rotated[80];
	(void)snprintf(rotated, sizeof(rotated), "%s.1", main_path);
	with_own_process(false);
	log_at(LOG_LEVEL_INFO, "before");
	wait_for_text(main_path, "before\n");
	assert_int_equal(rename(main_path, rotated), 0);
	log_at(LOG_LEVEL_INFO, "between");
	wait_for_text(rotated, "between\n");
	log_reopen();
	log_at(LOG_LEVEL_INFO, "after");
	wait_for_text(main_path, "after\n");
	assert_int_equal(lines(rotated), 2);
	assert_int_equal(lines(main_path), 1);
	assert_int_equal(unlink(rotated), 0);
}

static void an_own_process_that_hangs_blocks_nobody_and_the_log_reports_what_is_missing(void **state)
{
	(void)state;
	enum { SENT = 20000 };
	with_own_process(true);
	(void)alarm(60); // ends a test that blocks
	for (int i = 0; i < SENT; i++)
		log_at(LOG_LEVEL_INFO, "record number %d", i);
	log_reopen(); // it cannot be handed over now
	(void)alarm(0);
	open_gate();
	wait_for_text(main_path, "record number 100\n");
	unsigned written = 0;
	while (written != lines(main_path)) { // it has written all records: it takes another one
		written = lines(main_path);
		(void)usleep(20000);
	}
	log_at(LOG_LEVEL_INFO, "the end");
	wait_for_text(main_path, "the end\n");
	const char *lost = strstr(contents(main_path), "WARN: log: ");
	assert_non_null(lost);
	assert_int_equal(strtoul(lost + strlen("WARN: log: "), NULL, 10) + lines(main_path) - 2, SENT);
	assert_matches(lost, "^WARN: log: [0-9]+ records lost here: [^\n]+\n[^\n]*the end\n$");
}

static void an_own_process_that_was_killed_is_started_again(void **state)
{
	(void)state;
	char killed[64];
	(void)snprintf(killed, sizeof(killed), "/proc/self/task/%ld/children", (long)getpid());
	with_own_process(false);
	log_at(LOG_LEVEL_INFO, "before");
	wait_for_text(main_path, "before\n");
	pid_t pid = (pid_t)strtol(contents(killed), NULL, 10);
	assert_true(pid > 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	for (int i = 0; !strstr(contents(main_path), "after"); i++) { // after a second at the earliest
		log_at(LOG_LEVEL_INFO, "after %d", i);
		(void)usleep(50000);
	}
	assert_int_equal(waitpid(pid, NULL, WNOHANG), -1); // it was reaped
}

static void a_file_that_an_own_process_cannot_open_is_reported_in_the_other_one(void **state)
{
	(void)state;
	struct log_config c = config();
	c.own_process = in_the_process;
	c.logfile = "/tmp/log_test/no/such/file";
	assert_int_equal(log_open(&c), 0);
	wait_for_text(debug_path, "cannot open");
	assert_matches(contents(debug_path),
		"ERROR: log: cannot open /tmp/log_test/no/such/file: No such file or directory; tried again with each record\n$");
}

static void errno_survives_a_record(void **state)
{
	(void)state;
	errno = ENOTTY;
	log_at(LOG_LEVEL_INFO, "x: %m");
	assert_int_equal(errno, ENOTTY);
	assert_non_null(strstr(contents(main_path), strerror(ENOTTY)));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fresh, clean)

int main(void)
{
	if (!mkdtemp(directory))
		return 1;
	(void)snprintf(main_path, sizeof(main_path), "%s/ha-log", directory);
	(void)snprintf(debug_path, sizeof(debug_path), "%s/ha-debug", directory);
	const struct CMUnitTest tests[] = {
		CASE(a_record_has_the_layout_of_the_reference_with_milliseconds),
		CASE(the_older_layout_is_written_when_it_is_asked_for),
		CASE(level_names_are_those_of_the_reference),
		CASE(debug_records_go_to_the_debug_file_only_and_only_when_asked_for),
		CASE(one_file_for_both_gets_every_record_once),
		CASE(control_bytes_are_escaped_and_a_record_is_one_line),
		CASE(a_long_text_is_cut_and_marked),
		CASE(a_repeated_line_is_folded_and_counted_before_the_next_other_one),
		CASE(the_same_text_at_another_level_is_another_line),
		CASE(flush_writes_the_count_and_nothing_twice),
		CASE(a_line_that_never_stops_repeating_still_shows),
		CASE(an_empty_first_text_is_not_taken_for_a_repetition),
		CASE(output_of_a_program_carries_its_name),
		CASE(syslog_gets_entity_pid_level_and_text),
		CASE(a_syslog_that_takes_nothing_gets_the_number_of_lost_records_later),
		CASE(a_file_that_cannot_be_opened_is_reported_and_the_other_is_used),
		CASE(a_file_that_could_not_be_opened_is_opened_with_a_later_record),
		CASE(a_link_or_a_fifo_without_reader_is_refused_and_does_not_hang),
		CASE(reopening_after_rotation_makes_a_new_file),
		CASE(a_reopening_that_fails_keeps_the_old_file_and_warns),
		CASE(a_full_disk_loses_records_and_their_number_is_logged_later),
		CASE(standard_error_with_a_sleeping_reader_does_not_block),
		CASE(an_own_process_writes_the_same_records_to_both_files),
		CASE(closing_waits_for_an_own_process),
		CASE(an_own_process_opens_the_files_again_after_rotation),
		CASE(an_own_process_that_hangs_blocks_nobody_and_the_log_reports_what_is_missing),
		CASE(an_own_process_that_was_killed_is_started_again),
		CASE(a_file_that_an_own_process_cannot_open_is_reported_in_the_other_one),
		CASE(errno_survives_a_record),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(directory);
	return failed;
}
