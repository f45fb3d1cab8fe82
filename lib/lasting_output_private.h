// SPDX-License-Identifier: MIT
/* Private to lib/lasting_output: the messages from the daemon to the reader, the process that reads the pipes. */
#ifndef LIB_LASTING_OUTPUT_PRIVATE_H
#define LIB_LASTING_OUTPUT_PRIVATE_H

#include <stdint.h>

#include "lib/lasting_output.h"

enum lasting_order_kind {
	LASTING_TAKE,   /* the message carries the descriptor of a pipe */
	LASTING_FORGET, /* another reader reads this pipe now */
};

struct lasting_order {
	uint32_t kind;
	uint32_t id; /* the id of the pipe */
	uint32_t level;
	char name[LASTING_OUTPUT_NAME_MAX];
};

/* The main function of the reader; context: its begin function.  Returns when there is nothing more to read. */
void lasting_output_process(void *context, int socket);

#endif
