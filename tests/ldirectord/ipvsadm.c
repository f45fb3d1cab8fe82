// SPDX-License-Identifier: MIT
#include "tests/ldirectord/ipvsadm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { WORDS_MAX = 40 };

struct real {
	char address[64], method;
	unsigned weight, upper, lower;
};

struct service {
	struct request is; /* the last add or edit */
	char id[80];       /* "-t 10.9.0.1:80", "-f 5 -6" */
	struct real *reals;
	size_t count;
};

static struct {
	struct service *services;
	size_t count;
	bool changed;
} table;

/* A list with room for one element more than count. */
static void *grown(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return list;
	list = reallocarray(list, count == 0 ? 1 : count * 2, size);
	if (list == NULL)
		abort();
	return list;
}

// --- operations ---

static int refuse(const char *message)
{
	fprintf(stderr, "%s\n", message);
	return EXIT_KERNEL;
}

static void id_of(const struct request *q, char *out, unsigned cap)
{
	char address[64];
	address_print(&q->service, address, sizeof address);
	if (q->protocol == 'f')
		(void)snprintf(out, cap, "-f %u%s", q->mark, q->service.six ? " -6" : "");
	else
		(void)snprintf(out, cap, "-%c %s", q->protocol, address);
}

static struct service *find_service(const char *id)
{
	for (size_t i = 0; i < table.count; i++)
		if (strcmp(table.services[i].id, id) == 0)
			return &table.services[i];
	return NULL;
}

