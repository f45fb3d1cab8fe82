// SPDX-License-Identifier: MIT
/* A hostile sender with the key, with a recording, or with a few bad datagrams: makes and sends datagrams, never
 * reads an answer.
 *
 * usage: forge [-k AUTHKEYS] [-n NAME] [-u UUID-HEX] [-g GENERATION] [-q SEQ] [-r RATE -s SECONDS] ADDRESS PORT WHAT...
 *        forge -l FILE -s SECONDS PORT               record the datagrams that arrive here, with their times
 *        forge -p FILE ADDRESS PORT                  send a recording again at the same pace
 * The WHATs are sent in turns.  "status|st=up|dt=fa0" is signed, and gets src srcuuid seq hg ts ttl unless it has them
 * (srcuuid in hex).  A text that starts with "#" is sent unchanged, with "
" for the end of a line.  Without -r each
 * is sent once.  Prints "sent N in M ms". */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "heartbeat/core/auth.h"
#include "heartbeat/core/codec.h"
#include "lib/mono.h"

enum { RATE_MAX = 50000, SECONDS_MAX = 300, KEPT_MAX = 4096, TEXT_MAX = 8192 };

struct forger {
	const char *keys, *name, *listen, *play;
	uint8_t uuid[16];
	uint64_t generation, seq;
	long rate, seconds;
	struct auth *auth;
	struct sockaddr_in to;
	int fd;
};

static uint8_t arena[CODEC_DATAGRAM_MAX], out[2 * CODEC_DATAGRAM_MAX];

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "forge: %s: %s\n", what, errno ? strerror(errno) : "not understood");
	exit(1);
}

static void pause_until(struct mono due)
{
	struct timespec t = {.tv_sec = due.ns / 1000000000, .tv_nsec = due.ns % 1000000000};
	(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL); /* after an error only the pace is wrong */
}

static bool hex_to_uuid(const char *hex, uint8_t *uuid)
{
	for (size_t i = 0; i < 16; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &uuid[i]) != 1)
			return false;
	return hex[32] == 0;
}

static void read_keys(struct forger *f)
{
	static struct authkeys keys;
	static char text[4096];
	struct diags diags;
	int fd = open(f->keys, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof text);
	if (len < 0)
		die(f->keys);
	(void)close(fd);
	diags_init(&diags, f->keys);
	authkeys_parse((struct bytes){(const uint8_t *)text, (size_t)len}, &keys, &diags);
	f->auth = diags.errors ? NULL : auth_new(&keys);
	if (!f->auth)
		die(f->keys);
}

/* --- one datagram --- */

static struct bytes raw(const char *text)
{
	size_t len = 0;
	for (const char *at = text; *at && len < sizeof out; at++)
		if (at[0] == '\\' && at[1] == 'n')
			out[len++] = '\n', at++;
		else
			out[len++] = (uint8_t)*at;
	return (struct bytes){out, len};
}

static void add_field(struct message *m, char *field)
{
	char *equals = strchr(field, '=');
	uint8_t uuid[16];
	if (!equals)
		die(field);
	*equals = 0;
	if (strcmp(field, "srcuuid") == 0 && hex_to_uuid(equals + 1, uuid))
		message_add_bytes(m, FIELD_BINARY, bytes_of("srcuuid"), (struct bytes){uuid, 16});
	else
		message_add(m, field, equals + 1);
}

static struct bytes forged(struct forger *f, const char *text)
{
	char copy[TEXT_MAX], *rest = copy;
	if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
		die(text);
	struct message m;
	if (!f->auth)
		die("-k is missing");
	message_init(&m, arena, sizeof arena);
	const char *type = strsep(&rest, "|");
	message_add(&m, "t", type);
	for (char *field; (field = strsep(&rest, "|"));)
		add_field(&m, field);
	if (!message_find(&m, "src"))
		message_add(&m, "src", f->name);
	if (!message_find(&m, "srcuuid"))
		message_add_bytes(&m, FIELD_BINARY, bytes_of("srcuuid"), (struct bytes){f->uuid, 16});
	if (!message_find(&m, "seq") && strncmp(type, "NS_", 3) != 0)
		message_add_hex(&m, "seq", f->seq++);
	if (!message_find(&m, "hg"))
		message_add_hex(&m, "hg", f->generation);
	if (!message_find(&m, "ts"))
		message_add_hex(&m, "ts", (uint64_t)time(NULL));
	message_add(&m, "ttl", "3");
	struct writer w = writer_over(out, sizeof out);
	if (m.broken || !codec_netstring(&m, f->auth, true, &w))
		die(text);
	return writer_done(&w);
}

static bool send_bytes(const struct forger *f, struct bytes b)
{
	return sendto(f->fd, b.at, b.len, 0, (const struct sockaddr *)&f->to, sizeof f->to) == (ssize_t)b.len;
}

