// SPDX-License-Identifier: MIT
/* Parts of the native dialect that other modules need too: reading its fields, and answers outside the regular
 * statuses.  doc/protocol.md 13 */
#ifndef HEARTBEAT_CORE_NATIVE_NATIVE_PARTS_H
#define HEARTBEAT_CORE_NATIVE_NATIVE_PARTS_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/message.h"

/* Take the next item of a list, up to a blank or up to the end. */
struct bytes native_next_word(struct reader *r);
/* Read a field "A:B", with both numbers in hex.  Both are 0 when the field is missing or has another form. */
void native_read_pair(const struct message *m, const char *field, uint64_t *a, uint64_t *b);
/* Read from a status the last of our statuses that its sender has heard: generation and sequence number; both 0:
 * none. */
void native_read_hears(const struct message *m, uint64_t *generation, uint64_t *seq);
/* Returns true if an answer may be sent outside the regular statuses; the caller must then send it, because it is
 * counted.  At most four are allowed in a keepalive, so that two nodes that both ask do not answer each other
 * permanently. */
bool native_may_answer(struct core *c);

#endif
