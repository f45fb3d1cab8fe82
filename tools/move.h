// SPDX-License-Identifier: MIT
/* Shared by hb_standby and hb_takeover: the arguments, the request "move", the exit codes. */
#ifndef TOOLS_MOVE_H
#define TOOLS_MOVE_H

#include <stdbool.h>

/* main() of both.  Returns the exit code: 0 accepted (with --wait: done), 1 anything else. */
int move_main(bool takeover, int argc, char **argv);

#endif
