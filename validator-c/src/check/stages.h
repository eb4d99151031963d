/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_STAGES_H
#define BPFCOMPAT_STAGES_H

#include "output/work.h"

/*
 * Opens, loads, attaches and tests, saying each stage as it happens, and ends with the document. Returns the exit code
 * of docs/validator.md: 0 pass, 2 fail. The document is left in `document`.
 */
int stages__run(struct work *work, struct buf *document);

#endif
