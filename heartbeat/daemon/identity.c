// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/identity.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "heartbeat/core/generation.h"
#include "heartbeat/daemon/paths.h"
#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/log.h"

static uint64_t stored_generation(void)
{
	char *text;
	size_t len;
	uint64_t number = 0;
	if (file_read(PATH_GENERATION, 4096, &text, &len, NULL) != 0)
		return 0;
	const char *start = text + strspn(text, " \t");
	struct bytes word = {(const uint8_t *)start, strcspn(start, " \t\r\n")};
	if (!bytes_to_u64(word, 10, &number)) {
		log_at(LOG_LEVEL_WARN, "%s contains no number; the generation starts again from the clock",
			PATH_GENERATION);
		number = 0;
	}
	free(text);
	return number;
}

uint64_t identity_generation(bool by_time)
{
	uint64_t stored = stored_generation(), generation = generation_next(stored, (uint64_t)time(NULL), by_time);
	if (stored == 0)
		log_at(LOG_LEVEL_INFO, "No Previous generation - starting at %" PRIu64, generation);
	char line[32];
	int len = snprintf(line, sizeof line, "%15" PRIu64 "\n", generation);
	int rc = file_replace(PATH_GENERATION, line, (size_t)len, 0644);
	if (rc != 0) {
		log_at(LOG_LEVEL_ERROR,
			"cannot write %s: %s. Without it the other node would take us for a replay; not started",
			PATH_GENERATION, strerror(-rc));
		return 0;
	}
	return generation;
}

bool identity_uuid(uint8_t uuid[16])
{
	char *bytes;
	size_t len;
	if (file_read(PATH_UUID, 4096, &bytes, &len, NULL) == 0) {
		bool good = len == 16;
		if (good)
			memcpy(uuid, bytes, 16);
		free(bytes);
		if (good)
			return true;
		log_at(LOG_LEVEL_WARN, "%s is not 16 bytes long; a new uuid is made", PATH_UUID);
	}
	if (getrandom(uuid, 16, 0) != 16) {
		log_at(LOG_LEVEL_ERROR, "no random numbers for a uuid: %s", strerror(errno));
		return false;
	}
	uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40); /* RFC 4122: version 4, variant 1 */
	uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
	int rc = file_replace(PATH_UUID, uuid, 16, 0600);
	if (rc != 0)
		log_at(LOG_LEVEL_ERROR, "cannot write %s: %s", PATH_UUID, strerror(-rc));
	return rc == 0;
}
