// SPDX-License-Identifier: MIT
/* The set of all media: opens those that work, tries again to open the others, sends, drains, closes and counts. */
#include "heartbeat/media/media.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/media/medium.h"

enum {
	DRAIN_BATCHES = 64,
	/* The pause between two attempts to open a medium, without a change of the interfaces; doubled each time. */
	RETRY_MIN_MS = 1000,
	RETRY_MAX_MS = 5000,
};

/* --- open and close ----------------------------------------------------------------------------------------------- */

static bool any_closed(const struct media *set)
{
	bool found = false;

	for (size_t i = 0; i < set->count; i++)
		found |= set->list[i]->state == MEDIUM_CLOSED;
	return found;
}

static void wait_for_retry(struct media *set)
{
	bool needed = any_closed(set);

	precise_timer_set(set->retry, needed ? mono_add(mono_now(), set->retry_wait) : MONO_FAR);
	if (!needed)
		set->retry_wait = span_ms(RETRY_MIN_MS);
}

void media_settle(struct media *set)
{
	set->tried = set->config.interfaces ? interfaces_changes(set->config.interfaces) : 0;
	for (size_t i = 0; i < set->count; i++)
		medium_report_start(set->list[i]);
	receivers_tidy(set);
	wait_for_retry(set);
}

static void try_again(struct media *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->list[i]->state == MEDIUM_CLOSED)
			medium_try(set->list[i]);
	media_settle(set);
}

static void on_retry(void *context)
{
	struct media *set = context;

	set->retry_wait.ns =
		set->retry_wait.ns * 2 < span_ms(RETRY_MAX_MS).ns ? set->retry_wait.ns * 2 : span_ms(RETRY_MAX_MS).ns;
	try_again(set);
}

void media_retry(struct media *set)
{
	if (set->receiving || !set->config.interfaces || set->tried == interfaces_changes(set->config.interfaces))
		return;
	names_hurry(set->names);
	try_again(set);
}

static struct media *set_new(const struct media_config *config)
{
	struct media *set = g_new0(struct media, 1);
	const struct names_config names = {.path = config->names,
		.found = medium_host_found,
		.trouble = medium_host_trouble,
		.context = set,
		.own_process = config->own_process,
		.resolve = config->resolve};

	set->config = *config;
	set->names = names_new(&names);
	set->batch = batch_new();
	set->retry = precise_timer_new(G_PRIORITY_DEFAULT, on_retry, set);
	set->retry_wait = span_ms(RETRY_MIN_MS);
	return set;
}

struct media *media_open(
	const struct medium_conf *conf, size_t count, const struct media_config *config, struct diags *diags)
{
	struct media *set = set_new(config);

	set->list = g_new0(struct medium *, count);
	set->count = count;
	/* Try every medium, so that the operator sees all errors at once. */
	for (size_t i = 0; i < count; i++) {
		set->list[i] = medium_new(set, &conf[i], i);
		medium_try(set->list[i]);
	}
	if (!media_usable(set->list, count, MEDIUM_WAITS, diags)) {
		media_close(set);
		return NULL;
	}
	media_settle(set);
	return set;
}

void media_close(struct media *set)
{
	if (!set)
		return;
	assert(!set->receiving && !set->change);
	while (set->all)
		medium_free(set->all);
	receivers_tidy(set);
	names_free(set->names);
	precise_timer_free(set->retry);
	batch_free(set->batch);
	g_free(set->list);
	g_free(set);
}

bool media_doubt(const struct media *set, size_t position, char *out, size_t cap)
{
	for (size_t i = 0; i < set->count; i++) {
		struct writer w = writer_over(out, cap - 1);
		if (!medium_doubt(set->list[i], &w) || position-- > 0)
			continue;
		out[w.len] = '\0';
		return true;
	}
	int error = names_unsaved(set->names);
	if (error == 0 || position > 0)
		return false;
	/* a long path is cut */
	(void)snprintf(out, cap, "%s: the addresses of hosts cannot be written: %s", set->config.names, strerror(error));
	return true;
}

/* --- send --------------------------------------------------------------------------------------------------------- */

static bool note(struct medium *m, int rc, size_t len)
{
	if (rc < 0)
		medium_send_failed(m, -rc);
	else if (rc == MEDIUM_TO_SELF)
		medium_send_spared(m);
	else
		medium_send_worked(m, len);
	return rc == 0;
}

/* Returns true when the kernel accepted the datagram. */
static bool send_one(struct medium *m, struct bytes data)
{
	if (m->state != MEDIUM_WORKS)
		return false; /* the reason was logged before */
	return note(m, m->ops->send(m, data), data.len);
}

static bool send_text(struct medium *m, const struct media_message *message)
{
	if (m->state != MEDIUM_WORKS || message->text.len == 0)
		return false;
	return note(m, m->ops->send_text(m, message->text, message->is_status), message->text.len);
}

bool media_send(struct media *set, const struct media_message *message)
{
	bool sent = false;

	media_retry(set); /* another function may have read a change of the interfaces */
	for (size_t i = 0; i < set->count; i++) {
		struct medium *m = set->list[i];
		if (medium_is_ping(m->conf->kind))
			continue;
		sent |= m->ops->send_text ? send_text(m, message) : send_one(m, message->datagram);
	}
	return sent;
}

void media_ping(struct media *set, size_t medium, struct bytes payload)
{
	assert(medium < set->count && medium_is_ping(set->list[medium]->conf->kind));
	(void)send_one(set->list[medium], payload);
}

void media_drain(struct media *set)
{
	if (set->receiving)
		return;
	for (struct receiver *r = set->receivers; r; r = r->next)
		(void)receiver_read(r, DRAIN_BATCHES); /* the main loop reads the remaining datagrams */
}

bool media_to_self(const struct media *set, size_t medium)
{
	assert(medium < set->count);
	const struct medium *m = set->list[medium];
	return m->state == MEDIUM_WORKS && m->ops->to_self && m->ops->to_self(m);
}

void media_counters(const struct media *set, size_t medium, struct media_counters *out)
{
	assert(medium < set->count);
	*out = set->list[medium]->counters;
}
