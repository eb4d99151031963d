/** A part of an event; everything in it was written by others. */
type Part = Readonly<Record<string, unknown>> | null | undefined;

const partOf = (from: unknown, key: string): Part => (from as Part)?.[key] as Part;
const nameOf = (repository: Part): unknown => repository?.['full_name'];

/** A repository that was deleted (null) is none of ours; one that the event does not name says nothing. */
function isForeign(head: Part, own: Part): boolean {
  return head === null || (nameOf(head) !== undefined && nameOf(head) !== nameOf(own));
}

/** An event about the code of somebody, with a payload that cannot be read or lacks the part that says of whom. */
function isUnsaid(name: string, event: unknown): boolean {
  if (name.startsWith('pull_request'))
    return nameOf(partOf(partOf(partOf(event, 'pull_request'), 'head'), 'repo')) === undefined;
  if (name === 'workflow_run') return nameOf(partOf(partOf(event, 'workflow_run'), 'head_repository')) === undefined;
  return name === 'issue_comment' && partOf(event, 'issue') === undefined;
}

/**
 * Whose code a run is about, as far as its event says: undefined for the repository's own, else in words.
 * @param name of the event, `GITHUB_EVENT_NAME`
 * @param event its payload
 */
export function foreignCode(name: string, event: unknown): string | undefined {
  const own = partOf(event, 'repository');
  const request = partOf(event, 'pull_request');
  if (request && isForeign(partOf(partOf(request, 'head'), 'repo'), partOf(partOf(request, 'base'), 'repo') ?? own)) {
    return 'the pull request of a fork';
  }
  const run = partOf(event, 'workflow_run');
  if (run && isForeign(partOf(run, 'head_repository'), own)) return 'the workflow run of a fork';
  if (name === 'issue_comment' && partOf(partOf(event, 'issue'), 'pull_request')) {
    return 'a comment on a pull request, which may be that of a fork';
  }
  return isUnsaid(name, event) ? `a ${name} event whose payload does not say of which repository it is` : undefined;
}
