// SPDX-License-Identifier: MIT
/* A server on loopback plays every recorded conversation of tests/data/ldirectord/checks.  What the check sends is
 * compared with the recording, and its verdict with required_verdict.  check_vector.h lists what we must not send. */
#include "tests/unit/ldirectord/check_vector.h"

#include <sys/stat.h>

// --- playing ---

/* Compares a line, without the parts that differ from run to run. */
static bool same(const struct vector *v, const char *sent, size_t len, const GByteArray *wanted)
{
	if (v->section.v.service == LB_DNS)
		return len == wanted->len && memcmp(sent + 2, wanted->data + 2, len - 2) == 0;
	if (len >= 9 && memcmp(sent, "Call-ID: ", 9) == 0)
		return len == wanted->len && memcmp(sent, wanted->data, 9) == 0;
	if (g_str_has_prefix(sent, "PASS ldirectord@")) // our host name follows
		return true;
	if (g_str_has_prefix(sent, "Via: "))
		return g_str_has_prefix(sent, "Via: SIP/2.0/UDP 127.0.0.1:") ||
		       g_str_has_prefix(sent, "Via: SIP/2.0/UDP 127.0.1.1:");
	return len == wanted->len && memcmp(sent, wanted->data, len) == 0;
}

static void differs(struct vector *v, const char *sent)
{
	v->broken = true;
	(void)g_strlcpy(v->sent, sent, sizeof(v->sent)); // cut when it is long
}

/* Only the first line of a request and Host are compared; libcurl chooses the other headers. */
static bool play_http_request(struct lab_conn *c, struct vector *v)
{
	char host[300] = "";
	bool first = true;
	while (lab_read_line(c) > 2) {
		if (first && !same(v, c->line, strlen(c->line), v->steps[v->at].bytes))
			differs(v, c->line);
		first = false;
		if (g_ascii_strncasecmp(c->line, "host:", 5) == 0)
			(void)snprintf(host, sizeof(host), "%s", c->line);
		if (g_ascii_strncasecmp(c->line, "accept-encoding:", 16) == 0)
			differs(v, "a request for compressed data");
	}
	if (first)
		return false;
	for (; v->at < v->count && v->steps[v->at].side == 'C'; v->at++)
		if (has(&v->steps[v->at], "Host: ") && !has(&v->steps[v->at], "Host: 127.0.1.1:80") &&
			!same(v, host, strlen(host), v->steps[v->at].bytes))
			differs(v, host);
	return true;
}

static bool play_client_step(struct lab_conn *c, struct vector *v)
{
	struct step *s = &v->steps[v->at];
	if (v->http)
		return play_http_request(c, v);
	int n = 0;
	bool line = s->bytes->len && s->bytes->data[s->bytes->len - 1] == '\n';
	if (line && v->section.v.service != LB_DNS) {
		n = lab_read_line(c);
	} else {
		// dns over tcp starts with a length
		int skip = v->section.v.service == LB_DNS ? 2 : 0, want = (int)s->bytes->len + skip;
		while (n < want && lab_recv(c, c->line + n, 1) == 1)
			n++;
		memmove(c->line, c->line + skip, (size_t)(n > skip ? n - skip : 0));
		n -= skip;
		c->line[n < 0 ? 0 : n] = '\0';
	}
	if (n <= 0)
		return false;
	if (!same(v, c->line, (size_t)n, s->bytes))
		differs(v, c->line);
	v->at++;
	return true;
}

static void play_ftp_data(struct vector *v)
{
	struct pollfd p = {.fd = v->data, .events = POLLIN};
	if (poll(&p, 1, LAB_PATIENCE_MS) != 1) {
		differs(v, "no data connection");
		return;
	}
	int fd = accept4(v->data, NULL, NULL, SOCK_CLOEXEC);
	(void)!write(fd, "welcome to ftp\n", 15);
	(void)close(fd);
}

static bool play_server_step(struct lab_conn *c, struct vector *v)
{
	struct step *s = &v->steps[v->at++];
	g_autofree char *text = g_strndup((const char *)s->bytes->data, s->bytes->len);
	if (v->slow_ms && !lab_pause(c, v->slow_ms))
		return false;
	if (has(s, "Location: http://127.0.1.1:80/")) {
		g_autoptr(GString) moved = g_string_new(text);
		char port[16];
		(void)snprintf(port, sizeof(port), ":%u/", v->port);
		(void)g_string_replace(moved, ":80/", port, 1);
		return lab_send_text(c, moved->str);
	}
	if (has(s, "227 ")) {
		uint16_t port;
		char answer[96];
		v->data = lab_bind(SOCK_STREAM, &port);
		(void)listen(v->data, 4);
		// a wrong address, which the check must not use
		(void)snprintf(answer, sizeof(answer), "227 Entering Passive Mode (10,1,2,3,%u,%u)\r\n", port >> 8,
			port & 255u);
		return lab_send_text(c, answer);
	}
	bool sent = v->section.v.service == LB_DNS ? false : lab_send(c, s->bytes->data, s->bytes->len);
	if (has(s, "150 "))
		play_ftp_data(v);
	for (int i = 0; v->drip && i < LAB_PATIENCE_MS / 20 && sent; i++)
		sent = lab_pause(c, 20) && lab_send_text(c, "x");
	return sent;
}

