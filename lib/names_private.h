// SPDX-License-Identifier: MIT
/* What names.c (the daemon's side) and names_process.c (the processes) say to each other.  Private to these files. */
#ifndef LIB_NAMES_PRIVATE_H
#define LIB_NAMES_PRIVATE_H

#include "lib/names.h"

enum {
	NAMES_FILE_MAX = 64 * 1024, /* more than NAMES_KEPT of the longest names; one message of the socket */
	NAMES_PROCESSES = 64,       /* at one time; a writing can hang as long as its disk does */
	NAMES_LIFE_S = 24,          /* a question that takes longer is given up, before the daemon gives it up */
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

/* The process: takes requests, answers each from a child of its own. */
void names_process(void *config, int socket);

#endif
