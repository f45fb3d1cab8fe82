// SPDX-License-Identifier: MIT
/* cases FILE                prints the case again, with the expect lines of the real core
 * cases --trace FILE        prints also every packet and log line
 * cases --into DIR FILE...  writes each case into DIR, and prints a line for each: same FILE, differs FILE or, after a
 *                           diagnostic, wrong FILE
 * Exits with 1 when the start of a case is not as given, when a rule of the simulator is broken, or when a case does
 * not parse; otherwise with 0. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cases/case.h"

/* A whole file as a string; NULL after an error message. */
static char *read_file(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	if (out == NULL)
		abort();
	for (int byte; in != NULL && (byte = getc(in)) != EOF;)
		(void)putc(byte, out);
	(void)fclose(out);
	if (in != NULL && !ferror(in)) {
		(void)fclose(in);
		return text;
	}
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	free(text);
	return NULL;
}

static bool parse(struct decision_case *c, const char *path, const char *text, size_t *head)
{
	struct diags d;
	char line[600], *copy = strdup(text);
	if (copy == NULL)
		abort();
	diags_init(&d, path);
	case_parse(c, copy, head, &d);
	for (size_t i = 0; i < d.count; i++) {
		diag_format(&d, i, line, sizeof line);
		fprintf(stderr, "%s\n", line);
	}
	bool ok = d.errors == 0;
	diags_free(&d);
	free(copy);
	return ok;
}

/* The lines of the author, without the blank lines at their end. */
static void print_head(FILE *out, const char *text, size_t len)
{
	while (len > 0 && strchr("\n\t ", text[len - 1]) != NULL)
		len--;
	fprintf(out, "%.*s\n\n", (int)len, text);
}

/* Render the case again; returns NULL after a diagnostic. */
static char *play(const char *path, const char *text, bool trace)
{
	static struct decision_case c;
	char why[400], *played = NULL;
	size_t head, len = 0;
	if (!parse(&c, path, text, &head))
		return NULL;
	FILE *out = open_memstream(&played, &len);
	if (out == NULL)
		abort();
	print_head(out, text, head);
	bool ok = case_play(&c, out, trace, why, sizeof why);
	(void)fclose(out);
	if (ok)
		return played;
	fprintf(stderr, "%s: %s\n", path, why);
	if (trace)
		(void)fputs(played, stdout);
	free(played);
	return NULL;
}

static bool write_file(const char *folder, const char *path, const char *text)
{
	char name[512];
	const char *base = strrchr(path, '/');
	(void)snprintf(name, sizeof name, "%s/%s", folder, base != NULL ? base + 1 : path);
	FILE *out = fopen(name, "w");
	bool written = out != NULL && fputs(text, out) >= 0;
	if (out == NULL || fclose(out) != 0 || !written) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		return false;
	}
	return true;
}

static bool play_into(const char *folder, const char *path)
{
	char *text = read_file(path), *played = text != NULL ? play(path, text, false) : NULL;
	bool ok = played != NULL && write_file(folder, path, played);
	printf("%s %s\n", !ok ? "wrong" : strcmp(text, played) == 0 ? "same" : "differs", path);
	(void)fflush(stdout);
	free(text);
	free(played);
	return ok;
}

static bool play_one(const char *path, bool trace)
{
	char *text = read_file(path), *played = text != NULL ? play(path, text, trace) : NULL;
	bool ok = played != NULL;
	if (ok)
		(void)fputs(played, stdout);
	free(text);
	free(played);
	return ok;
}

int main(int argc, char **argv)
{
	bool ok = true;
	if (argc > 3 && strcmp(argv[1], "--into") == 0) {
		for (int i = 3; i < argc; i++)
			ok = play_into(argv[2], argv[i]) && ok;
	} else if (argc == 2 || (argc == 3 && strcmp(argv[1], "--trace") == 0)) {
		ok = play_one(argv[argc - 1], argc == 3);
	} else {
		fprintf(stderr, "usage: cases [--trace] FILE | cases --into DIR FILE...\n");
		ok = false;
	}
	return ok ? 0 : 1;
}
