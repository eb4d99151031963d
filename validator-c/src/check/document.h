/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_DOCUMENT_H
#define BPFCOMPAT_DOCUMENT_H

#include "output/work.h"

#define DOCUMENT_SCHEMA "validator.v0.4"

/* pass, warn, fail or skipped, as in docs/report.md, "A target". */
const char *document__attach_status(const struct work *work);
const char *document__functional_status(const struct result *result);
/* True when load, attach and tests are all good enough. */
bool document__passed(const struct work *work);
/* Writes the result, `validator.v0.4` of docs/validator.md. */
void document__write(const struct work *work, struct buf *out);

#endif
