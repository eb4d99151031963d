/* SPDX-License-Identifier: Apache-2.0 */
/* Catches what libbpf prints: warnings of the current stage apart from everything at WARN and INFO level. */
#ifndef BPFCOMPAT_CAPTURE_H
#define BPFCOMPAT_CAPTURE_H

#include "lib/buf.h"

void capture__install(void);
/* Forgets the warnings that were caught so far; the next stage begins. */
void capture__begin(void);
/* Adds one line of our own, with its line break, to the warnings of the stage. */
void capture__warn(struct buf *line);
/* Appends the warnings since capture__begin(), at most 192 KiB of them: head and tail. */
void capture__warnings(struct buf *out);
/* Appends everything since the start, at most 512 KiB. */
void capture__everything(struct buf *out);

#endif
