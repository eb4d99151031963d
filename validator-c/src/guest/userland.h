/* SPDX-License-Identifier: Apache-2.0 */
/* What a person expects of a machine besides its kernel: commands, a home, names. */
#ifndef BPFCOMPAT_USERLAND_H
#define BPFCOMPAT_USERLAND_H

/*
 * Makes directories, small files and links that programs look for, and gives /bin/busybox its many names. Whatever is
 * there already stays as it is. Only for PID 1 of a guest.
 */
void userland__install(void);

#endif
