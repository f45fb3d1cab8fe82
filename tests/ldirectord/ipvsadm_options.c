// SPDX-License-Identifier: MIT
#include "tests/ldirectord/ipvsadm.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The options that are required and allowed for each command, as the original ipvsadm reports them. */
static const struct {
	char letter;
	const char *name;
	unsigned must, may;
} commands[] = {
	{'A', "add-service", OPT_SERVICE, OPT_SCHEDULER | OPT_PERSISTENT | OPT_NETMASK | OPT_FLAGS | OPT_OPS | OPT_SIX},
	{'E', "edit-service", OPT_SERVICE,
		OPT_SCHEDULER | OPT_PERSISTENT | OPT_NETMASK | OPT_FLAGS | OPT_OPS | OPT_SIX},
	{'D', "delete-service", OPT_SERVICE, OPT_SIX},
	{'a', "add-server", OPT_SERVICE | OPT_REAL,
		OPT_METHOD | OPT_WEIGHT | OPT_UPPER | OPT_LOWER | OPT_SIX | OPT_TUNNEL},
	{'e', "edit-server", OPT_SERVICE | OPT_REAL,
		OPT_METHOD | OPT_WEIGHT | OPT_UPPER | OPT_LOWER | OPT_SIX | OPT_TUNNEL},
	{'d', "delete-server", OPT_SERVICE | OPT_REAL, OPT_SIX},
	{'C', "flush", 0, 0},
	{'L', "list", 0, OPT_SERVICE | OPT_NUMERIC | OPT_THRESHOLDS | OPT_SIX},
	{'S', "save", 0, OPT_NUMERIC},
	{'R', "restore", 0, 0},
	{'Z', "zero", 0, OPT_SERVICE | OPT_SIX},
};

static const struct {
	const char *word, *long_word, *name;
	unsigned option;
	bool has_argument;
} options[] = {
	{"-t", "--tcp-service", "service-address", OPT_SERVICE, true},
	{"-u", "--udp-service", "service-address", OPT_SERVICE, true},
	{"-f", "--fwmark-service", "service-address", OPT_SERVICE, true},
	{"-s", "--scheduler", "scheduler", OPT_SCHEDULER, true},
	{"-p", "--persistent", "persistent", OPT_PERSISTENT, true},
	{"-M", "--netmask", "netmask", OPT_NETMASK, true},
	{"-r", "--real-server", "real-server", OPT_REAL, true},
	{"-g", "--gatewaying", "forwarding-method", OPT_METHOD, false},
	{"-m", "--masquerading", "forwarding-method", OPT_METHOD, false},
	{"-i", "--ipip", "forwarding-method", OPT_METHOD, false},
	{"-w", "--weight", "weight", OPT_WEIGHT, true},
	{"-x", "--u-threshold", "u-threshold", OPT_UPPER, true},
	{"-y", "--l-threshold", "l-threshold", OPT_LOWER, true},
	{"-n", "--numeric", "numeric", OPT_NUMERIC, false},
	{"", "--thresholds", "thresholds", OPT_THRESHOLDS, false},
	{"-b", "--sched-flags", "sched-flags", OPT_FLAGS, true},
	{"-o", "--ops", "ops", OPT_OPS, false},
	{"-6", "--ipv6", "ipv6", OPT_SIX, false},
	{"", "--tun-type", "tun-type", OPT_TUNNEL, true},
};
enum { COMMANDS = sizeof commands / sizeof commands[0], OPTIONS = sizeof options / sizeof options[0] };

static int fail(const char *format, const char *word)
{
	if (word)
		fprintf(stderr, "%s `%s'%s\n", format, word, strstr(format, "value") ? " specified" : "");
	else
		fprintf(stderr, "%s\n", format);
	return EXIT_OPTIONS;
}

static bool number(const char *word, unsigned max, unsigned *out)
{
	char *end;
	unsigned long value = strtoul(word, &end, 10);
	*out = (unsigned)value;
	return word[0] >= '0' && word[0] <= '9' && *end == '\0' && value <= max;
}

static bool address_parse(const char *word, struct address *a)
{
	char copy[64];
	if (strlen(word) >= sizeof copy)
		return false;
	strcpy(copy, word);
	*a = (struct address){.six = copy[0] == '['};
	char *port = a->six ? strchr(copy, ']') : strchr(copy, ':');
	if (a->six) {
		if (port == NULL)
			return false;
		*port++ = '\0';
		if (*port != ':' && *port != '\0')
			return false;
	}
	a->has_port = port != NULL && *port == ':';
	if (a->has_port) {
		*port++ = '\0';
		if (!number(port, 65535, &a->port))
			return false;
	}
	return inet_pton(a->six ? AF_INET6 : AF_INET, copy + a->six, a->ip) == 1;
}

void address_print(const struct address *a, char *out, unsigned cap)
{
	char ip[64] = "";
	(void)inet_ntop(a->six ? AF_INET6 : AF_INET, a->ip, ip, sizeof ip); // fits
	(void)snprintf(out, cap, a->six ? "[%s]:%u" : "%s:%u", ip, a->port);
}

static int take_service(struct request *q, char protocol, const char *word)
{
	q->protocol = protocol;
	if (protocol == 'f')
		return number(word, INT32_MAX, &q->mark) && q->mark > 0 ? 0 : fail("invalid fwmark value", word);
	return address_parse(word, &q->service) && q->service.has_port
	               ? 0
	               : fail("illegal virtual server address[:port] specified", NULL);
}

