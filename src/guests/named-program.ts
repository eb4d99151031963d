import { isAbsolute } from 'node:path';

/**
 * Why a program that a variable names is not looked for; undefined for a name of PATH and for an absolute path. What is run
 * here begins in `/`, so that a path from another directory leads elsewhere.
 */
export function relativeProgram(variable: string, named: string): string | undefined {
  if (!named.includes('/') || isAbsolute(named)) return undefined;
  return `${variable}=${named} is a relative path; write it from / on`;
}
