// SPDX-License-Identifier: MIT
/* http, https and http_proxy with libcurl's multi socket interface: one multi handle for all checks, and a new
 * connection for each check.  http_request.c builds the request (address, names, headers).  doc/ldirectord.md 6, 11 */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "ldirectord/check/http_request.h"
#include "ldirectord/check/pattern.h"
#include "ldirectord/check/private.h"
#include "ldirectord/check/tls.h"

enum {
	BODY_MAX = 1 << 20, /* a text in http_judge has this number too */
	HEADER_MAX = 256 * 1024, /* the headers of all answers, with those of redirects */
	REDIRECTS = 7,
	SPARE = 64, /* the number of handles that are kept for the next checks */
};

struct http_check {
	struct check c;
	CURL *easy;
	struct http_request request;
	struct curl_slist *headers, *connect_to;
	struct pattern *pattern;
	X509_STORE *authorities; /* NULL: certificates are not checked */
	struct lb_status_range *ranges;
	size_t range_count, header_len;
	GString *body;
	bool body_cut, header_cut;
	char status[80]; /* "200 OK" */
	char error[CURL_ERROR_SIZE];
};

static struct {
	CURLM *multi;
	struct timer timer;
	struct curl_slist *plain; /* headers for checks in which libcurl sets Host */
	CURL *spare[SPARE];
	size_t spares;
} http;

// --- libcurl's descriptors and its timer in the reactor ---

static void http_collect(void);

static void socket_ready(struct watch *w, uint32_t events)
{
	int running, mask = 0;
	if (events & (EPOLLIN | EPOLLHUP))
		mask |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		mask |= CURL_CSELECT_OUT;
	if (events & EPOLLERR)
		mask |= CURL_CSELECT_ERR;
	(void)curl_multi_socket_action(http.multi, w->fd, mask, &running); // http_collect handles the results
	http_collect();
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *assigned)
{
	struct watch *w = assigned;
	(void)easy;
	(void)user;
	if (what == CURL_POLL_REMOVE) {
		if (w)
			watch_clear(w);
		g_free(w);
		(void)curl_multi_assign(http.multi, fd, NULL); // fails when libcurl has already removed the descriptor
		return 0;
	}
	if (!w) {
		w = g_new0(struct watch, 1);
		*w = (struct watch){.fd = -1, .ready = socket_ready};
		// cannot fail, because libcurl has just passed this descriptor
		(void)curl_multi_assign(http.multi, fd, w);
	}
	uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
	return watch_set(w, fd, events) ? -1 : 0;
}

static int on_timer(CURLM *multi, long ms, void *user)
{
	(void)multi;
	(void)user;
	if (ms < 0)
		timer_clear(&http.timer);
	else
		timer_set(&http.timer, mono_add(mono_now(), span_ms(ms)));
	return 0;
}

static void timer_fired(struct timer *t)
{
	int running;
	(void)t;
	// http_collect handles the results
	(void)curl_multi_socket_action(http.multi, CURL_SOCKET_TIMEOUT, 0, &running);
	http_collect();
}

// --- what comes in ---

static size_t on_header(char *line, size_t one, size_t len, void *user)
{
	struct http_check *k = user;
	(void)one;
	k->header_len += len;
	if (k->header_len > HEADER_MAX) {
		k->header_cut = true;
		return 0;
	}
	if (len > 9 && g_ascii_strncasecmp(line, "HTTP/", 5) == 0) {
		const char *blank = memchr(line, ' ', len);
		size_t skip = blank ? (size_t)(blank - line) + 1 : 0, rest = len - skip;
		while (rest && (line[skip + rest - 1] == '\n' || line[skip + rest - 1] == '\r' ||
				       line[skip + rest - 1] == ' '))
			rest--;
		(void)check_printable(line + skip, rest, k->status, sizeof(k->status));
		(void)g_string_truncate(k->body, 0); // the body of a redirect does not count
	}
	return len;
}