static bool scheduler_exists(const char *name)
{
	static const char *const names[] = {
		"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static int service_operation(const struct request *q, const char *id, struct service *s)
{
	if (q->command == 'A' && s)
		return refuse("Service already exists");
	if (q->command != 'A' && s == NULL)
		return refuse("No such service");
	if (q->command == 'D') {
		free(s->reals);
		size_t at = (size_t)(s - table.services);
		memmove(s, s + 1, (--table.count - at) * sizeof *s);
		return 0;
	}
	if (!scheduler_exists(q->scheduler))
		return refuse("Scheduler or persistence engine not found");
	if (s == NULL) {
		table.services = grown(table.services, table.count, sizeof *s);
		s = &table.services[table.count++];
		*s = (struct service){0};
		(void)snprintf(s->id, sizeof s->id, "%s", id);
	}
	s->is = *q;
	return 0;
}

/* The port rule: with a method that cannot rewrite ports, a real gets the port of the service; so does a real without a
 * port.  But -d uses the port as it is given. */
static void real_address(const struct request *q, char *out, unsigned cap)
{
	struct address a = q->real;
	if (q->protocol != 'f' && (!a.has_port || (q->command != 'd' && q->method != 'm')))
		a.port = q->service.port;
	address_print(&a, out, cap);
}

static int real_operation(const struct request *q, struct service *s)
{
	char address[64];
	size_t at = 0;
	if (s == NULL)
		return refuse("Service not defined");
	real_address(q, address, sizeof address);
	while (at < s->count && strcmp(s->reals[at].address, address) != 0)
		at++;
	if (q->command != 'd' && q->lower > q->upper)
		return refuse("Numerical result out of range");
	if (q->command == 'a' && at < s->count)
		return refuse("Destination already exists");
	if (q->command != 'a' && at == s->count)
		return refuse("No such destination");
	if (q->command == 'd') {
		memmove(&s->reals[at], &s->reals[at + 1], (--s->count - at) * sizeof *s->reals);
		return 0;
	}
	if (q->command == 'a')
		s->reals = grown(s->reals, s->count++, sizeof *s->reals);
	s->reals[at] = (struct real){.method = q->method, .weight = q->weight, .upper = q->upper, .lower = q->lower};
	(void)snprintf(s->reals[at].address, sizeof s->reals[at].address, "%s", address);
	return 0;
}

static bool must_fail(char *const words[])
{
	const char *named = getenv("IPVSADM_FAIL");
	for (; named && named[0] && *words; words++)
		if (strcmp(*words, named) == 0)
			return true;
	return false;
}

static void flush(void)
{
	for (size_t i = 0; i < table.count; i++)
		free(table.services[i].reals);
	free(table.services);
	table.services = NULL;
	table.count = 0;
}

// --- output ---

/* exact: with thresholds, for our own file; the original ipvsadm does not save them. */
static void save(FILE *out, bool exact)
{
	for (size_t i = 0; i < table.count; i++) {
		const struct service *s = &table.services[i];
		fprintf(out, "-A %s -s %s", s->id, s->is.scheduler);
		if (s->is.options & OPT_PERSISTENT)
			fprintf(out, " -p %u", s->is.persistent);
		if ((s->is.options & OPT_PERSISTENT) && (s->is.options & OPT_NETMASK))
			fprintf(out, " -M %s", s->is.netmask);
		fputs(s->is.options & OPT_OPS ? " -o" : "", out);
		if (s->is.options & OPT_FLAGS)
			fprintf(out, " -b %s", s->is.flags);
		fputc('\n', out);
		for (size_t k = 0; k < s->count; k++) {
			const struct real *r = &s->reals[k];
			fprintf(out, "-a %s -r %s -%c -w %u", s->id, r->address, r->method, r->weight);
			if (exact)
				fprintf(out, " -x %u -y %u", r->upper, r->lower);
			fputs(!exact && r->method == 'i' ? " --tun-type ipip\n" : "\n", out);
		}
	}
}

static void list_heading(const struct service *s)
{
	const struct request *q = &s->is;
	if (q->protocol == 'f')
		printf("FWM  %u%s %s", q->mark, q->service.six ? " IPv6" : "", q->scheduler);
	else
		printf("%s  %s %s", q->protocol == 't' ? "TCP" : "UDP", s->id + 3, q->scheduler);
	if (q->options & OPT_FLAGS)
		printf(" (%s)", q->flags);
	if (q->options & OPT_PERSISTENT)
		printf(" persistent %u", q->persistent);
	if ((q->options & OPT_PERSISTENT) && (q->options & OPT_NETMASK))
		printf(" mask %s", q->netmask);
	puts(q->options & OPT_OPS ? " ops" : "");
}

static int list(const struct request *q)
{
	bool thresholds = q->options & OPT_THRESHOLDS;
	puts("IP Virtual Server version 1.2.1 (size=4096)");
	puts(thresholds ? "Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn \n  -> RemoteAddress:Port"
			: "Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn");
	for (size_t i = 0; i < table.count; i++) {
		const struct service *s = &table.services[i];
		list_heading(s);
		for (size_t k = 0; k < s->count; k++) {
			const struct real *r = &s->reals[k];
			if (thresholds)
				printf("  -> %-28s %-10u %-10u %-10u %-10u\n", r->address, r->upper, r->lower, 0U, 0U);
			else
				printf("  -> %-28s %-7s %-6u %-10u %-10u\n", r->address,
					r->method == 'g'   ? "Route"
					: r->method == 'm' ? "Masq"
							   : "Tunnel",
					r->weight, 0U, 0U);
		}
	}
	return 0;
}

// --- one command ---

static int execute(const struct request *q, char *const words[])
{
	char id[80];
	id_of(q, id, sizeof id);
	struct service *s = find_service(id);
	table.changed |= strchr("AEDaedC", q->command) != NULL;
	if (strchr("AEDaed", q->command) && must_fail(words))
		return refuse("Cannot allocate memory");
	switch (q->command) {
	case 'A':
	case 'E':
	case 'D': return service_operation(q, id, s);
	case 'a':
	case 'e':
	case 'd': return real_operation(q, s);
	case 'Z': return (q->options & OPT_SERVICE) && s == NULL ? refuse("No such service") : 0;
	case 'C': flush(); return 0;
	case 'S': save(stdout, false); return 0;
	default: return list(q);
	}
}

/* Each line is a command.  A command that the kernel refuses does not end -R.  The status is that of the last line. */
static int restore(FILE *in, const char *program)
{
	char *line = NULL;
	size_t cap = 0;
	int status = 0;
	bool fatal = false;
	while (!fatal && getline(&line, &cap, in) >= 0) {
		char *words[WORDS_MAX + 1] = {NULL}, *rest = line;
		for (size_t n = 0; n < WORDS_MAX && rest; n += words[n] && words[n][0] != '\0')
			words[n] = strsep(&rest, " \t\n");
		size_t last = 0;
		while (words[last])
			last++;
		if (last > 0 && words[last - 1][0] == '\0')
			words[last - 1] = NULL;
		struct request q;
		if (words[0] == NULL)
			continue;
		status = request_parse(&q, words, program, &fatal);
		if (status == 0) {
			fatal = false;
			status = execute(&q, words);
		}
	}
	free(line);
	return status;
}

// --- the file of the table ---

static void load(int fd)
{
	FILE *in = fdopen(dup(fd), "r");
	char line[256];
	bool fatal;
	for (; in && fgets(line, sizeof line, in);) {
		char *words[WORDS_MAX + 1] = {NULL}, *rest = line;
		line[strcspn(line, "\n")] = '\0';
		for (size_t n = 0; n < WORDS_MAX && rest; n++)
			words[n] = strsep(&rest, " ");
		struct request q;
		if (request_parse(&q, words, "table", &fatal) != 0)
			exit(99); // another program wrote the file
		if (q.command == 'A') {
			char id[80];
			id_of(&q, id, sizeof id);
			(void)service_operation(&q, id, NULL); // each service is in the file once
			continue;
		}
		struct service *s = &table.services[table.count - 1];
		s->reals = grown(s->reals, s->count, sizeof *s->reals);
		s->reals[s->count] =
			(struct real){.method = q.method, .weight = q.weight, .upper = q.upper, .lower = q.lower};
		address_print(&q.real, s->reals[s->count++].address, sizeof s->reals[0].address);
	}
	if (in)
		fclose(in);
}

static void store(int fd)
{
	FILE *out = fdopen(fd, "w");
	if (out == NULL || lseek(fd, 0, SEEK_SET) != 0 || ftruncate(fd, 0) != 0)
		exit(99);
	save(out, true);
	if (fclose(out) != 0)
		exit(99);
}

static void log_invocation(char *const words[])
{
	const char *path = getenv("IPVSADM_LOG");
	FILE *log = path ? fopen(path, "ae") : NULL;
	if (log == NULL)
		return;
	char line[512] = "ipvsadm";
	for (; *words; words++)
		(void)snprintf(line + strlen(line), sizeof line - strlen(line), " %s", *words);
	fprintf(log, "%s\n", line);
	fclose(log);
}

int main(int argc, char **argv)
{
	struct request q;
	bool fatal;
	const char *path = getenv("IPVSADM_TABLE");
	log_invocation(argv + 1);
	int status = argc > 1 ? request_parse(&q, argv + 1, argv[0], &fatal) : EXIT_OPTIONS;
	if (status != 0)
		return status;
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644) : -1;
	if (fd < 0 || flock(fd, LOCK_EX) != 0) {
		fprintf(stderr,
			"Can't initialize ipvs: %s\nAre you sure that IP Virtual Server is built in the kernel or as module?\n",
			path ? strerror(errno) : "IPVSADM_TABLE is not set");
		return EXIT_OPTIONS;
	}
	load(fd);
	status = q.command == 'R' ? restore(stdin, argv[0]) : execute(&q, argv + 1);
	if (table.changed)
		store(fd);
	flush();
	return status;
}
