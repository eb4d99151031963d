/** A kernel module for one guest: its bytes as the vendor signed them, unpacked. */
export interface GuestModule {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Limits of the modules of one request; validator-c/src/request/request-modules.h has the same limits. */
const LIMITS = { count: 64, moduleBytes: 32 * 1024 * 1024, bytes: 64 * 1024 * 1024 } as const;

/** Why a request cannot bring these modules along; undefined when it can. */
export function moduleLimitProblem(
  modules: readonly { readonly name: string; readonly size: number }[],
): string | undefined {
  const { count, moduleBytes, bytes } = LIMITS;
  const large = modules.find(({ size }) => size > moduleBytes);
  const total = modules.reduce((sum, { size }) => sum + size, 0);
  if (large !== undefined) return `${large.name} has ${large.size} bytes, at most ${moduleBytes} are sent to a guest`;
  if (modules.length > count) return `${modules.length} modules are needed, at most ${count} are sent to a guest`;
  if (total > bytes) return `the modules have ${total} bytes together, at most ${bytes} are sent to a guest`;
  return undefined;
}
