/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a copy of a guest a guest of its own: the right time, and random numbers that no other copy has. */
#ifndef BPFCOMPAT_RESUME_H
#define BPFCOMPAT_RESUME_H

#include "request/request.h"

void resume__guest(const struct request *request);

#endif
