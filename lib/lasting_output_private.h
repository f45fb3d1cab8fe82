// SPDX-License-Identifier: MIT
/* Private to lib/lasting_output: between the daemon and the process that reads. */
#ifndef LIB_LASTING_OUTPUT_PRIVATE_H
#define LIB_LASTING_OUTPUT_PRIVATE_H

#include <stdint.h>

#include "lib/lasting_output.h"

enum lasting_order_kind {
	LASTING_TAKE,   /* a pipe comes with it */
	LASTING_FORGET, /* another process reads this pipe now */
};

struct lasting_order {
	uint32_t kind;
	uint32_t id; /* of the pipe */
	uint32_t level;
	char name[LASTING_OUTPUT_NAME_MAX];
};

/* Runs in the process; context: its begin function.  Returns when it has nothing more to read. */
void lasting_output_process(void *context, int socket);

#endif
