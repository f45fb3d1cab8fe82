// SPDX-License-Identifier: MIT
/* The connection of a conversation: TCP to the address of a check, with or without TLS, never blocking.  Knows nothing
 * of what is said over it. */
#ifndef LDIRECTORD_CHECK_STREAM_H
#define LDIRECTORD_CHECK_STREAM_H

#include <openssl/ssl.h>

#include "ldirectord/check/private.h"

enum { STREAM_READ_BYTES = 16384 /* a whole TLS record: bytes that stay in OpenSSL are not reported by epoll */ };

/* Results other than a number of bytes. */
enum { STREAM_AGAIN = -1, STREAM_WRITE_FIRST = -2, STREAM_CLOSED = -3, STREAM_BROKEN = -4 };

struct stream {
	int fd;
	struct watch watch;
	SSL *ssl; /* NULL: without TLS */
	bool connected, secured;
	char why[CHECK_WHY_MAX]; /* of STREAM_BROKEN */
};

#define STREAM_NONE ((struct stream){.fd = -1, .watch = {.fd = -1}})

/* Start to connect; ready is called when it can go on: then call stream_open.  Every call here may give the verdict of
 * c instead; it then returns false. */
bool stream_start(struct stream *s, struct check *c, const struct check_plan *plan, bool tls,
	void (*ready)(struct watch *w, uint32_t events));
/* Go on with the connection and the TLS handshake.  True: it is open. */
bool stream_open(struct stream *s, struct check *c);
/* Returns the number of bytes, or one of the results above. */
int stream_read(struct stream *s, char *to, size_t cap);
int stream_write(struct stream *s, const char *from, size_t len);
/* Wait for these events of epoll.  Returns false. */
bool stream_wait(struct stream *s, struct check *c, uint32_t events);
/* STREAM_AGAIN or STREAM_BROKEN, with errno as text in why (cap); for other sockets too. */
int stream_errno(char *why, size_t cap);
/* Close at once; a stream that was never started is STREAM_NONE. */
void stream_close(struct stream *s);

#endif
