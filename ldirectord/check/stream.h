// SPDX-License-Identifier: MIT
/* The non-blocking connection of a conversation: TCP to the address of a check, with or without TLS.  Does not
 * interpret the bytes. */
#ifndef LDIRECTORD_CHECK_STREAM_H
#define LDIRECTORD_CHECK_STREAM_H

#include <openssl/ssl.h>

#include "ldirectord/check/private.h"

enum { STREAM_READ_BYTES = 16384 /* a TLS record: epoll does not report bytes that OpenSSL keeps */ };

/* Results other than a number of bytes. */
enum { STREAM_AGAIN = -1, STREAM_WRITE_FIRST = -2, STREAM_CLOSED = -3, STREAM_BROKEN = -4 };

struct stream {
	int fd;
	struct watch watch;
	SSL *ssl; /* NULL: without TLS */
	bool connected, secured;
	char why[CHECK_WHY_MAX]; /* the reason of STREAM_BROKEN */
};

#define STREAM_NONE ((struct stream){.fd = -1, .watch = {.fd = -1}})

/* Start to connect.  ready is called when the connection can proceed; it must call stream_open.  Each function here
 * that returns bool may give the verdict of c, and then returns false. */
bool stream_start(struct stream *s, struct check *c, const struct check_plan *plan, bool tls,
	void (*ready)(struct watch *w, uint32_t events));
/* Continue the connection and the TLS handshake.  Returns true when the connection is open. */
bool stream_open(struct stream *s, struct check *c);
/* Both return the number of bytes, or one of the results above. */
int stream_read(struct stream *s, char *to, size_t cap);
int stream_write(struct stream *s, const char *from, size_t len);
/* Wait for these events of epoll.  Always returns false, so that a function can end with this call. */
bool stream_wait(struct stream *s, struct check *c, uint32_t events);
/* Convert errno: returns STREAM_AGAIN or STREAM_BROKEN, and writes the text of errno to why (cap).  Can be used for
 * other sockets too. */
int stream_errno(char *why, size_t cap);
/* Close at once.  A stream that was never started must be STREAM_NONE. */
void stream_close(struct stream *s);

#endif
