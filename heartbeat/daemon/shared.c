// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "heartbeat/daemon/paths.h"
#include "lib/file.h"
#include "lib/log.h"

static const uint64_t shared_magic = 0x6862737461746531; /* "hbstate1" */

static void read_boot(char boot[static 40])
{
	char *text;
	size_t len;
	memset(boot, 0, 40);
	if (file_read("/proc/sys/kernel/random/boot_id", 4096, &text, &len, NULL) != 0)
		return; /* without the boot_id, the file of an earlier daemon is not used */
	memcpy(boot, text, len < 36 ? len : 36);
	free(text);
}

static bool is_ours(const struct shared *s)
{
	char boot[40];
	read_boot(boot);
	return s->magic == shared_magic && s->version == SHARED_VERSION && s->size == sizeof *s && boot[0] != '\0' &&
	       memcmp(s->boot, boot, sizeof boot) == 0;
}

static void init(struct shared *s)
{
	memset(s, 0, sizeof *s);
	s->version = SHARED_VERSION;
	s->size = sizeof *s;
	read_boot(s->boot);
	s->magic = shared_magic;
}

static struct shared *map(int fd)
{
	void *memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

/* Returns true if the file is in memory and not on a disk.  A disk that hangs, also by fsfreeze, stops each process
 * that writes to a mapped page of one of its files.  Then engine and guardian would hang together, and no process would
 * remove the addresses. */
static bool in_memory(int fd)
{
	struct statfs fs;
	return fstatfs(fd, &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

/* Returns the descriptor, or -1 with the reason.  posix_fallocate reserves the blocks, because a write to a page
 * without a block would cause SIGBUS. */
static int open_file(const char **why)
{
	int fd = open(PATH_STATE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), failed = fd < 0 ? errno : 0;
	struct stat st;
	if (!failed && !in_memory(fd)) {
		*why = "it is on a disk, which can hang; mount a tmpfs on " RUNDIR;
		(void)close(fd);
		(void)unlink(PATH_STATE); /* it is not used, and the next start must not read it */
		return -1;
	}
	if (!failed && fstat(fd, &st) != 0)
		failed = errno;
	if (!failed && (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1))
		failed = EPERM;
	if (!failed)
		failed = posix_fallocate(fd, 0, sizeof(struct shared));
	if (!failed && fchmod(fd, 0600) != 0)
		failed = errno;
	if (!failed)
		return fd;
	*why = strerror(failed);
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

struct shared *shared_open(int *fd, bool *left)
{
	const char *why;
	*left = false;
	*fd = open_file(&why);
	if (*fd < 0) {
		log_at(LOG_LEVEL_WARN,
			"cannot prepare %s: %s; if all processes of heartbeat are killed now, the next start has to find out what runs here",
			PATH_STATE, why);
		*fd = memfd_create("heartbeat state", MFD_CLOEXEC);
		if (*fd < 0 || ftruncate(*fd, sizeof(struct shared)) != 0)
			return NULL;
	}
	struct shared *s = map(*fd);
	if (!s)
		return NULL;
	if (!is_ours(s))
		init(s);
	*left = holdings_now(&s->holdings)->count > 0 || process_groups_alive(s->scripts, SHARED_SCRIPTS) > 0;
	s->beat_ns = s->sent_ns = s->guardian_beat_ns = 0;
	s->identity = (struct identity_memory){0}; /* so a fresh start reads the files */
	memset(&s->peer, 0, sizeof s->peer);
	memset(&s->client_reports, 0, sizeof s->client_reports);
	memset(&s->halted, 0, sizeof s->halted); /* all groups are stopped before they are started again */
	s->engine_clean = s->stop = s->looked = s->repairing = false;
	(void)unlink(PATH_LEFT); /* of an earlier daemon */
	return s;
}

struct shared *shared_map(int fd)
{
	struct shared *s = map(fd);
	if (s && !is_ours(s)) {
		(void)munmap(s, sizeof *s);
		errno = EPROTO;
		return NULL;
	}
	return s;
}

/* This is a separate file, because the shared memory may have no file. */
void shared_end(const struct shared *s)
{
	if (holdings_now(&s->holdings)->count == 0) {
		(void)unlink(PATH_LEFT); /* usually there is no such file */
		return;
	}
	int fd = open(PATH_LEFT, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0)
		(void)close(fd);
	else
		log_at(LOG_LEVEL_WARN, "cannot make %s: %s; heartbeat -k reports success although something may still run",
			PATH_LEFT, strerror(errno));
}

int shared_left(void)
{
	struct stat st;
	if (lstat(PATH_LEFT, &st) == 0)
		return 1;
	if (errno != ENOENT)
		return -errno;
	int fd = open(PATH_STATE, O_RDWR | O_CLOEXEC | O_NOFOLLOW), left;
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	struct shared *s = NULL;
	if (fstat(fd, &st) != 0)
		left = -errno;
	else if (st.st_size < (off_t)sizeof *s)
		left = 0; /* the daemon could not use this file, and a read after its end would cause SIGBUS */
	else if (!(s = map(fd)))
		left = -errno;
	else
		left = is_ours(s) ? holdings_now(&s->holdings)->count > 0 : 0;
	(void)close(fd);
	if (s)
		(void)munmap(s, sizeof *s);
	return left;
}
