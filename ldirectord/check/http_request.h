// SPDX-License-Identifier: MIT
/* Which URL, names and addresses a check of http, https or http_proxy asks.  PURE. */
#ifndef LDIRECTORD_CHECK_HTTP_REQUEST_H
#define LDIRECTORD_CHECK_HTTP_REQUEST_H

#include <glib.h>

#include "ldirectord/check/check.h"

struct http_request {
	GString *url;
	char host_header[300];            /* "Host: www.example.com"; "": what follows from the URL is right */
	char connect_to[400];             /* of libcurl; "": the host of the URL is the address */
	char connect_any[400];            /* the same for what a redirect may lead to: other ports, other names */
	char proxy[80];                   /* "": none */
	bool may_be_tls;
};

/* a: the real server with the port of the check. */
void http_request_build(struct http_request *q, const struct check_plan *plan, const struct lb_address *a);
void http_request_free(struct http_request *q);

#endif
