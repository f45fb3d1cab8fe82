// SPDX-License-Identifier: MIT
/* TLS for line-based conversations: a client over a non-blocking socket.  It accepts every certificate unless sslverify
 * is set. */
#ifndef LDIRECTORD_CHECK_TLS_H
#define LDIRECTORD_CHECK_TLS_H

#include <openssl/ssl.h>

#include "ldirectord/conf/config.h"

/* name: is sent as SNI; with LB_SSL_FULL the certificate must have this name.  NULL: no SNI is sent, and LB_SSL_FULL
 * compares the address.  Returns NULL on failure; why (cap) has the reason. */
SSL *tls_new(enum lb_sslverify verify, const char *ca, const char *name, const struct lb_address *a, int fd, char *why,
	size_t cap);
/* Get the certificates of the authorities in sslca (NULL: those of the system).  This module owns the result.  The file
 * is read again when it has changed.
 * Returns NULL on failure; why (cap) has the reason. */
X509_STORE *tls_authorities(const char *ca, char *why, size_t cap);
/* Writes the reason of a failure.  A bad certificate has priority over other reasons. */
void tls_why(SSL *ssl, int error, int errno_then, char *why, size_t cap);

#endif
