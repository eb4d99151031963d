/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_INIT_H
#define BPFCOMPAT_INIT_H

/* PID 1 of a guest of the direct lane: docs/guest-protocol.md. Never returns; ends by powering off. */
void init__main(void) __attribute__((noreturn));

#endif
