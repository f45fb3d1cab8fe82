// SPDX-License-Identifier: MIT
/* What the tests of ldirectord/check share: servers in threads, sections that need no configuration file, a check that
 * is run to its end, and a network namespace. */
#ifndef TESTS_UNIT_LDIRECTORD_CHECK_LAB_H
#define TESTS_UNIT_LDIRECTORD_CHECK_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ldirectord/check/check.h"
#include "lib/mono.h"

#define LAB_HOST "127.0.1.1"
/* How long a server waits for its client, and a check for its server, unless the test is about the deadline. */
enum { LAB_PATIENCE_MS = 120000 };

// --- a server ---

struct lab_server;

struct lab_conn {
	struct lab_server *server;
	int fd;
	SSL *ssl;
	char line[8192];
};

typedef void lab_serve(struct lab_conn *c, void *user);

struct lab_server {
	int listener, stop;
	uint16_t port;
	bool udp;
	SSL_CTX *tls; /* NULL: plain */
	lab_serve *serve;
	void *user;
	pthread_t thread;
	volatile int connections;
};

static inline bool lab_wait(struct lab_conn *c, short events)
{
	struct pollfd p[2] = {{.fd = c->fd, .events = events}, {.fd = c->server->stop, .events = POLLIN}};
	(void)poll(p, 2, LAB_PATIENCE_MS);
	return p[0].revents != 0 && !p[1].revents;
}

