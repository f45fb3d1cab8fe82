// SPDX-License-Identifier: MIT
/* The messages between names.c (in the daemon) and names_process.c (in the separate processes).  Private to these
 * files. */
#ifndef LIB_NAMES_PRIVATE_H
#define LIB_NAMES_PRIVATE_H

#include "lib/names.h"

enum {
	/* enough for NAMES_KEPT names of the maximum length; sent as one message of the socket */
	NAMES_FILE_MAX = 64 * 1024,
	/* at the same time; a process that writes the file hangs as long as its disk does */
	NAMES_PROCESSES = 64,
	/* a query process ends after this time, before the daemon stops waiting for its answer */
	NAMES_LIFE_S = 24,
};

enum names_request_kind { NAMES_ASK, NAMES_SAVE };

struct names_request {
	enum names_request_kind kind;
	int family; /* NAMES_ASK: as in names_watch */
	struct ip_address current; /* NAMES_ASK: answer with this address when it is among those of the name */
	/* NAMES_ASK: host with its NUL.  NAMES_SAVE: content of the file.  Only as many bytes are sent as are used. */
	char text[NAMES_FILE_MAX];
};

enum names_answer_kind { NAMES_ADDRESS, NAMES_NONE, NAMES_SAVED };

struct names_answer {
	enum names_answer_kind kind;
	int error; /* NAMES_SAVED: errno or 0 */
	int family;
	struct ip_address address;
	char host[NAMES_HOST_MAX];
	char why[NAMES_WHY_MAX];
};

/* The main function of the separate process: reads requests, and starts a child for each that answers it. */
void names_process(void *config, int socket);

#endif
