// SPDX-License-Identifier: MIT
/* lib/unix_listener: a socket with the right mode, in place of a stale one and of nothing else; connections are handed
 * over, and wait while no descriptor is free. */
#include "lib/unix_listener.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/bytes.h"
#include "lib/mono.h"

enum { WAIT_MS = 60000, CONNECTIONS = 20 };

static char directory[64], path[96];
static int connections[CONNECTIONS];
static unsigned connected, failed;
static int last_error;

static void on_connected(void *context, int fd)
{
	(void)context;
	assert_true(connected < CONNECTIONS);
	connections[connected++] = fd;
}

static void on_failed(void *context, int error)
{
	(void)context;
	failed++;
	last_error = error;
}

static struct unix_listener *listener(const char *at, mode_t mode)
{
	return unix_listener_open(&(struct unix_listener_config){
		.path = at, .mode = mode, .queue = CONNECTIONS, .connected = on_connected, .failed = on_failed});
}

static int set_up(void **state)
{
	(void)state;
	connected = failed = 0;
	strcpy(directory, "/tmp/unix_listener_test.XXXXXX");
	assert_non_null(mkdtemp(directory));
	(void)snprintf(path, sizeof path, "%s/socket", directory);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	while (connected > 0)
		assert_int_equal(close(connections[--connected]), 0);
	assert_int_equal(rmdir(directory), 0); /* nothing is left */
	return 0;
}

static int connect_to_it(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	assert_true(bytes_to_text(bytes_of(path), address.sun_path, sizeof address.sun_path));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static gboolean on_tick(gpointer unused)
{
	(void)unused;
	return G_SOURCE_CONTINUE;
}

/* Run the main loop until a counter has this value. */
static void loop_until(const unsigned *counter, unsigned value)
{
	struct mono end = mono_add(mono_now(), span_ms(WAIT_MS));
	guint tick = g_timeout_add(20, on_tick, NULL); /* the loop wakes up although nothing happens */
	while (*counter < value && !mono_reached(mono_now(), end))
		(void)g_main_context_iteration(NULL, TRUE);
	(void)g_source_remove(tick);
	assert_int_equal(*counter, value);
}

static mode_t mode_of(const char *file)
{
	struct stat st;
	assert_int_equal(lstat(file, &st), 0);
	return st.st_mode;
}

static void the_socket_has_its_mode_whatever_the_umask(void **state)
{
	(void)state;
	mode_t before = umask(077);
	struct unix_listener *l = listener(path, 0660);
	assert_non_null(l);
	assert_int_equal(umask(before), 077); /* unchanged */
	assert_true(S_ISSOCK(mode_of(path)));
	assert_int_equal(mode_of(path) & 0777, 0660);
	unix_listener_close(l);
	assert_int_equal(access(path, F_OK), -1);
}

static void every_connection_is_handed_over(void **state)
{
	(void)state;
	struct unix_listener *l = listener(path, 0600);
	int clients[CONNECTIONS];
	for (size_t i = 0; i < CONNECTIONS; i++)
		clients[i] = connect_to_it();
	loop_until(&connected, CONNECTIONS);
	for (size_t i = 0; i < CONNECTIONS; i++) {
		assert_true(fcntl(connections[i], F_GETFD) & FD_CLOEXEC);
		assert_true(fcntl(connections[i], F_GETFL) & O_NONBLOCK);
		assert_int_equal(close(clients[i]), 0);
	}
	unix_listener_close(l);
	assert_int_equal(fcntl(connections[0], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC); /* connections stay open */
}

static void a_stale_socket_is_replaced_and_the_first_owner_leaves_it_alone(void **state)
{
	(void)state;
	struct unix_listener *first = listener(path, 0600), *second = listener(path, 0600);
	assert_non_null(second);
	unix_listener_close(first);
	int client = connect_to_it();
	loop_until(&connected, 1);
	assert_int_equal(close(client), 0);
	unix_listener_close(second);
}

static void any_other_file_stays_and_is_an_error(void **state)
{
	(void)state;
	char link[128];
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_null(listener(path, 0600));
	assert_int_equal(errno, EEXIST);
	assert_true(S_ISREG(mode_of(path)));
	(void)snprintf(link, sizeof link, "%s/link", directory);
	assert_int_equal(symlink(path, link), 0);
	assert_null(listener(link, 0600));
	assert_int_equal(errno, EEXIST);
	assert_int_equal(unlink(path) | unlink(link), 0);
}

static void a_path_that_is_too_long_is_an_error(void **state)
{
	(void)state;
	char at[200];
	memset(at, 'x', sizeof at - 1);
	at[sizeof at - 1] = '\0';
	assert_null(listener(at, 0600));
	assert_int_equal(errno, ENAMETOOLONG);
	assert_null(listener("/nonexistent/socket", 0600));
	assert_int_equal(errno, ENOENT);
}

static void without_a_free_descriptor_a_connection_waits_and_the_loop_does_not_spin(void **state)
{
	(void)state;
	struct rlimit before, none;
	struct unix_listener *l = listener(path, 0600);
	int client = connect_to_it(), next = dup(client);
	assert_int_equal(close(next), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){.rlim_cur = (rlim_t)next, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	loop_until(&failed, 1);
	assert_int_equal(last_error, EMFILE);
	while (g_main_context_iteration(NULL, FALSE))
		; /* nothing is ready: otherwise this would not end */
	assert_int_equal(connected, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	loop_until(&connected, 1);
	assert_int_equal(close(client), 0);
	unix_listener_close(l);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(the_socket_has_its_mode_whatever_the_umask),
		CASE(every_connection_is_handed_over),
		CASE(a_stale_socket_is_replaced_and_the_first_owner_leaves_it_alone),
		CASE(any_other_file_stays_and_is_an_error),
		CASE(a_path_that_is_too_long_is_an_error),
		CASE(without_a_free_descriptor_a_connection_waits_and_the_loop_does_not_spin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
