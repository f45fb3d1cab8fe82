// SPDX-License-Identifier: MIT
/* Determines the URL, names and addresses that a check of http, https or http_proxy requests.  PURE. */
#ifndef LDIRECTORD_CHECK_HTTP_REQUEST_H
#define LDIRECTORD_CHECK_HTTP_REQUEST_H

#include <glib.h>

#include "ldirectord/check/check.h"

struct http_request {
	GString *url;
	/* "Host: www.example.com"; "": libcurl derives the right header from the URL */
	char host_header[300];
	char connect_to[400];             /* entry for CURLOPT_CONNECT_TO; "": connect to the host of the URL */
	/* entry for CURLOPT_CONNECT_TO, for other ports and names to which a redirect may lead */
	char connect_any[400];
	char proxy[80];                   /* "": none */
	bool may_be_tls;
};

/* a: the real server with the port of the check. */
void http_request_build(struct http_request *q, const struct check_plan *plan, const struct lb_address *a);
void http_request_free(struct http_request *q);

#endif
