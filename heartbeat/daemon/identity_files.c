// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/identity_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/log.h"

enum { FILE_BYTES = 4096 };

/* Above this, no further numbers can be reserved. */
#define GENERATION_MAX (UINT64_MAX - GENERATIONS_RESERVED)

enum number_kind { NUMBER_GOOD, NUMBER_MISSING, NUMBER_NONE, NUMBER_TOO_BIG };

static enum number_kind read_number(const char *path, uint64_t *number)
{
	char *text;
	size_t len;
	*number = 0;
	if (file_read(path, FILE_BYTES, &text, &len, NULL) != 0)
		return NUMBER_MISSING;
	const char *start = text + strspn(text, " \t");
	struct bytes word = {(const uint8_t *)start, strcspn(start, " \t\r\n")};
	bool good = bytes_to_u64(word, 10, number);
	free(text);
	if (good && *number <= GENERATION_MAX)
		return NUMBER_GOOD;
	*number = 0;
	return good ? NUMBER_TOO_BIG : NUMBER_NONE;
}

static uint64_t stored(const char *path)
{
	uint64_t number;
	enum number_kind kind = read_number(path, &number);
	if (kind == NUMBER_NONE)
		log_at(LOG_LEVEL_WARN, "%s contains no number; the generation starts again from the clock", path);
	if (kind == NUMBER_TOO_BIG)
		log_at(LOG_LEVEL_ERROR,
			"%s contains a number that cannot grow any more; the generation starts again from the clock. A "
			"node that has heard the old number refuses our packets: restart heartbeat there",
			path);
	return number;
}

uint64_t identity_read_generation(const struct identity_config *config, bool *was_unwritable)
{
	uint64_t kept = stored(config->generation_file), copy = stored(config->generation_copy);
	*was_unwritable = copy > 0;
	return kept > copy ? kept : copy;
}

bool identity_read_uuid(const struct identity_config *config, uint8_t uuid[16])
{
	char *bytes;
	size_t len;
	if (file_read(config->uuid_file, FILE_BYTES, &bytes, &len, NULL) != 0)
		return false;
	bool good = len == 16;
	if (good)
		memcpy(uuid, bytes, 16);
	else
		log_at(LOG_LEVEL_WARN, "%s is not 16 bytes long; a new uuid is made", config->uuid_file);
	free(bytes);
	return good;
}

void identity_derive_uuid(const struct identity_config *config, uint8_t uuid[16])
{
	uint8_t digest[EVP_MAX_MD_SIZE], memory[FILE_BYTES * 2];
	struct writer w = writer_over(memory, sizeof memory);
	char *machine = NULL;
	size_t len = 0;
	writer_text(&w, "heartbeat\n");
	writer_text(&w, config->node);
	writer_text(&w, "\n");
	if (file_read(config->machine_id_file, FILE_BYTES, &machine, &len, NULL) == 0)
		writer_bytes(&w, (struct bytes){(const uint8_t *)machine, len});
	free(machine);
	/* This cannot fail with these arguments; a digest of 0 would also be the same at each start. */
	memset(digest, 0, sizeof digest);
	(void)EVP_Digest(w.at, w.len, digest, NULL, EVP_sha256(), NULL);
	memcpy(uuid, digest, 16);
	uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x80); /* RFC 9562: version 8, variant 1 */
	uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
}

/* --- the process -------------------------------------------------------------------------------------------------- */

/* Processes of two engines may write at the same time, for example when a disk that hung works again.  The directory is
 * locked, because the file itself is replaced.  If the lock fails, the file can at worst get a lower number of reserved
 * generations. */
static int lock_directory_of(const char *path)
{
	char copy[PATH_MAX];
	(void)snprintf(copy, sizeof copy, "%s", path); /* the path is a constant, and is shorter */
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		(void)flock(fd, LOCK_EX);
	return fd;
}

static int raise_number(const char *path, uint64_t number)
{
	uint64_t there;
	char line[32];
	int lock = lock_directory_of(path);
	int rc = 0;
	(void)read_number(path, &there); /* there is 0 when the file has no usable number */
	if (there < number) {
		int len = snprintf(line, sizeof line, "%15" PRIu64 "\n", number);
		rc = file_replace(path, line, (size_t)len, 0644);
	}
	if (lock >= 0)
		(void)close(lock); /* this only releases the lock */
	return -rc;
}

void identity_write(void *context, int socket)
{
	const struct identity_writing *w = context;
	struct identity_written done = {.generation = w->generation, .with_uuid = w->with_uuid};
	if (w->generation > 0) {
		done.generation_error = raise_number(w->config.generation_file, w->generation);
		if (done.generation_error == 0)
			(void)unlink(w->config.generation_copy); /* usually there is no copy */
		else
			/* the copy survives a restart of heartbeat, but not of the machine */
			(void)raise_number(w->config.generation_copy, w->generation);
	}
	if (w->with_uuid)
		done.uuid_error = -file_replace(w->config.uuid_file, w->uuid, sizeof w->uuid, 0600);
	(void)send(socket, &done, sizeof done, MSG_NOSIGNAL); /* the engine may have ended */
}
