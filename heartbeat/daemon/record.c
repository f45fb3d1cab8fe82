// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heartbeat/core/codec.h"
#include "heartbeat/core/event_text.h"
#include "heartbeat/daemon/paths.h"
#include "lib/file.h"
#include "lib/log.h"

enum {
	/* this is enough for several days without changes; a flood of packets must not fill the disk */
	SIZE_MAX_BYTES = 64 * 1024 * 1024,
	CONFIG_MAX = 1024 * 1024,
	LINE_MAX_BYTES = 4 * CODEC_DATAGRAM_MAX + 256,
};

static char path[PATH_MAX];
static FILE *file;
static int64_t began_ns, written;
static uint8_t line[LINE_MAX_BYTES];

void record_to(const char *to)
{
	/* keep a copy, because the process title overwrites the arguments */
	(void)bytes_to_text(bytes_of(to), path, sizeof path);
}

static void put(const struct writer *w)
{
	if (!file || w->overflowed)
		return;
	written += (int64_t)w->len;
	if (written < SIZE_MAX_BYTES && fwrite(w->at, w->len, 1, file) == 1)
		return;
	log_at(LOG_LEVEL_WARN, "recording into %s ends: %s", path,
		written < SIZE_MAX_BYTES ? strerror(errno) : "it is 64 MiB long");
	(void)fclose(file); /* the lines so far can still be replayed */
	file = NULL;
}

static void put_file(const char *name, const char *from)
{
	char *text;
	size_t len;
	if (file_read(from, CONFIG_MAX, &text, &len, NULL) != 0)
		return; /* the replay will report that the file is missing */
	struct writer w = writer_over(line, sizeof line);
	writer_format(&w, "%s\n", name);
	char *rest = text;
	for (char *one; (one = strsep(&rest, "\n")) && (rest || *one);)
		writer_format(&w, "\t%s\n", one);
	put(&w);
	free(text);
}

bool record_begin(const struct core_config *config)
{
	if (!*path)
		return true;
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	file = fd < 0 ? NULL : fdopen(fd, "a");
	if (!file) {
		log_at(LOG_LEVEL_ERROR, "cannot record into %s: %s", path, strerror(errno));
		return false;
	}
	setlinebuf(file); /* write each line at once: an event that makes the core crash must be in the file */
	struct writer w = writer_over(line, sizeof line);
	writer_format(&w, "heartbeat recording 1\nnode %s\nuuid ", config->node);
	writer_hex(&w, (struct bytes){config->uuid, sizeof config->uuid});
	writer_format(&w, "\ngeneration %" PRIu64 "\nseed %" PRIu64 "\n", config->generation, config->seed);
	for (size_t i = 0; i < config->adopted_count; i++)
		writer_format(&w, "adopt %" PRIx32 " %" PRIu64 " %d\n", config->adopted[i].group_id,
			config->adopted[i].epoch, config->adopted[i].unverified ? 2 : config->adopted[i].clean_up);
	if (config->remembered) {
		const struct peer_memory *m = config->remembered;
		writer_format(&w, "peer %s %" PRIu64 " %" PRIu64 " %d ", m->name, m->generation, m->number,
			m->spoke_native | m->alone << 1 | m->heard << 2 | m->fenced << 3);
		writer_hex(&w, (struct bytes){m->uuid, m->has_uuid ? sizeof m->uuid : 0});
		writer_byte(&w, '\n');
	}
	put(&w);
	put_file("ha.cf", PATH_HA_CF);
	put_file("haresources", PATH_HARESOURCES);
	w = writer_over(line, sizeof line);
	writer_text(&w, "begin\n");
	put(&w);
	began_ns = 0;
	return true;
}

void record_reloaded(struct instant now)
{
	put_file("ha.cf", PATH_HA_CF);
	put_file("haresources", PATH_HARESOURCES);
	record_event(now, &(struct event){.kind = EVENT_RELOADED});
}

void record_event(struct instant now, const struct event *event)
{
	if (!file || event->kind == EVENT_TIMER) /* the replay knows the deadlines of the core */
		return;
	if (!began_ns)
		began_ns = now.mono.ns;
	struct writer w = writer_over(line, sizeof line);
	writer_format(&w, "%" PRId64 " %" PRIu64 " ", now.mono.ns - began_ns, now.wall_s);
	event_encode(&w, event);
	writer_byte(&w, '\n');
	put(&w);
}
