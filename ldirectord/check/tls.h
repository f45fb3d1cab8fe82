// SPDX-License-Identifier: MIT
/* TLS of the conversations in lines: a client over a socket that never blocks.  Any certificate will do unless
 * sslverify asks for more. */
#ifndef LDIRECTORD_CHECK_TLS_H
#define LDIRECTORD_CHECK_TLS_H

#include <openssl/ssl.h>

#include "ldirectord/conf/config.h"

/* name: for SNI, and what the certificate has to be for with LB_SSL_FULL; NULL: no SNI, and the address.  NULL: why
 * (cap) says why. */
SSL *tls_new(enum lb_sslverify verify, const char *ca, const char *name, const struct lb_address *a, int fd, char *why,
	size_t cap);
/* The authorities of sslca (NULL: the system's), as read last, and read again when they have changed; borrowed.  NULL:
 * why (cap). */
X509_STORE *tls_authorities(const char *ca, char *why, size_t cap);
/* What went wrong, with the certificate first. */
void tls_why(SSL *ssl, int error, int errno_then, char *why, size_t cap);

#endif
