// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/mail/smtp.h"

#include <curl/curl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 320, REFUSAL_MAX = 2 * LINE_MAX_BYTES + 4 };

struct smtp {
	GThreadPool *threads;
	gint closing; /* atomic: true after smtp_close */
};

/* Its thread owns it until the thread passes it to the main context, which does not run after smtp_close. */
struct delivery {
	struct smtp *of;
	char *url, *from, *message, **to;
	size_t read, length;
	void (*done)(void *context, bool sent, const char *why);
	void *context;
	char asked[LINE_MAX_BYTES]; /* the last command */
	char refusal[REFUSAL_MAX];        /* the first refusal of the server */
	char error[CURL_ERROR_SIZE];
	CURLcode code;
};

static void delivery_free(void *data)
{
	struct delivery *d = data;
	g_strfreev(d->to);
	g_free(d->message);
	g_free(d->from);
	g_free(d->url);
	g_free(d);
}

// --- in a thread ---

static size_t on_read(char *out, size_t one, size_t room, void *user)
{
	struct delivery *d = user;
	size_t n = MIN(one * room, d->length - d->read);
	memcpy(out, &d->message[d->read], n);
	d->read += n;
	return n;
}

/* libcurl calls this at least once a second. */
static int on_progress(void *user, curl_off_t total, curl_off_t now, curl_off_t upload_total, curl_off_t upload_now)
{
	struct delivery *d = user;
	(void)total, (void)now, (void)upload_total, (void)upload_now;
	return g_atomic_int_get(&d->of->closing);
}

static void take_line(char *to, size_t cap, const char *data, size_t len)
{
	while (len && (data[len - 1] == '\r' || data[len - 1] == '\n'))
		len--;
	len = MIN(len, cap - 1);
	memcpy(to, data, len);
	to[len] = '\0';
}

/* Record what the server refused: libcurl reports only a number, and nothing about a refused recipient if another one
 * was accepted. */
static int on_conversation(CURL *easy, curl_infotype type, char *data, size_t len, void *user)
{
	struct delivery *d = user;
	(void)easy;
	if (type == CURLINFO_HEADER_OUT)
		take_line(d->asked, sizeof d->asked, data, len);
	if (type != CURLINFO_HEADER_IN || len < 3 || (data[0] != '4' && data[0] != '5') || d->refusal[0])
		return 0;
	char answer[LINE_MAX_BYTES];
	take_line(answer, sizeof answer, data, len);
	(void)snprintf(d->refusal, sizeof d->refusal, "%s: %s", d->asked[0] ? d->asked : "greeting", answer); // it fits
	return 0;
}

static void set_up(CURL *e, struct delivery *d, struct curl_slist *to)
{
#define SET(option, value) \
	((void)curl_easy_setopt(e, option, value)) /* valid options; without memory the transfer fails */
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_QUICK_EXIT, 1L); // cancelling must not wait for a name server
	// without this, libcurl sends QUIT with an internal handle, which waits two minutes and ignores on_progress
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_URL, d->url);
	SET(CURLOPT_PROTOCOLS_STR, "smtp");
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_MAIL_FROM, d->from);
	SET(CURLOPT_MAIL_RCPT, to);
	SET(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, d);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)d->length);
	SET(CURLOPT_TIMEOUT_MS, (long)SMTP_TIMEOUT_MS);
	SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, SMTP_TIMEOUT_MS / 1000L); // the only time limit that applies to QUIT
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, d);
	SET(CURLOPT_VERBOSE, 1L);
	SET(CURLOPT_DEBUGFUNCTION, on_conversation);
	SET(CURLOPT_DEBUGDATA, d);
	SET(CURLOPT_ERRORBUFFER, d->error);
#undef SET
}

static gboolean on_done(gpointer data)
{
	struct delivery *d = data;
	bool sent = d->code == CURLE_OK;
	const char *why = d->refusal[0] || sent ? d->refusal : d->error[0] ? d->error : curl_easy_strerror(d->code);
	d->done(d->context, sent, why);
	return G_SOURCE_REMOVE;
}

static void deliver(gpointer data, gpointer user)
{
	struct delivery *d = data;
	struct curl_slist *to = NULL;
	(void)user;
	for (size_t i = 0; d->to[i]; i++) {
		struct curl_slist *more = curl_slist_append(to, d->to[i]);
		to = more ? more : to;
	}
	CURL *easy = curl_easy_init();
	d->code = easy ? CURLE_OK : CURLE_OUT_OF_MEMORY;
	if (easy) {
		set_up(easy, d, to);
		d->code = curl_easy_perform(easy);
		curl_easy_cleanup(easy);
	}
	curl_slist_free_all(to);
	(void)g_idle_add_full(G_PRIORITY_DEFAULT, on_done, d, delivery_free);
}

// --- in the main loop ---

struct smtp *smtp_open(void)
{
	struct smtp *s = g_new0(struct smtp, 1);
	(void)curl_global_init(CURL_GLOBAL_DEFAULT); // when this fails, curl_easy_init fails too
	// cannot fail, because no thread is started yet
	s->threads = g_thread_pool_new_full(deliver, NULL, delivery_free, SMTP_AT_ONCE, FALSE, NULL);
	return s;
}

void smtp_send(struct smtp *s, const struct smtp_order *order)
{
	struct delivery *d = g_new0(struct delivery, 1);
	d->of = s;
	d->url = g_strdup_printf("smtp://%s:25", order->host);
	d->from = g_strdup(order->from);
	d->to = g_strdupv((char **)order->to);
	d->message = g_strdup(order->message);
	d->length = strlen(order->message);
	d->done = order->done;
	d->context = order->context;
	// if no new thread can be started, the mail waits for a running one or for the next push
	(void)g_thread_pool_push(s->threads, d, NULL);
}

void smtp_close(struct smtp *s)
{
	g_atomic_int_set(&s->closing, 1);
	g_thread_pool_free(s->threads, TRUE, TRUE);
	curl_global_cleanup();
	g_free(s);
}
