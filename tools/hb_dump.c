// SPDX-License-Identifier: MIT
/* hb_dump: shows heartbeat datagrams, from files or from the wire, and whether and why not they are authentic. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"
#include "tools/hb_dump.h"

enum { EXIT_REFUSED = 1, EXIT_USAGE = 2, PORT_DEFAULT = 694, AUTHKEYS_FILE_MAX = 1 << 20 };

static const char default_authkeys[] = SYSCONFDIR "/ha.d/authkeys";

static const char usage_text[] =
	"usage: hb_dump [--authkeys FILE] [--json] FILE...           one datagram in each FILE; - is standard input\n"
	"       hb_dump [--authkeys FILE] [--json] [--port N] [--count N] --live INTERFACE\n"
	"\n"
	"  -k, --authkeys FILE  keys to verify with; default %s\n"
	"  -j, --json           print a line of JSON for each datagram\n"
	"  -l, --live INTERFACE show UDP datagrams to the port, and pings with heartbeat messages, until interrupted\n"
	"  -p, --port N         UDP port, default %d\n"
	"  -c, --count N        stop after N datagrams\n"
	"  -h, --help           this text\n"
	"  -V, --version\n"
	"\n"
	"exit status: 0 all verified, 1 a datagram was refused or not verified, 2 usage, or a file that cannot be read\n";

struct options {
	const char *authkeys; /* NULL: the default */
	const char *interface;
	bool json;
	uint16_t port;
	unsigned long count;
};

struct run {
	struct options options;
	struct dump_keys keys;
	bool refused, unreadable;
};

static uint8_t arena[CODEC_UNCOMPRESSED_MAX];

/* --- keys ------------------------------------------------------------------------------------------------------- */

static void print_diags(const struct diags *diags)
{
	char line[512];

	for (size_t i = 0; i < diags->count; i++)
		if (diags->list[i].severity == DIAG_ERROR) {
			diag_format(diags, i, line, sizeof line);
			(void)fprintf(stderr, "hb_dump: %s\n", line);
		}
}

static struct auth *parse_keys(const char *file, struct bytes text, mode_t mode)
{
	static struct authkeys keys;
	struct diags diags;
	struct auth *auth = NULL;

	diags_init(&diags, file);
	authkeys_parse(text, &keys, &diags);
	if (diags.errors == 0)
		auth = auth_new(&keys);
	authkeys_wipe(&keys);
	if (auth)
		authkeys_check_mode(mode, &diags); /* heartbeat would refuse the file; hb_dump only warns */
	else if (diags.errors == 0)
		(void)fprintf(stderr,
			"hb_dump: %s: OpenSSL on this machine does not have a digest that the file names\n", file);
	print_diags(&diags);
	diags_free(&diags);
	return auth;
}

/* False when the file of --authkeys cannot be used.  Without the default file we continue and verify nothing. */
static bool load_keys(struct run *run)
{
	const char *file = run->options.authkeys ? run->options.authkeys : default_authkeys;
	char *text;
	size_t len;
	struct stat st;
	int rc = file_read(file, AUTHKEYS_FILE_MAX, &text, &len, &st);

	run->keys = (struct dump_keys){.file = file};
	if (rc == 0) {
		run->keys.auth = parse_keys(file, (struct bytes){(const uint8_t *)text, len}, st.st_mode);
		run->keys.why_none = "the authkeys file cannot be used";
		explicit_bzero(text, len);
		free(text);
	} else {
		run->keys.why_none = "the authkeys file cannot be read";
		(void)fprintf(stderr, "hb_dump: %s: %s%s\n", file, strerror(-rc),
			rc == -EINVAL ? " (not a regular file)" : "");
	}
	if (!run->keys.auth && !run->options.authkeys)
		(void)fprintf(stderr, "hb_dump: nothing can be verified; --authkeys FILE names another file\n");
	return run->keys.auth || !run->options.authkeys;
}

/* --- datagrams -------------------------------------------------------------------------------------------------- */

