// SPDX-License-Identifier: MIT
#include "ldirectord/check/http_request.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "ldirectord/check/private.h"

enum { NAME_MAX_LEN = 253 };

/* Returns the request as an absolute URI, without the leading slash that the parser adds.  NULL: it has no scheme. */
static const char *absolute(const char *request)
{
	request += *request == '/';
	return g_ascii_strncasecmp(request, "http://", 7) == 0 || g_ascii_strncasecmp(request, "https://", 8) == 0
	               ? request
	               : NULL;
}

/* Percent-encode the bytes that a request line must not contain, as a browser does. */
static void append_coded(GString *url, const char *path)
{
	for (const unsigned char *p = (const unsigned char *)path; *p; p++) {
		if (*p <= ' ' || *p >= 127)
			g_string_append_printf(url, "%%%02X", *p);
		else
			(void)g_string_append_c(url, (char)*p);
	}
}

/* Get the name from "www.example.com:8080".  Returns false when a URL cannot contain this name. */
static bool name_of(const char *virtualhost, char *out, size_t cap)
{
	size_t len = strspn(virtualhost, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
	if (len == 0 || len > NAME_MAX_LEN || len >= cap || (virtualhost[len] && virtualhost[len] != ':'))
		return false;
	memcpy(out, virtualhost, len);
	out[len] = '\0';
	return true;
}

/* Connect to the real server although the URL has another name, which libcurl uses for SNI and for the certificate. */
static void set_target(struct http_request *q, const char *name, const char *address, const struct lb_address *a)
{
	(void)snprintf(q->connect_to, sizeof(q->connect_to), "%s:%u:%s:%u", name, a->port, address, a->port);
	(void)snprintf(q->connect_any, sizeof(q->connect_any), "%s::%s:", name, address);
}

/* After a redirect to any host, connect to the first host again.  Otherwise a server could be up because another server
 * works, and could make the director connect to a third one.  at: text that starts with the first host. */
static void stay_at(struct http_request *q, const char *at)
{
	size_t len = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":/?#");
	if (len <= strlen(at))
		(void)snprintf(q->connect_any, sizeof(q->connect_any), "::%.*s:", (int)len, at);
}

void http_request_build(struct http_request *q, const struct check_plan *plan, const struct lb_address *a)
{
	const struct lb_virtual *v = plan->v;
	const char *request = plan->r->request;
	const char *whole = plan->r->elsewhere || v->service == LB_HTTP_PROXY ? absolute(request) : NULL;
	bool tls = v->service == LB_HTTPS;
	char text[INET6_ADDRSTRLEN], address[INET6_ADDRSTRLEN + 2], name[NAME_MAX_LEN + 1], port[8] = "";
	check_host_text(a, text, sizeof(text));
	(void)snprintf(address, sizeof(address), a->family == LB_INET6 ? "[%s]" : "%s", text);
	memset(q, 0, sizeof(*q));
	q->url = g_string_sized_new(128);
	q->may_be_tls = tls || v->redirect != LB_REDIRECT_NO || whole;
	if (v->service == LB_HTTP_PROXY)
		(void)snprintf(q->proxy, sizeof(q->proxy), "http://%s:%u", address, a->port);
	/* doc/ldirectord.md 6: "replaces address and port of the check as well".  With a proxy, the check connects to
	 * the proxy and sends it the URL. */
	if (whole) {
		append_coded(q->url, whole);
		if (v->redirect == LB_REDIRECT_SERVER && v->service != LB_HTTP_PROXY)
			stay_at(q, strstr(whole, "://") + strlen("://"));
		if (v->virtualhost && v->service != LB_HTTP_PROXY)
			(void)snprintf(q->host_header, sizeof(q->host_header), "Host: %s", v->virtualhost);
		return;
	}
	bool named = (tls && v->sni && name_of(v->sni, name, sizeof(name))) ||
	             (v->virtualhost && name_of(v->virtualhost, name, sizeof(name)));
	const char *host = named ? name : address, *wanted = v->virtualhost ? v->virtualhost : address;
	if (a->port != (tls ? 443 : 80))
		(void)snprintf(port, sizeof(port), ":%u", a->port);
	g_string_append_printf(q->url, "%s://%s%s%s", tls ? "https" : "http", host, port, *request == '/' ? "" : "/");
	append_coded(q->url, request);
	if (*port || strcmp(host, wanted) != 0)
		(void)snprintf(q->host_header, sizeof(q->host_header), "Host: %s", wanted);
	if (v->service == LB_HTTP_PROXY) // every request is sent to the proxy
		return;
	if (named)
		set_target(q, name, address, a);
	if (v->redirect == LB_REDIRECT_SERVER)
		stay_at(q, address);
}

void http_request_free(struct http_request *q)
{
	if (q->url)
		(void)g_string_free(q->url, TRUE);
	q->url = NULL;
}
