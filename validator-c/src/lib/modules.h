/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel modules that the initramfs carries, below /modules. */
#ifndef BPFCOMPAT_MODULES_H
#define BPFCOMPAT_MODULES_H

#include <stdbool.h>

/* Hears about a required module that did not load. */
typedef void (*modules_report)(void *context, const char *what, int err);

/* Loads what /modules/order lists, in its order, but for the lines marked `lazy`. */
void modules__load_all(modules_report report, void *context);
/* Loads `name` now when the initramfs has it as a lazy module. 0, or a negative errno (-ENOENT: it is not there). */
int modules__load_lazy(const char *name);

#endif
