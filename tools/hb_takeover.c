// SPDX-License-Identifier: MIT
/* hb_takeover: takes resource groups from the other node.  doc/commands.md 3. */
#include "tools/move.h"

int main(int argc, char **argv)
{
	return move_main(true, argc, argv);
}
