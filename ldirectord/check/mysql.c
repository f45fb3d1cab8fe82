// SPDX-License-Identifier: MIT
/* service=mysql with the non-blocking calls of MariaDB Connector/C: connects and sends the request as a query.  The
 * server is up when the query returns a row.  Each of these calls has its own stack, and returns when it would have to
 * wait.
 * doc/ldirectord.md 6 */
#include <mariadb/mysql.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "ldirectord/check/private.h"
#include "ldirectord/check/sql.h"

struct mysql_check {
	struct check c;
	MYSQL mysql;
	bool made; /* mysql was initialised */
	struct watch watch;
	struct timer timer; /* fires when the library must be called again */
	enum { CONNECTING, ASKING, FETCHING } phase;
	/* The results of the calls of each phase, and the rows. */
	MYSQL *connected;
	int failed;
	MYSQL_ROW row;
	MYSQL_RES *rows;
	bool found; /* the query returned a row */
	bool idle;  /* no call runs, and no answer is pending */
	char *login, *passwd, *database, *request, host[INET6_ADDRSTRLEN];
};

#define OWNER(pointer, member) ((struct mysql_check *)((char *)(pointer) - offsetof(struct mysql_check, member)))

static void mysql_failed(struct mysql_check *k)
{
	char text[SQL_TEXT_MAX];
	check_verdict(&k->c, false, "error %u: %s", mysql_errno(&k->mysql), sql_text(mysql_error(&k->mysql), text));
}

/* Wait for the events that the library needs. */
static void mysql_wait(struct mysql_check *k, int wanted)
{
	uint32_t events = (wanted & MYSQL_WAIT_READ ? EPOLLIN : 0u) | (wanted & MYSQL_WAIT_WRITE ? EPOLLOUT : 0u) |
			  (wanted & MYSQL_WAIT_EXCEPT ? EPOLLPRI : 0u);
	int failed = watch_set(&k->watch, (int)mysql_get_socket(&k->mysql), events);
	if (wanted & MYSQL_WAIT_TIMEOUT)
		timer_set(&k->timer, mono_add(mono_now(), span_ms(mysql_get_timeout_value_ms(&k->mysql))));
	if (failed)
		check_failed(&k->c, "epoll", -failed);
}

// --- the calls, one after the other; each returns what the library waits for, 0: it has ended ---

static int mysql_connect_to(struct mysql_check *k)
{
	return mysql_real_connect_start(&k->connected, &k->mysql, k->host, k->login, k->passwd,
		*k->database ? k->database : NULL, k->c.address.port, NULL, 0);
}

static int mysql_ask(struct mysql_check *k)
{
	k->phase = ASKING;
	check_stage(&k->c, "answer to the query");
	return mysql_real_query_start(&k->failed, &k->mysql, k->request, strlen(k->request));
}

static int mysql_fetch(struct mysql_check *k)
{
	k->phase = FETCHING;
	return mysql_fetch_row_start(&k->row, k->rows);
}

static int mysql_go_on(struct mysql_check *k, int happened)
{
	switch (k->phase) {
	case CONNECTING:
		return mysql_real_connect_cont(&k->connected, &k->mysql, happened);
	case ASKING:
		return mysql_real_query_cont(&k->failed, &k->mysql, happened);
	default:
		return mysql_fetch_row_cont(&k->row, k->rows, happened);
	}
}

/* The call of this phase has ended: start the call of the next phase.  All rows are read, so that the connection can be
 * closed normally.  Returns the events that the call waits for; -1: the verdict is due. */
static int mysql_next(struct mysql_check *k)
{
	switch (k->phase) {
	case CONNECTING:
		return k->connected ? mysql_ask(k) : -1;
	case ASKING:
		k->rows = k->failed ? NULL : mysql_use_result(&k->mysql);
		return k->rows ? mysql_fetch(k) : -1;
	default:
		k->found = k->found || k->row;
		return k->row ? mysql_fetch(k) : -1;
	}
}

static void mysql_judge(struct mysql_check *k, bool too_much)
{
	if (k->found) // the remaining part of the answer is not needed
		check_verdict(&k->c, true, "the query returned a row");
	else if (too_much)
		check_verdict(&k->c, false, SQL_TOO_MUCH_WHY);
	else if (mysql_errno(&k->mysql))
		mysql_failed(k);
	else
		check_verdict(&k->c, false, k->phase == FETCHING ? "the query returned no row"
								 : "the request is a command that returns no rows");
}

