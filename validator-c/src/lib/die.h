/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_DIE_H
#define BPFCOMPAT_DIE_H

/* Only in a guest: says why on the console and ends the machine, as the host broke the protocol or the guest cannot work. */
void die__power_off(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
