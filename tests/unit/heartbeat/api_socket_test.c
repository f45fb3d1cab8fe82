// SPDX-License-Identifier: MIT
/* The client API over a real socket: the file in its directory, clients that come, misbehave and hang up, the blocking
 * client of the tools, and what the daemon hands out. */
#include "tests/unit/heartbeat/api_lab.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/ipc/api_client.h"
#include "heartbeat/ipc/frame.h"

enum { WAIT_MS = 60000 };

/* --- one server --------------------------------------------------------------------------------------------------- */

struct moved {
	unsigned calls, id;
};

struct fixture {
	struct lab lab;
	struct moved moved;
	char answer[128]; /* the latest answer to the daemon of a peer */
	unsigned answers;
	char directory[64], path[96];
	struct api_server *server;
};

static void on_move(void *context, bool takeover, enum half half, unsigned id)
{
	struct fixture *r = context;
	(void)takeover;
	(void)half;
	r->moved.calls++;
	r->moved.id = id;
}

static void on_client_message(void *context, const struct message *m)
{
	static const char *const fields[] = {"t", "dest", "result", "cn", "to_id", "cs"};
	struct fixture *r = context;
	struct writer w = writer_over(r->answer, sizeof r->answer - 1);
	if (message_is(m, "t", "hbapi-clstat"))
		return;
	assert_true(message_is(m, "t", "respond-cstatus"));
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct bytes value = message_string(m, fields[i]);
		writer_format(&w, "%.*s ", (int)value.len, (const char *)value.at);
	}
	r->answer[w.len] = '\0';
	r->answers++;
}

static int set_up_server(void **state)
{
	struct fixture *r = calloc(1, sizeof *r);
	assert_non_null(r);
	lab_begin(&r->lab);
	strcpy(r->directory, "/tmp/api_socket_test.XXXXXX");
	assert_non_null(mkdtemp(r->directory));
	(void)snprintf(r->path, sizeof r->path, "%s/register", r->directory);
	r->lab.config.path = r->path;
	r->lab.config.move = on_move;
	r->lab.config.message = on_client_message;
	r->lab.config.context = r;
	r->server = api_server_open(&r->lab.config);
	assert_non_null(r->server);
	*state = r;
	return 0;
}

static int tear_down_server(void **state)
{
	struct fixture *r = *state;
	api_server_close(r->server);
	assert_int_equal(rmdir(r->directory), 0); /* the socket is gone */
	lab_end(&r->lab);
	free(r);
	return 0;
}

static void turn(void)
{
	while (g_main_context_iteration(NULL, FALSE))
		;
}

static int connected(struct fixture *r)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	assert_true(bytes_to_text(bytes_of(r->path), address.sun_path, sizeof address.sun_path));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	turn();
	return fd;
}

static bool hung_up(int fd)
{
	char byte;
	turn();
	ssize_t got;
	while ((got = recv(fd, &byte, 1, 0)) > 0)
		;
	return got == 0 || (got < 0 && errno == ECONNRESET);
}