/* Continue the call of this phase.  happened: the events that have occurred; 0: no call runs yet. */
static void mysql_happened(struct mysql_check *k, int happened)
{
	watch_clear(&k->watch);
	timer_clear(&k->timer);
	sql_begin_call((int)mysql_get_socket(&k->mysql));
	int wanted = happened ? mysql_go_on(k, happened) : mysql_connect_to(k);
	while (wanted == 0)
		wanted = mysql_next(k);
	bool too_much = sql_end_call((int)mysql_get_socket(&k->mysql));
	k->idle = wanted < 0 && !too_much;
	if (wanted < 0 || too_much)
		mysql_judge(k, too_much);
	else
		mysql_wait(k, wanted);
}

static void mysql_ready(struct watch *w, uint32_t events)
{
	int happened = (events & EPOLLIN ? MYSQL_WAIT_READ : 0) | (events & EPOLLOUT ? MYSQL_WAIT_WRITE : 0) |
		       (events & EPOLLPRI ? MYSQL_WAIT_EXCEPT : 0);
	if (events & (EPOLLERR | EPOLLHUP)) // the next call returns the error, whatever events it waits for
		happened |= (w->events & EPOLLIN ? MYSQL_WAIT_READ : 0) | (w->events & EPOLLOUT ? MYSQL_WAIT_WRITE : 0);
	mysql_happened(OWNER(w, watch), happened);
}

static void mysql_fired(struct timer *t)
{
	mysql_happened(OWNER(t, timer), MYSQL_WAIT_TIMEOUT);
}

// --- life ---

/* Initialise mysql; no settings file is read.  Returns false without memory. */
static bool mysql_make(struct mysql_check *k)
{
	unsigned long longest = SQL_RECEIVED_MAX;
	unsigned no = 0, tcp = MYSQL_PROTOCOL_TCP;
	k->made = mysql_init(&k->mysql) != NULL;
	return k->made && mysql_options(&k->mysql, MYSQL_OPT_NONBLOCK, NULL) == 0 &&
	       mysql_options(&k->mysql, MYSQL_OPT_PROTOCOL, &tcp) == 0 &&
	       // otherwise the server could request any file that we can read
	       mysql_options(&k->mysql, MYSQL_OPT_LOCAL_INFILE, &no) == 0 &&
	       // other plugins ask the user, or send the password in clear text
	       mysql_options(&k->mysql, MARIADB_OPT_RESTRICTED_AUTH,
		       "mysql_native_password,client_ed25519,caching_sha2_password,sha256_password") == 0 &&
	       mysql_options(&k->mysql, MYSQL_OPT_MAX_ALLOWED_PACKET, &longest) == 0;
}

static void mysql_start(struct check *c, const struct check_plan *plan)
{
	struct mysql_check *k = (struct mysql_check *)c;
	const struct lb_virtual *v = plan->v;
	k->watch = (struct watch){.fd = -1, .ready = mysql_ready};
	k->timer.fired = mysql_fired;
	check_stage(c, "connection");
	if (!sql_is_complete(c, plan))
		return;
	if (!mysql_make(k)) {
		check_verdict(c, false, "MariaDB Connector/C: %s", k->made ? mysql_error(&k->mysql) : "no memory");
		return;
	}
	check_host_text(&c->address, k->host, sizeof(k->host));
	k->login = g_strdup(v->login);
	k->passwd = g_strdup(v->passwd);
	k->database = g_strdup(v->database);
	k->request = g_strdup(sql_request(plan));
	mysql_happened(k, 0);
}

static void mysql_stop(struct check *c)
{
	struct mysql_check *k = (struct mysql_check *)c;
	watch_clear(&k->watch);
	timer_clear(&k->timer);
	if (k->made) {
		// otherwise mysql_free_result would read the remaining answer, and wait for a server that sends nothing
		if (!k->idle)
			(void)shutdown((int)mysql_get_socket(&k->mysql), SHUT_RDWR);
		mysql_free_result(k->rows);
		mysql_close(&k->mysql);
	}
	g_free(k->login);
	g_free(k->passwd);
	g_free(k->database);
	g_free(k->request);
}

const struct check_kind check_kind_mysql = {
	.size = sizeof(struct mysql_check), .negotiates = true, .start = mysql_start, .stop = mysql_stop};
