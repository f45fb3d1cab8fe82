// SPDX-License-Identifier: MIT
/* Replaces libFuzzer where there is only an ordinary compiler: feeds every file of the directories given as
 * arguments to one fuzz target, and prints how many there were.  A crash ends it, after the name of the file. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 16 << 20 };

static int replay_file(const char *path)
{
	char *data;
	size_t len;
	int error = file_read(path, INPUT_MAX, &data, &len, NULL);
	if (error < 0) {
		(void)fprintf(stderr, "%s: cannot be read (%d)\n", path, -error); // nowhere else to say it
		return 1;
	}
	(void)fprintf(stderr, "%s\n", path); // the last one names the culprit
	// A copy of exactly this size: a read past the end must be seen by the sanitizer.
	uint8_t *exact = malloc(len > 0 ? len : 1);
	if (!exact)
		abort();
	for (size_t i = 0; i < len; i++)
		exact[i] = (uint8_t)data[i];
	free(data);
	(void)LLVMFuzzerTestOneInput(exact, len); // always 0
	free(exact);
	return 0;
}

static int replay_directory(const char *directory, unsigned *inputs)
{
	DIR *dir = opendir(directory);
	if (!dir) {
		perror(directory);
		return 1;
	}
	int bad = 0;
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		char path[4096];
		if (entry->d_name[0] == '.')
			continue;
		int n = snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		if (n < 0 || (size_t)n >= sizeof(path))
			bad = 1;
		else if (replay_file(path) != 0)
			bad = 1;
		else
			(*inputs)++;
	}
	(void)closedir(dir); // only read from
	return bad;
}

int main(int argc, char **argv)
{
	unsigned inputs = 0;
	int bad = argc < 2;
	if (argc < 2)
		(void)fprintf(stderr, "usage: %s DIRECTORY...\n", argv[0]); // nowhere else to say it
	for (int i = 1; i < argc; i++)
		bad |= replay_directory(argv[i], &inputs);
	printf("%u inputs\n", inputs);
	return bad || inputs == 0; // an empty corpus proves nothing
}
