// SPDX-License-Identifier: MIT
#include "ldirectord/check/tls.h"

#include <errno.h>
#include <glib.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ldirectord/check/private.h"

/* The certificates of authorities.  They are read once, and again when their file changes. */
struct authorities {
	SSL_CTX *context;
	char *ca; /* "": the authorities of the system */
	struct timespec changed;
	struct authorities *next;
};

static struct authorities *known;
static SSL_CTX *trusting; /* accepts every certificate */

static SSL_CTX *context_new(void)
{
	SSL_CTX *x = SSL_CTX_new(TLS_client_method());
	if (!x)
		return NULL;
	(void)SSL_CTX_set_session_cache_mode(x, SSL_SESS_CACHE_OFF); // each check makes a full handshake
	// some mail servers close the connection without close_notify
	SSL_CTX_set_options(x, SSL_OP_IGNORE_UNEXPECTED_EOF);
	return x;
}

static bool context_read(SSL_CTX *x, const char *ca, bool is_directory)
{
	if (!*ca)
		return SSL_CTX_set_default_verify_paths(x) == 1;
	return is_directory ? SSL_CTX_load_verify_dir(x, ca) == 1 : SSL_CTX_load_verify_file(x, ca) == 1;
}

static void authorities_free(struct authorities *a)
{
	SSL_CTX_free(a->context);
	g_free(a->ca);
	g_free(a);
}

static SSL_CTX *context_of(const char *ca, char *why, size_t cap)
{
	struct stat s = {0};
	if (*ca && stat(ca, &s) != 0) {
		(void)snprintf(why, cap, "sslca: %s: %s", ca, g_strerror(errno));
		return NULL;
	}
	for (struct authorities **a = &known; *a; a = &(*a)->next) {
		if (strcmp((*a)->ca, ca) != 0)
			continue;
		if (memcmp(&(*a)->changed, &s.st_mtim, sizeof(s.st_mtim)) == 0)
			return (*a)->context;
		struct authorities *old = *a;
		*a = old->next;
		authorities_free(old);
		break;
	}
	SSL_CTX *x = context_new();
	if (!x || !context_read(x, ca, S_ISDIR(s.st_mode))) {
		(void)snprintf(why, cap, "sslca: %s: no certificates in it", *ca ? ca : "of the system");
		SSL_CTX_free(x);
		return NULL;
	}
	SSL_CTX_set_verify(x, SSL_VERIFY_PEER, NULL);
	// sslca may contain an intermediate authority
	(void)X509_STORE_set_flags(SSL_CTX_get_cert_store(x), X509_V_FLAG_PARTIAL_CHAIN);
	struct authorities *a = g_new0(struct authorities, 1);
	*a = (struct authorities){.context = x, .ca = g_strdup(ca), .changed = s.st_mtim, .next = known};
	known = a;
	return x;
}

X509_STORE *tls_authorities(const char *ca, char *why, size_t cap)
{
	SSL_CTX *x = context_of(ca ? ca : "", why, cap);
	return x ? SSL_CTX_get_cert_store(x) : NULL;
}

static bool set_name(SSL *ssl, enum lb_sslverify verify, const char *name, const struct lb_address *a)
{
	if (name && SSL_set_tlsext_host_name(ssl, name) != 1)
		return false;
	if (verify != LB_SSL_FULL)
		return true;
	if (name)
		return SSL_set1_host(ssl, name) == 1;
	return X509_VERIFY_PARAM_set1_ip(SSL_get0_param(ssl), a->bytes, a->family == LB_INET6 ? 16 : 4) == 1;
}

SSL *tls_new(enum lb_sslverify verify, const char *ca, const char *name, const struct lb_address *a, int fd, char *why,
	size_t cap)
{
	SSL_CTX *x;
	if (verify == LB_SSL_NO) {
		if (!trusting)
			trusting = context_new();
		x = trusting;
		(void)snprintf(why, cap, "TLS: no memory");
	} else {
		x = context_of(ca ? ca : "", why, cap);
	}
	SSL *ssl = x ? SSL_new(x) : NULL;
	if (!ssl)
		return NULL;
	if (SSL_set_fd(ssl, fd) != 1 || !set_name(ssl, verify, name, a)) {
		(void)snprintf(why, cap, "TLS: cannot be set up");
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_connect_state(ssl);
	return ssl;
}

void tls_why(SSL *ssl, int error, int errno_then, char *why, size_t cap)
{
	long certificate = SSL_get_verify_result(ssl);
	unsigned long queued = ERR_peek_error();
	const char *reason = queued ? ERR_reason_error_string(queued) : NULL;
	if (certificate != X509_V_OK && SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE)
		reason = X509_verify_cert_error_string(certificate);
	else if (!reason && error == SSL_ERROR_SYSCALL && errno_then)
		reason = g_strerror(errno_then);
	(void)snprintf(why, cap, "TLS: %s", reason ? reason : "closed by the server");
	ERR_clear_error();
}

void tls_exit(void)
{
	while (known) {
		struct authorities *a = known;
		known = a->next;
		authorities_free(a);
	}
	SSL_CTX_free(trusting);
	trusting = NULL;
}
