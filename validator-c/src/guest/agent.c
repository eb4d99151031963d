/* SPDX-License-Identifier: Apache-2.0 */
#include "guest/agent.h"

#include <signal.h>

#include "command/descendants.h"
#include "guest/hello.h"
#include "guest/port.h"
#include "guest/serve.h"

void agent__main(void)
{
	static struct hello hello;

	signal(SIGPIPE, SIG_IGN);
	descendants__among_others();
	descendants__adopt();
	serve__run(port__open(), &hello);
}
