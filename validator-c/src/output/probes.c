/* SPDX-License-Identifier: Apache-2.0 */
#include "output/probes.h"

bool probes__add(struct probes *probes, const char *change, int err)
{
	if (probes->count < PROBES_MAX) {
		probes->list[probes->count].change = change;
		probes->list[probes->count++].err = err;
	}
	return !err;
}
