// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/mono.h"
#include "lib/syslog_socket.h"

static char path[] = "/tmp/syslog_test.XXXXXX";

/* A syslog daemon that reads only when the test wants it. */
static int listening(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	(void)unlink(path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static const char *heard(int fd)
{
	static char text[8192];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void a_record_looks_as_that_of_the_c_library(void **state)
{
	(void)state;
	struct syslog_socket s = {path, -1};
	regex_t e;
	int fd = listening();
	assert_int_equal(
		syslog_socket_send(&s, LOG_LOCAL3 | LOG_WARNING, "heartbeat", "[7]: WARN: node b: is dead"), 0);
	assert_int_equal(
		regcomp(&e,
			"^<156>[A-Z][a-z]{2} [ 1-3][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} heartbeat: \\[7\\]: WARN: node b: is dead$",
			REG_EXTENDED | REG_NOSUB),
		0);
	assert_int_equal(regexec(&e, heard(fd), 0, NULL, 0), 0);
	regfree(&e);
	syslog_socket_close(&s);
	(void)close(fd);
}

static void a_syslog_that_hangs_is_not_waited_for(void **state)
{
	(void)state;
	struct syslog_socket s = {path, -1};
	int fd = listening(), failed = 0;
	for (int i = 0; i < 10000 && failed == 0; i++)
		failed = syslog_socket_send(&s, LOG_INFO, "heartbeat", "again");
	assert_int_equal(failed, -EAGAIN); /* and the wait has an end */
	assert_non_null(strstr(heard(fd), "again"));
	assert_int_equal(syslog_socket_send(&s, LOG_INFO, "heartbeat", "and on"), 0);
	syslog_socket_close(&s);
	(void)close(fd);
}

static void a_syslog_that_starts_again_is_found(void **state)
{
	(void)state;
	struct syslog_socket s = {path, -1};
	int fd = listening();
	assert_int_equal(syslog_socket_send(&s, LOG_INFO, "heartbeat", "first"), 0);
	(void)close(fd);
	assert_int_equal(syslog_socket_send(&s, LOG_INFO, "heartbeat", "nobody"), -ECONNREFUSED);
	(void)unlink(path);
	assert_int_equal(syslog_socket_send(&s, LOG_INFO, "heartbeat", "nothing"), -ENOENT);
	fd = listening();
	assert_int_equal(syslog_socket_send(&s, LOG_INFO, "heartbeat", "second"), 0);
	assert_non_null(strstr(heard(fd), "heartbeat: second"));
	syslog_socket_close(&s);
	(void)close(fd);
}

static void a_record_is_cut_rather_than_lost(void **state)
{
	(void)state;
	struct syslog_socket s = {path, -1};
	static char text[6000];
	int fd = listening();
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(syslog_socket_send(&s, LOG_INFO, "heartbeat", text), 0);
	assert_int_equal(strlen(heard(fd)), 4096);
	syslog_socket_close(&s);
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_looks_as_that_of_the_c_library),
		cmocka_unit_test(a_syslog_that_hangs_is_not_waited_for),
		cmocka_unit_test(a_syslog_that_starts_again_is_found),
		cmocka_unit_test(a_record_is_cut_rather_than_lost),
	};
	int file = mkstemp(path);
	if (file < 0)
		return 1;
	(void)close(file);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	return failed;
}
