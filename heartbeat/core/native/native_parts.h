// SPDX-License-Identifier: MIT
/* Parts of the native dialect that other modules need too: reading its fields, and answers outside the regular
 * statuses.  doc/protocol.md 13 */
#ifndef HEARTBEAT_CORE_NATIVE_NATIVE_PARTS_H
#define HEARTBEAT_CORE_NATIVE_NATIVE_PARTS_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/message.h"

/* Take the next text of a list up to a blank, or up to the end. */
struct bytes native_next_word(struct reader *r);
/* Read a field "A:B", both hex; 0 and 0 when it is missing or is something else. */
void native_read_pair(const struct message *m, const char *field, uint64_t *a, uint64_t *b);
/* Read from a status which of our statuses its sender heard last: generation and number; 0 and 0: none. */
void native_read_hears(const struct message *m, uint64_t *generation, uint64_t *seq);
/* May an answer be sent outside the regular statuses?  True: send it now; it is counted.  At most four in a keepalive:
 * two nodes that both ask must not answer each other permanently. */
bool native_may_answer(struct core *c);

#endif
