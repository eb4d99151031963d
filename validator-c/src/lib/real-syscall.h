/* SPDX-License-Identifier: Apache-2.0 */
/* bpf(2) itself, past load-syscall.c, which the linker puts before syscall(2). */
#ifndef BPFCOMPAT_REAL_SYSCALL_H
#define BPFCOMPAT_REAL_SYSCALL_H

#include <linux/bpf.h>
#include <sys/syscall.h>

long __real_syscall(long number, ...);

static inline long real_bpf(long command, union bpf_attr *attr, long size)
{
	return __real_syscall(SYS_bpf, command, (long)attr, size);
}

#endif