/* The answer must have the number of the query. */
static bool play_dns_answer(struct lab_conn *c, struct vector *v, const uint8_t id[2])
{
	struct step *s = &v->steps[v->at++];
	int at = v->section.v.id.protocol == LB_UDP ? 0 : 2;
	s->bytes->data[at] = id[0];
	s->bytes->data[at + 1] = id[1];
	return lab_send(c, s->bytes->data, s->bytes->len);
}

static void play(struct lab_conn *c, void *user)
{
	struct vector *v = user;
	if (v->at < v->count && v->steps[v->at].side == 'N')
		v->at++;
	while (v->at < v->count && v->steps[v->at].side != 'N') {
		struct step *s = &v->steps[v->at];
		bool going = true;
		if (s->side == 'C') {
			going = play_client_step(c, v);
		} else if (s->side == 'S') {
			going = v->section.v.service == LB_DNS ? play_dns_answer(c, v, (const uint8_t *)c->line)
			                                       : play_server_step(c, v);
		} else {
			if (lab_recv(c, c->line, 1) != 0)
				differs(v, "more than was recorded");
			v->at++;
		}
		if (!going)
			return;
	}
	if (!v->http && v->at && v->steps[v->at - 1].side == 'C') // this server never answers, and stays connected
		(void)lab_pause(c, LAB_PATIENCE_MS);
	// After its last line a server waits until the check closes the connection; an http server closes it itself.
	if (!(v->http && v->at > 1 && v->steps[v->at - 1].side == 'S'))
		while (lab_recv(c, c->line, sizeof(c->line)) > 0)
			;
}

static void play_datagram(struct lab_conn *c, void *user)
{
	struct vector *v = user;
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(c->fd, c->line, sizeof(c->line) - 1, 0, (struct sockaddr *)&from, &len);
	if (n < 0 || v->at >= v->count)
		return;
	c->line[n] = '\0';
	GByteArray *wanted = v->steps[v->at++].bytes;
	if (v->section.v.service == LB_DNS) {
		if (!same(v, c->line, (size_t)n, wanted))
			differs(v, c->line);
		memcpy(v->steps[v->at].bytes->data, c->line, 2);
	} else if (memcmp(c->line, "OPTIONS sip:ldirectord@", 23) != 0 || !strstr(c->line, "Via: SIP/2.0/UDP 127.0.") ||
		   !strstr(c->line, ";tag=1928301774\r\nCall-ID: ")) {
		differs(v, c->line);
	}
	(void)sendto(c->fd, v->steps[v->at].bytes->data, v->steps[v->at].bytes->len, 0, (struct sockaddr *)&from, len);
	v->at++;
}

// --- recordings without a conversation ---

static char directory[] = "/tmp/lb-check-XXXXXX";

static char *script(struct vector *v, const char *name, const char *text)
{
	char *path = v->text[v->texts++];
	(void)snprintf(path, sizeof(v->text[0]), "%s/%s", directory, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0755), 0);
	return path;
}

static void set_external(struct vector *v)
{
	char *path = script(v, "check",
		strstr(v->name, "external-1") ? "#!/bin/sh\nexit 1\n"
		: strstr(v->name, "perl")     ? "exit(@ARGV == 4 ? 0 : 1);\n"
					      : "#!/bin/sh\necho $*\n[ \"$3\" = 127.0.1.1 ] || [ $# -eq 6 ]\n");
	v->section.v.check_command = path;
	if (strcmp(v->name, "external-args") == 0)
		(void)g_strlcat(path, " a b", sizeof(v->text[0]));
	if (strstr(v->name, "perl"))
		assert_int_equal(chmod(path, 0644), 0); // perl reads it as text
}

/* A listener with a full backlog: a SYN gets no answer. */
static int blackhole(uint16_t *port, int fill[4])
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int fd = lab_bind(SOCK_STREAM, port);
	assert_int_equal(listen(fd, 0), 0);
	a.sin_port = htons(*port);
	(void)inet_pton(AF_INET, LAB_HOST, &a.sin_addr);
	for (int i = 0; i < 4; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(fill[i], (struct sockaddr *)&a, sizeof(a));
	}
	struct tcp_info info = {0};
	for (int i = 0; i < 6000 && info.tcpi_unacked == 0; i++) { // for a listener: how many wait to be accepted
		socklen_t len = sizeof(info);
		(void)usleep(10000);
		assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	}
	return fd;
}

