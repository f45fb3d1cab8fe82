// SPDX-License-Identifier: MIT
/* The network.  Each datagram is sent on each medium separately.  It may be lost, duplicated, delayed, damaged, or
 * arrive again minutes later. */
#include "tests/sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "heartbeat/core/codec.h"

void datagram_release(struct datagram *d)
{
	if (d != NULL && --d->refs == 0)
		free(d);
}

bool link_open(const struct world *w, int node)
{
	for (int m = 0; m < w->plan->set[SET_MEDIA]; m++)
		if (w->cut[node][m] == 0 && w->now >= w->clogged[m] && !w->nodes[0].shell.closed[m] &&
			!w->nodes[1].shell.closed[m])
			return true;
	return false;
}

bool link_sends(const struct world *w, const struct node *n)
{
	for (int m = 0; m < w->plan->set[SET_MEDIA]; m++)
		if (!n->shell.closed[m])
			return true;
	return false;
}

/* Read "A:B" or "A", in hex; any other text counts as 0. */
static void take_numbers(struct reader r, uint64_t *a, uint64_t *b)
{
	struct bytes text = reader_take(&r, reader_left(&r));
	r = reader_over(text);
	struct bytes first = b != NULL ? reader_until(&r, ':') : text;
	if (!bytes_to_u64(first, 16, a) || (b != NULL && !bytes_to_u64(reader_take(&r, reader_left(&r)), 16, b)))
		*a = 0;
}

struct header link_header(struct bytes data)
{
	enum { LENGTH_DIGITS = 5 };
	struct header header = {.type = link_type(data)};
	header.status = bytes_equal_text(header.type, "status");
	struct reader r = reader_over(data);
	(void)reader_skip(&r, "###\n");
	while (header.status && reader_left(&r) > 0) { /* the end mark has no length, and ends this loop */
		size_t len = (size_t)reader_decimal(&r, LENGTH_DIGITS, CODEC_DATAGRAM_MAX);
		(void)reader_byte(&r);
		struct reader item = reader_over(reader_take(&r, len));
		(void)reader_byte(&r);
		if (r.failed || !reader_skip(&item, "(0)"))
			continue;
		if (reader_skip(&item, "seq="))
			take_numbers(item, &header.seq, NULL);
		else if (reader_skip(&item, "hg="))
			take_numbers(item, &header.generation, NULL);
		else if (reader_skip(&item, "h4hears="))
			take_numbers(item, &header.hears_generation, &header.hears_seq);
	}
	return header;
}

struct bytes link_type(struct bytes data)
{
	struct reader r = reader_over(data);
	(void)reader_skip(&r, "###\n");
	(void)reader_until(&r, '=');
	return reader_until(&r, ',');
}

static struct datagram *datagram_new(struct world *w, struct node *n, struct bytes data, const struct header *header)
{
	struct datagram *d = malloc(sizeof *d + data.len);
	if (d == NULL)
		abort();
	*d = (struct datagram){.refs = 0};
	d->refs = 1;
	d->sent = w->now;
	d->from = n->index;
	d->life = n->life;
	for (int g = 0; g < files_groups(w); g++)
		d->holding |= (unsigned)occupied(&n->places[g]) << g;
	d->type = link_type(data);
	d->goodbye = n->shutting_down && d->holding == 0;
	d->status = header->status;
	d->seq = header->seq;
	d->generation = header->generation;
	d->keys = n->files.keys;
	if (d->status && d->seq < n->ledger.sent_seq) /* it is sent again, and reports what was true earlier */
		d->holding = 0, d->goodbye = false;
	d->len = data.len;
	memcpy(d->bytes, data.at, data.len);
	d->type.at = d->bytes + (d->type.at - data.at);
	return d;
}

/* Returns a copy with one changed bit, or with its end cut off.  The trailer is not changed, because damage there has
 * no effect. */
static struct datagram *damage(const struct datagram *d, uint64_t value)
{
	struct datagram *copy = malloc(sizeof *d + d->len);
	if (copy == NULL)
		abort();
	memcpy(copy, d, sizeof *d + d->len);
	copy->type.at = copy->bytes + (d->type.at - d->bytes);
	copy->refs = 0;
	size_t part = d->len / 2;
	if (part == 0)
		return copy;
	if (value % 4 == 0)
		copy->len = 1 + value / 8 % part;
	else
		copy->bytes[value / 64 % part] ^= (uint8_t)(1U << value / 8 % 8);
	return copy;
}

static void travel(struct world *w, struct datagram *d, int to, int medium, int64_t after, enum copy copy)
{
	int64_t at = w->now + after;
	if (medium < MEDIA_MAX && to != d->from && at < w->clogged[medium])
		at = w->clogged[medium] + after / 100; /* at that time everything arrives at once, nearly in order */
	d->refs++;
	world_push(w, (struct sim_event){
			      .at = at, .kind = SIM_DATAGRAM, .node = to, .a = medium, .copy = copy, .datagram = d});
}

static int64_t delay(const struct world *w, const struct node *n, int to, int medium, unsigned ordinal)
{
	uint64_t value = draw((uint64_t)w->plan->set[SET_SEED], DRAW_DELAY, n->index, to, medium, w->now, ordinal);
	int64_t most = w->noise[medium].delay_ms * MS;
	if (times_given(w))
		return w->plan->observer->delay_ns[n->index];
	return most > 0 ? pick(value, MS / 20, most) : pick(value, MS / 20, MS / 3);
}

