/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "guest/agent.h"
#include "guest/init.h"

int main(int argc, char **argv)
{
	if (getpid() == 1 || (argc == 2 && !strcmp(argv[1], "--init")))
		init__main();
	if (argc == 2 && !strcmp(argv[1], "--agent"))
		agent__main();
	return cli__main(argc, argv);
}
