// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/accepted.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct accepted *accepted_map(int fd)
{
	void *memory = mmap(NULL, sizeof(struct accepted), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

struct accepted *accepted_new(int *fd)
{
	*fd = memfd_create("heartbeat configuration", MFD_CLOEXEC);
	if (*fd < 0 || ftruncate(*fd, sizeof(struct accepted)) != 0)
		return NULL;
	return accepted_map(*fd);
}

const struct config_texts *accepted_texts(const struct accepted *a)
{
	return &a->places[a->number % 2];
}

struct config_texts *accepted_candidate(struct accepted *a)
{
	return &a->places[(a->number + 1) % 2];
}

void accepted_commit(struct accepted *a)
{
	a->number++;
	accepted_drop(a);
}

void accepted_drop(struct accepted *a)
{
	struct config_texts *old = accepted_candidate(a);
	for (size_t i = 0; i < FILES; i++)
		explicit_bzero(old->text[i], old->len[i]);
	memset(old->len, 0, sizeof old->len);
}