static void send_to(struct world *w, struct node *n, struct datagram *d, int to, int medium)
{
	const struct noise *noise = &w->noise[medium];
	uint64_t seed = (uint64_t)w->plan->set[SET_SEED];
	unsigned ordinal = n->send_ordinal;
	if (noise->loss > 0 && chance(draw(seed, DRAW_LOSS, n->index, to, medium, w->now, ordinal), noise->loss))
		return;
	int64_t after = delay(w, n, to, medium, ordinal);
	uint64_t corrupt = noise->corrupt > 0 ? draw(seed, DRAW_CORRUPT, n->index, to, medium, w->now, ordinal) : 0;
	if (noise->corrupt > 0 && chance(corrupt, noise->corrupt)) {
		travel(w, damage(d, corrupt / 1000), to, medium, after, COPY_CORRUPT);
		return;
	}
	travel(w, d, to, medium, after, COPY_ORIGINAL);
	if (noise->duplicate > 0 &&
		chance(draw(seed, DRAW_DUPLICATE, n->index, to, medium, w->now, ordinal), noise->duplicate))
		travel(w, d, to, medium, delay(w, n, to, medium, ordinal + 1000), COPY_DUPLICATE);
	uint64_t replay = noise->replay > 0 ? draw(seed, DRAW_REPLAY, n->index, to, medium, w->now, ordinal) : 0;
	if (noise->replay > 0 && chance(replay, noise->replay))
		travel(w, d, to, medium, pick(replay / 1000, 2000 * MS, 180000 * MS), COPY_REPLAY);
}

/* Returns the same datagram without the fields of the native dialect, and signs it again.  The field "auth" stays,
 * because nothing checks it.  Items are copied without decoding: decoding and encoding took a fifth of the time of the
 * simulator. */
static struct bytes without_native_fields(struct auth *auth, struct bytes data)
{
	enum { LENGTH_DIGITS = 5 };
	static uint8_t rendered[CODEC_DATAGRAM_MAX];
	struct writer out = writer_over(rendered, sizeof rendered);
	struct reader r = reader_over(data);
	char digest[AUTH_DIGEST_MAX + 1];
	bool native = false;

	if (!reader_skip(&r, "###\n"))
		return data;
	writer_text(&out, "###\n");
	while (!reader_skip(&r, "%%%\n")) {
		struct reader item = r;
		size_t len = (size_t)reader_decimal(&item, LENGTH_DIGITS, CODEC_DATAGRAM_MAX);
		len += reader_left(&r) - reader_left(&item) + 2; /* the ":" and the "," of the item */
		(void)reader_byte(&item);
		bool left_out = reader_skip(&item, "(0)h4");
		struct bytes whole = reader_take(&r, len);
		if (r.failed)
			return data;
		if (!left_out)
			writer_bytes(&out, whole);
		native = native || left_out;
	}
	writer_text(&out, "%%%\n");
	size_t digits = auth_digest(auth, auth_active(auth), writer_done(&out), digest);
	writer_number(&out, 10, digits + 2); /* plus one digit for the index and a blank */
	writer_byte(&out, ':');
	writer_number(&out, 10, auth_active(auth));
	writer_byte(&out, ' ');
	writer_text(&out, digest);
	writer_byte(&out, ',');
	return native && digits > 0 && !out.overflowed ? writer_done(&out) : data;
}

void link_send(struct world *w, struct node *n, struct bytes data, const struct header *header)
{
	if (w->plan->set[SET_CLASSIC] && header->status) /* only statuses have native fields */
		data = without_native_fields(files_auth(w, n), data);
	if (n->send_at != w->now) {
		n->send_at = w->now;
		n->send_ordinal = 0;
	}
	struct datagram *d = datagram_new(w, n, data, header);
	for (int m = 0; m < w->plan->set[SET_MEDIA]; m++) {
		if (n->shell.closed[m])
			continue;
		for (int to = 0; to <= NODES; to++)
			if (to != n->index && w->nodes[to].core != NULL)
				send_to(w, n, d, to, m);
		if (w->plan->set[SET_LOOP])
			travel(w, d, n->index, m, MS / 50, COPY_ORIGINAL);
	}
	n->send_ordinal++;
	datagram_release(d);
}

void link_ping(struct world *w, struct node *n, struct bytes data, size_t medium)
{
	if (n->index != THIRD && w->ping_lost[n->index] > 0)
		return;
	struct datagram *d = datagram_new(w, n, data, &(struct header){.status = false});
	travel(w, d, n->index, (int)medium, MS / 2, COPY_ORIGINAL);
	datagram_release(d);
}

void link_deliver(struct world *w, struct sim_event *e)
{
	struct node *n = &w->nodes[e->node];
	bool own = e->datagram->from == e->node;
	bool passes = own || e->a >= w->plan->set[SET_MEDIA] || e->node == THIRD ||
	              (w->cut[e->node][e->a] == 0 && !n->shell.closed[e->a]);
	if (passes) {
		struct event event = {.kind = EVENT_DATAGRAM};
		event.datagram.medium = files_medium(n, e->a);
		event.datagram.data = (struct bytes){e->datagram->bytes, e->datagram->len};
		node_event(w, n, &event, e->datagram, e->copy);
	}
	datagram_release(e->datagram);
}