static size_t on_body(char *bytes, size_t one, size_t len, void *user)
{
	struct http_check *k = user;
	size_t room = BODY_MAX - k->body->len;
	(void)one;
	(void)g_string_append_len(k->body, bytes, (gssize)(len < room ? len : room));
	k->body_cut = len > room;
	return k->body_cut ? 0 : len;
}

// --- the verdict ---

/* Returns the status; 200 for an answer without headers, which libwww assumes too; 0: there is no answer yet. */
static long status_of(struct http_check *k)
{
	long status = 0;
	(void)curl_easy_getinfo(k->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status || *k->status || !k->body->len)
		return status;
	(void)g_strlcpy(k->status, "200 assumed, the answer has no HTTP header", sizeof(k->status));
	return 200;
}

static bool status_wanted(const struct http_check *k, long status)
{
	for (size_t i = 0; i < k->range_count; i++)
		if (status >= k->ranges[i].first && status <= k->ranges[i].last)
			return true;
	return k->range_count == 0 && status >= 200 && status <= 299;
}

/* libcurl writes "OpenSSL/3.0.19: error:0A000458:SSL routines::tlsv1 unrecognized name": return the last part. */
static const char *tls_reason(const char *error)
{
	const char *code = strstr(error, "error:"), *last = code ? strrchr(code, ':') : NULL;
	return last && last[1] ? last + 1 : error;
}

static void http_failed(struct http_check *k, CURLcode code)
{
	long error = 0;
	(void)curl_easy_getinfo(k->easy, CURLINFO_OS_ERRNO, &error);
	if (k->header_cut)
		check_verdict(&k->c, false, "a header of more than %d bytes", HEADER_MAX);
	else if (code == CURLE_COULDNT_CONNECT && error)
		check_failed(&k->c, "", (int)error);
	else if (code == CURLE_TOO_MANY_REDIRECTS)
		check_verdict(&k->c, false, "more than %d redirects", REDIRECTS);
	else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ||
		 code == CURLE_SSL_CACERT_BADFILE)
		check_verdict(&k->c, false, "TLS: %s", *k->error ? tls_reason(k->error) : curl_easy_strerror(code));
	else
		check_verdict(&k->c, false, "%s", *k->error ? k->error : curl_easy_strerror(code));
}

/* Returns true, and gives a verdict, when the answer is incomplete but receive matches the part of the body that has
 * arrived.
 * doc/ldirectord.md 6 */
static bool part_is_enough(struct http_check *k)
{
	long status = status_of(k);
	if (!k->pattern || !k->body->len || !status_wanted(k, status) ||
		pattern_search(k->pattern, k->body->str, k->body->len) != PATTERN_YES)
		return false;
	check_verdict(&k->c, true, "%s", k->status);
	return true;
}

static void http_judge(struct http_check *k, CURLcode code)
{
	char text[CHECK_PRINTABLE];
	if (code != CURLE_OK && !k->body_cut) {
		if (!part_is_enough(k))
			http_failed(k, code);
		return;
	}
	if (!status_wanted(k, status_of(k))) {
		check_verdict(&k->c, false, "%s", k->status);
		return;
	}
	switch (k->pattern ? pattern_search(k->pattern, k->body->str, k->body->len) : PATTERN_YES) {
	case PATTERN_YES:
		check_verdict(&k->c, true, "%s", k->status);
		break;
	case PATTERN_TOO_MUCH:
		check_verdict(&k->c, false, PATTERN_TOO_MUCH_WHY);
		break;
	case PATTERN_NO:
		check_verdict(&k->c, false, "%s, but receive does not match%s: %s", k->status,
			k->body_cut ? " within the first 1 MiB" : "", check_printable(k->body->str, k->body->len, text, sizeof(text)));
		break;
	}
}

static void http_collect(void)
{
	CURLMsg *m;
	int left;
	while ((m = curl_multi_info_read(http.multi, &left)) != NULL) {
		void *user = NULL;
		if (m->msg != CURLMSG_DONE)
			continue;
		CURLcode code = m->data.result; // m is invalid after the handle is removed
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &user);
		http_judge(user, code);
	}
}

// --- handles ---

#define SET(easy, option, value) \
	((void)curl_easy_setopt( \
		easy, option, value)) /* the option and its type are valid; without memory the transfer fails */