static int take(struct request *q, unsigned option, char letter, const char *word)
{
	switch (option) {
	case OPT_SERVICE: return take_service(q, letter, word);
	case OPT_REAL:
		return address_parse(word, &q->real) ? 0 : fail("illegal real server address[:port] specified", NULL);
	case OPT_PERSISTENT:
		return number(word, 31536000, &q->persistent) && q->persistent > 0
		               ? 0
		               : fail("invalid timeout value", word);
	case OPT_WEIGHT: return number(word, INT32_MAX, &q->weight) ? 0 : fail("illegal weight specified", NULL);
	case OPT_UPPER: return number(word, INT32_MAX, &q->upper) ? 0 : fail("illegal u_threshold specified", NULL);
	case OPT_LOWER: return number(word, INT32_MAX, &q->lower) ? 0 : fail("illegal l_threshold specified", NULL);
	case OPT_METHOD: q->method = letter; return 0;
	case OPT_SCHEDULER: (void)snprintf(q->scheduler, sizeof q->scheduler, "%s", word); return 0;
	case OPT_NETMASK: (void)snprintf(q->netmask, sizeof q->netmask, "%s", word); return 0;
	case OPT_FLAGS: (void)snprintf(q->flags, sizeof q->flags, "%s", word); return 0;
	default: return 0;
	}
}

static int check_flags(const struct request *q)
{
	char copy[64], *rest = copy;
	(void)snprintf(copy, sizeof copy, "%s", q->flags);
	for (char *word; (word = strsep(&rest, ",")) != NULL;) {
		bool known = strcmp(word, "sh-port") == 0 || strcmp(word, "sh-fallback") == 0 ||
		             strcmp(word, "mh-port") == 0 || strcmp(word, "mh-fallback") == 0;
		if (strcmp(word, "flag-1") == 0 || strcmp(word, "flag-2") == 0 || strcmp(word, "flag-3") == 0)
			continue;
		if (!known)
			return fail("invalid scheduler flag", word);
		if (strncmp(word, q->scheduler, 2) != 0 || strlen(q->scheduler) != 2)
			return fail("incompatible scheduler flag", word);
	}
	return 0;
}

static int check_service(const struct request *q)
{
	uint8_t mask[4];
	unsigned prefix;
	if ((q->options & OPT_OPS) && q->protocol == 't')
		return fail("One-Packet Scheduling is only for UDP virtual services", NULL);
	if (q->protocol != 'f' && q->service.port == 0 && !(q->options & OPT_PERSISTENT))
		return fail("Zero port specified for non-persistent service", NULL);
	if (q->options & OPT_NETMASK) {
		if (q->service.six && (!number(q->netmask, 128, &prefix) || prefix == 0))
			return fail("illegal ipv6 netmask specified", NULL);
		if (!q->service.six && inet_pton(AF_INET, q->netmask, mask) != 1)
			return fail("illegal virtual server persistent mask specified", NULL);
	}
	return (q->options & OPT_FLAGS) ? check_flags(q) : 0;
}

static int check(struct request *q, unsigned c)
{
	if (q->options & OPT_SIX)
		q->service.six = true;
	for (unsigned i = 0; i < OPTIONS; i++) {
		if (!(q->options & options[i].option) && (commands[c].must & options[i].option)) {
			fprintf(stderr, "You need to supply the '%s' option for the '%s' command\n", options[i].name,
				commands[c].name);
			return EXIT_OPTIONS;
		}
		if ((q->options & options[i].option) && !((commands[c].must | commands[c].may) & options[i].option)) {
			fprintf(stderr, "Illegal '%s' option with the '%s' command\n", options[i].name,
				commands[c].name);
			return EXIT_OPTIONS;
		}
	}
	if (q->command == 'A' || q->command == 'E')
		return check_service(q);
	if ((q->command == 'a' || q->command == 'e') && q->real.six != q->service.six && q->method != 'i')
		return fail("Different address family is allowed only for tunneling servers", NULL);
	return 0;
}

static int take_word(struct request *q, char *const words[], unsigned *at)
{
	for (unsigned i = 0; i < OPTIONS; i++) {
		if (strcmp(words[*at], options[i].word) != 0 && strcmp(words[*at], options[i].long_word) != 0)
			continue;
		const char *argument = options[i].has_argument ? words[*at + 1] : "";
		if (argument == NULL) {
			fprintf(stderr, "%s: missing argument\n", words[*at]);
			return -1;
		}
		*at += options[i].has_argument ? 2 : 1;
		q->options |= options[i].option;
		return take(q, options[i].option, options[i].word[0] ? options[i].word[1] : 0, argument);
	}
	if (words[*at][0] != '-') {
		fprintf(stderr, "unexpected argument %s\n", words[*at]);
		return EXIT_OPTIONS;
	}
	fprintf(stderr, "%s: unknown option\n", words[*at]);
	return -1;
}

int request_parse(struct request *q, char *const words[], const char *program, bool *fatal)
{
	unsigned c = 0, at = 1;
	*q = (struct request){.weight = 1, .method = 'g', .scheduler = "wlc"};
	*fatal = true;
	while (c < COMMANDS &&
		!(words[0] && words[0][0] == '-' && words[0][1] == commands[c].letter && words[0][2] == '\0'))
		c++;
	if (c == COMMANDS) {
		fprintf(stderr, "Try `%s -h' or '%s --help' for more information.\n", program, program);
		return EXIT_KERNEL;
	}
	q->command = commands[c].letter;
	while (words[at]) {
		int status = take_word(q, words, &at);
		if (status != 0) { // -1: one of the two errors that do not end -R
			*fatal = status > 0;
			return status > 0 ? status : EXIT_KERNEL;
		}
	}
	return check(q, c);
}
