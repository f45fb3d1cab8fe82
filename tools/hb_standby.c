// SPDX-License-Identifier: MIT
/* hb_standby: gives resource groups to the other node.  doc/commands.md 3. */
#include "tools/move.h"

int main(int argc, char **argv)
{
	return move_main(false, argc, argv);
}
