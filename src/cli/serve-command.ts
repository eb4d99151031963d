import { once } from 'node:events';
import type { ServeArguments } from '../config/serve-options.ts';
import { terminal } from '../report/escape.ts';
import { startServer } from '../server/start.ts';
import type { Io } from './io.ts';

/** What a reader of the terminal should know about who may do what. */
function openTo(anonymous: Readonly<Record<'validate' | 'read' | 'delivery' | 'write', boolean>>): string {
  const all = [
    [anonymous.validate, 'check objects'],
    [anonymous.read, 'read'],
    [anonymous.delivery, 'runtime delivery'],
    [false, 'compare'],
  ] as const;
  const may = all.flatMap(([open, what]) => (open || anonymous.write ? [what] : []));
  return may.length === 0
    ? 'a credential is needed for everything but the start page'
    : `without a credential: ${may.join(', ')}`;
}

/** `serve`: serves requests until a signal comes, then lets running jobs end. */
export async function serveCommand(options: ServeArguments, io: Io, signal: AbortSignal): Promise<number> {
  const server = await startServer(options, io);
  for (const note of server.notes) io.err(`note: ${terminal(note, 1000)}\n`);
  io.out(`bpfcompat serves ${server.url}/ (${openTo(server.settings.anonymous)})\n`);
  if (!signal.aborted) await once(signal, 'abort');
  io.err('waiting for running jobs; a second signal ends them\n');
  await server.close();
  return 0;
}
