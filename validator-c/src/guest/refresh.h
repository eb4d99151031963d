/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a copy of a guest a guest of its own: the right time, and random numbers that no other copy has. */
#ifndef BPFCOMPAT_REFRESH_H
#define BPFCOMPAT_REFRESH_H

#include "guest/request.h"

void refresh__guest(const struct request *request);

#endif