static void show(void *context, const char *title, struct bytes datagram)
{
	struct run *run = context;
	static struct dump d;

	dump_judge(&d, &run->keys, datagram, arena, sizeof arena);
	if (run->options.json)
		dump_print_json(&d);
	else
		dump_print_human(&d, title);
	(void)fflush(stdout);
	run->refused = run->refused || !d.ok;
}

/* Read one byte more than a datagram can have, so that the codec reports "too large". */
static void show_file(struct run *run, const char *path)
{
	static uint8_t data[CODEC_DATAGRAM_MAX + 1];
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *in = is_stdin ? stdin : fopen(path, "rbe");
	size_t len = in ? fread(data, 1, sizeof data, in) : 0;

	if (!in || ferror(in)) {
		(void)fprintf(stderr, "hb_dump: %s: %s\n", path, strerror(errno));
		run->unreadable = true;
	} else {
		show(run, is_stdin ? "standard input" : path, (struct bytes){data, len});
	}
	if (in && !is_stdin)
		(void)fclose(in);
}

static void show_wire(struct run *run)
{
	const struct live live = {.interface = run->options.interface,
		.port = run->options.port,
		.count = run->options.count,
		.datagram = show,
		.context = run};
	int rc = live_run(&live);

	if (rc < 0) {
		(void)fprintf(stderr, "hb_dump: %s: %s%s\n", live.interface, strerror(-rc),
			      rc == -EPERM ? "; listening to an interface needs root (CAP_NET_RAW)" : "");
		run->unreadable = true;
	}
}

/* --- command line ----------------------------------------------------------------------------------------------- */

static int usage(FILE *to, int code)
{
	(void)fprintf(to, usage_text, default_authkeys, PORT_DEFAULT);
	return code;
}

static bool number(const char *word, const char *option, uint64_t max, uint64_t *value)
{
	if (bytes_to_u64(bytes_of(word), 10, value) && *value >= 1 && *value <= max)
		return true;
	(void)fprintf(stderr, "hb_dump: --%s %s: not a number from 1 to %llu\n", option, word, (unsigned long long)max);
	return false;
}

/* -1: continue; otherwise the exit status. */
static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{"authkeys", required_argument, NULL, 'k'},
		{"json", no_argument, NULL, 'j'},
		{"live", required_argument, NULL, 'l'},
		{"port", required_argument, NULL, 'p'},
		{"count", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	uint64_t value;
	int option;

	*o = (struct options){.port = PORT_DEFAULT};
	while ((option = getopt_long(argc, argv, "k:jl:p:c:hV", longs, NULL)) != -1) {
		switch (option) {
		case 'k':
			o->authkeys = optarg;
			break;
		case 'j':
			o->json = true;
			break;
		case 'l':
			o->interface = optarg;
			break;
		case 'p':
			if (!number(optarg, "port", UINT16_MAX, &value))
				return EXIT_USAGE;
			o->port = (uint16_t)value;
			break;
		case 'c':
			if (!number(optarg, "count", UINT32_MAX, &value))
				return EXIT_USAGE;
			o->count = (unsigned long)value;
			break;
		case 'h':
			return usage(stdout, 0);
		case 'V':
			(void)printf("hb_dump (heartbeat) %s\n", VERSION);
			return 0;
		default:
			return usage(stderr, EXIT_USAGE);
		}
	}
	if ((o->interface != NULL) == (optind < argc)) {
		(void)fprintf(
			stderr, "hb_dump: %s\n", o->interface ? "either files or --live, not both" : "no file given");
		return usage(stderr, EXIT_USAGE);
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct run run = {0};
	int code = parse_options(argc, argv, &run.options);

	if (code >= 0)
		return code;
	if (!load_keys(&run))
		return EXIT_USAGE;
	if (run.options.interface)
		show_wire(&run);
	for (int i = optind; i < argc; i++)
		show_file(&run, argv[i]);
	auth_free(run.keys.auth);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		(void)fprintf(stderr, "hb_dump: standard output: %s\n", strerror(errno));
		run.unreadable = true;
	}
	return run.unreadable ? EXIT_USAGE : run.refused ? EXIT_REFUSED : 0;
}