static void the_socket_is_open_to_all_and_removed_at_the_end(void **state)
{
	struct fixture *r = *state;
	struct stat st;
	assert_int_equal(lstat(r->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0777);
	assert_int_equal(lstat(r->directory, &st), 0);
	assert_true((st.st_mode & 0777) == 0750 || (st.st_mode & 0777) == 0755);
}

static void a_socket_that_a_killed_daemon_left_is_replaced(void **state)
{
	struct fixture *r = *state;
	struct stat st;
	struct api_server *second = api_server_open(&r->lab.config);
	assert_non_null(second);
	api_server_close(r->server); /* another file is in the place of its socket */
	assert_int_equal(lstat(r->path, &st), 0);
	r->server = second;
}

static void a_bad_head_closes_only_that_client(void **state)
{
	struct fixture *r = *state;
	static const uint32_t head[2] = {64U << 20, FRAME_MAGIC};
	int good = connected(r), bad = connected(r);
	assert_int_equal(send(bad, head, sizeof head, 0), sizeof head);
	assert_true(hung_up(bad));
	assert_false(hung_up(good));
	close(good);
	close(bad);
	turn();
}

static void a_hang_up_in_the_middle_of_a_frame_does_no_harm(void **state)
{
	struct fixture *r = *state;
	static const uint32_t head[2] = {81, FRAME_MAGIC};
	for (size_t i = 0; i < 200; i++) { /* more than there are places */
		int fd = connected(r);
		assert_int_equal(send(fd, head, i % 9, 0), (ssize_t)(i % 9));
		if (i % 2)
			turn();
		close(fd);
	}
	turn();
	int fd = connected(r);
	assert_false(hung_up(fd));
	close(fd);
	turn();
}

/* The blocking client runs in a child.  Its exit status is the line number of the first check that failed, 0: none. */
static void with_client(struct fixture *r, int (*child)(struct fixture *r), void (*meanwhile)(struct fixture *r))
{
	int status;
	gint64 end = g_get_monotonic_time() + (gint64)WAIT_MS * 1000;
	(void)fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(child(r));
	while (waitpid(pid, &status, WNOHANG) == 0) {
		assert_true(g_get_monotonic_time() < end);
		turn();
		if (meanwhile)
			meanwhile(r);
		g_usleep(500);
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define WANT(what) \
	do { \
		if (!(what)) { \
			(void)fprintf(stderr, "child, line %d: not so: %s\n", __LINE__, #what); \
			return 1; \
		} \
	} while (0)

static int client_that_asks(struct fixture *r)
{
	struct api_client *c;
	const struct message *reply;
	char error[256];
	WANT(api_client_open(r->path, span_ms(WAIT_MS), &c, error) == API_OK);
	WANT(message_is(api_client_signon(c), "node", "cfa"));
	WANT(api_client_ask(c, span_ms(WAIT_MS), "nodelist", NULL, &reply) == API_OK &&
		message_is(reply, "node", "cfa"));
	for (int i = 0; i < 3; i++) {
		WANT(message_is(reply, "result", "ok/more"));
		WANT(api_client_more(c, span_ms(WAIT_MS), &reply) == API_OK);
	}
	WANT(message_is(reply, "result", "OK"));
	const char *const pairs[] = {"pname", "keepalive", NULL};
	WANT(api_client_ask(c, span_ms(WAIT_MS), "getparm", pairs, &reply) == API_OK &&
		message_is(reply, "pvalue", "500ms"));
	WANT(api_client_more(c, span_ms(50), &reply) == API_TIMEOUT);
	api_client_close(c);
	return 0;
}

/* A hundred connections that say nothing: the oldest ones make place, and a client is served. */
static void silent_clients_make_place_for_others(void **state)
{
	struct fixture *r = *state;
	int fds[100];
	for (size_t i = 0; i < 100; i++)
		fds[i] = connected(r);
	assert_true(hung_up(fds[0]));
	assert_false(hung_up(fds[99]));
	with_client(r, client_that_asks, NULL);
	for (size_t i = 0; i < 100; i++)
		close(fds[i]);
	turn();
}

static void the_blocking_client_signs_on_and_asks(void **state)
{
	with_client(*state, client_that_asks, NULL);
}

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
	(void)number;
	signals++;
}

static int client_that_wants_a_signal(struct fixture *r)
{
	struct api_client *c;
	const struct message *reply;
	char error[256];
	const char *const pairs[] = {"signal", "10", NULL};
	(void)signal(SIGUSR1, on_signal);
	WANT(api_client_open(r->path, span_ms(WAIT_MS), &c, error) == API_OK);
	WANT(api_client_ask(c, span_ms(WAIT_MS), "setsignal", pairs, &reply) == API_OK &&
		message_is(reply, "result", "OK"));
	for (int waited = 0; signals == 0 && waited < WAIT_MS; waited++)
		g_usleep(1000);
	WANT(signals > 0);
	api_client_close(c);
	return 0;
}

static void a_message_comes(struct fixture *r)
{
	api_notify(r->server, bytes_of(">>>\nt=status\nst=active\n<<<\n"), false);
}

static void a_client_gets_its_signal_with_a_message(void **state)
{
	with_client(*state, client_that_wants_a_signal, a_message_comes);
}

static int client_that_moves(struct fixture *r)
{
	struct api_client *c;
	const struct message *reply;
	char error[256];
	const char *const pairs[] = {"kind", "takeover", "rsc_hold", "local", "wait", "1", NULL};
	WANT(api_client_open(r->path, span_ms(WAIT_MS), &c, error) == API_OK);
	enum api_result result = api_client_ask(c, span_ms(WAIT_MS), "move", pairs, &reply);
	WANT(result == API_OK);
	if (geteuid() == 0)
		WANT(message_is(reply, "result", "OK") && message_is(reply, "info", "all moved"));
	else
		WANT(message_is(reply, "result", "badreq"));
	api_client_close(c);
	return 0;
}

static void end_the_move(struct fixture *r)
{
	if (r->moved.calls == 1) {
		api_request_done(r->server, r->moved.id, true, "all moved");
		r->moved.calls++;
	}
}

static void a_waiting_client_hears_the_end_of_its_move(void **state)
{
	with_client(*state, client_that_moves, end_the_move);
}

static int client_that_finds_nobody(struct fixture *r)
{
	struct api_client *c;
	char error[256], path[160];
	(void)snprintf(path, sizeof path, "%s/nobody", r->directory);
	WANT(api_client_open(path, span_ms(WAIT_MS), &c, error) == API_DOWN && !c);
	WANT(strcmp(error, "hb_api_signon: Can't initiate connection to heartbeat") == 0);
	return 0;
}

static void without_a_daemon_the_client_fails_at_once(void **state)
{
	with_client(*state, client_that_finds_nobody, NULL);
}

static int client_of_a_frozen_daemon(struct fixture *r)
{
	struct api_client *c;
	char error[256], path[160];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	(void)snprintf(path, sizeof path, "%s/frozen", r->directory);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	WANT(bytes_to_text(bytes_of(path), address.sun_path, sizeof address.sun_path));
	WANT(bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 5) == 0);
	struct mono before = mono_now();
	enum api_result result = api_client_open(path, span_ms(200), &c, error);
	int64_t took = span_to_ms(mono_since(mono_now(), before));
	WANT(unlink(path) == 0);
	WANT(result == API_TIMEOUT && took >= 200);
	return 0;
}

static void a_daemon_that_does_not_answer_is_a_timeout(void **state)
{
	with_client(*state, client_of_a_frozen_daemon, NULL);
}

/* 3.0.6 asks whether a client of the same name runs here: doc/protocol.md 4. */
static void a_peer_asks_whether_a_client_is_here(void **state)
{
	struct fixture *r = *state;
	api_notify(r->server, bytes_of(">>>\nt=query-cstatus\nsrc=cfb\ndest=cfa\ncn=ipfail\nfrom_id=ipfail\n<<<\n"), false);
	assert_int_equal(r->answers, 1);
	assert_string_equal(r->answer, "respond-cstatus cfb OK ipfail ipfail offline ");
	/* which client? */
	api_notify(r->server, bytes_of(">>>\nt=query-cstatus\nsrc=cfb\ndest=cfa\nfrom_id=ipfail\n<<<\n"), false);
	api_notify(r->server, bytes_of(">>>\nt=query-cstatus\nsrc=cfb\ndest=other\ncn=x\nfrom_id=ipfail\n<<<\n"), false);
	api_notify(r->server, bytes_of(">>>\nt=respond-cstatus\nsrc=cfb\ndest=cfa\ncn=x\nfrom_id=ipfail\n<<<\n"), false);
	assert_int_equal(r->answers, 1);
}

static void messages_with_a_digest_are_never_handed_out(void **state)
{
	struct fixture *r = *state;
	char text[512], seen[4096];
	int fd = connected(r);
	struct frame_buffer out = {0};
	(void)snprintf(text, sizeof text, ">>>\nt=hbapi-req\nreqtype=signon\ndest=cfa\npid=%d\nfrom_id=web\n<<<\n",
		(int)getpid());
	assert_true(frame_put(&out, bytes_of(text)));
	struct bytes all = frame_buffer_waiting(&out);
	assert_int_equal(send(fd, all.at, all.len, 0), (ssize_t)all.len);
	frame_buffer_free(&out);
	turn();
	ssize_t got = recv(fd, seen, sizeof seen, 0);
	assert_true(got > 0);
	if (geteuid() == 0) { /* "web" is uid 0 in this ha.cf */
		api_notify(r->server, bytes_of(">>>\nt=status\nauth=1 0123456789\n<<<\n"), false);
		turn();
		assert_int_equal(recv(fd, seen, sizeof seen, 0), -1);
		api_notify(r->server, bytes_of(">>>\nt=status\n<<<\n"), false);
		turn();
		assert_int_equal(recv(fd, seen, sizeof seen, 0), FRAME_HEAD + 18);
	}
	close(fd);
	turn();
}

#define SERVER(name) cmocka_unit_test_setup_teardown(name, set_up_server, tear_down_server)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER(the_socket_is_open_to_all_and_removed_at_the_end),
		SERVER(a_socket_that_a_killed_daemon_left_is_replaced),
		SERVER(a_bad_head_closes_only_that_client),
		SERVER(a_hang_up_in_the_middle_of_a_frame_does_no_harm),
		SERVER(silent_clients_make_place_for_others),
		SERVER(the_blocking_client_signs_on_and_asks),
		SERVER(a_client_gets_its_signal_with_a_message),
		SERVER(a_waiting_client_hears_the_end_of_its_move),
		SERVER(without_a_daemon_the_client_fails_at_once),
		SERVER(a_daemon_that_does_not_answer_is_a_timeout),
		SERVER(a_peer_asks_whether_a_client_is_here),
		SERVER(messages_with_a_digest_are_never_handed_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
