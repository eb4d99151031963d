/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/settled.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

void settled__report(uint32_t *settled, uint32_t number)
{
	__atomic_store_n(settled, number, __ATOMIC_RELEASE);
	syscall(SYS_futex, settled, FUTEX_WAKE, 1, NULL, NULL, 0);
}

void settled__await(uint32_t *settled, uint32_t number)
{
	uint32_t seen;

	while ((seen = __atomic_load_n(settled, __ATOMIC_ACQUIRE)) != number)
		syscall(SYS_futex, settled, FUTEX_WAIT, seen, NULL, NULL, 0);
}
