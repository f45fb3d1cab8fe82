// SPDX-License-Identifier: MIT
#include "ldirectord/check/sql.h"

#include <errno.h>
#include <linux/tcp.h>
#include <openssl/x509.h>
#include <signal.h>
#include <string.h>
#include <time.h>

const char *sql_request(const struct check_plan *plan)
{
	return plan->r->request + (*plan->r->request == '/');
}

bool sql_is_complete(struct check *c, const struct check_plan *plan)
{
	if (!*plan->v->login || !*sql_request(plan)) {
		check_verdict(c, false, "login and request are needed");
		return false;
	}
	if (!c->address.port)
		check_failed(c, "", EDESTADDRREQ);
	return c->address.port != 0;
}

const char *sql_text(const char *message, char out[SQL_TEXT_MAX])
{
	// libpq appends a second line with a hint or a position
	(void)check_printable(message, strcspn(message, "\n"), out, SQL_TEXT_MAX);
	return out;
}

// --- how long a library may read ---

static struct {
	bool made;
	timer_t timer;
} guard;
static volatile sig_atomic_t guarded_fd = -1, guard_fired;

static void on_busy(int signal)
{
	(void)signal;
	guard_fired = 1;
	if (guarded_fd >= 0)
		(void)shutdown(guarded_fd, SHUT_RDWR);
}

/* Set the limit of CPU time.  Elapsed time would be wrong, because on a busy machine a normal call may take long. */
static void guard_set(int ms)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
	struct itimerspec in = {.it_value = {.tv_nsec = ms * 1000000L}};
	if (!guard.made) {
		struct sigaction action = {.sa_handler = on_busy, .sa_flags = SA_RESTART};
		if (sigaction(SIGRTMIN, &action, NULL) != 0 ||
			timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &guard.timer) != 0)
			g_error("no timer for the checks of databases: %s", g_strerror(errno));
		guard.made = true;
	}
	(void)timer_settime(guard.timer, 0, &in, NULL); // cannot fail: the timer exists, and the value is valid
}

void sql_begin_call(int fd)
{
	guard_fired = 0;
	guarded_fd = fd;
	guard_set(SQL_BUSY_MS);
}

bool sql_end_call(int fd)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);
	guard_set(0);
	guarded_fd = -1;
	return guard_fired || (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
				      info.tcpi_bytes_received > SQL_RECEIVED_MAX);
}

const char *sql_authorities(void)
{
	const char *set = g_getenv(X509_get_default_cert_file_env());
	return set ? set : X509_get_default_cert_file();
}