/* Set the authorities for each connection.  libcurl itself would cache the authorities of a file for a day, even when
 * the file has changed. */
static CURLcode on_tls(CURL *easy, void *context, void *user)
{
	struct http_check *k = user;
	(void)easy;
	if (k->authorities)
		SSL_CTX_set1_cert_store(context, k->authorities);
	return CURLE_OK;
}

/* Create a handle with the options that all checks share. */
static CURL *handle_new(void)
{
	CURL *e = curl_easy_init();
	if (!e)
		return NULL;
	SET(e, CURLOPT_NOSIGNAL, 1L);
	// a redirect may contain a host name: cancelling must not wait for the thread that resolves it
	SET(e, CURLOPT_QUICK_EXIT, 1L);
	SET(e, CURLOPT_FRESH_CONNECT, 1L);
	SET(e, CURLOPT_FORBID_REUSE, 1L);
	// TCP_NODELAY is not needed and costs a system call: the request is the first data and is sent at once
	SET(e, CURLOPT_TCP_NODELAY, 0L);
	SET(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(e, CURLOPT_HTTP09_ALLOWED, 1L); // a text without a header, for example from inetd or nc
	SET(e, CURLOPT_PROTOCOLS_STR, "http,https");
	SET(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	SET(e, CURLOPT_MAXREDIRS, (long)REDIRECTS);
	SET(e, CURLOPT_PATH_AS_IS, 1L);
	SET(e, CURLOPT_NOPROXY, "");
	SET(e, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	SET(e, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	SET(e, CURLOPT_USERAGENT, "ldirectord/" VERSION);
	SET(e, CURLOPT_CAINFO, NULL); // on_tls sets the authorities
	SET(e, CURLOPT_CAPATH, NULL);
	SET(e, CURLOPT_CA_CACHE_TIMEOUT, 0L); // libcurl's own cache would replace what on_tls sets
	SET(e, CURLOPT_SSL_CTX_FUNCTION, on_tls);
	SET(e, CURLOPT_WRITEFUNCTION, on_body);
	SET(e, CURLOPT_HEADERFUNCTION, on_header);
	SET(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	return e;
}

static void set_verify(struct http_check *k, const struct lb_virtual *v)
{
	char why[CHECK_WHY_MAX];
	bool verify = v->sslverify != LB_SSL_NO;
	SET(k->easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	SET(k->easy, CURLOPT_SSL_VERIFYHOST, v->sslverify == LB_SSL_FULL ? 2L : 0L);
	SET(k->easy, CURLOPT_SSL_CTX_DATA, k);
	if (!verify)
		return;
	k->authorities = tls_authorities(v->sslca, why, sizeof(why));
	if (k->authorities)
		(void)X509_STORE_up_ref(k->authorities); // cannot fail: the store exists
	else if (v->service == LB_HTTPS)
		check_verdict(&k->c, false, "%s", why);
}

static void http_set_up(struct http_check *k, const struct lb_virtual *v)
{
	CURL *e = k->easy;
	bool head = v->http_method == LB_HEAD;
	if (*k->request.host_header) {
		k->headers = curl_slist_append(NULL, "Connection: close");
		k->headers = curl_slist_append(k->headers, k->request.host_header);
	}
	if (*k->request.connect_to)
		k->connect_to = curl_slist_append(NULL, k->request.connect_to);
	if (*k->request.connect_any)
		k->connect_to = curl_slist_append(k->connect_to, k->request.connect_any);
	SET(e, CURLOPT_URL, k->request.url->str);
	SET(e, CURLOPT_HTTPHEADER, k->headers ? k->headers : http.plain);
	SET(e, CURLOPT_CONNECT_TO, k->connect_to);
	SET(e, CURLOPT_PROXY, k->request.proxy); // "": no proxy, also when the environment names one
	SET(e, head ? CURLOPT_NOBODY : CURLOPT_HTTPGET, 1L);
	SET(e, CURLOPT_FOLLOWLOCATION, v->redirect != LB_REDIRECT_NO ? 1L : 0L);
	SET(e, CURLOPT_CONNECTTIMEOUT_MS, (long)k->c.timeout_ms + 1000); // our own deadline is earlier
	SET(e, CURLOPT_PRIVATE, k);
	SET(e, CURLOPT_WRITEDATA, k);
	SET(e, CURLOPT_HEADERDATA, k);
	SET(e, CURLOPT_ERRORBUFFER, k->error);
	if (k->request.may_be_tls)
		set_verify(k, v);
}

// --- life ---

static void http_start(struct check *c, const struct check_plan *plan)
{
	struct http_check *k = (struct http_check *)c;
	const struct lb_virtual *v = plan->v;
	char why[CHECK_WHY_MAX];
	check_stage(c, "answer");
	k->body = g_string_new(NULL);
	http_request_build(&k->request, plan, &c->address);
	if (*plan->r->receive && !(k->pattern = pattern_new(plan->r->receive, why, sizeof(why)))) {
		check_verdict(c, false, "%s", why);
		return;
	}
	if (v->status_count) {
		k->range_count = v->status_count;
		k->ranges = g_new(struct lb_status_range, v->status_count);
		memcpy(k->ranges, v->status, v->status_count * sizeof(*v->status));
	}
	http.timer.fired = timer_fired;
	k->easy = http.spares ? http.spare[--http.spares] : handle_new();
	if (!k->easy) {
		check_verdict(c, false, "libcurl: no memory");
		return;
	}
	http_set_up(k, v);
	if (c->decided)
		return;
	CURLMcode failed = curl_multi_add_handle(http.multi, k->easy);
	if (failed)
		check_verdict(c, false, "libcurl: %s", curl_multi_strerror(failed));
}

static void http_stop(struct check *c)
{
	struct http_check *k = (struct http_check *)c;
	if (k->easy) {
		(void)curl_multi_remove_handle(http.multi, k->easy); // fails when it was not added yet
		SET(k->easy, CURLOPT_ERRORBUFFER, NULL);
		if (http.spares < SPARE)
			http.spare[http.spares++] = k->easy;
		else
			curl_easy_cleanup(k->easy);
	}
	curl_slist_free_all(k->headers);
	curl_slist_free_all(k->connect_to);
	X509_STORE_free(k->authorities);
	pattern_free(k->pattern);
	g_free(k->ranges);
	http_request_free(&k->request);
	(void)g_string_free(k->body, TRUE);
}

static void http_late(struct check *c)
{
	struct http_check *k = (struct http_check *)c;
	curl_off_t connected = 0;
	if (part_is_enough(k))
		return;
	(void)curl_easy_getinfo(k->easy, CURLINFO_CONNECT_TIME_T, &connected);
	if (!connected)
		check_stage(c, "connection");
	else if (*k->status)
		check_stage(c, "end of the answer");
}

const struct check_kind check_kind_http = {.size = sizeof(struct http_check),
	.negotiates = true,
	.start = http_start,
	.stop = http_stop,
	.late = http_late};

bool http_init(const char **why)
{
	CURLcode failed = curl_global_init(CURL_GLOBAL_DEFAULT);
	if (failed) {
		*why = curl_easy_strerror(failed);
		return false;
	}
	http.multi = curl_multi_init();
	http.plain = curl_slist_append(NULL, "Connection: close");
	if (!http.multi || !http.plain) {
		*why = "libcurl: no memory";
		return false;
	}
	(void)curl_multi_setopt(http.multi, CURLMOPT_SOCKETFUNCTION, on_socket); // known options
	(void)curl_multi_setopt(http.multi, CURLMOPT_TIMERFUNCTION, on_timer);
	(void)curl_multi_setopt(http.multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	return true;
}

void http_exit(void)
{
	while (http.spares)
		curl_easy_cleanup(http.spare[--http.spares]);
	(void)curl_multi_cleanup(http.multi); // no handle is in it any more
	curl_slist_free_all(http.plain);
	timer_clear(&http.timer);
	memset(&http, 0, sizeof(http));
	curl_global_cleanup();
}
