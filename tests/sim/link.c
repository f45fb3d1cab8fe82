// SPDX-License-Identifier: MIT
/* The network: every datagram takes its own way over every medium; it may be lost, doubled, late, damaged, or come
 * again minutes later. */
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
		if (w->cut[node][m] == 0)
			return true;
	return false;
}

/* The number in a netstring "(0)seq=1f,". */
static uint64_t number_of(struct bytes data)
{
	const uint8_t *at = memmem(data.at, data.len, "(0)seq=", 7);
	if (at == NULL)
		return 0;
	struct reader r = reader_over((struct bytes){at + 7, (size_t)(data.at + data.len - at) - 7});
	uint64_t seq = 0;
	return bytes_to_u64(reader_until(&r, ','), 16, &seq) ? seq : 0;
}

static struct datagram *datagram_new(struct world *w, struct node *n, struct bytes data)
{
	static const char status[] = "(0)t=status,";
	struct datagram *d = calloc(1, sizeof *d + data.len);
	if (d == NULL)
		abort();
	d->refs = 1;
	d->sent = w->now;
	d->from = n->index;
	d->life = n->life;
	for (int g = 0; g < w->plan->set[SET_GROUPS]; g++)
		d->holding |= (unsigned)occupied(&n->places[g]) << g;
	d->status = memmem(data.at, data.len, status, sizeof status - 1) != NULL;
	d->seq = d->status ? number_of(data) : 0;
	d->len = data.len;
	memcpy(d->bytes, data.at, data.len);
	return d;
}

/* A copy with a bit flipped or its tail cut off, never in the trailer: what stands there may be damaged without harm. */
static struct datagram *damage(const struct datagram *d, uint64_t value)
{
	struct datagram *copy = malloc(sizeof *d + d->len);
	if (copy == NULL)
		abort();
	memcpy(copy, d, sizeof *d + d->len);
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
	d->refs++;
	world_push(w, (struct sim_event){.at = w->now + after, .kind = SIM_DATAGRAM, .node = to, .a = medium, .copy = copy, .datagram = d});
}

static int64_t delay(const struct world *w, const struct node *n, int to, int medium, unsigned ordinal)
{
	uint64_t value = draw((uint64_t)w->plan->set[SET_SEED], DRAW_DELAY, n->index, to, medium, w->now, ordinal);
	int64_t most = w->noise[medium].delay_ms * MS;
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
	if (noise->duplicate > 0 && chance(draw(seed, DRAW_DUPLICATE, n->index, to, medium, w->now, ordinal), noise->duplicate))
		travel(w, d, to, medium, delay(w, n, to, medium, ordinal + 1000), COPY_DUPLICATE);
	uint64_t replay = noise->replay > 0 ? draw(seed, DRAW_REPLAY, n->index, to, medium, w->now, ordinal) : 0;
	if (noise->replay > 0 && chance(replay, noise->replay))
		travel(w, d, to, medium, pick(replay / 1000, 2000 * MS, 180000 * MS), COPY_REPLAY);
}

/* The same datagram without the fields of the native dialect, signed anew. */
static struct bytes without_native_fields(struct world *w, struct bytes data)
{
	static uint8_t arenas[2][CODEC_UNCOMPRESSED_MAX], rendered[CODEC_DATAGRAM_MAX];
	static struct message in, out;
	struct frame frame;
	struct writer text = writer_over(rendered, sizeof rendered);
	message_init(&in, arenas[0], sizeof arenas[0]);
	message_init(&out, arenas[1], sizeof arenas[1]);
	if (codec_decode(data, w->auth, false, &in, &frame) != CODEC_OK)
		return data;
	for (size_t i = 0; i < in.count; i++) {
		const struct field *f = &in.fields[i];
		bool native = f->name.len >= 2 && f->name.at[0] == 'h' && f->name.at[1] == '4';
		if (!native && !bytes_equal_text(f->name, "auth"))
			message_add_bytes(&out, f->type, f->name, f->value);
	}
	return codec_netstring(&out, w->auth, !w->plan->set[SET_NETSTRING], &text) ? writer_done(&text) : data;
}

void link_send(struct world *w, struct node *n, struct bytes data)
{
	if (w->plan->set[SET_CLASSIC])
		data = without_native_fields(w, data);
	if (n->send_at != w->now) {
		n->send_at = w->now;
		n->send_ordinal = 0;
	}
	struct datagram *d = datagram_new(w, n, data);
	for (int m = 0; m < w->plan->set[SET_MEDIA]; m++) {
		send_to(w, n, d, 1 - n->index, m);
		if (w->plan->set[SET_LOOP])
			travel(w, d, n->index, m, MS / 50, COPY_ORIGINAL);
	}
	n->send_ordinal++;
	datagram_release(d);
}

/* The pinged host always answers. */
void link_ping(struct world *w, struct node *n, struct bytes data, size_t medium)
{
	struct datagram *d = datagram_new(w, n, data);
	d->status = false;
	travel(w, d, n->index, (int)medium, MS / 2, COPY_ORIGINAL);
	datagram_release(d);
}

void link_deliver(struct world *w, struct sim_event *e)
{
	struct node *n = &w->nodes[e->node];
	bool own = e->datagram->from == e->node;
	bool passes = own || e->a >= w->plan->set[SET_MEDIA] || w->cut[e->node][e->a] == 0;
	if (passes) {
		struct event event = {.kind = EVENT_DATAGRAM};
		event.datagram.medium = (size_t)e->a;
		event.datagram.data = (struct bytes){e->datagram->bytes, e->datagram->len};
		node_event(w, n, &event, e->datagram, e->copy);
	}
	datagram_release(e->datagram);
}
