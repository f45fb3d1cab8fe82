// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/trim.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* A segment without PF_W holds nothing that is not in its file; what the loader has relocated has PF_W, also where it was sealed later. */
static int let_go(struct dl_phdr_info *object, size_t size, void *context)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	(void)size;
	(void)context;
	for (size_t i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		if (segment->p_type != PT_LOAD || segment->p_flags & PF_W)
			continue;
		uintptr_t begin = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
		uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) & ~(page - 1);
		(void)madvise((void *)begin, end - begin, MADV_DONTNEED); // refused where memory is locked, and for the vdso: then it stays
	}
	return 0;
}

void trim_start(void)
{
	(void)malloc_trim(0); // whether there was something
	(void)dl_iterate_phdr(let_go, NULL);
}