static void judge(struct vector *v, const struct lab_result *r)
{
	print_message("  %-18s %-4s %s\n", v->name, r->up ? "up" : "down", r->why);
	if (v->broken)
		fail_msg("%s: the check has sent: %s", v->name, v->sent);
	if (r->up != wanted_up(v))
		fail_msg("%s: %s (%s), wanted: %s", v->name, r->up ? "up" : "down", r->why,
			wanted_up(v) ? "up" : "down");
}

static void play_without_server(struct vector *v)
{
	int fill[4] = {-1, -1, -1, -1}, fd = -1;
	if (strcmp(v->name, "http-blackhole") == 0)
		fd = blackhole(&v->section.r.address.port, fill);
	else
		(void)close(lab_bind(SOCK_STREAM, &v->section.r.address.port));
	struct lab_result r = lab_check(&v->section);
	judge(v, &r);
	for (int i = 0; i < 4; i++)
		if (fill[i] >= 0)
			(void)close(fill[i]);
	if (fd >= 0)
		(void)close(fd);
}

/* Conversations inside TLS could not be recorded.  The name of the recording of the plain service to use instead. */
static const char *plain_recording(const char *name)
{
	return strcmp(name, "https") == 0 ? "http-norecv" : strcmp(name, "pops") == 0 ? "pop-login" : NULL;
}

static void play_with_server(struct vector *v)
{
	bool udp = v->section.v.id.protocol == LB_UDP;
	struct lab_server s = {.serve = udp ? play_datagram : play, .user = v, .udp = udp};
	const char *lent = plain_recording(v->name);
	struct vector other;
	if (lent) {
		vector_read(&other, lent);
		read_conversation(v, json_object_get(other.json, "conversation"));
		vector_free(&other);
		s.tls = lab_tls("private.example", NULL);
	}
	if (strcmp(v->name, "https") == 0) {
		g_byte_array_unref(v->steps[1].bytes);
		v->steps[1].bytes = bytes_of("b'GET /x HTTP/1.1\\r\\n'");
		for (int i = 2; i < v->count; i++)
			if (has(&v->steps[i], "Host: ")) {
				g_byte_array_unref(v->steps[i].bytes);
				v->steps[i].bytes = bytes_of("b'Host: www.example.com\\r\\n'");
			}
	}
	// the reference used a wrong port (doc/ldirectord.md 6); the server on the right port would have sent this
	if (strcmp(v->name, "imap-bye") == 0) {
		g_byte_array_unref(v->steps[1].bytes);
		v->steps[1].bytes = bytes_of("b'* BYE go away\\r\\n'");
	}
	if (strcmp(v->name, "imap-bad") == 0 || strcmp(v->name, "imap-bye") == 0)
		v->count = strcmp(v->name, "imap-bad") == 0 ? 4 : 2; // down: the check closes without a goodbye
	v->slow_ms = strcmp(v->name, "http-slow-ok") == 0 ? 2 * TIME_FACTOR : 0;
	if (v->slow_ms)
		v->section.v.negotiate_timeout_ms = LAB_PATIENCE_MS; // must be in time on a slow machine too
	v->drip = strcmp(v->name, "http-drip") == 0;
	lab_start(&s);
	v->port = v->section.r.address.port = s.port;
	struct lab_result r = lab_check(&v->section);
	lab_stop(&s);
	if (v->data >= 0)
		(void)close(v->data);
	judge(v, &r);
	// The whole recording must have been played.  But a check that is down closes the connection early, and of
	// several checks in one recording only the first one is played.
	bool whole = strcmp(v->name, "connect") == 0 || v->at == v->count || v->steps[v->at].side == 'N' ||
	             (!r.up && v->steps[v->at].side == 'C');
	if (!whole && v->section.v.service != LB_HTTP)
		fail_msg("%s: the conversation stopped at step %d of %d", v->name, v->at, v->count);
}

static void every_recorded_conversation_has_the_verdict_that_is_required(void **state)
{
	(void)state;
	int played = 0;
	struct vector v;
	DIR *d = opendir(DATA);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (!g_str_has_suffix(e->d_name, ".json"))
			continue;
		e->d_name[strlen(e->d_name) - 5] = '\0';
		vector_read(&v, e->d_name);
		json_t *conversation = json_object_get(v.json, "conversation");
		read_conversation(&v, conversation);
		if (g_str_has_prefix(v.name, "external"))
			set_external(&v);
		if (v.count || plain_recording(v.name))
			play_with_server(&v);
		else
			play_without_server(&v);
		vector_free(&v);
		played++;
	}
	(void)closedir(d);
	assert_int_equal(played, 45);
}

int main(void)
{
	const char *why = "";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_recorded_conversation_has_the_verdict_that_is_required)};
	if (!mkdtemp(directory) || !check_init(&why))
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	check_exit();
	char path[64];
	(void)snprintf(path, sizeof(path), "%s/check", directory);
	(void)unlink(path);
	(void)rmdir(directory);
	return failed;
}
