import type { Runner } from './runner.ts';

/** Name that the service accepts: bpfcompat, the suite, the shard, and the attempt above the first. */
export function artifactName(own: string, parts: readonly string[], { attempt }: Runner): string {
  const base = own || ['bpfcompat', ...parts].filter((part) => part !== '').join('-');
  const clean = base.replace(/["<>|*?:\r\n\\/\u0000-\u001f]/g, '-').slice(0, 200);
  return attempt > 1 ? `${clean}-a${attempt}` : clean;
}
