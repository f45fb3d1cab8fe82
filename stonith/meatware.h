// SPDX-License-Identifier: MIT
/* What the driver meatware and the command meatclient agree on: a FIFO for each host, and a block of bytes. */
#ifndef STONITH_MEATWARE_H
#define STONITH_MEATWARE_H

enum { MEATWARE_BLOCK = 256 };
/* Text of the block, with the name of the host; the rest of the block is zero. */
#define MEATWARE_REPLY "meatware reply %s"
/* The FIFO of a host, by its name in lower case. */
#define MEATWARE_FIFO RUNDIR "/meatware.%s"

#endif
