// SPDX-License-Identifier: MIT
/* The calls that can fail on request, instead of those of the C library: one row for each call, with its family and the
 * errno of the failure.  No header that declares them is included, because some declare arguments that a definition
 * cannot have. */
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

#include "tests/fault/fault.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"

struct iovec;

#define REAL(name, type, parameters)                             \
	static type(*real) parameters;                           \
	if (!real)                                               \
		*(void **)&real = dlsym(RTLD_NEXT, name)
#define CALL(family, error, failed, type, name, parameters, arguments) \
	type name parameters                                     \
	{                                                        \
		REAL(#name, type, parameters);                   \
		if (fault_due(family, #name)) {                  \
			errno = error;                           \
			return failed;                           \
		}                                                \
		return real arguments;                           \
	}

/* --- memory: without dlsym, which allocates memory itself --- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *piece, size_t size);
extern void __libc_free(void *piece);

void *malloc(size_t size)
{
	if (fault_due(FAULT_MALLOC, "malloc")) {
		errno = ENOMEM;
		return NULL;
	}
	void *piece = __libc_malloc(size);
	fault_took(piece);
	return piece;
}

void *calloc(size_t count, size_t size)
{
	if (fault_due(FAULT_MALLOC, "calloc")) {
		errno = ENOMEM;
		return NULL;
	}
	void *piece = __libc_calloc(count, size);
	fault_took(piece);
	return piece;
}

void *realloc(void *piece, size_t size)
{
	if (fault_due(FAULT_MALLOC, "realloc")) {
		errno = ENOMEM;
		return NULL;
	}
	void *moved = __libc_realloc(piece, size);
	if (moved || size == 0)
		fault_gave(piece);
	fault_took(moved);
	return moved;
}

void free(void *piece)
{
	fault_gave(piece);
	__libc_free(piece);
}

/* --- files --- */

#define OPEN(name)                                               \
	int name(const char *path, int flags, ...)               \
	{                                                        \
		REAL(#name, int, (const char *, int, ...));      \
		va_list rest;                                    \
		va_start(rest, flags);                           \
		mode_t mode = va_arg(rest, mode_t);              \
		va_end(rest);                                    \
		if (fault_due(FAULT_OPEN, #name)) {              \
			errno = EMFILE;                          \
			return -1;                               \
		}                                                \
		return real(path, flags, mode);                  \
	}
OPEN(open)
OPEN(open64)
CALL(FAULT_OPEN, EMFILE, NULL, void *, fopen, (const char *path, const char *mode), (path, mode))
CALL(FAULT_OPEN, EMFILE, NULL, void *, fopen64, (const char *path, const char *mode), (path, mode))
CALL(FAULT_OPEN, ENOSPC, -1, int, mkostemp, (char *pattern, int flags), (pattern, flags))

CALL(FAULT_READ, EIO, -1, ssize_t, read, (int fd, void *data, size_t len), (fd, data, len))
CALL(FAULT_READ, EIO, -1, ssize_t, pread, (int fd, void *data, size_t len, off_t at), (fd, data, len, at))
CALL(FAULT_READ, ENOMEM, -1, ssize_t, recv, (int fd, void *data, size_t len, int flags), (fd, data, len, flags))
CALL(FAULT_READ, ENOMEM, -1, ssize_t, recvfrom, (int fd, void *data, size_t len, int flags, void *from, void *from_len),
	(fd, data, len, flags, from, from_len))
CALL(FAULT_READ, ENOMEM, -1, ssize_t, recvmsg, (int fd, void *message, int flags), (fd, message, flags))
CALL(FAULT_READ, ENOMEM, -1, int, recvmmsg, (int fd, void *messages, unsigned count, int flags, void *timeout),
	(fd, messages, count, flags, timeout))

CALL(FAULT_WRITE, ENOSPC, -1, ssize_t, write, (int fd, const void *data, size_t len), (fd, data, len))
CALL(FAULT_WRITE, ENOSPC, -1, ssize_t, pwrite, (int fd, const void *data, size_t len, off_t at), (fd, data, len, at))
CALL(FAULT_WRITE, ENOSPC, -1, ssize_t, writev, (int fd, const struct iovec *data, int count), (fd, data, count))
CALL(FAULT_WRITE, ENOBUFS, -1, ssize_t, send, (int fd, const void *data, size_t len, int flags), (fd, data, len, flags))
CALL(FAULT_WRITE, ENOBUFS, -1, ssize_t, sendto,
	(int fd, const void *data, size_t len, int flags, const void *to, unsigned to_len),
	(fd, data, len, flags, to, to_len))
CALL(FAULT_WRITE, ENOBUFS, -1, ssize_t, sendmsg, (int fd, const void *message, int flags), (fd, message, flags))

CALL(FAULT_FILE, EIO, -1, int, fstat, (int fd, void *status), (fd, status))
CALL(FAULT_FILE, EIO, -1, int, stat, (const char *path, void *status), (path, status))
CALL(FAULT_FILE, EIO, -1, int, lstat, (const char *path, void *status), (path, status))
CALL(FAULT_FILE, ENOSPC, -1, int, rename, (const char *from, const char *to), (from, to))
CALL(FAULT_FILE, ENOSPC, -1, int, mkdir, (const char *path, mode_t mode), (path, mode))
CALL(FAULT_FILE, ENOSPC, -1, int, mkfifo, (const char *path, mode_t mode), (path, mode))
CALL(FAULT_FILE, EIO, -1, int, fsync, (int fd), (fd))
CALL(FAULT_FILE, EIO, -1, int, ftruncate, (int fd, off_t len), (fd, len))
CALL(FAULT_FILE, EROFS, -1, int, unlink, (const char *path), (path))
CALL(FAULT_FILE, EROFS, -1, int, fchmod, (int fd, mode_t mode), (fd, mode))
CALL(FAULT_FILE, EROFS, -1, int, fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
CALL(FAULT_FILE, ENOLCK, -1, int, flock, (int fd, int operation), (fd, operation))

/* --- processes --- */

CALL(FAULT_FORK, EAGAIN, -1, pid_t, fork, (void), ())

int posix_spawn(
	pid_t *pid, const char *path, const void *actions, const void *attributes, char *const *argv, char *const *envp)
{
	REAL("posix_spawn", int, (pid_t *, const char *, const void *, const void *, char *const *, char *const *));
	return fault_due(FAULT_FORK, "posix_spawn") ? EAGAIN : real(pid, path, actions, attributes, argv, envp);
}

/* The C library has no functions for pidfd_open and pidfd_send_signal yet. */
long syscall(long number, ...)
{
	REAL("syscall", long, (long, ...));
	va_list rest;
	long a[6];
	va_start(rest, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(rest, long);
	va_end(rest);
	if ((number == 434 || number == 424) &&
		fault_due(FAULT_FORK, number == 434 ? "pidfd_open" : "pidfd_send_signal")) {
		errno = EMFILE;
		return -1;
	}
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* --- sockets, pipes, timers: new descriptors --- */

CALL(FAULT_SOCKET, EMFILE, -1, int, socket, (int family, int type, int protocol), (family, type, protocol))
CALL(FAULT_SOCKET, EMFILE, -1, int, socketpair, (int family, int type, int protocol, int *ends),
	(family, type, protocol, ends))
CALL(FAULT_SOCKET, EMFILE, -1, int, accept4, (int fd, void *from, void *from_len, int flags),
	(fd, from, from_len, flags))
CALL(FAULT_SOCKET, EMFILE, -1, int, pipe2, (int *ends, int flags), (ends, flags))
CALL(FAULT_SOCKET, EMFILE, -1, int, timerfd_create, (int clock, int flags), (clock, flags))

/* --- settings of descriptors and of this process --- */

CALL(FAULT_SETUP, EADDRINUSE, -1, int, bind, (int fd, const void *address, unsigned len), (fd, address, len))
CALL(FAULT_SETUP, ENOBUFS, -1, int, connect, (int fd, const void *address, unsigned len), (fd, address, len))
CALL(FAULT_SETUP, EADDRINUSE, -1, int, listen, (int fd, int backlog), (fd, backlog))
CALL(FAULT_SETUP, ENOBUFS, -1, int, setsockopt, (int fd, int level, int option, const void *value, unsigned len),
	(fd, level, option, value, len))
CALL(FAULT_SETUP, ENOBUFS, -1, int, getsockopt, (int fd, int level, int option, void *value, void *len),
	(fd, level, option, value, len))
CALL(FAULT_SETUP, ENOBUFS, -1, int, getsockname, (int fd, void *address, void *len), (fd, address, len))
CALL(FAULT_SETUP, ENOMEM, -1, int, timerfd_settime, (int fd, int flags, const void *to, void *old),
	(fd, flags, to, old))
CALL(FAULT_SETUP, ENOMEM, -1, int, poll, (void *list, unsigned long count, int ms), (list, count, ms))
CALL(FAULT_SETUP, ENOMEM, (void *)-1, void *, mmap,
	(void *at, size_t len, int protection, int flags, int fd, off_t offset),
	(at, len, protection, flags, fd, offset))
CALL(FAULT_SETUP, EAGAIN, -1, ssize_t, getrandom, (void *data, size_t len, unsigned flags), (data, len, flags))
CALL(FAULT_SETUP, EIO, -1, int, uname, (void *name), (name))
CALL(FAULT_SETUP, EIO, -1, int, dup2, (int from, int to), (from, to))
CALL(FAULT_SETUP, EPERM, -1, int, sched_setscheduler, (pid_t pid, int policy, const void *parameters),
	(pid, policy, parameters))
CALL(FAULT_SETUP, ENOMEM, NULL, void *, if_nameindex, (void), ())
CALL(FAULT_SETUP, ENOBUFS, 0, unsigned, if_nametoindex, (const char *name), (name))
CALL(FAULT_SETUP, ENOBUFS, NULL, char *, if_indextoname, (unsigned index, char *name), (index, name))

int ioctl(int fd, unsigned long request, ...)
{
	REAL("ioctl", int, (int, unsigned long, ...));
	va_list rest;
	va_start(rest, request);
	void *argument = va_arg(rest, void *);
	va_end(rest);
	if (fault_due(FAULT_SETUP, "ioctl")) {
		errno = ENOBUFS;
		return -1;
	}
	return real(fd, request, argument);
}

int fcntl(int fd, int command, ...)
{
	REAL("fcntl", int, (int, int, ...));
	va_list rest;
	va_start(rest, command);
	void *argument = va_arg(rest, void *);
	va_end(rest);
	if (fault_due(FAULT_SETUP, "fcntl")) {
		errno = EMFILE;
		return -1;
	}
	return real(fd, command, argument);
}

/* Does not fail: its argument shows which process this is. */
int prctl(int option, ...)
{
	REAL("prctl", int, (int, ...));
	va_list rest;
	unsigned long a[4];
	va_start(rest, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(rest, unsigned long);
	va_end(rest);
	if (option == 15) /* PR_SET_NAME */
		fault_title((const char *)a[0]);
	return real(option, a[0], a[1], a[2], a[3]);
}
