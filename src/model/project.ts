/** Where the project lives; reports link to it. */
export const PROJECT_URL = 'https://github.com/Kernel-Guard/bpfcompat';

/** The page about a finding, as it is in the repository. */
export function findingUrl(code: string): string {
  return `${PROJECT_URL}/blob/main/docs/findings.md#${code.toLowerCase()}`;
}