/* Returns false when the client has closed the connection or the test is over. */
static inline bool lab_send(struct lab_conn *c, const void *bytes, size_t len)
{
	if (c->ssl)
		return SSL_write(c->ssl, bytes, (int)len) == (int)len;
	const char *p = bytes;
	while (len) {
		ssize_t n = send(c->fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN && lab_wait(c, POLLOUT))
			continue;
		if (n < 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static inline bool lab_send_text(struct lab_conn *c, const char *text)
{
	return lab_send(c, text, strlen(text));
}

/* Returns the number of bytes; 0 at the end of the stream or of the test. */
static inline int lab_recv(struct lab_conn *c, char *to, size_t cap)
{
	if (!(c->ssl && SSL_pending(c->ssl)) && !lab_wait(c, POLLIN))
		return 0;
	int n = c->ssl ? SSL_read(c->ssl, to, (int)cap) : (int)recv(c->fd, to, cap, 0);
	return n > 0 ? n : 0;
}

/* Read a line with its newline, or the part of it that there is.  Returns the length; 0 at the end. */
static inline int lab_read_line(struct lab_conn *c)
{
	int n = 0;
	while (n < (int)sizeof(c->line) - 1 && lab_recv(c, c->line + n, 1) == 1)
		if (c->line[n++] == '\n')
			break;
	c->line[n] = '\0';
	return n;
}

/* Returns false when the test is over. */
static inline bool lab_pause(struct lab_conn *c, int ms)
{
	struct pollfd p = {.fd = c->server->stop, .events = POLLIN};
	return poll(&p, 1, ms) == 0;
}

static inline void lab_serve_one(struct lab_server *s, int fd)
{
	struct lab_conn c = {.server = s, .fd = fd};
	s->connections++;
	if (s->tls) {
		c.ssl = SSL_new(s->tls);
		(void)SSL_set_fd(c.ssl, fd);
		if (SSL_accept(c.ssl) == 1)
			s->serve(&c, s->user);
		ERR_clear_error();
		(void)SSL_shutdown(c.ssl);
		SSL_free(c.ssl);
	} else {
		s->serve(&c, s->user);
	}
	if (fd != s->listener)
		(void)close(fd);
}

static inline void *lab_thread(void *data)
{
	struct lab_server *s = data;
	struct lab_conn c = {.server = s, .fd = s->listener};
	while (lab_wait(&c, POLLIN) || (poll(&(struct pollfd){.fd = s->stop, .events = POLLIN}, 1, 0) == 0)) {
		int fd = s->udp ? s->listener : accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
		if (s->udp && poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0) != 1)
			continue;
		if (fd >= 0)
			lab_serve_one(s, fd);
	}
	return NULL;
}

static inline int lab_bind(int type, uint16_t *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof(a);
	int one = 1;
	assert_int_equal(inet_pton(AF_INET, LAB_HOST, &a.sin_addr), 1);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static inline void lab_start(struct lab_server *s)
{
	s->listener = lab_bind(s->udp ? SOCK_DGRAM : SOCK_STREAM, &s->port);
	if (!s->udp)
		assert_int_equal(listen(s->listener, 128), 0);
	s->stop = eventfd(0, EFD_CLOEXEC);
	assert_true(s->stop >= 0);
	assert_int_equal(pthread_create(&s->thread, NULL, lab_thread, s), 0);
}

static inline void lab_stop(struct lab_server *s)
{
	uint64_t one = 1;
	assert_int_equal(write(s->stop, &one, sizeof(one)), sizeof(one));
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	(void)close(s->listener);
	(void)close(s->stop);
	SSL_CTX_free(s->tls);
}

/* The server side of TLS, with a new certificate for name.  The certificate is written to the file pem unless that is
 * NULL. */
static inline SSL_CTX *lab_tls(const char *name, const char *pem)
{
	SSL_CTX *x = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	X509 *cert = X509_new();
	char alternative[128];
	assert_non_null(x);
	assert_non_null(key);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)time(NULL));
	(void)X509_set_version(cert, 2);
	(void)X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	(void)X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	(void)X509_set_pubkey(cert, key);
	(void)X509_NAME_add_entry_by_txt(
		X509_get_subject_name(cert), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	(void)X509_set_issuer_name(cert, X509_get_subject_name(cert));
	(void)snprintf(alternative, sizeof(alternative), "DNS:%s", name);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, alternative);
	(void)X509_add_ext(cert, e, -1);
	X509_EXTENSION_free(e);
	assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
	assert_int_equal(SSL_CTX_use_certificate(x, cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(x, key), 1);
	if (pem) {
		FILE *f = fopen(pem, "w");
		assert_non_null(f);
		assert_int_equal(PEM_write_X509(f, cert), 1);
		assert_int_equal(fclose(f), 0);
	}
	X509_free(cert);
	EVP_PKEY_free(key);
	return x;
}

/* A server that reads an http request and sends the text of user. */
static inline void lab_answer_http(struct lab_conn *c, void *user)
{
	while (lab_read_line(c) > 2)
		;
	(void)lab_send_text(c, user);
}

/* A server that sends the text of user, if there is one, and then nothing more. */
static inline void lab_hold(struct lab_conn *c, void *user)
{
	if (user)
		(void)lab_send_text(c, user);
	(void)lab_pause(c, LAB_PATIENCE_MS);
}

// --- a section ---

/* The strings of a section are never written to, so a literal will do. */
#define LAB_TEXT(literal) ((char *)(uintptr_t)(literal))

struct lab_section {
	struct lb_virtual v;
	struct lb_real r;
	enum lb_check_type type;
	char request[512];
};

static inline void lab_section(struct lab_section *s, enum lb_service service, uint16_t port)
{
	memset(s, 0, sizeof(*s));
	s->type = LB_CHECK_NEGOTIATE;
	s->v.service = service;
	s->v.check_type = LB_CHECK_NEGOTIATE;
	s->v.check_command = LAB_TEXT("/bin/true");
	s->v.login = s->v.passwd = s->v.database = s->v.secret = LAB_TEXT("");
	s->v.check_timeout_ms = s->v.negotiate_timeout_ms = LAB_PATIENCE_MS;
	s->v.check_count = 1;
	s->v.id.address = (struct lb_address){.family = LB_INET, .bytes = {10, 9, 0, 1}, .port = 80};
	s->r.address = (struct lb_address){.family = LB_INET, .bytes = {127, 0, 1, 1}, .port = port};
	s->r.request = LAB_TEXT("/");
	s->r.receive = LAB_TEXT("");
}

// --- a check ---

struct lab_result {
	int done;
	bool up;
	char why[512];
	int64_t took_ms;
	unsigned share;
};

static inline void lab_done(void *user, const struct check_outcome *o)
{
	struct lab_result *r = user;
	r->done++;
	r->up = o->up;
	r->share = o->share;
	(void)snprintf(r->why, sizeof(r->why), "%s", o->why);
}

static inline void lab_finish(struct lab_result *r)
{
	while (!r->done)
		(void)g_main_context_iteration(NULL, TRUE);
}

static inline struct lab_result lab_check(const struct lab_section *s)
{
	struct lab_result r = {0};
	struct check_plan plan = {.type = s->type, .v = &s->v, .r = &s->r};
	struct mono before = mono_now();
	assert_non_null(check_start(NULL, &plan, lab_done, &r));
	assert_int_equal(r.done, 0);
	lab_finish(&r);
	assert_int_equal(r.done, 1);
	assert_true(*r.why);
	r.took_ms = span_to_ms(mono_since(mono_now(), before));
	return r;
}

/* Run one check against a server that exists only for it.  tls is freed; NULL: without TLS. */
static inline struct lab_result lab_ask(struct lab_section *s, lab_serve *serve, const void *user, SSL_CTX *tls)
{
	struct lab_server server = {.serve = serve, .user = (void *)(uintptr_t)user, .tls = tls};
	lab_start(&server);
	s->r.address.port = server.port;
	struct lab_result r = lab_check(s);
	lab_stop(&server);
	print_message("  %-4s %s\n", r.up ? "up" : "down", r.why);
	return r;
}

static inline void lab_expect(const struct lab_result *r, bool up, const char *part)
{
	if (!strstr(r->why, part))
		fail_msg("\"%s\" lacks \"%s\"", r->why, part);
	if (r->up != up)
		fail_msg("%s, but: %s", r->up ? "up" : "down", r->why);
}

// --- a program ---

static inline int lab_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;
	assert_non_null(d);
	while (readdir(d))
		n++;
	(void)closedir(d);
	return n;
}

/* A network namespace that has only loopback: no packet leaves the machine, and the test decides which echo requests
 * and DNS queries are answered. */
static inline bool lab_own_network(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return false;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
	if (fd >= 0)
		(void)close(fd);
	return up;
}

/* The first call of main; needs root.  Returns the number of open descriptors, for lab_end; -1 after an error. */
static inline int lab_begin(void)
{
	const char *why = "";
	if (!lab_own_network()) {
		perror("cannot make a network namespace; this test needs root");
		return -1;
	}
	(void)g_main_context_default(); // GLib's descriptors must not count as a leak
	int before = lab_descriptors();
	return check_init(&why) ? before : -1;
}

/* Returns the exit status for main: failed, the number of failed tests, or 1 when descriptors were not closed. */
static inline int lab_end(int failed, int before)
{
	check_exit();
	if (lab_descriptors() == before)
		return failed;
	(void)fprintf(stderr, "%d descriptors were not closed\n", lab_descriptors() - before);
	return 1;
}

#endif
