/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_SERVE_H
#define BPFCOMPAT_SERVE_H

#include "guest/hello.h"

/* Says hello and serves requests until the guest ends. */
void serve__run(int port, const struct hello *hello) __attribute__((noreturn));

#endif