/* --- the three modes --- */

static void forge(struct forger *f, char **what, int count)
{
	long total = f->rate ? f->rate * f->seconds : count, burst = f->rate > 1000 ? f->rate / 1000 : 1, sent = 0;
	struct mono begin = mono_now();
	for (long i = 0; i < total; i++) {
		const char *text = what[i % count];
		sent += send_bytes(f, *text == '#' ? raw(text) : forged(f, text));
		if (f->rate && i % burst == burst - 1)
			pause_until(mono_add(begin, (struct span){(i + 1) * (1000000000 / f->rate)}));
	}
	printf("sent %ld in %lld ms\n", sent, (long long)span_to_ms(mono_since(mono_now(), begin)));
}

/* A record: ns since the start, length, bytes. */
static void keep(const struct forger *f)
{
	FILE *file = fopen(f->listen, "we");
	struct mono begin = mono_now(), end = mono_add(begin, span_ms(f->seconds * 1000));
	if (!file || bind(f->fd, (const struct sockaddr *)&f->to, sizeof f->to) != 0)
		die(f->listen);
	for (struct mono now = begin; !mono_reached(now, end); now = mono_now()) {
		struct pollfd ready = {.fd = f->fd, .events = POLLIN};
		if (poll(&ready, 1, (int)span_to_ms(mono_since(end, now)) + 1) != 1)
			continue;
		ssize_t len = recv(f->fd, out, KEPT_MAX, 0);
		int64_t head[2] = {mono_since(mono_now(), begin).ns, len};
		if (len > 0 && (fwrite(head, sizeof head, 1, file) != 1 || fwrite(out, (size_t)len, 1, file) != 1))
			die(f->listen);
	}
	if (fclose(file) != 0)
		die(f->listen);
}

static void play(const struct forger *f)
{
	FILE *file = fopen(f->play, "re");
	struct mono begin = mono_now();
	long sent = 0;
	if (!file)
		die(f->play);
	for (int64_t head[2]; fread(head, sizeof head, 1, file) == 1 && head[1] > 0 && head[1] <= KEPT_MAX &&
			      fread(out, (size_t)head[1], 1, file) == 1;) {
		pause_until(mono_add(begin, (struct span){head[0]}));
		sent += send_bytes(f, (struct bytes){out, (size_t)head[1]});
	}
	(void)fclose(file);
	printf("sent %ld in %lld ms\n", sent, (long long)span_to_ms(mono_since(mono_now(), begin)));
}

static long number(const char *text, long most)
{
	char *end;
	long n = strtol(text, &end, 10);
	if (*end || n < 1 || n > most)
		die(text);
	return n;
}

int main(int argc, char **argv)
{
	struct forger f = {.name = "nobody", .generation = 1, .seq = 1, .to = {.sin_family = AF_INET}};
	for (int option; (option = getopt(argc, argv, "k:n:u:g:q:r:s:l:p:")) != -1;)
		switch (option) {
		case 'k': f.keys = optarg; break;
		case 'n': f.name = optarg; break;
		case 'u': if (!hex_to_uuid(optarg, f.uuid)) die(optarg); break;
		case 'g': f.generation = strtoull(optarg, NULL, 10); break;
		case 'q': f.seq = strtoull(optarg, NULL, 10); break;
		case 'r': f.rate = number(optarg, RATE_MAX); break;
		case 's': f.seconds = number(optarg, SECONDS_MAX); break;
		case 'l': f.listen = optarg; break;
		case 'p': f.play = optarg; break;
		default: return 2;
		}
	argv += optind, argc -= optind;
	int words = f.listen ? 1 : f.play ? 2 : 3, yes = 1;
	if (argc < words || (f.rate && !f.seconds) || (f.listen && !f.seconds)) {
		fputs("usage: forge [-k AUTHKEYS] [-n NAME] [-u UUID] [-g GENERATION] [-q SEQ] [-r RATE -s SECONDS] ADDRESS PORT WHAT...\n"
		      "       forge -l FILE -s SECONDS PORT\n       forge -p FILE ADDRESS PORT\n",
			stderr);
		return 2;
	}
	if (!f.listen && inet_pton(AF_INET, argv[0], &f.to.sin_addr) != 1)
		die(argv[0]);
	f.to.sin_port = htons((uint16_t)number(argv[f.listen ? 0 : 1], 65535));
	f.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (f.fd < 0 || setsockopt(f.fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes) != 0)
		die("socket");
	if (f.keys)
		read_keys(&f);
	if (f.listen)
		keep(&f);
	else if (f.play)
		play(&f);
	else
		forge(&f, argv + 2, argc - 2);
	return 0;
}
