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
#include "heartbeat/daemon/paths.h"
#include "lib/file.h"
#include "lib/log.h"

enum {
	SIZE_MAX_BYTES = 64 * 1024 * 1024, /* days of a pair in rest; a flood must not fill the disk */
	CONFIG_MAX = 1024 * 1024,
	LINE_MAX_BYTES = 4 * CODEC_DATAGRAM_MAX + 256,
};

static char path[PATH_MAX];
static FILE *file;
static int64_t began_ns, written;
static uint8_t line[LINE_MAX_BYTES], rendered[CODEC_DATAGRAM_MAX];

void record_to(const char *to)
{
	(void)bytes_to_text(bytes_of(to), path, sizeof path); /* a copy: the process title is written over the arguments */
}

static void put(const struct writer *w)
{
	if (!file || w->overflowed)
		return;
	written += (int64_t)w->len;
	if (written < SIZE_MAX_BYTES && fwrite(w->at, w->len, 1, file) == 1)
		return;
	log_at(LOG_LEVEL_WARN, "recording into %s ends: %s", path, written < SIZE_MAX_BYTES ? strerror(errno) : "it is 64 MiB long");
	(void)fclose(file); /* what is in it can still be replayed */
	file = NULL;
}

static void put_file(const char *name, const char *from)
{
	char *text;
	size_t len;
	if (file_read(from, CONFIG_MAX, &text, &len, NULL) != 0)
		return; /* the replay will say that it is missing */
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
	setlinebuf(file); /* a core that dies leaves what killed it */
	struct writer w = writer_over(line, sizeof line);
	writer_format(&w, "heartbeat recording 1\nnode %s\nuuid ", config->node);
	writer_hex(&w, (struct bytes){config->uuid, sizeof config->uuid});
	writer_format(&w, "\ngeneration %" PRIu64 "\nseed %" PRIu64 "\n", config->generation, config->seed);
	for (size_t i = 0; i < config->adopted_count; i++)
		writer_format(&w, "adopt %" PRIx32 " %" PRIu64 " %d\n", config->adopted[i].group_id, config->adopted[i].epoch, config->adopted[i].clean_up);
	put(&w);
	put_file("ha.cf", PATH_HA_CF);
	put_file("haresources", PATH_HARESOURCES);
	w = writer_over(line, sizeof line);
	writer_text(&w, "begin\n");
	put(&w);
	began_ns = 0;
	return true;
}

/* One row a kind: its word, and what follows it. */
static void put_datagram(struct writer *w, const struct event *e)
{
	writer_format(w, " %zu ", e->datagram.medium);
	writer_escaped(w, e->datagram.data, SIZE_MAX);
}

static void put_group_done(struct writer *w, const struct event *e)
{
	writer_format(w, " %zu %s %d %d ", e->group_done.group, e->group_done.operation == GROUP_START ? "start" : "stop", e->group_done.ok,
	              e->group_done.still_active);
	if (e->group_done.why)
		writer_escaped(w, bytes_of(e->group_done.why), SIZE_MAX);
}

static void put_fence_done(struct writer *w, const struct event *e)
{
	writer_format(w, " %zu %d", e->fence_done.node, e->fence_done.ok);
}

static void put_move(struct writer *w, const struct event *e)
{
	writer_format(w, " %s %s %u", e->move.takeover ? "takeover" : "standby", half_name(e->move.half), e->move.id);
}

static void put_message(struct writer *w, const struct event *e)
{
	struct writer text = writer_over(rendered, sizeof rendered);
	writer_byte(w, ' ');
	if (codec_text(e->message.message, NULL, &text))
		writer_escaped(w, writer_done(&text), SIZE_MAX);
}

static void put_stalled(struct writer *w, const struct event *e)
{
	writer_format(w, " %" PRId64, e->stalled.gap.ns);
}

static const struct {
	const char *word;
	void (*put)(struct writer *w, const struct event *e);
} kinds[] = {
	[EVENT_START] = {"start", NULL},
	[EVENT_TIMER] = {NULL, NULL}, /* the replay knows the core's deadlines */
	[EVENT_DATAGRAM] = {"datagram", put_datagram},
	[EVENT_GROUP_DONE] = {"done", put_group_done},
	[EVENT_FENCE_DONE] = {"fenced", put_fence_done},
	[EVENT_MOVE] = {"move", put_move},
	[EVENT_MESSAGE] = {"message", put_message},
	[EVENT_SHUTDOWN] = {"shutdown", NULL},
	[EVENT_STALLED] = {"stalled", put_stalled},
};

void record_event(struct instant now, const struct event *event)
{
	if (!file || !kinds[event->kind].word)
		return;
	if (!began_ns)
		began_ns = now.mono.ns;
	struct writer w = writer_over(line, sizeof line);
	writer_format(&w, "%" PRId64 " %" PRIu64 " %s", now.mono.ns - began_ns, now.wall_s, kinds[event->kind].word);
	if (kinds[event->kind].put)
		kinds[event->kind].put(&w, event);
	writer_byte(&w, '\n');
	put(&w);
}
