// SPDX-License-Identifier: MIT
/* TLS for line-based conversations: a client over a non-blocking socket.  Every certificate is accepted unless
 * sslverify is set. */
#ifndef LDIRECTORD_CHECK_TLS_H
#define LDIRECTORD_CHECK_TLS_H

#include <openssl/ssl.h>

#include "ldirectord/conf/config.h"

/* name: sent as SNI, and with LB_SSL_FULL the name that the certificate must have.  NULL: no SNI; LB_SSL_FULL then
 * compares the address.  Returns NULL on failure; why (cap) is the reason. */
SSL *tls_new(enum lb_sslverify verify, const char *ca, const char *name, const struct lb_address *a, int fd, char *why,
	size_t cap);
/* The authorities of sslca (NULL: those of the system); borrowed.  They are read again when the file has changed.
 * Returns NULL on failure; why (cap) is the reason. */
X509_STORE *tls_authorities(const char *ca, char *why, size_t cap);
/* The reason of a failure; a bad certificate is reported first. */
void tls_why(SSL *ssl, int error, int errno_then, char *why, size_t cap);

#endif
